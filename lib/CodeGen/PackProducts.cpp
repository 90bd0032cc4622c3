//===- PackProducts.cpp - packs the matrix of each product into panels ----------===//

#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace weir {
#define GEN_PASS_DEF_PACKPRODUCTSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

// The op that puts the matrix's axes in order, if that is all that it does: the panels are
// then filled from what it reads, in one pass over the weights.
static linalg::GenericOp findTranspose(Value matrix) {
  auto op = matrix.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumDpsInputs() != 1 || op.getNumReductionLoops() > 0 ||
      !op.getIndexingMapsArray()[0].isPermutation() || !op.getIndexingMapsArray()[1].isIdentity() ||
      op.getBody()->getTerminator()->getOperand(0) != op.getRegionInputArgs()[0])
    return nullptr;
  return op;
}

// [k..., n] to [panels, k..., columns]; columns past the matrix are zeros.
static Value packMatrix(OpBuilder &builder, Location loc, Value matrix, int64_t columns) {
  auto type = cast<RankedTensorType>(matrix.getType());
  int64_t width = type.getShape().back();
  int64_t panels = (width + columns - 1) / columns;
  SmallVector<int64_t> shape = {panels};
  llvm::append_range(shape, type.getShape().drop_back());
  shape.push_back(columns);
  auto packed = RankedTensorType::get(shape, type.getElementType());
  Value empty = tensor::EmptyOp::create(builder, loc, shape, type.getElementType());
  int64_t rank = packed.getRank();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, packed, ValueRange{}, empty, builder.getMultiDimIdentityMap(rank), iterators,
      [&](OpBuilder &b, Location l, ValueRange) {
        auto indexConstant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, l, n); };
        Value panel = linalg::IndexOp::create(b, l, 0);
        Value lane = linalg::IndexOp::create(b, l, rank - 1);
        Value column = arith::AddIOp::create(
            b, l, arith::MulIOp::create(b, l, panel, indexConstant(columns)), lane);
        Value inside =
            arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt, column, indexConstant(width));
        SmallVector<Value> indices;
        for (int64_t i = 1; i + 1 < rank; ++i)
          indices.push_back(linalg::IndexOp::create(b, l, i));
        indices.push_back(arith::MinSIOp::create(b, l, column, indexConstant(width - 1)));
        Value source = matrix;
        SmallVector<Value> at(indices);
        if (linalg::GenericOp transpose = findTranspose(matrix)) {
          source = transpose.getInputs()[0];
          for (auto [axis, expr] :
               llvm::enumerate(transpose.getIndexingMapsArray()[0].getResults()))
            at[axis] = indices[cast<AffineDimExpr>(expr).getPosition()];
        }
        Value element = tensor::ExtractOp::create(b, l, source, at);
        Value zero = arith::ConstantOp::create(b, l, b.getF32FloatAttr(0.0f));
        linalg::YieldOp::create(b, l,
                                arith::SelectOp::create(b, l, inside, element, zero).getResult());
      });
  return generic.getResult(0);
}

namespace {
struct PackProductsPass : weir::impl::PackProductsPassBase<PackProductsPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([&](linalg::GenericOp op) {
      auto strategy = op->getAttrOfType<weir::ProductStrategyAttr>("weir.strategy");
      if (!strategy || !op->hasAttr("weir.product"))
        return;
      OpBuilder builder(op);
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      SmallVector<AffineExpr> exprs(maps[1].getResults());
      AffineExpr column = exprs.pop_back_val();
      exprs.insert(exprs.begin(), column.floorDiv(strategy.getColumns()));
      exprs.push_back(column % strategy.getColumns());
      maps[1] = AffineMap::get(maps[1].getNumDims(), 0, exprs, &getContext());
      op.getInputsMutable()[1].set(
          packMatrix(builder, op.getLoc(), op.getInputs()[1], strategy.getColumns()));
      op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
    });
  }
};
} // namespace
