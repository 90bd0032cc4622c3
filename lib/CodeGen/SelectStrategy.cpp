//===- SelectStrategy.cpp - decides how each product is tiled and blocked ------===//

#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/Support/MathExtras.h"

namespace weir {
#define GEN_PASS_DEF_SELECTSTRATEGYPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

static int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// A last group that isn't full repeats rows of the one before it. Where an example has
// few groups, a smaller height may leave less to repeat: 49 rows are nine groups of six
// but ten of five. A step costs a multiply-add per vector and row, and one more.
static int64_t fittingHeight(int64_t rowsPerExample, int64_t tallest, int64_t vectors) {
  int64_t best = tallest;
  auto cost = [&](int64_t height) {
    return llvm::divideCeil(rowsPerExample, height) * (height * vectors + 1);
  };
  if (rowsPerExample > tallest)
    for (int64_t height = tallest - 1; height > tallest / 2; --height)
      if (cost(height) < cost(best))
        best = height;
  return best;
}

namespace {
struct SelectStrategyPass : weir::impl::SelectStrategyPassBase<SelectStrategyPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([&](linalg::GenericOp op) {
      if (op->hasAttr("weir.product") || op->hasAttr("weir.contraction"))
        op->setAttr("weir.strategy", decide(op));
    });
  }

  weir::ProductStrategyAttr decide(linalg::GenericOp op) {
    auto matrix = cast<RankedTensorType>(op.getInputs()[1].getType());
    int64_t lanes = std::max<int64_t>(vectorBits / 32, 1);
    int64_t width = matrix.getShape().back();
    int64_t depth = 1, rowsPerExample = 1;
    // An axis that the matrix has as well is none of rows: there is a product for each
    // of its positions.
    AffineMap matrixMap = op.getIndexingMapsArray()[1];
    for (auto [dim, size] : llvm::enumerate(op.getStaticLoopRanges())) {
      if (ShapedType::isDynamic(size))
        continue;
      if (op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction)
        depth *= size;
      else if (!matrixMap.isFunctionOfDim(dim))
        rowsPerExample *= size;
    }

    // Two vectors side by side, unless one holds all columns; as many rows as leave
    // registers for one row of the panel and one element of the rows.
    int64_t vectors = width > lanes ? 2 : 1;
    int64_t columns = vectors * lanes;
    int64_t rows = std::max<int64_t>((vectorRegisters - vectors - 1) / vectors, 1);
    // More rows than this gain nothing and cost address registers.
    rows = std::min<int64_t>(rows, vectorRegisters > 16 ? 12 : 6);
    rows = fittingHeight(rowsPerExample, rows, vectors);

    // The rows of a block fit half of the second-level cache.
    int64_t rowBlock = std::max<int64_t>(cacheBytes / 2 / (depth * 4), rows);
    rowBlock = std::min<int64_t>(roundUp(rowBlock, rows), 64 * rows);
    // A result whose rows are many per example is split between threads by rows, and so
    // is one whose matrix stays in the cache: a few groups of rows are a unit. Of a large
    // matrix each unit reads its own part.
    int64_t panels = (width + columns - 1) / columns;
    int64_t panelBlock = panels;
    if (rowsPerExample < 2 * rowBlock) {
      if (depth * width * 4 <= cacheBytes / 2)
        rowBlock = std::min(rowBlock, 4 * rows);
      else
        panelBlock = std::min(roundUp(std::max<int64_t>(panels / 8, 1), 4), panels);
    }
    return weir::ProductStrategyAttr::get(&getContext(), rows, columns, lanes, rowBlock,
                                          panelBlock);
  }
};
} // namespace
