//===- PointwiseToMatmul.cpp - lone 1x1 convolutions as they lie --------------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_POINTWISETOMATMULPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// Pixels of an image, below which a row of them fills too few vectors.
static constexpr int64_t kFewestPixels = 256;

// Whether nothing but elementwise ops with unbatched partners, which don't care how an image
// lies, stands between `value` and the outputs.
static bool onlyOutputs(Value value) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (isa<func::ReturnOp>(user))
      return true;
    if (isBinaryElementwise(user)) {
      for (Value operand : user->getOperands())
        if (operand != value && isBatched(operand.getType()))
          return false;
    } else if (!isUnaryElementwise(user)) {
      return false;
    }
    return onlyOutputs(user->getResult(0));
  });
}

namespace {
struct PointwiseToMatmul : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(Conv2dOp op, PatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsFirst)
      return rewriter.notifyMatchFailure(op, "the channels are last");
    ArrayRef<int64_t> weight = exampleShape(op.getWeight()), image = exampleShape(op.getInput());
    if (weight[2] != 1 || weight[3] != 1 || op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "more than one pixel or less than all channels");
    if (llvm::any_of(op.getStrides(), [](int64_t n) { return n != 1; }) ||
        exampleShape(op.getResult()).drop_front() != image.drop_front())
      return rewriter.notifyMatchFailure(op, "there is a stride or padding");
    if (!isBatched(op.getInput().getType()) || image[1] * image[2] < kFewestPixels)
      return rewriter.notifyMatchFailure(op, "the image is a parameter, or small");
    if (!isa<BlockArgument>(op.getInput()) || !onlyOutputs(op.getResult()))
      return rewriter.notifyMatchFailure(op, "its neighbours want the channels last");

    Location loc = op.getLoc();
    int64_t outputs = weight[0], channels = weight[1];
    Value matrix = reshapeTo(rewriter, loc, op.getWeight(), {outputs, channels});
    Value pixels = reshapeTo(rewriter, loc, op.getInput(), {channels, image[1] * image[2]});
    Value result = MatmulOp::create(rewriter, loc, matrix, pixels);
    if (op.getBias())
      result = AddOp::create(rewriter, loc, result,
                             reshapeTo(rewriter, loc, op.getBias(), {outputs, 1}));
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, exampleShape(op.getResult())));
    return success();
  }
};

struct PointwiseToMatmulPass : weir::impl::PointwiseToMatmulPassBase<PointwiseToMatmulPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PointwiseToMatmul>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
