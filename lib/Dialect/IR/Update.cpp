//===- Update.cpp - what an optimizer does to parameters ---------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

LogicalResult UpdateOp::verify() {
  if (getValues().empty())
    return emitOpError("updates nothing");
  if (getUpdated().getTypes() != getValues().getTypes())
    return emitOpError("needs one result of its type for each value");
  auto parameter = cast<RankedTensorType>(getValues()[0].getType());
  auto gradient = cast<RankedTensorType>(getGradient().getType());
  for (Value hyper : getHypers())
    if (cast<RankedTensorType>(hyper.getType()).getRank() != 0)
      return emitOpError("hyperparameters have rank 0, found ") << hyper.getType();
  if (!getIds()) {
    if (gradient != parameter)
      return emitOpError() << gradient << " is no gradient of " << parameter;
    return success();
  }
  auto ids = cast<RankedTensorType>(getIds().getType());
  if (parameter.getRank() != 2 || gradient.getShape().empty() ||
      gradient.getShape().drop_back() != ids.getShape() ||
      gradient.getShape().back() != parameter.getDimSize(1))
    return emitOpError() << gradient << " isn't one row of " << parameter << " for each of " << ids;
  return success();
}
