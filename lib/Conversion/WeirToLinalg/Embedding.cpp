//===- Embedding.cpp - rows of tables to linalg ----------------------------------===//

#include "Common.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
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

// Adds the rows to those of `table` that the ids name, one after the other in the order of the
// positions: a row that several ids name gets its sum always in the same order.
static Value addRows(ConversionPatternRewriter &rewriter, Location loc, Value ids, Value rows,
                     Value table) {
  auto type = cast<RankedTensorType>(table.getType());
  int64_t columns = type.getDimSize(1), perExample = 1;
  for (int64_t size : exampleShape(ids))
    perExample *= size;
  auto idsType = cast<RankedTensorType>(ids.getType());
  Value positions = arith::ConstantIndexOp::create(rewriter, loc, perExample);
  if (isBatched(idsType))
    positions = arith::MulIOp::create(rewriter, loc, positions,
                                      tensor::DimOp::create(rewriter, loc, ids, 0));

  // All axes that count positions become one.
  int64_t rank = idsType.getRank();
  if (rank == 0) {
    ids = makeReshape(rewriter, loc, ids, {1});
    rows = makeReshape(rewriter, loc, rows, {1, columns});
  } else if (rank > 1) {
    ReassociationIndices all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    ids = tensor::CollapseShapeOp::create(rewriter, loc, ids, ArrayRef<ReassociationIndices>{all});
    rows = tensor::CollapseShapeOp::create(rewriter, loc, rows,
                                           ArrayRef<ReassociationIndices>{all, {rank}});
  }
  auto zero = rewriter.getIndexAttr(0), one = rewriter.getIndexAttr(1);
  auto row = RankedTensorType::get({columns}, type.getElementType());
  auto index = [&](int64_t n) { return arith::ConstantIndexOp::create(rewriter, loc, n); };
  auto loop = scf::ForOp::create(rewriter, loc, index(0), positions, index(1), table);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(loop.getBody());
  Value position = loop.getInductionVar(), sums = loop.getRegionIterArg(0);
  Value id = tensor::ExtractOp::create(rewriter, loc, ids, position);
  id = arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(), id);
  SmallVector<OpFoldResult> sizes = {one, rewriter.getIndexAttr(columns)}, strides = {one, one};
  SmallVector<OpFoldResult> sumOffsets = {id, zero}, rowOffsets = {position, zero};
  Value old = tensor::ExtractSliceOp::create(rewriter, loc, row, sums, sumOffsets, sizes, strides);
  Value added =
      tensor::ExtractSliceOp::create(rewriter, loc, row, rows, rowOffsets, sizes, strides);
  SmallVector<AffineMap> maps(2, rewriter.getMultiDimIdentityMap(1));
  SmallVector<IteratorType> iterators = {IteratorType::parallel};
  auto sum = linalg::GenericOp::create(
      rewriter, loc, row, added, old, maps, iterators, [](OpBuilder &b, Location l, ValueRange e) {
        linalg::YieldOp::create(b, l, arith::AddFOp::create(b, l, e[1], e[0]).getResult());
      });
  Value next = tensor::InsertSliceOp::create(rewriter, loc, sum.getResult(0), sums, sumOffsets,
                                             sizes, strides);
  scf::YieldOp::create(rewriter, loc, next);
  return loop.getResult(0);
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

struct EmbeddingGradientLowering : OpConversionPattern<EmbeddingGradientOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(EmbeddingGradientOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value zeros =
        makeFilled(rewriter, loc, cast<RankedTensorType>(op.getType()), adaptor.getIds(), 0.0f);
    rewriter.replaceOp(op, addRows(rewriter, loc, adaptor.getIds(), adaptor.getGradient(), zeros));
    return success();
  }
};

struct GatherRowsLowering : OpConversionPattern<GatherRowsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(GatherRowsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, gatherRows(rewriter, op.getLoc(), adaptor.getPositions(), adaptor.getRows()));
    return success();
  }
};

struct SegmentSumLowering : OpConversionPattern<SegmentSumOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SegmentSumOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value zeros = makeFilled(rewriter, loc, cast<RankedTensorType>(op.getType()),
                             adaptor.getSegments(), 0.0f);
    rewriter.replaceOp(op,
                       addRows(rewriter, loc, adaptor.getPositions(), adaptor.getRows(), zeros));
    return success();
  }
};

// How many different ids there are is known when they have been counted, so this is done on
// memory from the start; the results are tensors of that memory.
struct UniqueLowering : OpConversionPattern<UniqueOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(UniqueOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(adaptor.getIds().getType());
    auto memory = MemRefType::get(type.getShape(), type.getElementType());
    Type i32 = rewriter.getI32Type();
    int64_t cardinality =
        cast<IdType>(cast<RankedTensorType>(op.getIds().getType()).getElementType())
            .getCardinality();
    Value ids = bufferization::ToBufferOp::create(rewriter, loc, memory, adaptor.getIds(),
                                                  /*read_only=*/true);
    Value batch = tensor::DimOp::create(rewriter, loc, adaptor.getIds(), 0);
    auto allocate = [&](MemRefType type) -> Value {
      ValueRange sizes = type.hasStaticShape() ? ValueRange() : ValueRange(batch);
      return memref::AllocOp::create(rewriter, loc, type, sizes);
    };
    Value slots = allocate(MemRefType::get({cardinality}, i32));
    Value unique = allocate(memory), inverse = allocate(memory);
    Value count = allocate(MemRefType::get({1}, i32));
    UniqueIdsOp::create(rewriter, loc, ids, slots, unique, inverse, count);
    Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
    Value size =
        arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(),
                                   memref::LoadOp::create(rewriter, loc, count, zero).getResult());
    Value part = memref::ReinterpretCastOp::create(
        rewriter, loc, memory, unique, OpFoldResult(rewriter.getIndexAttr(0)),
        ArrayRef<OpFoldResult>{size}, ArrayRef<OpFoldResult>{rewriter.getIndexAttr(1)});
    SmallVector<Value> results;
    for (Value buffer : {part, inverse})
      results.push_back(
          bufferization::ToTensorOp::create(rewriter, loc, type, buffer, /*restrict=*/true));
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void weir::populateEmbeddingToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<OneHotLowering, EmbeddingLowering, EmbeddingBagLowering, EmbeddingGradientLowering,
               GatherRowsLowering, SegmentSumLowering, UniqueLowering>(converter,
                                                                       patterns.getContext());
}
