//===- Embedding.cpp - rows of tables to linalg ----------------------------------===//

#include "Common.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace weir;

// Rows gathered by id: [ids..., columns]. `table` is read element by element where
// the row is needed, so that a consumer can be fused with the gathering.
static Value gatherRows(OpBuilder &builder, Location loc, Value ids, Value table) {
  SmallVector<int64_t> shape(exampleShape(ids));
  shape.push_back(exampleShape(table).back());
  RankedTensorType result = makeTensorType(
      isBatched(ids.getType()), shape, cast<RankedTensorType>(table.getType()).getElementType());
  int64_t rank = result.getRank();
  Value empty = makeEmpty(builder, loc, result, ids);
  SmallVector<AffineMap> maps = {builder.getMultiDimIdentityMap(rank).dropResult(rank - 1),
                                 builder.getMultiDimIdentityMap(rank)};
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, result, ids, empty, maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange arguments) {
        Value row = arith::IndexCastOp::create(b, l, b.getIndexType(), arguments[0]);
        Value column = linalg::IndexOp::create(b, l, rank - 1);
        Value element = tensor::ExtractOp::create(b, l, table, ValueRange{row, column});
        linalg::YieldOp::create(b, l, element);
      });
  return generic.getResult(0);
}

namespace {

struct OneHotLowering : OpConversionPattern<OneHotOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(OneHotOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t rank = type.getRank();
    Value empty = makeEmpty(rewriter, loc, type, adaptor.getIds());
    SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank).dropResult(rank - 1),
                                   rewriter.getMultiDimIdentityMap(rank)};
    SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, type, adaptor.getIds(), empty, maps, iterators,
        [&](OpBuilder &b, Location l, ValueRange arguments) {
          Value column = arith::IndexCastOp::create(b, l, b.getI64Type(),
                                                    linalg::IndexOp::create(b, l, rank - 1));
          Value hit = arith::CmpIOp::create(b, l, arith::CmpIPredicate::eq, column, arguments[0]);
          Value value = arith::SelectOp::create(b, l, hit, floatConstant(b, l, 1.0f),
                                                floatConstant(b, l, 0.0f));
          linalg::YieldOp::create(b, l, value);
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

struct EmbeddingLowering : OpConversionPattern<EmbeddingOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EmbeddingOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, gatherRows(rewriter, op.getLoc(), adaptor.getIds(), adaptor.getTable()));
    return success();
  }
};

struct EmbeddingBagLowering : OpConversionPattern<EmbeddingBagOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EmbeddingBagOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value rows = gatherRows(rewriter, loc, adaptor.getIds(), adaptor.getTable());
    auto type = cast<RankedTensorType>(rows.getType());
    SmallVector<bool> reduced(type.getRank(), false);
    reduced[type.getRank() - 2] = true;
    bool isMax = op.getMode() == BagMode::Max;
    Value result = makeReduction(rewriter, loc, rows, reduced,
                                 isMax ? -std::numeric_limits<float>::infinity() : 0.0f,
                                 [&](OpBuilder &b, Location l, Value x, Value y) -> Value {
                                   if (isMax)
                                     return arith::MaximumFOp::create(b, l, x, y);
                                   return arith::AddFOp::create(b, l, x, y);
                                 });
    if (op.getMode() == BagMode::Mean) {
      float count = exampleShape(op.getIds()).back();
      result =
          makeElementwise(rewriter, loc, cast<RankedTensorType>(result.getType()), result,
                          [&](OpBuilder &b, Location l, ValueRange x) -> Value {
                            return arith::DivFOp::create(b, l, x[0], floatConstant(b, l, count));
                          });
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

// The rows are added one after the other, in the order of the positions: a row that
// several ids name gets its sum always in the same order.
struct EmbeddingGradientLowering : OpConversionPattern<EmbeddingGradientOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EmbeddingGradientOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t columns = type.getDimSize(1), perExample = 1;
    for (int64_t size : exampleShape(op.getIds()))
      perExample *= size;
    auto idsType = cast<RankedTensorType>(adaptor.getIds().getType());
    Value positions = arith::ConstantIndexOp::create(rewriter, loc, perExample);
    if (isBatched(idsType))
      positions = arith::MulIOp::create(rewriter, loc, positions,
                                        tensor::DimOp::create(rewriter, loc, adaptor.getIds(), 0));

    // All axes that count positions become one.
    Value ids = adaptor.getIds(), gradient = adaptor.getGradient();
    int64_t rank = idsType.getRank();
    if (rank == 0) {
      ids = makeReshape(rewriter, loc, ids, {1});
      gradient = makeReshape(rewriter, loc, gradient, {1, columns});
    } else if (rank > 1) {
      ReassociationIndices all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
      ids =
          tensor::CollapseShapeOp::create(rewriter, loc, ids, ArrayRef<ReassociationIndices>{all});
      gradient = tensor::CollapseShapeOp::create(rewriter, loc, gradient,
                                                 ArrayRef<ReassociationIndices>{all, {rank}});
    }
    auto zero = rewriter.getIndexAttr(0), one = rewriter.getIndexAttr(1);
    auto row = RankedTensorType::get({columns}, type.getElementType());
    Value zeros = makeFilled(rewriter, loc, type, adaptor.getIds(), 0.0f);
    auto index = [&](int64_t n) { return arith::ConstantIndexOp::create(rewriter, loc, n); };
    auto loop = scf::ForOp::create(rewriter, loc, index(0), positions, index(1), zeros);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar(), table = loop.getRegionIterArg(0);
    Value id = tensor::ExtractOp::create(rewriter, loc, ids, position);
    id = arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(), id);
    SmallVector<OpFoldResult> sizes = {one, rewriter.getIndexAttr(columns)}, strides = {one, one};
    SmallVector<OpFoldResult> tableOffsets = {id, zero}, gradientOffsets = {position, zero};
    Value old =
        tensor::ExtractSliceOp::create(rewriter, loc, row, table, tableOffsets, sizes, strides);
    Value added = tensor::ExtractSliceOp::create(rewriter, loc, row, gradient, gradientOffsets,
                                                 sizes, strides);
    SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(1));
    SmallVector<IteratorType> iterators = {IteratorType::parallel};
    auto sum = linalg::GenericOp::create(
        rewriter, loc, row, added, old, maps, iterators,
        [](OpBuilder &b, Location l, ValueRange e) {
          linalg::YieldOp::create(b, l, arith::AddFOp::create(b, l, e[1], e[0]).getResult());
        });
    Value next = tensor::InsertSliceOp::create(rewriter, loc, sum.getResult(0), table, tableOffsets,
                                               sizes, strides);
    scf::YieldOp::create(rewriter, loc, next);
    rewriter.replaceOp(op, loop.getResults());
    return success();
  }
};

} // namespace

void weir::populateEmbeddingToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<OneHotLowering, EmbeddingLowering, EmbeddingBagLowering, EmbeddingGradientLowering>(
      converter, patterns.getContext());
}
