//===- FoldBatchNorm.cpp - batch norm into the layer before it ----------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_FOLDBATCHNORMPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// The example axis along which the outputs of a layer lie.
template <typename Conv> static int64_t convOutputAxis(Conv op) {
  return op.getLayout() == Layout::ChannelsLast ? exampleShape(op.getResult()).size() - 1 : 0;
}
static int64_t outputAxis(Conv1dOp op) { return convOutputAxis(op); }
static int64_t outputAxis(Conv2dOp op) { return convOutputAxis(op); }
static int64_t outputAxis(LinearOp op) { return exampleShape(op.getResult()).size() - 1; }

namespace {
// (w x + b) * scale + shift = (w * scale) x + (b * scale + shift), where the
// outputs are the first axis of w.
template <typename Layer> struct FoldIntoLayer : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern<BatchNormOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    auto layer = op.getInput().template getDefiningOp<Layer>();
    if (!layer)
      return rewriter.notifyMatchFailure(op, "doesn't follow this kind of layer");
    if (!layer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the layer's result is used elsewhere too");
    if (static_cast<int64_t>(op.getAxis()) != outputAxis(layer))
      return rewriter.notifyMatchFailure(op, "normalizes an axis other than the layer's outputs");

    ChannelAffine affine = batchNormAffine(rewriter, op);
    Value weight = layer.getWeight();
    SmallVector<int64_t> perOutput(exampleShape(weight).size(), 1);
    perOutput.front() = exampleShape(weight).front();
    weight = MulOp::create(rewriter, op.getLoc(), weight,
                           reshapeTo(rewriter, op.getLoc(), affine.scale, perOutput));
    Value bias = affine.shift;
    if (layer.getBias())
      bias =
          AddOp::create(rewriter, op.getLoc(),
                        MulOp::create(rewriter, op.getLoc(), layer.getBias(), affine.scale), bias);

    // A clone keeps the layer's attributes, whichever they are.
    auto folded = cast<Layer>(rewriter.clone(*layer));
    folded->setLoc(rewriter.getFusedLoc({layer.getLoc(), op.getLoc()}));
    folded.getWeightMutable().assign(weight);
    folded.getBiasMutable().assign(bias);
    rewriter.replaceOp(op, folded.getResult());
    return success();
  }
};

// The same for the last axis of a product's matrix, where the outputs are.
struct FoldIntoProduct : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern<BatchNormOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    auto product = op.getInput().getDefiningOp<ProductOp>();
    if (!product)
      return rewriter.notifyMatchFailure(op, "doesn't follow a product");
    if (!product->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the product is used elsewhere too");
    if (product.getInit())
      return rewriter.notifyMatchFailure(op, "the product starts from a sum that isn't scaled");
    if (op.getAxis() + 1 != exampleShape(product.getResult()).size())
      return rewriter.notifyMatchFailure(op, "normalizes an axis other than the outputs");

    ChannelAffine affine = batchNormAffine(rewriter, op);
    Location loc = rewriter.getFusedLoc({product.getLoc(), op.getLoc()});
    Value matrix = MulOp::create(rewriter, op.getLoc(), product.getMatrix(), affine.scale);
    Value scaled = ProductOp::create(rewriter, loc, product.getRows(), matrix, /*init=*/Value());
    rewriter.replaceOpWithNewOp<AddOp>(op, scaled, affine.shift);
    return success();
  }
};

struct FoldBatchNormPass : weir::impl::FoldBatchNormPassBase<FoldBatchNormPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoLayer<Conv1dOp>, FoldIntoLayer<Conv2dOp>, FoldIntoLayer<LinearOp>,
                 FoldIntoProduct>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
