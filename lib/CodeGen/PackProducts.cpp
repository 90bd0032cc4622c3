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

namespace {
// Where a column of the matrix lies in the packed one. Its panel comes first, its place in
// the panel last; between them lie the matrix's other axes.
struct PanelLayout {
  int64_t columns;  // of a panel
  int64_t lanes;    // of a vector
  bool interleaved; // the two vectors of a panel lie in each other

  SmallVector<int64_t> shapeOf(RankedTensorType matrix) const {
    int64_t panels = llvm::divideCeil(matrix.getShape().back(), columns);
    SmallVector<int64_t> shape = {panels};
    llvm::append_range(shape, matrix.getShape().drop_back());
    if (interleaved)
      shape.append({lanes, 2});
    else
      shape.push_back(columns);
    return shape;
  }

  SmallVector<AffineExpr> address(AffineExpr column, ArrayRef<AffineExpr> others) const {
    SmallVector<AffineExpr> exprs = {column.floorDiv(columns)};
    llvm::append_range(exprs, others);
    if (interleaved)
      exprs.append({column % lanes, (column % columns).floorDiv(lanes)});
    else
      exprs.push_back(column % columns);
    return exprs;
  }

  // The column in its panel, from inside a body whose loops are the packed matrix's axes.
  Value columnInPanel(OpBuilder &b, Location loc, int64_t rank) const {
    if (!interleaved)
      return linalg::IndexOp::create(b, loc, rank - 1);
    Value lane = linalg::IndexOp::create(b, loc, rank - 2);
    Value vector = linalg::IndexOp::create(b, loc, rank - 1);
    Value first =
        arith::MulIOp::create(b, loc, vector, arith::ConstantIndexOp::create(b, loc, lanes));
    return arith::AddIOp::create(b, loc, first, lane);
  }
};
} // namespace

// [k..., n] to [panels, k..., columns], or [panels, k..., lanes, 2]; columns past the matrix
// are zeros.
static Value packMatrix(OpBuilder &builder, Location loc, Value matrix, Type elementType,
                        const PanelLayout &layout) {
  auto type = cast<RankedTensorType>(matrix.getType());
  int64_t width = type.getShape().back(), columns = layout.columns;
  SmallVector<int64_t> shape = layout.shapeOf(type);
  auto packed = RankedTensorType::get(shape, elementType);
  Value empty = tensor::EmptyOp::create(builder, loc, shape, elementType);
  int64_t rank = packed.getRank();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, packed, ValueRange{}, empty, builder.getMultiDimIdentityMap(rank), iterators,
      [&](OpBuilder &b, Location l, ValueRange) {
        auto indexConstant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, l, n); };
        Value panel = linalg::IndexOp::create(b, l, 0);
        Value lane = layout.columnInPanel(b, l, rank);
        Value column = arith::AddIOp::create(
            b, l, arith::MulIOp::create(b, l, panel, indexConstant(columns)), lane);
        Value inside =
            arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt, column, indexConstant(width));
        SmallVector<Value> indices;
        for (int64_t i = 1; i < type.getRank(); ++i)
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
        Value value = arith::SelectOp::create(b, l, inside, element, zero);
        if (elementType != type.getElementType())
          value = arith::TruncFOp::create(b, l, elementType, value);
        linalg::YieldOp::create(b, l, value);
      });
  return generic.getResult(0);
}

// The body reads the matrix's element as what the packed matrix holds.
static void widenInBody(linalg::GenericOp op, Type elementType) {
  BlockArgument element = op.getRegionInputArgs()[1];
  Type wide = element.getType();
  element.setType(elementType);
  OpBuilder builder = OpBuilder::atBlockBegin(op.getBody());
  auto widened = arith::ExtFOp::create(builder, op.getLoc(), wide, element);
  element.replaceAllUsesExcept(widened, widened);
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
      auto weights = op->getAttrOfType<TypeAttr>("weir.weights");
      PanelLayout layout{strategy.getColumns(), strategy.getLanes(), weights != nullptr};
      maps[1] =
          AffineMap::get(maps[1].getNumDims(), 0, layout.address(column, exprs), &getContext());
      Type elementType = weights ? weights.getValue() : builder.getF32Type();
      op.getInputsMutable()[1].set(
          packMatrix(builder, op.getLoc(), op.getInputs()[1], elementType, layout));
      if (weights)
        widenInBody(op, elementType);
      op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
    });
  }
};
} // namespace
