//===- Winograd.cpp - 3x3 convolutions with fewer products --------------------===//

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

// How long a convolution takes for one example, counted in multiply-adds of the product
// kernel: what it multiplies, what transforms cost per element of transformed tiles, and
// what it costs to fetch the weight from memory. Both prices were measured (AVX2).
static double estimate(int64_t tile, ArrayRef<int64_t> result, int64_t channels) {
  constexpr double perElement = 14, perWeight = 8;
  double weight = static_cast<double>(channels) * result[2];
  if (tile == 0)
    return 9 * weight * (result[0] * result[1] + perWeight);
  double tiles = llvm::divideCeil(result[0], tile) * llvm::divideCeil(result[1], tile);
  double positions = (tile + 2) * (tile + 2);
  return positions * (tiles * (weight + perElement * (channels + result[2])) + perWeight * weight);
}

// The tile that costs least, or 0 for none.
static int64_t cheapestTile(ArrayRef<int64_t> result, int64_t channels) {
  // Ahead by a fifth at least, or the larger weights aren't worth their memory.
  double least = 0.8 * estimate(0, result, channels);
  int64_t best = 0;
  for (int64_t tile : {2, 4}) {
    double cost = estimate(tile, result, channels);
    if (cost < least) {
      least = cost;
      best = tile;
    }
  }
  return best;
}

namespace {
struct ToWinograd : OpRewritePattern<Conv2dOp> {
  ToWinograd(MLIRContext *context, bool always, int64_t tile)
      : OpRewritePattern(context), always(always), givenTile(tile) {}

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
    int64_t tile = chooseTile(result, weight[1]);
    if (tile == 0)
      return rewriter.notifyMatchFailure(op, "the transforms would cost more than they save");
    rewrite(op, tile, rewriter);
    return success();
  }

  int64_t chooseTile(ArrayRef<int64_t> result, int64_t channels) const {
    int64_t cheapest = cheapestTile(result, channels);
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
  int64_t givenTile;
};

struct WinogradPass : weir::impl::WinogradPassBase<WinogradPass> {
  using Base::Base;
  void runOnOperation() override {
    if (tile != 0 && tile != 2 && tile != 4) {
      getOperation().emitError("weir-winograd: a tile of 2 or 4 expected, found ") << tile;
      return signalPassFailure();
    }
    RewritePatternSet patterns(&getContext());
    patterns.add<ToWinograd>(&getContext(), always, tile);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
