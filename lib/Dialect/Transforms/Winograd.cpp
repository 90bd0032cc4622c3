//===- Winograd.cpp - 3x3 convolutions with fewer products --------------------===//

#include "weir/CodeGen/CostModel.h"
#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/Support/MathExtras.h"

namespace weir {
#define GEN_PASS_DEF_WINOGRADPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// The tile that costs least, or 0 for none.
static int64_t cheapestTile(ArrayRef<int64_t> result, int64_t channels, int64_t examples) {
  switch (chooseForm({channels, result[2], result[0], result[1], 3, 3, /*dense=*/true, examples})) {
  case ConvolutionForm::Winograd2:
    return 2;
  case ConvolutionForm::Winograd4:
    return 4;
  default:
    return 0;
  }
}

// The tile of a form, or 0 if it has none.
static int64_t tileOf(ConvForm form) {
  return form == ConvForm::Winograd2 ? 2 : form == ConvForm::Winograd4 ? 4 : 0;
}

namespace {
struct ToWinograd : OpRewritePattern<Conv2dOp> {
  ToWinograd(MLIRContext *context, bool always, int64_t tile, int64_t examples)
      : OpRewritePattern(context), always(always), givenTile(tile), examples(examples) {}

  LogicalResult matchAndRewrite(Conv2dOp op, PatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "the channels are not the last axis");
    if (!isBatched(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "the image is a parameter");
    if (op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "each group would be a product of its own");
    ArrayRef<int64_t> weight = exampleShape(op.getWeight());
    if (weight[2] != 3 || weight[3] != 3)
      return rewriter.notifyMatchFailure(op, "the kernel isn't 3x3");
    auto isOne = [](int64_t n) { return n == 1; };
    if (!llvm::all_of(op.getStrides(), isOne) || !llvm::all_of(op.getDilations(), isOne))
      return rewriter.notifyMatchFailure(op, "there is a stride or a dilation");
    ArrayRef<int64_t> result = exampleShape(op.getResult());
    if (auto form = op->getAttrOfType<ConvFormAttr>("weir.form")) {
      if (tileOf(form.getValue()) == 0)
        return rewriter.notifyMatchFailure(op, "another form was chosen for it");
      rewrite(op, tileOf(form.getValue()), rewriter);
      return success();
    }
    int64_t tile = chooseTile(result, weight[1]);
    if (tile == 0)
      return rewriter.notifyMatchFailure(op, "the transforms would cost more than they save");
    rewrite(op, tile, rewriter);
    return success();
  }

  int64_t chooseTile(ArrayRef<int64_t> result, int64_t channels) const {
    int64_t cheapest = cheapestTile(result, channels, examples);
    if (givenTile != 0)
      return always || cheapest != 0 ? givenTile : 0;
    return always && cheapest == 0 ? 4 : cheapest;
  }

  static void rewrite(Conv2dOp op, int64_t tile, PatternRewriter &rewriter) {
    Location loc = op.getLoc();
    ArrayRef<int64_t> result = exampleShape(op.getResult());
    // The last tiles may reach past the padded image: there, too, are zeros, and what
    // comes of them is left out.
    SmallVector<int64_t> low(op.getPadLow()), high(op.getPadHigh());
    for (int i = 0; i < 2; ++i)
      high[i] += llvm::alignTo(result[i], tile) - result[i];
    low.push_back(0);
    high.push_back(0);
    Value image = op.getInput();
    if (llvm::any_of(llvm::concat<int64_t>(low, high), [](int64_t size) { return size != 0; }))
      image = PadOp::create(rewriter, loc, image, low, high, APFloat(0.0f));
    Value tiles = WinogradInputOp::create(rewriter, loc, image, tile);
    Value matrices = WinogradWeightOp::create(rewriter, loc, op.getWeight(), tile);
    Value sums = GroupedProductOp::create(rewriter, loc, tiles, matrices);
    Value replacement = WinogradOutputOp::create(rewriter, loc, sums, tile, result[0], result[1]);
    if (op.getBias())
      replacement = AddOp::create(rewriter, loc, replacement, op.getBias());
    rewriter.replaceOp(op, replacement);
  }

  bool always;
  int64_t givenTile, examples;
};

struct WinogradPass : weir::impl::WinogradPassBase<WinogradPass> {
  using Base::Base;
  void runOnOperation() override {
    if (tile != 0 && tile != 2 && tile != 4) {
      getOperation().emitError("weir-winograd: a tile of 2 or 4 expected, found ") << int64_t(tile);
      return signalPassFailure();
    }
    if (examples < 1) {
      getOperation().emitError("weir-winograd: 1 or more examples expected, found ")
          << int64_t(examples);
      return signalPassFailure();
    }
    RewritePatternSet patterns(&getContext());
    patterns.add<ToWinograd>(&getContext(), always, tile, examples);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
