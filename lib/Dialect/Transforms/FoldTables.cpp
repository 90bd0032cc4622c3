//===- FoldTables.cpp - products into the tables that their rows come from ----===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_FOLDTABLESPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// A folded table of 1 MiB stays in cache whatever its rows are long.
static constexpr int64_t kSmallTable = 1 << 18;
// What may be multiplied once, at load: some 0.1 s.
static constexpr int64_t kMostMultiplyAdds = int64_t{1} << 32;

// Whether `rows` are looked up, and reading longer or shorter rows, `features` long,
// costs less than the product.
static bool paysToFold(Value rows, int64_t features) {
  int64_t idsPerRow = 1;
  Value table;
  if (auto lookUp = rows.getDefiningOp<EmbeddingOp>()) {
    table = lookUp.getTable();
  } else if (auto bag = rows.getDefiningOp<EmbeddingBagOp>()) {
    if (bag.getMode() == BagMode::Max)
      return false;
    idsPerRow = exampleShape(bag.getIds()).back();
    table = bag.getTable();
  } else {
    return false;
  }
  int64_t count = exampleShape(table)[0], width = exampleShape(table)[1];
  return count * width <= kMostMultiplyAdds / features &&
         count * features <= std::max(2 * count * width, kSmallTable) &&
         2 * idsPerRow * (features - width) <= width * features;
}

// What the rows of `looked`, times `matrix`, are.
static Value fold(OpBuilder &builder, Location loc, Value looked, Value matrix) {
  Operation *op = looked.getDefiningOp();
  loc = builder.getFusedLoc({op->getLoc(), loc});
  auto foldInto = [&](auto lookUp) -> Value {
    Value table =
        ProductOp::create(builder, loc, lookUp.getTable(), matrix, /*init=*/Value()).getResult();
    if constexpr (std::is_same_v<decltype(lookUp), EmbeddingOp>)
      return EmbeddingOp::create(builder, loc, lookUp.getIds(), table);
    else
      return EmbeddingBagOp::create(builder, loc, lookUp.getIds(), table, lookUp.getMode());
  };
  if (auto lookUp = dyn_cast<EmbeddingOp>(op))
    return foldInto(lookUp);
  return foldInto(cast<EmbeddingBagOp>(op));
}

namespace {
struct FoldTable : OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    if (exampleShape(op.getMatrix()).size() != 2)
      return rewriter.notifyMatchFailure(op, "sums over more than one axis");
    if (!paysToFold(op.getRows(), exampleShape(op.getMatrix()).back()))
      return rewriter.notifyMatchFailure(op, "the rows aren't looked up, or it doesn't pay");
    Value result = fold(rewriter, op.getLoc(), op.getRows(), op.getMatrix());
    if (op.getInit())
      rewriter.replaceOpWithNewOp<AddOp>(op, op.getInit(), result);
    else
      rewriter.replaceOp(op, result);
    return success();
  }
};

// Each part of a concat meets its own rows of the matrix; what isn't looked up stays
// one product.
struct FoldJoinedTables : OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ProductOp op, PatternRewriter &rewriter) const override {
    auto concat = op.getRows().getDefiningOp<ConcatOp>();
    if (!concat)
      return rewriter.notifyMatchFailure(op, "the rows are not joined");
    if (exampleShape(op.getMatrix()).size() != 2)
      return rewriter.notifyMatchFailure(op, "sums over more than one axis");
    int64_t axis = static_cast<int64_t>(concat.getAxis());
    if (axis + 1 != static_cast<int64_t>(exampleShape(op.getRows()).size()))
      return rewriter.notifyMatchFailure(op, "joined along an axis that is not summed over");
    int64_t features = exampleShape(op.getMatrix()).back();
    if (llvm::none_of(concat.getInputs(), [&](Value part) { return paysToFold(part, features); }))
      return rewriter.notifyMatchFailure(op, "no part is looked up, or it doesn't pay");

    SmallVector<Value> others, otherRows, looked;
    int64_t offset = 0;
    for (Value part : concat.getInputs()) {
      int64_t size = exampleShape(part).back();
      Value rows = sliceAxis(rewriter, op.getLoc(), op.getMatrix(), 0, offset, size);
      offset += size;
      if (paysToFold(part, features)) {
        looked.push_back(fold(rewriter, op.getLoc(), part, rows));
        continue;
      }
      others.push_back(part);
      otherRows.push_back(rows);
    }
    Value sum = op.getInit();
    if (!others.empty()) {
      auto join = [&](ArrayRef<Value> parts, int64_t axis) -> Value {
        return parts.size() == 1 ? parts.front()
                                 : ConcatOp::create(rewriter, concat.getLoc(), parts, axis);
      };
      sum = ProductOp::create(rewriter, op.getLoc(), join(others, axis), join(otherRows, 0), sum);
    }
    for (Value part : looked)
      sum = sum ? AddOp::create(rewriter, op.getLoc(), sum, part) : part;
    rewriter.replaceOp(op, sum);
    return success();
  }
};

struct FoldTablesPass : weir::impl::FoldTablesPassBase<FoldTablesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldTable, FoldJoinedTables>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
