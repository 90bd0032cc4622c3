//===- SplitConcat.cpp - products of joined tensors without the copy ----------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_SPLITCONCATPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct Splitter {
  bool always;

  // rows * matrix (+ init) as a sum over the operands of the concat that computes
  // the rows, where the last `reduced` axes of the rows are summed over.
  template <typename Op>
  FailureOr<Value> split(Op op, Value rows, Value matrix, Value init, int64_t reduced,
                         PatternRewriter &rewriter) const {
    auto concat = rows.getDefiningOp<ConcatOp>();
    if (!concat)
      return rewriter.notifyMatchFailure(op, "the rows are not joined");
    if (!concat->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the joined rows are used elsewhere too");
    ArrayRef<int64_t> joined = exampleShape(rows);
    int64_t axis =
        static_cast<int64_t>(concat.getAxis()) - (static_cast<int64_t>(joined.size()) - reduced);
    if (axis < 0)
      return rewriter.notifyMatchFailure(op, "joined along an axis that is not summed over");
    int64_t elements = 1;
    for (int64_t size : joined.take_back(reduced))
      elements *= size;
    bool linear = std::is_same_v<Op, LinearOp>;
    int64_t features = linear ? exampleShape(matrix).front() : exampleShape(matrix).back();
    int64_t operands = concat.getInputs().size();
    if (!always && features * (operands - 1) > elements)
      return rewriter.notifyMatchFailure(op, "summing up costs more than joining");

    Location loc = rewriter.getFusedLoc({concat.getLoc(), op.getLoc()});
    if (linear)
      matrix = transposeTo(rewriter, op.getLoc(), matrix, {1, 0});
    int64_t offset = 0;
    for (Value input : concat.getInputs()) {
      int64_t size = exampleShape(input)[concat.getAxis()];
      Value part = sliceAxis(rewriter, loc, matrix, axis, offset, size);
      init = ProductOp::create(rewriter, loc, input, part, init);
      offset += size;
    }
    return init;
  }
};

struct SplitProduct : OpRewritePattern<ProductOp>, Splitter {
  SplitProduct(MLIRContext *context, bool always) : OpRewritePattern(context), Splitter{always} {}
  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    int64_t reduced = exampleShape(op.getMatrix()).size() - 1;
    FailureOr<Value> sum = split(op, op.getRows(), op.getMatrix(), op.getInit(), reduced, rewriter);
    if (failed(sum))
      return failure();
    rewriter.replaceOp(op, *sum);
    return success();
  }
};

struct SplitLinear : OpRewritePattern<LinearOp>, Splitter {
  SplitLinear(MLIRContext *context, bool always) : OpRewritePattern(context), Splitter{always} {}
  LogicalResult matchAndRewrite(LinearOp op, PatternRewriter &rewriter) const override {
    FailureOr<Value> sum =
        split(op, op.getInput(), op.getWeight(), /*init=*/Value(), /*reduced=*/1, rewriter);
    if (failed(sum))
      return failure();
    if (op.getBias())
      rewriter.replaceOpWithNewOp<AddOp>(op, *sum, op.getBias());
    else
      rewriter.replaceOp(op, *sum);
    return success();
  }
};

struct SplitMatmul : OpRewritePattern<MatmulOp>, Splitter {
  SplitMatmul(MLIRContext *context, bool always) : OpRewritePattern(context), Splitter{always} {}
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    if (isBatched(op.getRhs().getType()) || exampleShape(op.getRhs()).size() != 2)
      return rewriter.notifyMatchFailure(op, "the right side is no parameter of rank two");
    FailureOr<Value> sum =
        split(op, op.getLhs(), op.getRhs(), /*init=*/Value(), /*reduced=*/1, rewriter);
    if (failed(sum))
      return failure();
    rewriter.replaceOp(op, *sum);
    return success();
  }
};

struct SplitConcatPass : weir::impl::SplitConcatPassBase<SplitConcatPass> {
  using Base::Base;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitProduct, SplitLinear, SplitMatmul>(&getContext(), always);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
