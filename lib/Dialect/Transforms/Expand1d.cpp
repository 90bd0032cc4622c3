//===- Expand1d.cpp - one spatial axis as two ---------------------------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_EXPAND1DPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// The list for two axes: `first` for the new one, whose size is 1.
static SmallVector<int64_t> expanded(ArrayRef<int64_t> list, int64_t first) {
  return {first, list[0]};
}

// The image with an axis of size 1 before its spatial axis.
template <typename Op> static Value expandedImage(OpBuilder &builder, Op op) {
  SmallVector<int64_t> shape(exampleShape(op.getInput()));
  shape.insert(op.getLayout() == Layout::ChannelsLast ? shape.begin() : shape.begin() + 1, 1);
  return reshapeTo(builder, op.getLoc(), op.getInput(), shape);
}

template <typename Op>
static LogicalResult replaceWith(PatternRewriter &rewriter, Op op, Value result) {
  rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), result, exampleShape(op.getResult())));
  return success();
}

namespace {
struct ExpandConv : OpRewritePattern<Conv1dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Conv1dOp op, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = exampleShape(op.getWeight());
    Value weight =
        reshapeTo(rewriter, op.getLoc(), op.getWeight(), {shape[0], shape[1], 1, shape[2]});
    return replaceWith(rewriter, op,
                       Conv2dOp::create(rewriter, op.getLoc(), expandedImage(rewriter, op), weight,
                                        op.getBias(), expanded(op.getStrides(), 1),
                                        expanded(op.getPadLow(), 0), expanded(op.getPadHigh(), 0),
                                        expanded(op.getDilations(), 1), op.getGroups(),
                                        op.getLayout()));
  }
};

struct ExpandMaxPool : OpRewritePattern<MaxPool1dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MaxPool1dOp op, PatternRewriter &rewriter) const override {
    return replaceWith(rewriter, op,
                       MaxPool2dOp::create(rewriter, op.getLoc(), expandedImage(rewriter, op),
                                           expanded(op.getKernel(), 1),
                                           expanded(op.getStrides(), 1),
                                           expanded(op.getPadLow(), 0),
                                           expanded(op.getPadHigh(), 0), op.getLayout()));
  }
};

struct ExpandAvgPool : OpRewritePattern<AvgPool1dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AvgPool1dOp op, PatternRewriter &rewriter) const override {
    return replaceWith(
        rewriter, op,
        AvgPool2dOp::create(rewriter, op.getLoc(), expandedImage(rewriter, op),
                            expanded(op.getKernel(), 1), expanded(op.getStrides(), 1),
                            expanded(op.getPadLow(), 0), expanded(op.getPadHigh(), 0),
                            op.getCountIncludePad(), op.getLayout()));
  }
};

struct Expand1dPass : weir::impl::Expand1dPassBase<Expand1dPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandConv, ExpandMaxPool, ExpandAvgPool>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
