//===- ReverseRule.cpp - what all reverse rules share ---------------------------===//

#include "ReverseRule.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace weir;

#include "weir/Autodiff/DifferentiableOpInterface.cpp.inc"

void weir::registerDifferentiableOpModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, WeirDialect *) {
    attachElementwiseRules(context);
    attachReduceRules(context);
    attachShapeRules(context);
    attachEmbeddingRules(context);
    attachLinearRules(context);
    attachConvRules(context);
    attachPoolRules(context);
    attachNormRules(context);
  });
}

int64_t weir::elementCount(ArrayRef<int64_t> shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

SmallVector<int64_t> weir::axesBut(int64_t rank, int64_t kept) {
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (axis != kept)
      axes.push_back(axis);
  return axes;
}

void ReverseRule::give(unsigned operand, Value value) {
  assert(wants(operand) && "nobody asked for this gradient");
  results[operand] = sumTo(value, op->getOperand(operand).getType());
}

Value ReverseRule::sumTo(Value value, Type type) {
  if (value.getType() == type)
    return value;
  ArrayRef<int64_t> from = exampleShape(value), to = exampleShape(type);
  assert(from.size() >= to.size() && "a gradient is as wide as the operand at least");
  int64_t missing = from.size() - to.size();
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < static_cast<int64_t>(from.size()); ++axis)
    if (axis < missing || (to[axis - missing] == 1 && from[axis] != 1))
      axes.push_back(axis);
  if (!axes.empty())
    value = reshape(sum(value, axes), to);
  if (isBatched(value.getType()) && !isBatched(type))
    value = BatchSumOp::create(builder, loc, value);
  assert(value.getType() == type && "a gradient has the operand's type");
  return value;
}

Value ReverseRule::scalar(double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return ConstantOp::create(builder, loc, type,
                            DenseElementsAttr::get(type, static_cast<float>(value)));
}

Value ReverseRule::add(Value lhs, Value rhs) { return AddOp::create(builder, loc, lhs, rhs); }
Value ReverseRule::sub(Value lhs, Value rhs) { return SubOp::create(builder, loc, lhs, rhs); }
Value ReverseRule::mul(Value lhs, Value rhs) { return MulOp::create(builder, loc, lhs, rhs); }
Value ReverseRule::div(Value lhs, Value rhs) { return DivOp::create(builder, loc, lhs, rhs); }
Value ReverseRule::neg(Value value) { return NegOp::create(builder, loc, value); }

Value ReverseRule::greater(Value lhs, Value rhs) {
  return GreaterOp::create(builder, loc, lhs, rhs);
}

Value ReverseRule::select(Value condition, Value onTrue, Value onFalse) {
  return SelectOp::create(builder, loc, condition, onTrue, onFalse);
}

Value ReverseRule::sum(Value value, ArrayRef<int64_t> axes, bool keepDims) {
  if (axes.empty())
    return value;
  return SumOp::create(builder, loc, value, axes, keepDims);
}

Value ReverseRule::mean(Value value, ArrayRef<int64_t> axes, bool keepDims) {
  return MeanOp::create(builder, loc, value, axes, keepDims);
}

Value ReverseRule::reshape(Value value, ArrayRef<int64_t> example) {
  if (exampleShape(value) == example)
    return value;
  auto type = cast<RankedTensorType>(value.getType());
  return ReshapeOp::create(builder, loc,
                           makeTensorType(isBatched(type), example, type.getElementType()), value);
}

Value ReverseRule::transpose(Value value, ArrayRef<int64_t> permutation) {
  return TransposeOp::create(builder, loc, value, permutation);
}

Value ReverseRule::broadcastLike(Value value, Value like) {
  if (value.getType() == like.getType())
    return value;
  Value batch = isBatched(like.getType()) && !isBatched(value.getType()) ? like : Value();
  return BroadcastOp::create(builder, loc, like.getType(), value, batch);
}

Value ReverseRule::alongAxis(Value value, int64_t axis, int64_t rank) {
  SmallVector<int64_t> shape(rank, 1);
  shape[axis] = exampleShape(value).front();
  return reshape(value, shape);
}

Value ReverseRule::channelCount(Value value, int64_t axis) {
  ArrayRef<int64_t> shape = exampleShape(value);
  Value size = BatchSizeOp::create(builder, loc, value);
  return mul(size, scalar(static_cast<double>(elementCount(shape) / shape[axis])));
}

Value ReverseRule::zeros(Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  if (isBatched(type))
    return broadcastLike(scalar(0.0), like);
  return ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, 0.0f));
}
