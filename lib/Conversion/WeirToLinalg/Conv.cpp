//===- Conv.cpp - grouped convolutions and patches to linalg ------------------------===//
//
// Plain convolutions are products by now. What remains: grouped and depthwise
// convolutions, channels last, and patches that are copied on purpose (im2col).
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

// Patches copied to [batch?, y, x, i, j, c].
template <typename OpTy>
static Value copyPatches(OpBuilder &b, Location loc, OpTy op, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape;
  for (int i = 0; i < 2; ++i)
    shape.push_back(windowPositions(exampleShape(type)[i], 0, 0, op.getKernel()[i],
                                    op.getStrides()[i], op.getDilations()[i]));
  shape.append({op.getKernel()[0], op.getKernel()[1], exampleShape(type)[2]});
  RankedTensorType result = makeTensorType(isBatched(type), shape, type.getElementType());
  int64_t rank = result.getRank(), first = rank - 5;
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < first; ++i)
    exprs.push_back(b.getAffineDimExpr(i));
  for (int64_t i = 0; i < 2; ++i)
    exprs.push_back(b.getAffineDimExpr(first + i) * op.getStrides()[i] +
                    b.getAffineDimExpr(first + 2 + i) * op.getDilations()[i]);
  exprs.push_back(b.getAffineDimExpr(rank - 1));
  SmallVector<AffineMap> maps = {AffineMap::get(rank, 0, exprs, b.getContext()),
                                 b.getMultiDimIdentityMap(rank)};
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  Value empty = makeEmpty(b, loc, result, input);
  return linalg::GenericOp::create(b, loc, result, input, empty, maps, iterators,
                                   [](OpBuilder &nested, Location l, ValueRange arguments) {
                                     linalg::YieldOp::create(nested, l, arguments[0]);
                                   })
      .getResult(0);
}

namespace {

struct WindowsLowering : OpConversionPattern<WindowsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WindowsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    // Where every user is a product that reads the image itself, this copy is dead
    // and is removed.
    rewriter.replaceOp(op, copyPatches(rewriter, op.getLoc(), op, adaptor.getInput()));
    return success();
  }
};

struct Im2colLowering : OpConversionPattern<Im2colOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(Im2colOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value patches = copyPatches(rewriter, op.getLoc(), op, adaptor.getInput());
    rewriter.replaceOp(op,
                       makeReshape(rewriter, op.getLoc(), patches, exampleShape(op.getResult())));
    return success();
  }
};

// result[b, y, x, g, o] += image[b, y.., x.., g, c] * weight[i, j, g, c, o], with the
// group axis left out of neither side; for a depthwise convolution with one output
// per channel the axes c and o are left out, so that the vectors run along g.
struct GroupedConvLowering : OpConversionPattern<Conv2dOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(Conv2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "only channels-last convolutions are lowered");
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    ArrayRef<int64_t> weightShape = exampleShape(op.getWeight());
    int64_t groups = op.getGroups(), inner = weightShape[1], outer = weightShape[0] / groups;
    bool depthwise = inner == 1 && outer == 1;

    Value image = adaptor.getInput();
    SmallVector<int64_t> low(op.getPadLow()), high(op.getPadHigh());
    low.push_back(0);
    high.push_back(0);
    if (llvm::any_of(low, [](int64_t n) { return n > 0; }) ||
        llvm::any_of(high, [](int64_t n) { return n > 0; }))
      image = makePad(rewriter, loc, image, low, high, 0.0f);
    ArrayRef<int64_t> imageShape = exampleShape(image);
    SmallVector<int64_t> grouped = {imageShape[0], imageShape[1], groups};
    SmallVector<int64_t> resultShape = {exampleShape(type)[0], exampleShape(type)[1], groups};
    SmallVector<int64_t> splitWeight = {groups, outer, inner, weightShape[2], weightShape[3]};
    Value weight;
    if (depthwise) {
      weight = makeReshape(rewriter, loc, adaptor.getWeight(),
                           {groups, weightShape[2], weightShape[3]});
      weight = makeTranspose(rewriter, loc, weight, {1, 2, 0});
    } else {
      grouped.push_back(inner);
      resultShape.push_back(outer);
      weight = makeReshape(rewriter, loc, adaptor.getWeight(), splitWeight);
      weight = makeTranspose(rewriter, loc, weight, {3, 4, 0, 2, 1});
    }
    image = makeReshape(rewriter, loc, image, grouped);

    bool batched = isBatched(type);
    int64_t next = 0;
    auto take = [&] { return rewriter.getAffineDimExpr(next++); };
    SmallVector<AffineExpr> batch;
    if (batched)
      batch.push_back(take());
    AffineExpr y = take(), x = take(), g = take();
    AffineExpr o = depthwise ? AffineExpr() : take();
    int64_t parallel = next;
    AffineExpr i = take(), j = take();
    AffineExpr c = depthwise ? AffineExpr() : take();

    SmallVector<AffineExpr> imageExprs(batch), weightExprs = {i, j, g}, resultExprs(batch);
    imageExprs.append({y * op.getStrides()[0] + i * op.getDilations()[0],
                       x * op.getStrides()[1] + j * op.getDilations()[1], g});
    resultExprs.append({y, x, g});
    if (!depthwise) {
      imageExprs.push_back(c);
      weightExprs.append({c, o});
      resultExprs.push_back(o);
    }
    RankedTensorType groupedType = makeTensorType(batched, resultShape, type.getElementType());
    Value init = makeFilled(rewriter, loc, groupedType, image, 0.0f);
    SmallVector<AffineMap> maps;
    for (ArrayRef<AffineExpr> exprs : {ArrayRef(imageExprs), ArrayRef(weightExprs),
                                       ArrayRef(resultExprs)})
      maps.push_back(AffineMap::get(next, 0, exprs, rewriter.getContext()));
    SmallVector<IteratorType> iterators(parallel, IteratorType::parallel);
    iterators.append(next - parallel, IteratorType::reduction);
    auto generic = linalg::GenericOp::create(rewriter, loc, groupedType, ValueRange{image, weight},
                                             init, maps, iterators, buildMultiplyAdd);
    Value result = generic.getResult(0);
    if (adaptor.getBias()) {
      SmallVector<int64_t> biasShape = {groups};
      if (!depthwise)
        biasShape.push_back(outer);
      Value bias = makeReshape(rewriter, loc, adaptor.getBias(), biasShape);
      result = makeElementwise(rewriter, loc, groupedType, {result, bias},
                               [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                 return arith::AddFOp::create(b, l, e[0], e[1]);
                               });
    }
    rewriter.replaceOp(op, makeReshape(rewriter, loc, result, exampleShape(type)));
    return success();
  }
};

} // namespace

void weir::populateConvToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<WindowsLowering, Im2colLowering, GroupedConvLowering>(converter,
                                                                     patterns.getContext());
}
