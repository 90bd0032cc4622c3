//===- Pool.cpp - pooling to linalg --------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

// Reduces each window of a channels-last image that is already padded. The window's
// shape is given by an operand that is never read, as linalg's own pooling ops do.
template <typename OpTy>
static Value reduceWindows(OpBuilder &b, Location loc, OpTy op, Value image, float start,
                           function_ref<Value(OpBuilder &, Location, Value, Value)> combine) {
  auto type = cast<RankedTensorType>(op.getType());
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
    rewriter.replaceOp(op, reduceWindows(rewriter, op.getLoc(), op, image, lowest,
                                         [](OpBuilder &b, Location l, Value x, Value y) -> Value {
                                           return arith::MaximumFOp::create(b, l, x, y);
                                         }));
    return success();
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
    Value sums = reduceWindows(rewriter, loc, op, image, 0.0f,
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
  patterns.add<MaxPoolLowering, AvgPoolLowering>(converter, patterns.getContext());
}
