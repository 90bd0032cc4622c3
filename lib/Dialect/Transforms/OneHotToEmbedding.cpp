//===- OneHotToEmbedding.cpp - products with one-hot rows are look-ups --------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_ONEHOTTOEMBEDDINGPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// one_hot(ids) @ matrix: row `id` of the matrix.
template <typename Op>
static FailureOr<Value> lookUp(Op op, Value rows, Value matrix, PatternRewriter &rewriter) {
  auto oneHot = rows.getDefiningOp<OneHotOp>();
  if (!oneHot)
    return rewriter.notifyMatchFailure(op, "the rows are not one-hot");
  if (isBatched(matrix.getType()) || exampleShape(matrix).size() != 2)
    return rewriter.notifyMatchFailure(op, "the right side is not one table");
  if (std::is_same_v<Op, LinearOp>)
    matrix = transposeTo(rewriter, op.getLoc(), matrix, {1, 0});
  Location loc = rewriter.getFusedLoc({oneHot.getLoc(), op.getLoc()});
  return EmbeddingOp::create(rewriter, loc, oneHot.getIds(), matrix).getResult();
}

namespace {
struct LookUpMatmul : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    FailureOr<Value> rows = lookUp(op, op.getLhs(), op.getRhs(), rewriter);
    if (failed(rows))
      return failure();
    rewriter.replaceOp(op, *rows);
    return success();
  }
};

struct LookUpLinear : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LinearOp op, PatternRewriter &rewriter) const override {
    FailureOr<Value> rows = lookUp(op, op.getInput(), op.getWeight(), rewriter);
    if (failed(rows))
      return failure();
    if (op.getBias())
      rewriter.replaceOpWithNewOp<AddOp>(op, *rows, op.getBias());
    else
      rewriter.replaceOp(op, *rows);
    return success();
  }
};

struct LookUpProduct : OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    FailureOr<Value> rows = lookUp(op, op.getRows(), op.getMatrix(), rewriter);
    if (failed(rows))
      return failure();
    if (op.getInit())
      rewriter.replaceOpWithNewOp<AddOp>(op, op.getInit(), *rows);
    else
      rewriter.replaceOp(op, *rows);
    return success();
  }
};

struct OneHotToEmbeddingPass : weir::impl::OneHotToEmbeddingPassBase<OneHotToEmbeddingPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LookUpMatmul, LookUpLinear, LookUpProduct>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
