//===- ExpandBatchStatistics.cpp - mean and variance of a batch as sums ---------===//

#include "weir/Autodiff/Passes.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weir {
#define GEN_PASS_DEF_EXPANDBATCHSTATISTICSPASS
#include "weir/Autodiff/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// The mean of each channel over the batch and all other axes.
static Value channelMean(OpBuilder &builder, Location loc, Value input, int64_t axis) {
  ArrayRef<int64_t> shape = exampleShape(input);
  SmallVector<int64_t> axes;
  int64_t elements = 1;
  for (auto [other, size] : llvm::enumerate(shape))
    if (static_cast<int64_t>(other) != axis) {
      axes.push_back(other);
      elements *= size;
    }
  Value total = input;
  if (!axes.empty())
    total = SumOp::create(builder, loc, total, axes);
  total = BatchSumOp::create(builder, loc, total);
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  Value size = BatchSizeOp::create(builder, loc, input);
  Value perExample = ConstantOp::create(
      builder, loc, scalar, DenseElementsAttr::get(scalar, static_cast<float>(elements)));
  return DivOp::create(builder, loc, total, MulOp::create(builder, loc, size, perExample));
}

static Value channelVariance(OpBuilder &builder, Location loc, Value input, int64_t axis) {
  SmallVector<int64_t> shape(exampleShape(input).size(), 1);
  shape[axis] = exampleShape(input)[axis];
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  Value mean = ReshapeOp::create(builder, loc, type, channelMean(builder, loc, input, axis));
  Value centered = SubOp::create(builder, loc, input, mean);
  return channelMean(builder, loc, MulOp::create(builder, loc, centered, centered), axis);
}

namespace {
struct ExpandBatchStatisticsPass
    : weir::impl::ExpandBatchStatisticsPassBase<ExpandBatchStatisticsPass> {
  using Base::Base;
  void runOnOperation() override {
    if (getOperation().getName() != function)
      return;
    getOperation().walk([](Operation *op) {
      OpBuilder builder(op);
      Value value;
      if (auto mean = dyn_cast<BatchMeanOp>(op))
        value = channelMean(builder, op->getLoc(), mean.getInput(), mean.getAxis());
      else if (auto variance = dyn_cast<BatchVarianceOp>(op))
        value = channelVariance(builder, op->getLoc(), variance.getInput(), variance.getAxis());
      else
        return;
      op->getResult(0).replaceAllUsesWith(value);
      op->erase();
    });
  }
};
} // namespace
