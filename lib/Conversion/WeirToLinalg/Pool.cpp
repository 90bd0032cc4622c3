//===- Pool.cpp - pooling to linalg --------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

// Reduces each window of a channels-last image that is already padded. The window's
// shape is given by an operand that is never read, as linalg's own pooling ops do.
template <typename OpTy>
static Value reduceWindows(OpBuilder &b, Location loc, OpTy op, RankedTensorType type, Value image,
                           float start,
                           function_ref<Value(OpBuilder &, Location, Value, Value)> combine) {
  int64_t rank = type.getRank(), loops = rank + 2, first = rank - 3;
  Value window = tensor::EmptyOp::create(b, loc, op.getKernel(), type.getElementType());
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < first; ++i)
    exprs.push_back(b.getAffineDimExpr(i));
  for (int64_t i = 0; i < 2; ++i)
    exprs.push_back(b.getAffineDimExpr(first + i) * op.getStrides()[i] +
                    b.getAffineDimExpr(rank + i));
  exprs.push_back(b.getAffineDimExpr(rank - 1));
  SmallVector<AffineExpr> windowExprs = {b.getAffineDimExpr(rank), b.getAffineDimExpr(rank + 1)};
  SmallVector<AffineExpr> resultExprs;
  for (int64_t i = 0; i < rank; ++i)
    resultExprs.push_back(b.getAffineDimExpr(i));
  SmallVector<AffineMap> maps = {AffineMap::get(loops, 0, exprs, b.getContext()),
                                 AffineMap::get(loops, 0, windowExprs, b.getContext()),
                                 AffineMap::get(loops, 0, resultExprs, b.getContext())};
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators.append(2, IteratorType::reduction);
  Value init = makeFilled(b, loc, type, image, start);
  return linalg::GenericOp::create(b, loc, type, ValueRange{image, window}, init, maps, iterators,
                                   [&](OpBuilder &nested, Location l, ValueRange arguments) {
                                     linalg::YieldOp::create(
                                         nested, l, combine(nested, l, arguments[0], arguments[2]));
                                   })
      .getResult(0);
}

template <typename OpTy>
static Value padImage(OpBuilder &b, Location loc, OpTy op, Value image, float value) {
  SmallVector<int64_t> low(op.getPadLow()), high(op.getPadHigh());
  if (llvm::all_of(low, [](int64_t n) { return n == 0; }) &&
      llvm::all_of(high, [](int64_t n) { return n == 0; }))
    return image;
  low.push_back(0);
  high.push_back(0);
  return makePad(b, loc, image, low, high, value);
}

namespace {

struct MaxPoolLowering : OpConversionPattern<MaxPool2dOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MaxPool2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "only channels-last pooling is lowered");
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    Value image = padImage(rewriter, op.getLoc(), op, adaptor.getInput(), lowest);
    rewriter.replaceOp(op, reduceWindows(rewriter, op.getLoc(), op,
                                         cast<RankedTensorType>(op.getType()), image, lowest,
                                         [](OpBuilder &b, Location l, Value x, Value y) -> Value {
                                           return arith::MaximumFOp::create(b, l, x, y);
                                         }));
    return success();
  }
};

// Two steps: which place of each window holds its maximum first, as a number counted
// in row-major order, and then, for each element of the input, the gradients of the
// windows whose number points to it.
struct MaxPoolGradientLowering : OpConversionPattern<MaxPool2dGradientOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MaxPool2dGradientOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "only channels-last pooling is lowered");
    Location loc = op.getLoc();
    Value winners = findWinners(op, adaptor, rewriter);
    auto type = cast<RankedTensorType>(op.getType());
    int64_t rank = type.getRank(), first = rank - 3, loops = rank + 2;
    ArrayRef<int64_t> out = exampleShape(op.getGradient());
    Value window = tensor::EmptyOp::create(rewriter, loc, op.getKernel(), type.getElementType());
    SmallVector<AffineExpr> resultExprs;
    for (int64_t i = 0; i < rank; ++i)
      resultExprs.push_back(rewriter.getAffineDimExpr(i));
    SmallVector<AffineExpr> windowExprs = {rewriter.getAffineDimExpr(rank),
                                           rewriter.getAffineDimExpr(rank + 1)};
    SmallVector<AffineMap> maps = {AffineMap::get(loops, 0, windowExprs, rewriter.getContext()),
                                   AffineMap::get(loops, 0, resultExprs, rewriter.getContext())};
    SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
    iterators.append(2, IteratorType::reduction);
    Value init = makeFilled(rewriter, loc, type, adaptor.getInput(), 0.0f);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, type, window, init, maps, iterators,
        [&](OpBuilder &b, Location l, ValueRange e) {
          auto constant = [&](int64_t n) { return arith::ConstantIndexOp::create(b, l, n); };
          SmallVector<Value> at;
          for (int64_t i = 0; i < rank; ++i)
            at.push_back(linalg::IndexOp::create(b, l, i));
          Value place = constant(0), exists;
          for (int axis = 0; axis < 2; ++axis) {
            // The window that has this element at this place, if there is one.
            Value offset = linalg::IndexOp::create(b, l, rank + axis);
            place = arith::AddIOp::create(
                b, l, arith::MulIOp::create(b, l, place, constant(op.getKernel()[axis])), offset);
            Value start = arith::SubIOp::create(
                b, l, arith::AddIOp::create(b, l, at[first + axis], constant(op.getPadLow()[axis])),
                offset);
            // Negative starts wrap to huge numbers and fail the last test.
            Value stride = constant(op.getStrides()[axis]);
            Value position = arith::DivUIOp::create(b, l, start, stride);
            Value rest = arith::RemUIOp::create(b, l, start, stride);
            Value whole = arith::CmpIOp::create(b, l, arith::CmpIPredicate::eq, rest, constant(0));
            Value inside = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult, position,
                                                 constant(out[axis]));
            Value both = arith::AndIOp::create(b, l, whole, inside);
            exists = exists ? arith::AndIOp::create(b, l, exists, both).getResult() : both;
            at[first + axis] = arith::MinUIOp::create(b, l, position, constant(out[axis] - 1));
          }
          Value winner = tensor::ExtractOp::create(b, l, winners, at);
          Value gradient = tensor::ExtractOp::create(b, l, adaptor.getGradient(), at);
          Value number = arith::SIToFPOp::create(
              b, l, b.getF32Type(), arith::IndexCastOp::create(b, l, b.getI64Type(), place));
          Value wins = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ, winner, number);
          Value counts = arith::AndIOp::create(b, l, wins, exists);
          Value share = arith::SelectOp::create(b, l, counts, gradient, floatConstant(b, l, 0.0f));
          linalg::YieldOp::create(b, l, arith::AddFOp::create(b, l, e[1], share).getResult());
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }

  // The number of the first largest element of each window; a NaN is the largest.
  static Value findWinners(MaxPool2dGradientOp op, OpAdaptor adaptor, OpBuilder &b) {
    Location loc = op.getLoc();
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    Value image = padImage(b, loc, op, adaptor.getInput(), lowest);
    auto type = cast<RankedTensorType>(op.getGradient().getType());
    Value largest = reduceWindows(b, loc, op, type, image, lowest,
                                  [](OpBuilder &n, Location l, Value x, Value y) -> Value {
                                    return arith::MaximumFOp::create(n, l, x, y);
                                  });
    int64_t rank = type.getRank(), first = rank - 3, loops = rank + 2;
    SmallVector<AffineExpr> imageExprs, resultExprs;
    for (int64_t i = 0; i < rank; ++i)
      resultExprs.push_back(b.getAffineDimExpr(i));
    imageExprs = resultExprs;
    for (int64_t i = 0; i < 2; ++i)
      imageExprs[first + i] =
          imageExprs[first + i] * op.getStrides()[i] + b.getAffineDimExpr(rank + i);
    SmallVector<AffineExpr> windowExprs = {b.getAffineDimExpr(rank), b.getAffineDimExpr(rank + 1)};
    SmallVector<AffineMap> maps;
    for (ArrayRef<AffineExpr> exprs : {ArrayRef(imageExprs), ArrayRef(resultExprs),
                                       ArrayRef(windowExprs), ArrayRef(resultExprs)})
      maps.push_back(AffineMap::get(loops, 0, exprs, b.getContext()));
    SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
    iterators.append(2, IteratorType::reduction);
    Value window = tensor::EmptyOp::create(b, loc, op.getKernel(), type.getElementType());
    float none = op.getKernel()[0] * op.getKernel()[1];
    Value init = makeFilled(b, loc, type, image, none);
    return linalg::GenericOp::create(
               b, loc, type, ValueRange{image, largest, window}, init, maps, iterators,
               [&](OpBuilder &n, Location l, ValueRange e) {
                 Value row = linalg::IndexOp::create(n, l, rank);
                 Value column = linalg::IndexOp::create(n, l, rank + 1);
                 Value width = arith::ConstantIndexOp::create(n, l, op.getKernel()[1]);
                 Value place =
                     arith::AddIOp::create(n, l, arith::MulIOp::create(n, l, row, width), column);
                 Value number = arith::SIToFPOp::create(
                     n, l, n.getF32Type(), arith::IndexCastOp::create(n, l, n.getI64Type(), place));
                 Value equal = arith::CmpFOp::create(n, l, arith::CmpFPredicate::OEQ, e[0], e[1]);
                 Value isNan = arith::CmpFOp::create(n, l, arith::CmpFPredicate::UNO, e[0], e[0]);
                 Value wins = arith::OrIOp::create(n, l, equal, isNan);
                 Value candidate =
                     arith::SelectOp::create(n, l, wins, number, floatConstant(n, l, none));
                 linalg::YieldOp::create(
                     n, l, arith::MinimumFOp::create(n, l, e[3], candidate).getResult());
               })
        .getResult(0);
  }
};

struct AvgPoolLowering : OpConversionPattern<AvgPool2dOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(AvgPool2dOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "only channels-last pooling is lowered");
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value image = padImage(rewriter, loc, op, adaptor.getInput(), 0.0f);
    Value sums = reduceWindows(rewriter, loc, op, type, image, 0.0f,
                               [](OpBuilder &b, Location l, Value x, Value y) -> Value {
                                 return arith::AddFOp::create(b, l, x, y);
                               });
    Value divisors = arith::ConstantOp::create(rewriter, loc, windowCounts(op));
    Value result = makeElementwise(rewriter, loc, type, {sums, divisors},
                                   [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                     return arith::DivFOp::create(b, l, e[0], e[1]);
                                   });
    rewriter.replaceOp(op, result);
    return success();
  }

  // How many elements each window counts: [y, x, 1], or [1] where all are alike.
  static DenseElementsAttr windowCounts(AvgPool2dOp op) {
    auto type = cast<RankedTensorType>(op.getType());
    ArrayRef<int64_t> out = exampleShape(type), in = exampleShape(op.getInput());
    auto counted = [&](int axis, int64_t position) {
      int64_t from = position * op.getStrides()[axis] - op.getPadLow()[axis];
      int64_t to = from + op.getKernel()[axis];
      return std::min(to, in[axis]) - std::max<int64_t>(from, 0);
    };
    if (op.getCountIncludePad()) {
      float all = op.getKernel()[0] * op.getKernel()[1];
      return DenseElementsAttr::get(RankedTensorType::get({1}, type.getElementType()), all);
    }
    SmallVector<float> counts;
    for (int64_t y = 0; y < out[0]; ++y)
      for (int64_t x = 0; x < out[1]; ++x)
        counts.push_back(counted(0, y) * counted(1, x));
    return DenseElementsAttr::get(RankedTensorType::get({out[0], out[1], 1}, type.getElementType()),
                                  ArrayRef<float>(counts));
  }
};

} // namespace

void weir::populatePoolToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<MaxPoolLowering, MaxPoolGradientLowering, AvgPoolLowering>(converter,
                                                                          patterns.getContext());
}
