//===- Winograd.cpp - Winograd's convolution to linalg -------------------------------===//
//
// A transform along two axes is a sum over both, with the matrix of the one and of the
// other: result[p, ...] = sum over u, v of M[p / n, u] * M[p % n, v] * input[u, v, ...].
// That is what it means; the attribute `weir.winograd` tells the code generator that it
// may be computed one axis after the other, in registers.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "weir/Dialect/IR/Winograd.h"

using namespace mlir;
using namespace weir;

static Value matrixConstant(OpBuilder &builder, Location loc, const WinogradMatrix &matrix) {
  auto type = RankedTensorType::get({matrix.rows, matrix.columns}, builder.getF32Type());
  SmallVector<float> values(matrix.values.begin(), matrix.values.end());
  return arith::ConstantOp::create(builder, loc, type,
                                   DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

// The loops are those of the result, then u and v. `input` is read at `inputExprs`, the matrix
// at `[alongRows, u]` and `[alongColumns, v]`.
static Value makeTransform(OpBuilder &builder, Location loc, RankedTensorType type, Value input,
                           const WinogradMatrix &matrix, ArrayRef<AffineExpr> inputExprs,
                           AffineExpr alongRows, AffineExpr alongColumns, StringRef kind,
                           int64_t tile) {
  int64_t loops = type.getRank() + 2;
  AffineExpr u = builder.getAffineDimExpr(loops - 2), v = builder.getAffineDimExpr(loops - 1);
  MLIRContext *context = builder.getContext();
  SmallVector<AffineMap> maps = {
      AffineMap::get(loops, 0, inputExprs, context),
      AffineMap::get(loops, 0, {alongRows, u}, context),
      AffineMap::get(loops, 0, {alongColumns, v}, context),
      AffineMap::getMultiDimIdentityMap(loops, context).getMajorSubMap(type.getRank())};
  SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
  iterators.append(2, IteratorType::reduction);
  Value constant = matrixConstant(builder, loc, matrix);
  Value init = makeFilled(builder, loc, type, input, 0.0f);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{input, constant, constant}, init, maps, iterators,
      [](OpBuilder &b, Location l, ValueRange e) {
        Value factor = arith::MulFOp::create(b, l, e[1], e[2]);
        Value product = arith::MulFOp::create(b, l, e[0], factor);
        linalg::YieldOp::create(b, l, arith::AddFOp::create(b, l, e[3], product).getResult());
      });
  generic->setAttr("weir.winograd", builder.getStringAttr(kind));
  generic->setAttr("weir.tile", builder.getI64IntegerAttr(tile));
  return generic.getResult(0);
}

namespace {

struct WinogradInputLowering : OpConversionPattern<WinogradInputOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WinogradInputOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    int64_t tile = op.getTile(), n = tile + 2, rank = type.getRank();
    auto dim = [&](int64_t i) { return rewriter.getAffineDimExpr(i); };
    SmallVector<AffineExpr> image;
    if (isBatched(type))
      image.push_back(dim(0));
    image.append(
        {dim(rank - 4) * tile + dim(rank), dim(rank - 3) * tile + dim(rank + 1), dim(rank - 1)});
    AffineExpr position = dim(rank - 2);
    rewriter.replaceOp(op, makeTransform(rewriter, op.getLoc(), type, adaptor.getInput(),
                                         winogradInputMatrix(tile), image, position.floorDiv(n),
                                         position % n, "input", tile));
    return success();
  }
};

struct WinogradWeightLowering : OpConversionPattern<WinogradWeightOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WinogradWeightOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    int64_t tile = op.getTile(), n = tile + 2;
    auto dim = [&](int64_t i) { return rewriter.getAffineDimExpr(i); };
    rewriter.replaceOp(op,
                       makeTransform(rewriter, op.getLoc(), type, adaptor.getInput(),
                                     winogradWeightMatrix(tile), {dim(2), dim(1), dim(3), dim(4)},
                                     dim(0).floorDiv(n), dim(0) % n, "weight", tile));
    return success();
  }
};

struct WinogradOutputLowering : OpConversionPattern<WinogradOutputOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WinogradOutputOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    int64_t tile = op.getTile(), n = tile + 2, rank = type.getRank();
    auto dim = [&](int64_t i) { return rewriter.getAffineDimExpr(i); };
    AffineExpr y = dim(rank - 3), x = dim(rank - 2);
    SmallVector<AffineExpr> tiles;
    if (isBatched(type))
      tiles.push_back(dim(0));
    tiles.append(
        {y.floorDiv(tile), x.floorDiv(tile), dim(rank) * n + dim(rank + 1), dim(rank - 1)});
    rewriter.replaceOp(op, makeTransform(rewriter, op.getLoc(), type, adaptor.getInput(),
                                         winogradOutputMatrix(tile), tiles, y % tile, x % tile,
                                         "output", tile));
    return success();
  }
};

} // namespace

void weir::populateWinogradToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<WinogradInputLowering, WinogradWeightLowering, WinogradOutputLowering>(
      converter, patterns.getContext());
}
