//===- Embedding.cpp - rows of tables to linalg ----------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

// Rows gathered by id: [ids..., columns]. `table` is read element by element where
// the row is needed, so that a consumer can be fused with the gathering.
static Value gatherRows(OpBuilder &builder, Location loc, Value ids, Value table) {
  SmallVector<int64_t> shape(exampleShape(ids));
  shape.push_back(exampleShape(table).back());
  RankedTensorType result =
      makeTensorType(isBatched(ids.getType()), shape,
                     cast<RankedTensorType>(table.getType()).getElementType());
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
    Value result = makeReduction(
        rewriter, loc, rows, reduced, isMax ? -std::numeric_limits<float>::infinity() : 0.0f,
        [&](OpBuilder &b, Location l, Value x, Value y) -> Value {
          if (isMax)
            return arith::MaximumFOp::create(b, l, x, y);
          return arith::AddFOp::create(b, l, x, y);
        });
    if (op.getMode() == BagMode::Mean) {
      float count = exampleShape(op.getIds()).back();
      result = makeElementwise(rewriter, loc, cast<RankedTensorType>(result.getType()), result,
                               [&](OpBuilder &b, Location l, ValueRange x) -> Value {
                                 return arith::DivFOp::create(b, l, x[0], floatConstant(b, l, count));
                               });
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void weir::populateEmbeddingToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<OneHotLowering, EmbeddingLowering, EmbeddingBagLowering>(converter,
                                                                        patterns.getContext());
}
