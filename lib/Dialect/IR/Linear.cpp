//===- Linear.cpp - matrix products ----------------------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> weight = exampleShape(adaptor.getWeight());
  if (isBatched(adaptor.getWeight().getType()) || weight.size() != 2)
    return emitOptionalError(loc, getOperationName(), ": a weight is [features, inputs], found ",
                             adaptor.getWeight().getType());
  if (input.empty() || input.back() != weight[1])
    return emitOptionalError(loc, getOperationName(), ": the weight takes ", weight[1],
                             " inputs, the input's example shape is ", formatShape(input));
  if (Value bias = adaptor.getBias())
    if (isBatched(bias.getType()) || exampleShape(bias) != weight.take_front(1))
      return emitOptionalError(loc, getOperationName(), ": a bias of ", weight[0],
                               " features expected, found ", bias.getType());
  SmallVector<int64_t> shape(input);
  shape.back() = weight[0];
  inferred.push_back(
      makeTensorType(isBatched(adaptor.getInput().getType()), shape, Float32Type::get(context)));
  return success();
}

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> lhs = exampleShape(adaptor.getLhs());
  ArrayRef<int64_t> rhs = exampleShape(adaptor.getRhs());
  if (lhs.empty() || rhs.size() < 2 || lhs.back() != rhs[rhs.size() - 2])
    return emitOptionalError(loc, getOperationName(), ": ", formatShape(lhs), " @ ",
                             formatShape(rhs),
                             " has no meaning: the last axis on the left is not "
                             "the last but one on the right");
  ArrayRef<int64_t> lhsLeading = lhs.size() > 1 ? lhs.drop_back(2) : ArrayRef<int64_t>();
  ArrayRef<int64_t> rhsLeading = rhs.drop_back(2);
  if (!lhsLeading.empty() && !rhsLeading.empty() && lhsLeading != rhsLeading)
    return emitOptionalError(loc, getOperationName(), ": leading axes of ", formatShape(lhs),
                             " and ", formatShape(rhs), " differ");
  SmallVector<int64_t> shape(lhsLeading.empty() ? rhsLeading : lhsLeading);
  if (lhs.size() > 1)
    shape.push_back(lhs[lhs.size() - 2]);
  shape.push_back(rhs.back());
  inferred.push_back(
      makeTensorType(isBatched(adaptor.getLhs().getType()) || isBatched(adaptor.getRhs().getType()),
                     shape, Float32Type::get(context)));
  return success();
}

LogicalResult ProductOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> rows = exampleShape(adaptor.getRows());
  ArrayRef<int64_t> matrix = exampleShape(adaptor.getMatrix());
  if (isBatched(adaptor.getMatrix().getType()) || matrix.size() < 2)
    return emitOptionalError(loc, getOperationName(), ": a matrix is [k..., n], found ",
                             adaptor.getMatrix().getType());
  size_t reduced = matrix.size() - 1;
  if (rows.size() < reduced || rows.take_back(reduced) != matrix.take_front(reduced))
    return emitOptionalError(loc, getOperationName(), ": rows ", formatShape(rows),
                             " don't end in the first axes of the matrix ", formatShape(matrix));
  SmallVector<int64_t> shape(rows.drop_back(reduced));
  shape.push_back(matrix.back());
  auto type =
      makeTensorType(isBatched(adaptor.getRows().getType()), shape, Float32Type::get(context));
  if (Value init = adaptor.getInit())
    if (init.getType() != type)
      return emitOptionalError(loc, getOperationName(), ": init is ", init.getType(),
                               ", the result ", type);
  inferred.push_back(type);
  return success();
}

LogicalResult GroupedProductOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                 Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  auto type = cast<RankedTensorType>(adaptor.getRows().getType());
  ArrayRef<int64_t> rows = exampleShape(type), matrices = exampleShape(adaptor.getMatrices());
  if (isBatched(adaptor.getMatrices().getType()) || matrices.size() != 3)
    return emitOptionalError(loc, getOperationName(), ": matrices are [groups, k, n], found ",
                             adaptor.getMatrices().getType());
  if (rows.size() < 2 || rows.take_back(2) != matrices.take_front(2))
    return emitOptionalError(loc, getOperationName(), ": rows ", formatShape(rows),
                             " don't end in the first two axes of the matrices ",
                             formatShape(matrices));
  SmallVector<int64_t> shape(rows);
  shape.back() = matrices.back();
  inferred.push_back(makeTensorType(isBatched(type), shape, type.getElementType()));
  return success();
}

LogicalResult ProductWeightGradientOp::inferReturnTypes(MLIRContext *context,
                                                        std::optional<Location> loc,
                                                        Adaptor adaptor,
                                                        SmallVectorImpl<Type> &inferred) {
  Type rowsType = adaptor.getRows().getType(), gradientType = adaptor.getGradient().getType();
  ArrayRef<int64_t> rows = exampleShape(rowsType), gradient = exampleShape(gradientType);
  if (isBatched(rowsType) != isBatched(gradientType))
    return emitOptionalError(loc, getOperationName(), ": both or neither have a batch, found ",
                             rowsType, " and ", gradientType);
  if (gradient.empty() || rows.size() < gradient.size() ||
      rows.take_front(gradient.size() - 1) != gradient.drop_back())
    return emitOptionalError(loc, getOperationName(), ": the gradient ", formatShape(gradient),
                             " isn't that of a product of rows ", formatShape(rows));
  SmallVector<int64_t> shape(rows.drop_front(gradient.size() - 1));
  shape.push_back(gradient.back());
  inferred.push_back(RankedTensorType::get(shape, Float32Type::get(context)));
  return success();
}
