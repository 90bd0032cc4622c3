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

// The image with the convolution's padding around its spatial axes.
template <typename OpTy> static Value padSpatial(OpBuilder &b, Location loc, OpTy op, Value image) {
  SmallVector<int64_t> low(op.getPadLow()), high(op.getPadHigh());
  low.push_back(0);
  high.push_back(0);
  auto isZero = [](int64_t n) { return n == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return image;
  return makePad(b, loc, image, low, high, 0.0f);
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

    Value image = padSpatial(rewriter, loc, op, adaptor.getInput());
    ArrayRef<int64_t> imageShape = exampleShape(image);
    SmallVector<int64_t> grouped = {imageShape[0], imageShape[1], groups};
    SmallVector<int64_t> resultShape = {exampleShape(type)[0], exampleShape(type)[1], groups};
    SmallVector<int64_t> splitWeight = {groups, outer, inner, weightShape[2], weightShape[3]};
    Value weight;
    if (depthwise) {
      weight =
          makeReshape(rewriter, loc, adaptor.getWeight(), {groups, weightShape[2], weightShape[3]});
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
    for (ArrayRef<AffineExpr> exprs :
         {ArrayRef(imageExprs), ArrayRef(weightExprs), ArrayRef(resultExprs)})
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

// result[i, j, g, c, o] += image[b, y.., x.., g, c] * gradient[b, y, x, g, o], summed over
// the batch and the positions; the axes c and o are left out as above.
struct GroupedWeightGradientLowering : OpConversionPattern<Conv2dWeightGradientOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(Conv2dWeightGradientOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "only channels-last convolutions are lowered");
    Location loc = op.getLoc();
    ArrayRef<int64_t> weight = exampleShape(op.getResult());
    int64_t groups = op.getGroups(), inner = weight[1], outer = weight[0] / groups;
    bool depthwise = inner == 1 && outer == 1;
    Value image = padSpatial(rewriter, loc, op, adaptor.getInput());
    SmallVector<int64_t> imageShape = {exampleShape(image)[0], exampleShape(image)[1], groups};
    SmallVector<int64_t> gradientShape = {exampleShape(op.getGradient())[0],
                                          exampleShape(op.getGradient())[1], groups};
    SmallVector<int64_t> resultShape = {weight[2], weight[3], groups};
    if (!depthwise) {
      imageShape.push_back(inner);
      gradientShape.push_back(outer);
      resultShape.append({inner, outer});
    }
    image = makeReshape(rewriter, loc, image, imageShape);
    Value gradient = makeReshape(rewriter, loc, adaptor.getGradient(), gradientShape);

    int64_t next = 0;
    auto take = [&] { return rewriter.getAffineDimExpr(next++); };
    AffineExpr i = take(), j = take(), g = take();
    AffineExpr c = depthwise ? AffineExpr() : take(), o = depthwise ? AffineExpr() : take();
    int64_t parallel = next;
    SmallVector<AffineExpr> imageExprs, gradientExprs, resultExprs = {i, j, g};
    if (isBatched(op.getInput().getType())) {
      imageExprs.push_back(take());
      gradientExprs.push_back(imageExprs.back());
    }
    AffineExpr y = take(), x = take();
    imageExprs.append({y * op.getStrides()[0] + i * op.getDilations()[0],
                       x * op.getStrides()[1] + j * op.getDilations()[1], g});
    gradientExprs.append({y, x, g});
    if (!depthwise) {
      imageExprs.push_back(c);
      gradientExprs.push_back(o);
      resultExprs.append({c, o});
    }
    auto type = RankedTensorType::get(resultShape, rewriter.getF32Type());
    Value init = makeFilled(rewriter, loc, type, image, 0.0f);
    SmallVector<AffineMap> maps;
    for (ArrayRef<AffineExpr> exprs :
         {ArrayRef(imageExprs), ArrayRef(gradientExprs), ArrayRef(resultExprs)})
      maps.push_back(AffineMap::get(next, 0, exprs, rewriter.getContext()));
    SmallVector<IteratorType> iterators(parallel, IteratorType::parallel);
    iterators.append(next - parallel, IteratorType::reduction);
    auto generic = linalg::GenericOp::create(rewriter, loc, type, ValueRange{image, gradient}, init,
                                             maps, iterators, buildMultiplyAdd);
    // Back to [outputs, channels per group, kernel].
    Value result = generic.getResult(0);
    result = depthwise ? makeTranspose(rewriter, loc, result, {2, 0, 1})
                       : makeTranspose(rewriter, loc, result, {2, 4, 3, 0, 1});
    rewriter.replaceOp(op, makeReshape(rewriter, loc, result, weight));
    return success();
  }
};

} // namespace

void weir::populateConvToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<WindowsLowering, Im2colLowering, GroupedConvLowering, GroupedWeightGradientLowering>(
      converter, patterns.getContext());
}
