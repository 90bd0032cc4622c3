//===- Utils.cpp - small steps that several rewrites take ---------------------===//

#include "Utils.h"

using namespace mlir;
using namespace weir;

Value weir::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  if (exampleShape(value) == shape)
    return value;
  auto type = cast<RankedTensorType>(value.getType());
  return ReshapeOp::create(builder, loc,
                           makeTensorType(isBatched(type), shape, type.getElementType()), value);
}

Value weir::transposeTo(OpBuilder &builder, Location loc, Value value,
                        ArrayRef<int64_t> permutation) {
  bool moves = false;
  for (auto [i, axis] : llvm::enumerate(permutation))
    moves |= axis != static_cast<int64_t>(i);
  return moves ? TransposeOp::create(builder, loc, value, permutation).getResult() : value;
}

Value weir::sliceAxis(OpBuilder &builder, Location loc, Value value, int64_t axis, int64_t offset,
                      int64_t size) {
  SmallVector<int64_t> sizes(exampleShape(value));
  SmallVector<int64_t> offsets(sizes.size(), 0), strides(sizes.size(), 1);
  sizes[axis] = size;
  offsets[axis] = offset;
  return SliceOp::create(builder, loc, value, offsets, sizes, strides);
}

Value weir::scalar(OpBuilder &builder, Location loc, double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return ConstantOp::create(builder, loc, DenseElementsAttr::get(type, static_cast<float>(value)));
}

bool weir::isUnaryElementwise(Operation *op) {
  return isa<NegOp, AbsOp, ExpOp, LogOp, Log1pOp, SqrtOp, RsqrtOp, ErfOp, TanhOp, SigmoidOp, ReluOp,
             SoftplusOp>(op);
}

bool weir::isBinaryElementwise(Operation *op) {
  return isa<AddOp, SubOp, MulOp, DivOp, MaximumOp, MinimumOp, PowOp, GreaterOp>(op);
}

Value weir::rebuildElementwise(OpBuilder &builder, Operation *op, ValueRange operands) {
  auto first = cast<RankedTensorType>(operands.front().getType());
  SmallVector<int64_t> shape(exampleShape(operands.front()));
  bool batched = isBatched(first);
  for (Value operand : operands.drop_front()) {
    auto wider = broadcastShapes(shape, exampleShape(operand));
    assert(wider && "operands must broadcast");
    shape.assign(wider->begin(), wider->end());
    batched |= isBatched(operand.getType());
  }
  Type type = makeTensorType(batched, shape, first.getElementType());
  OperationState state(op->getLoc(), op->getName(), operands, {type}, op->getAttrs());
  return builder.create(state)->getResult(0);
}

ChannelAffine weir::batchNormAffine(OpBuilder &builder, BatchNormOp op) {
  Location loc = op.getLoc();
  Value epsilon = scalar(builder, loc, op.getEpsilon().convertToDouble());
  Value variance = AddOp::create(builder, loc, op.getVariance(), epsilon);
  Value scale =
      MulOp::create(builder, loc, op.getWeight(), RsqrtOp::create(builder, loc, variance));
  Value offset = MulOp::create(builder, loc, op.getMean(), scale);
  return {scale, SubOp::create(builder, loc, op.getBias(), offset)};
}
