//===- ChannelsLast.cpp - channels to the last axis ---------------------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "SinkTransposes.h"
#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_CHANNELSLASTPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
template <typename Op> struct ToChannelsLast : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op.getLayout() == Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "the channels are last already");
    Location loc = op.getLoc();
    Value image = TransposeOp::create(rewriter, loc, op.getInput(), kToChannelsLast);
    ArrayRef<int64_t> first = exampleShape(op.getResult());
    auto moved = cast<Op>(rewriter.clone(*op));
    moved.getInputMutable().assign(image);
    moved.setLayout(Layout::ChannelsLast);
    moved.getResult().setType(makeTensorType(
        isBatched(op.getType()), {first[1], first[2], first[0]}, op.getType().getElementType()));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved.getResult(), kToChannelsFirst);
    return success();
  }
};

// The image and the gradient of its result change their layout; what comes out, the
// weight's gradient or the image's, keeps it or is moved back.
template <typename Op> struct GradientToChannelsLast : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op.getLayout() == Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "the channels are last already");
    Location loc = op.getLoc();
    auto moved = cast<Op>(rewriter.clone(*op));
    moved.getInputMutable().assign(
        TransposeOp::create(rewriter, loc, op.getInput(), kToChannelsLast));
    moved.getGradientMutable().assign(
        TransposeOp::create(rewriter, loc, op.getGradient(), kToChannelsLast));
    moved->moveAfter(moved.getGradient().getDefiningOp());
    moved.setLayout(Layout::ChannelsLast);
    if constexpr (std::is_same_v<Op, Conv2dWeightGradientOp>) {
      rewriter.replaceOp(op, moved.getResult());
    } else {
      moved.getResult().setType(cast<RankedTensorType>(moved.getInput().getType()));
      rewriter.replaceOpWithNewOp<TransposeOp>(op, moved.getResult(), kToChannelsFirst);
    }
    return success();
  }
};

struct ChannelsLastPass : weir::impl::ChannelsLastPassBase<ChannelsLastPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ToChannelsLast<Conv2dOp>, ToChannelsLast<MaxPool2dOp>, ToChannelsLast<AvgPool2dOp>,
                 GradientToChannelsLast<Conv2dWeightGradientOp>,
                 GradientToChannelsLast<MaxPool2dGradientOp>>(&getContext());
    populateSinkTransposePatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
