//===- ConvToProduct.cpp - convolution is a matrix product --------------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_CONVTOPRODUCTPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// The image with the convolution's padding around its spatial axes.
template <typename Op> static Value padImage(OpBuilder &builder, Op op) {
  ArrayRef<int64_t> low = op.getPadLow(), high = op.getPadHigh();
  if (llvm::all_of(low, [](int64_t size) { return size == 0; }) &&
      llvm::all_of(high, [](int64_t size) { return size == 0; }))
    return op.getInput();
  return PadOp::create(builder, op.getLoc(), op.getInput(), ArrayRef<int64_t>{low[0], low[1], 0},
                       ArrayRef<int64_t>{high[0], high[1], 0}, APFloat(0.0f));
}

namespace {
struct ConvToProduct : OpRewritePattern<Conv2dOp> {
  ConvToProduct(MLIRContext *context, ConvAlgorithm algorithm)
      : OpRewritePattern(context), algorithm(algorithm) {}

  LogicalResult matchAndRewrite(Conv2dOp op, PatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "the channels are not the last axis");
    if (op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "a grouped convolution is several products");

    Location loc = op.getLoc();
    Value rows = padImage(rewriter, op);
    ArrayRef<int64_t> weight = exampleShape(op.getWeight());
    int64_t outputs = weight[0], channels = weight[1];
    ArrayRef<int64_t> kernel = weight.drop_front(2);
    Value matrix;
    if (kernel[0] == 1 && kernel[1] == 1 &&
        llvm::all_equal({op.getStrides()[0], op.getStrides()[1], static_cast<int64_t>(1)})) {
      // Each pixel is a row as it is.
      matrix = reshapeTo(rewriter, loc, op.getWeight(), {outputs, channels});
      matrix = transposeTo(rewriter, loc, matrix, {1, 0});
    } else {
      matrix = transposeTo(rewriter, loc, op.getWeight(), {2, 3, 1, 0});
      switch (algorithmOf(op)) {
      case ConvAlgorithm::Windows:
        rows = WindowsOp::create(rewriter, loc, rows, kernel, op.getStrides(), op.getDilations());
        break;
      case ConvAlgorithm::Im2col:
        rows = Im2colOp::create(rewriter, loc, rows, kernel, op.getStrides(), op.getDilations());
        matrix = reshapeTo(rewriter, loc, matrix, {kernel[0] * kernel[1] * channels, outputs});
        break;
      }
    }
    Value result = ProductOp::create(rewriter, loc, rows, matrix, /*init=*/Value());
    if (op.getBias())
      result = AddOp::create(rewriter, loc, result, op.getBias());
    rewriter.replaceOp(op, result);
    return success();
  }

  // What is left here of the forms that may have been chosen for it.
  ConvAlgorithm algorithmOf(Conv2dOp op) const {
    auto form = op->getAttrOfType<ConvFormAttr>("weir.form");
    if (!form)
      return algorithm;
    return form.getValue() == ConvForm::Im2col ? ConvAlgorithm::Im2col : ConvAlgorithm::Windows;
  }

  ConvAlgorithm algorithm;
};

// The gradient of the weight goes through the same windows as the convolution itself.
struct WeightGradientToProduct : OpRewritePattern<Conv2dWeightGradientOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Conv2dWeightGradientOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "the channels are not the last axis");
    if (op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "a grouped convolution is several products");
    Location loc = op.getLoc();
    Value rows = WindowsOp::create(rewriter, loc, padImage(rewriter, op), op.getKernel(),
                                   op.getStrides(), op.getDilations());
    Value matrix = ProductWeightGradientOp::create(rewriter, loc, rows, op.getGradient());
    rewriter.replaceOp(op, transposeTo(rewriter, loc, matrix, {3, 2, 0, 1}));
    return success();
  }
};

struct ConvToProductPass : weir::impl::ConvToProductPassBase<ConvToProductPass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvToProduct>(&getContext(), algorithm);
    patterns.add<WeightGradientToProduct>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
