//===- Reduce.cpp - sums, means, maxima, softmax -------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

static LogicalResult inferReduce(std::optional<Location> loc, StringRef name, Value input,
                                 ArrayRef<int64_t> axes, bool keepDims,
                                 SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = exampleShape(input);
  int64_t rank = shape.size();
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (axis < 0 || axis >= rank)
      return emitOptionalError(loc, name, ": axis ", axis, " of an example of rank ", rank);
    if (i > 0 && axes[i - 1] >= axis)
      return emitOptionalError(loc, name, ": axes must ascend, found ", formatShape(axes));
  }
  SmallVector<int64_t> result;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (!llvm::is_contained(axes, axis))
      result.push_back(shape[axis]);
    else if (keepDims)
      result.push_back(1);
  }
  auto type = cast<RankedTensorType>(input.getType());
  inferred.push_back(makeTensorType(isBatched(type), result, type.getElementType()));
  return success();
}

#define WEIR_REDUCE(OP)                                                                            \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,  \
                                     SmallVectorImpl<Type> &inferred) {                            \
    return inferReduce(loc, getOperationName(), adaptor.getInput(), adaptor.getAxes(),             \
                       adaptor.getKeepDims(), inferred);                                           \
  }
WEIR_REDUCE(SumOp)
WEIR_REDUCE(MeanOp)
WEIR_REDUCE(MaxOp)
#undef WEIR_REDUCE

static LogicalResult inferSoftmax(std::optional<Location> loc, StringRef name, Value input,
                                  IntegerAttr attribute, SmallVectorImpl<Type> &inferred) {
  // The parser infers the type before it hands over the attributes; the verifier
  // infers it again when they are there.
  if (attribute) {
    int64_t axis = attribute.getInt(), rank = exampleShape(input).size();
    if (axis < 0 || axis >= rank)
      return emitOptionalError(loc, name, ": axis ", axis, " of an example of rank ", rank);
  }
  inferred.push_back(input.getType());
  return success();
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferSoftmax(loc, getOperationName(), adaptor.getInput(), adaptor.getAxisAttr(), inferred);
}

LogicalResult LogSoftmaxOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferSoftmax(loc, getOperationName(), adaptor.getInput(), adaptor.getAxisAttr(), inferred);
}

//===----------------------------------------------------------------------===//
// Over the batch
//===----------------------------------------------------------------------===//

static LogicalResult checkBatched(std::optional<Location> loc, StringRef name, Value input) {
  if (!isBatched(input.getType()))
    return emitOptionalError(loc, name, ": needs a batch, found ", input.getType());
  return success();
}

LogicalResult BatchSumOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                           Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkBatched(loc, getOperationName(), adaptor.getInput())))
    return failure();
  inferred.push_back(
      RankedTensorType::get(exampleShape(adaptor.getInput()), Float32Type::get(context)));
  return success();
}

LogicalResult BatchSizeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkBatched(loc, getOperationName(), adaptor.getInput())))
    return failure();
  inferred.push_back(RankedTensorType::get({}, Float32Type::get(context)));
  return success();
}

static LogicalResult inferBatchStatistic(std::optional<Location> loc, StringRef name, Value input,
                                         int64_t axis, SmallVectorImpl<Type> &inferred) {
  if (failed(checkBatched(loc, name, input)))
    return failure();
  ArrayRef<int64_t> shape = exampleShape(input);
  if (axis < 0 || axis >= static_cast<int64_t>(shape.size()))
    return emitOptionalError(loc, name, ": axis ", axis, " of an example of rank ", shape.size());
  inferred.push_back(RankedTensorType::get(
      {shape[axis]}, cast<RankedTensorType>(input.getType()).getElementType()));
  return success();
}

LogicalResult BatchMeanOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferBatchStatistic(loc, getOperationName(), adaptor.getInput(), adaptor.getAxis(),
                             inferred);
}

LogicalResult BatchVarianceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferBatchStatistic(loc, getOperationName(), adaptor.getInput(), adaptor.getAxis(),
                             inferred);
}
