//===- Reduce.cpp - reverse rules of sums, means, maxima, softmax ---------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

// A reduced value with its axes back, of size 1.
template <typename OpTy> static Value withAxes(OpTy op, Value reduced, ReverseRule &r) {
  SmallVector<int64_t> shape(exampleShape(op.getInput()));
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return r.reshape(reduced, shape);
}

template <typename OpTy> static int64_t reducedCount(OpTy op) {
  int64_t count = 1;
  for (int64_t axis : op.getAxes())
    count *= exampleShape(op.getInput())[axis];
  return count;
}

static LogicalResult sumRule(SumOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.broadcastLike(withAxes(op, r.gradient, r), op.getInput()));
  return success();
}

static LogicalResult meanRule(MeanOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value share = r.div(r.gradient, r.scalar(static_cast<double>(reducedCount(op))));
  r.give(0, r.broadcastLike(withAxes(op, share, r), op.getInput()));
  return success();
}

// All elements that are the largest share the gradient evenly, as in PyTorch's amax.
static LogicalResult maxRule(MaxOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value largest = withAxes(op, op.getResult(), r);
  Value winners = r.sub(r.scalar(1.0), r.greater(largest, op.getInput()));
  Value count = r.sum(winners, op.getAxes(), /*keepDims=*/true);
  r.give(0, r.mul(winners, r.div(withAxes(op, r.gradient, r), count)));
  return success();
}

static LogicalResult batchSumRule(BatchSumOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.broadcastLike(r.gradient, op.getInput()));
  return success();
}

// Only a shape is read.
static LogicalResult batchSizeRule(BatchSizeOp, ReverseRule &) { return success(); }

static LogicalResult batchMeanRule(BatchMeanOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value share = r.div(r.gradient, r.channelCount(op.getInput(), op.getAxis()));
  int64_t rank = exampleShape(op.getInput()).size();
  r.give(0, r.broadcastLike(r.alongAxis(share, op.getAxis(), rank), op.getInput()));
  return success();
}

// 2 (x - mean) / n. What flows through the mean is the sum of x - mean, which is 0.
static LogicalResult batchVarianceRule(BatchVarianceOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  int64_t rank = exampleShape(op.getInput()).size(), axis = op.getAxis();
  Value mean = BatchMeanOp::create(r.builder, r.loc, op.getInput(), op.getAxisAttr());
  Value share = r.div(r.mul(r.gradient, r.scalar(2.0)), r.channelCount(op.getInput(), axis));
  Value centered = r.sub(op.getInput(), r.alongAxis(mean, axis, rank));
  r.give(0, r.mul(centered, r.alongAxis(share, axis, rank)));
  return success();
}

static LogicalResult softmaxRule(SoftmaxOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value weighted = r.mul(r.gradient, op.getResult());
  Value total = r.sum(weighted, static_cast<int64_t>(op.getAxis()), /*keepDims=*/true);
  r.give(0, r.sub(weighted, r.mul(op.getResult(), total)));
  return success();
}

static LogicalResult logSoftmaxRule(LogSoftmaxOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value total = r.sum(r.gradient, static_cast<int64_t>(op.getAxis()), /*keepDims=*/true);
  Value probability = ExpOp::create(r.builder, r.loc, op.getResult());
  r.give(0, r.sub(r.gradient, r.mul(probability, total)));
  return success();
}

void weir::attachReduceRules(MLIRContext *context) {
  attachRule<SumOp, sumRule>(context);
  attachRule<MeanOp, meanRule>(context);
  attachRule<MaxOp, maxRule>(context);
  attachRule<BatchSumOp, batchSumRule>(context);
  attachRule<BatchSizeOp, batchSizeRule>(context);
  attachRule<BatchMeanOp, batchMeanRule>(context);
  attachRule<BatchVarianceOp, batchVarianceRule>(context);
  attachRule<SoftmaxOp, softmaxRule>(context);
  attachRule<LogSoftmaxOp, logSoftmaxRule>(context);
}
