//===- LinearToProduct.cpp - layers with a weight as products -----------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_LINEARTOPRODUCTPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct LinearToProduct : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LinearOp op, PatternRewriter &rewriter) const override {
    Value matrix = transposeTo(rewriter, op.getLoc(), op.getWeight(), {1, 0});
    Value result =
        ProductOp::create(rewriter, op.getLoc(), op.getInput(), matrix, /*init=*/Value());
    if (op.getBias())
      result = AddOp::create(rewriter, op.getLoc(), result, op.getBias());
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct MatmulToProduct : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    if (isBatched(op.getRhs().getType()))
      return rewriter.notifyMatchFailure(op, "the right side depends on the example");
    if (exampleShape(op.getRhs()).size() != 2)
      return rewriter.notifyMatchFailure(op, "the right side is more than one matrix");
    rewriter.replaceOpWithNewOp<ProductOp>(op, op.getLhs(), op.getRhs(), /*init=*/Value());
    return success();
  }
};

struct LinearToProductPass : weir::impl::LinearToProductPassBase<LinearToProductPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LinearToProduct, MatmulToProduct>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
