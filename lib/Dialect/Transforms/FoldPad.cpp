//===- FoldPad.cpp - explicit padding into the layer that reads it ------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_FOLDPADPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

static SmallVector<int64_t> sum(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  SmallVector<int64_t> result(a);
  for (auto [total, more] : llvm::zip_equal(result, b))
    total += more;
  return result;
}

static bool allZero(ArrayRef<int64_t> list) {
  return llvm::all_of(list, [](int64_t size) { return size == 0; });
}

namespace {
// What a pad adds to the spatial axes of an image.
struct SpatialPad {
  PadOp op;
  ArrayRef<int64_t> low, high;
};
} // namespace

// The pad of zeros that computes a layer's input, if it leaves the channels alone.
template <typename Layer>
static FailureOr<SpatialPad> zeroPad(Layer layer, PatternRewriter &rewriter) {
  auto pad = layer.getInput().template getDefiningOp<PadOp>();
  if (!pad)
    return rewriter.notifyMatchFailure(layer, "the input is not padded");
  if (!pad.getValue().isZero())
    return rewriter.notifyMatchFailure(layer, "the input is padded with something else than 0");
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  bool last = layer.getLayout() == Layout::ChannelsLast;
  if ((last ? low.back() : low.front()) != 0 || (last ? high.back() : high.front()) != 0)
    return rewriter.notifyMatchFailure(layer, "the channels are padded too");
  return SpatialPad{pad, last ? low.drop_back() : low.drop_front(),
                    last ? high.drop_back() : high.drop_front()};
}

namespace {
template <typename Conv> struct FoldIntoConv : OpRewritePattern<Conv> {
  using OpRewritePattern<Conv>::OpRewritePattern;
  LogicalResult matchAndRewrite(Conv op, PatternRewriter &rewriter) const override {
    FailureOr<SpatialPad> pad = zeroPad(op, rewriter);
    if (failed(pad))
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad->op.getInput());
      op.setPadLow(sum(op.getPadLow(), pad->low));
      op.setPadHigh(sum(op.getPadHigh(), pad->high));
      op->setLoc(rewriter.getFusedLoc({pad->op.getLoc(), op.getLoc()}));
    });
    return success();
  }
};

template <typename Pool> struct FoldIntoAvgPool : OpRewritePattern<Pool> {
  using OpRewritePattern<Pool>::OpRewritePattern;
  LogicalResult matchAndRewrite(Pool op, PatternRewriter &rewriter) const override {
    FailureOr<SpatialPad> pad = zeroPad(op, rewriter);
    if (failed(pad))
      return failure();
    // The explicit zeros are counted. The pool's own padding must be, too.
    if (!op.getCountIncludePad() && !(allZero(op.getPadLow()) && allZero(op.getPadHigh())))
      return rewriter.notifyMatchFailure(op, "the pool doesn't count its own padding");
    SmallVector<int64_t> low = sum(op.getPadLow(), pad->low);
    SmallVector<int64_t> high = sum(op.getPadHigh(), pad->high);
    for (auto [i, kernel] : llvm::enumerate(op.getKernel()))
      if (low[i] >= kernel || high[i] >= kernel)
        return rewriter.notifyMatchFailure(op, "a window would hold nothing but padding");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(pad->op.getInput());
      op.setPadLow(low);
      op.setPadHigh(high);
      op.setCountIncludePad(true);
      op->setLoc(rewriter.getFusedLoc({pad->op.getLoc(), op.getLoc()}));
    });
    return success();
  }
};

struct FoldIntoPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<PadOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "the input is not padded");
    if (!inner.getValue().bitwiseIsEqual(op.getValue()))
      return rewriter.notifyMatchFailure(op, "the two pads write different values");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(inner.getInput());
      op.setLow(sum(op.getLow(), inner.getLow()));
      op.setHigh(sum(op.getHigh(), inner.getHigh()));
      op->setLoc(rewriter.getFusedLoc({inner.getLoc(), op.getLoc()}));
    });
    return success();
  }
};

struct FoldPadPass : weir::impl::FoldPadPassBase<FoldPadPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoConv<Conv1dOp>, FoldIntoConv<Conv2dOp>, FoldIntoAvgPool<AvgPool1dOp>,
                 FoldIntoAvgPool<AvgPool2dOp>, FoldIntoPad>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
