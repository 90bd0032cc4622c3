//===- Shape.cpp - joining, cutting and reordering to linalg --------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

namespace {

struct ReshapeLowering : OpConversionPattern<ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ReshapeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, makeReshape(rewriter, op.getLoc(), adaptor.getInput(), exampleShape(op.getResult())));
    return success();
  }
};

struct TransposeLowering : OpConversionPattern<TransposeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(TransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, makeTranspose(rewriter, op.getLoc(), adaptor.getInput(), op.getPermutation()));
    return success();
  }
};

struct SliceLowering : OpConversionPattern<SliceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SliceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> offsets, sizes, strides;
    if (isBatched(op.getType())) {
      offsets.push_back(rewriter.getIndexAttr(0));
      sizes.push_back(tensor::DimOp::create(rewriter, loc, adaptor.getInput(), 0).getResult());
      strides.push_back(rewriter.getIndexAttr(1));
    }
    for (auto [offset, size, stride] :
         llvm::zip_equal(op.getOffsets(), op.getSizes(), op.getStrides())) {
      offsets.push_back(rewriter.getIndexAttr(offset));
      sizes.push_back(rewriter.getIndexAttr(size));
      strides.push_back(rewriter.getIndexAttr(stride));
    }
    rewriter.replaceOpWithNewOp<tensor::ExtractSliceOp>(op, adaptor.getInput(), offsets, sizes,
                                                        strides);
    return success();
  }
};

struct PadLowering : OpConversionPattern<PadOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(PadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, makePad(rewriter, op.getLoc(), adaptor.getInput(), op.getLow(),
                                   op.getHigh(), op.getValue().convertToFloat()));
    return success();
  }
};

struct ConcatLowering : OpConversionPattern<ConcatOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConcatOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value result = makeEmpty(rewriter, loc, type, pickBatchSource(adaptor.getInputs()));
    int64_t axis = wholeAxis(type, op.getAxis());
    int64_t position = 0;
    for (Value input : adaptor.getInputs()) {
      auto inputType = cast<RankedTensorType>(input.getType());
      SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0));
      SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
      offsets[axis] = rewriter.getIndexAttr(position);
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, input);
      result = tensor::InsertSliceOp::create(rewriter, loc, input, result, offsets, sizes, strides);
      position += inputType.getDimSize(axis);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct BroadcastLowering : OpConversionPattern<BroadcastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BroadcastOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto result = cast<RankedTensorType>(op.getType());
    Value input = adaptor.getInput();
    Value empty =
        makeEmpty(rewriter, op.getLoc(), result, adaptor.getBatch() ? adaptor.getBatch() : input);
    SmallVector<AffineMap> maps = {broadcastMap(cast<RankedTensorType>(input.getType()), result),
                                   rewriter.getMultiDimIdentityMap(result.getRank())};
    SmallVector<IteratorType> iterators(result.getRank(), IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        rewriter, op.getLoc(), result, input, empty, maps, iterators,
        [](OpBuilder &b, Location l, ValueRange e) { linalg::YieldOp::create(b, l, e[0]); });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

struct DilateLowering : OpConversionPattern<DilateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(DilateOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value zeros = makeFilled(rewriter, loc, type, adaptor.getInput(), 0.0f);
    SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
    for (auto [i, factor] : llvm::enumerate(op.getFactors()))
      strides[wholeAxis(type, i)] = rewriter.getIndexAttr(factor);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, adaptor.getInput());
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(op, adaptor.getInput(), zeros, offsets,
                                                       sizes, strides);
    return success();
  }
};

struct ReverseLowering : OpConversionPattern<ReverseOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ReverseOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<AffineExpr> exprs;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      exprs.push_back(rewriter.getAffineDimExpr(axis));
    for (int64_t axis : op.getAxes()) {
      AffineExpr &expr = exprs[wholeAxis(type, axis)];
      expr = exampleShape(type)[axis] - 1 - expr;
    }
    SmallVector<AffineMap> maps = {AffineMap::get(type.getRank(), 0, exprs, rewriter.getContext()),
                                   rewriter.getMultiDimIdentityMap(type.getRank())};
    SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
    Value empty = makeEmpty(rewriter, op.getLoc(), type, adaptor.getInput());
    auto generic = linalg::GenericOp::create(
        rewriter, op.getLoc(), type, adaptor.getInput(), empty, maps, iterators,
        [](OpBuilder &b, Location l, ValueRange e) { linalg::YieldOp::create(b, l, e[0]); });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void weir::populateShapeToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ReshapeLowering, TransposeLowering, SliceLowering, PadLowering, ConcatLowering,
               BroadcastLowering, DilateLowering, ReverseLowering>(converter,
                                                                   patterns.getContext());
}
