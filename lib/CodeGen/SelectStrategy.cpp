//===- SelectStrategy.cpp - decides how each product is tiled and blocked ------===//

#include "PaddedLines.h"

#include "weir/CodeGen/CostModel.h"
#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace weir {
#define GEN_PASS_DEF_SELECTSTRATEGYPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

// Multiply-adds that take less time than a large kernel takes to compile, by far.
static constexpr int64_t kLittleWork = 1 << 20;

// How many elements one step along a loop moves on in an operand.
static int64_t stepAlong(linalg::GenericOp op, int64_t number, int64_t dim) {
  AffineMap map = op.getIndexingMapsArray()[number];
  auto memory = cast<RankedTensorType>(op.getInputs()[number].getType());
  // The map at one step along the axis, less the map at none.
  SmallVector<int64_t> from(op.getNumLoops(), 0), to(from);
  to[dim] = 1;
  SmallVector<int64_t> begin = map.compose(from), end = map.compose(to);
  int64_t step = 0, stride = 1;
  for (int64_t axis = memory.getRank(); axis-- > 0;) {
    step += (end[axis] - begin[axis]) * stride;
    stride *= memory.isDynamicDim(axis) ? 1 : memory.getDimSize(axis);
  }
  return step;
}

// How many elements the rows of a product lie apart, along their innermost axis.
static int64_t rowStep(linalg::GenericOp op) {
  AffineMap matrix = op.getIndexingMapsArray()[1];
  for (int64_t dim = op.getNumLoops(); dim-- > 0;)
    if (op.getIteratorTypesArray()[dim] != utils::IteratorType::reduction &&
        !matrix.isFunctionOfDim(dim))
      return stepAlong(op, 0, dim);
  return 0;
}

// How many elements of a matrix that lies as it is are between two steps of the innermost sum.
static int64_t matrixStep(linalg::GenericOp op) {
  SmallVector<unsigned> sums;
  op.getReductionDims(sums);
  return stepAlong(op, 1, sums.back());
}

// How many elements of memory there are for each row: less than the depth where windows overlap.
static int64_t rowShare(linalg::GenericOp op, int64_t rowsPerExample, int64_t depth) {
  auto memory = cast<RankedTensorType>(op.getInputs()[0].getType());
  int64_t elements = 1;
  for (int64_t size : memory.getShape())
    elements *= ShapedType::isDynamic(size) ? 1 : size;
  return std::clamp<int64_t>(elements / rowsPerExample, 1, depth);
}

// The only one that reads the value, sizes aside; null if there are several.
static OpOperand *findReader(Value value) {
  OpOperand *reader = nullptr;
  for (OpOperand &use : value.getUses()) {
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    if (reader)
      return nullptr;
    reader = &use;
  }
  return reader;
}

static bool sumsOverBatch(linalg::GenericOp op) {
  for (auto [size, kind] : llvm::zip_equal(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction && ShapedType::isDynamic(size))
      return true;
  return false;
}

// Whether the result goes, after element-wise work or none, into a tensor with its axes in another
// order, as where channels last become channels first.
static bool isReadAcross(linalg::GenericOp op) {
  if (sumsOverBatch(op) || !op.getOutputs()[0].getDefiningOp<linalg::FillOp>())
    return false;
  Value result = op.getResult(0);
  while (OpOperand *read = findReader(result)) {
    auto reader = dyn_cast<linalg::GenericOp>(read->getOwner());
    if (!reader || reader.getNumReductionLoops() > 0 || reader.getNumResults() != 1 ||
        !reader.getMatchingIndexingMap(reader.getDpsInitOperand(0)).isIdentity())
      return false;
    AffineMap map = reader.getMatchingIndexingMap(read);
    if (!map.isIdentity())
      return map.isPermutation() &&
             map.getResults().back() != getAffineDimExpr(map.getNumDims() - 1, op.getContext());
    result = reader.getResult(0);
  }
  return false;
}

namespace {
struct SelectStrategyPass : weir::impl::SelectStrategyPassBase<SelectStrategyPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([&](linalg::GenericOp op) {
      // What is on memory was decided before.
      bool isProduct = op->hasAttr("weir.product") || op->hasAttr("weir.contraction");
      if (isProduct && op.hasPureTensorSemantics())
        decide(op);
    });
  }

  void decide(linalg::GenericOp op) {
    auto matrix = cast<RankedTensorType>(op.getInputs()[1].getType());
    int64_t lanes = std::max<int64_t>(vectorBits / 32, 1);
    int64_t width = matrix.getShape().back();
    int64_t depth = 1, rowsPerExample = 1, matrices = 1;
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
      else if (!matrixMap.getResults().back().isFunctionOfDim(dim))
        matrices *= size;
    }

    weir::ProductShape shape{
        rowsPerExample,  depth, width, rowStep(op), rowShare(op, rowsPerExample, depth),
        isReadAcross(op)};
    weir::VectorUnit unit{lanes, vectorRegisters, cacheBytes};
    weir::ProductTiling tiling = weir::chooseTiling(shape, unit);
    // What no example takes part in is computed once, at load. Where that is little, a
    // kernel that is small, and soon compiled, is worth more than a fast one.
    bool perCall = llvm::any_of(op.getStaticLoopRanges(), ShapedType::isDynamic);
    if (!perCall && rowsPerExample * depth * width <= kLittleWork)
      tiling.rows = tiling.rowBlock = 1;
    if (auto given = op->getAttrOfType<weir::ProductStrategyAttr>("weir.strategy"))
      tiling = {given.getRows(),     given.getColumns(),    given.getLanes(),
                given.getRowBlock(), given.getPanelBlock(), given.getSums()};
    else
      op->setAttr("weir.strategy", weir::ProductStrategyAttr::get(
                                       &getContext(), tiling.rows, tiling.columns, tiling.lanes,
                                       tiling.rowBlock, tiling.panelBlock, tiling.sums));
    if (op->hasAttr("weir.product") && perCall &&
        weir::fetchingPanelsPays(matrices * depth * width * 4, unit))
      op->setAttr("weir.fetch_panels", UnitAttr::get(&getContext()));
    if (op->hasAttr("weir.contraction") && perCall)
      decideFetches(op, shape, tiling, unit);
    if (perCall)
      decideZeros(op, shape, tiling);
    // The matrices of Winograd's convolution are no weights any more: rounding them would
    // cost more accuracy than rounding weights.
    if (weights == weir::WeightFormat::BF16 && op->hasAttr("weir.product") && perCall &&
        matrices == 1 && weir::halvedWeightsPay(shape, tiling, unit))
      op->setAttr("weir.weights", TypeAttr::get(BFloat16Type::get(&getContext())));
  }

  // Whether a product with a matrix that lies as it is asks for what it will read, and write.
  void decideFetches(linalg::GenericOp op, const weir::ProductShape &shape,
                     const weir::ProductTiling &tiling, const weir::VectorUnit &unit) {
    if (int64_t steps = weir::stepsToFetch(shape.depth, matrixStep(op), tiling))
      op->setAttr("weir.fetch_steps", IntegerAttr::get(IntegerType::get(&getContext(), 64), steps));
    if (!sumsOverBatch(op) && weir::fetchingResultsPays(shape.rows * shape.width * 4, unit))
      op->setAttr("weir.fetch_results", UnitAttr::get(&getContext()));
  }

  // Whether what is multiplied with padding is left out.
  void decideZeros(linalg::GenericOp op, const weir::ProductShape &shape,
                   const weir::ProductTiling &tiling) {
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    if (auto lines = weir::findPaddedLines(op)) {
      int64_t count = sizes[lines->resultDim];
      double share = weir::shareLeftOut(*lines, count, shape.rows / count, sizes[lines->kernelDim],
                                        tiling.rows);
      if (weir::skippingPays(share, shape, tiling))
        op->setAttr("weir.skip_zero_lines", UnitAttr::get(&getContext()));
    }
    if (auto columns = weir::findPaddedColumns(op)) {
      double share = weir::shareOfColumnsLeftOut(*columns, sizes[columns->resultDim], tiling.rows,
                                                 sizes[columns->kernelDim]);
      if (weir::skippingColumnsPays(share, shape, tiling))
        op->setAttr("weir.skip_zero_columns", UnitAttr::get(&getContext()));
    }
  }
};
} // namespace
