//===- Reduce.cpp - sums, means, maxima, softmax, layer norm to linalg ---------===//

#include "Common.h"

#include "weir/CodeGen/CostModel.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace weir;

static constexpr float minusInfinity = -std::numeric_limits<float>::infinity();

static Value add(OpBuilder &b, Location l, Value x, Value y) {
  return arith::AddFOp::create(b, l, x, y);
}
static Value maximum(OpBuilder &b, Location l, Value x, Value y) {
  return arith::MaximumFOp::create(b, l, x, y);
}

static SmallVector<bool> reducedAxes(Type type, ArrayRef<int64_t> exampleAxes) {
  SmallVector<bool> reduced(cast<RankedTensorType>(type).getRank(), false);
  for (int64_t axis : exampleAxes)
    reduced[wholeAxis(type, axis)] = true;
  return reduced;
}

// Sum or maximum over `axes`, which stay with size 1, and what `finish` makes of each result.
// The results have no other reader, so that they are finished before they are stored.
template <typename Combine>
static Value reduceKeeping(OpBuilder &b, Location l, Value input, ArrayRef<int64_t> axes,
                           float start, Combine combine, ElementFn finish = nullptr) {
  Value reduced = makeReduction(b, l, input, reducedAxes(input.getType(), axes), start, combine);
  if (finish)
    reduced = makeElementwise(b, l, cast<RankedTensorType>(reduced.getType()), reduced, finish);
  SmallVector<int64_t> shape(exampleShape(input));
  for (int64_t axis : axes)
    shape[axis] = 1;
  return makeReshape(b, l, reduced, shape);
}

namespace {

template <typename OpTy> struct ReduceLowering : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto result = cast<RankedTensorType>(op.getType());
    constexpr bool isMax = std::is_same_v<OpTy, MaxOp>;
    SmallVector<bool> reduced = reducedAxes(op.getInput().getType(), op.getAxes());
    Value value = makeReduction(rewriter, loc, adaptor.getInput(), reduced,
                                isMax ? minusInfinity : 0.0f, isMax ? maximum : add);
    if constexpr (std::is_same_v<OpTy, MeanOp>) {
      int64_t count = 1;
      for (int64_t axis : op.getAxes())
        count *= exampleShape(op.getInput())[axis];
      value = makeElementwise(rewriter, loc, cast<RankedTensorType>(value.getType()), value,
                              [&](OpBuilder &b, Location l, ValueRange x) -> Value {
                                Value divisor = floatConstant(b, l, static_cast<float>(count));
                                return arith::DivFOp::create(b, l, x[0], divisor);
                              });
    }
    rewriter.replaceOp(op, makeReshape(rewriter, loc, value, exampleShape(result)));
    return success();
  }
};

template <typename OpTy> struct SoftmaxLowering : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value x = adaptor.getInput();
    int64_t axis = op.getAxis();
    Value largest = reduceKeeping(rewriter, loc, x, axis, minusInfinity, maximum);
    Value shifted = makeElementwise(rewriter, loc, type, {x, largest},
                                    [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                      return arith::SubFOp::create(b, l, e[0], e[1]);
                                    });
    Value powers = makeElementwise(rewriter, loc, type, shifted,
                                   [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                     return math::ExpOp::create(b, l, e[0]);
                                   });
    // Divisions take several times as long as multiplications by the reciprocal. The sum is at
    // least 1, since the largest power is.
    constexpr bool isLog = std::is_same_v<OpTy, LogSoftmaxOp>;
    auto finish = [](OpBuilder &b, Location l, ValueRange e) -> Value {
      if constexpr (isLog)
        return math::LogOp::create(b, l, e[0]);
      else
        return arith::DivFOp::create(b, l, floatConstant(b, l, 1.0f), e[0]);
    };
    // Logarithms of short rows' sums are computed for a vector of rows at a time.
    bool apart = isLog && !rowByRowPays(exampleShape(op.getInput())[axis]);
    Value total = reduceKeeping(rewriter, loc, powers, axis, 0.0f, add,
                                apart ? ElementFn() : ElementFn(finish));
    if (apart)
      total =
          makeElementwise(rewriter, loc, cast<RankedTensorType>(total.getType()), total, finish);
    Value result = makeElementwise(rewriter, loc, type, {isLog ? shifted : powers, total},
                                   [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                     if constexpr (isLog)
                                       return arith::SubFOp::create(b, l, e[0], e[1]);
                                     else
                                       return arith::MulFOp::create(b, l, e[0], e[1]);
                                   });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LayerNormLowering : OpConversionPattern<LayerNormOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(LayerNormOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    ArrayRef<int64_t> shape = exampleShape(type);
    SmallVector<int64_t> axes;
    int64_t count = 1;
    for (size_t i = shape.size() - exampleShape(op.getWeight()).size(); i < shape.size(); ++i) {
      axes.push_back(i);
      count *= shape[i];
    }
    float reciprocal = 1.0f / static_cast<float>(count);
    Value mean =
        reduceKeeping(rewriter, loc, adaptor.getInput(), axes, 0.0f, add,
                      [&](OpBuilder &b, Location l, ValueRange e) -> Value {
                        return arith::MulFOp::create(b, l, e[0], floatConstant(b, l, reciprocal));
                      });
    Value centred = makeElementwise(rewriter, loc, type, {adaptor.getInput(), mean},
                                    [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                      return arith::SubFOp::create(b, l, e[0], e[1]);
                                    });
    Value squares = makeElementwise(rewriter, loc, type, centred,
                                    [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                      return arith::MulFOp::create(b, l, e[0], e[0]);
                                    });
    float epsilon = op.getEpsilon().convertToDouble();
    Value scale = reduceKeeping(
        rewriter, loc, squares, axes, 0.0f, add,
        [&](OpBuilder &b, Location l, ValueRange e) -> Value {
          Value variance = arith::MulFOp::create(b, l, e[0], floatConstant(b, l, reciprocal));
          Value shifted = arith::AddFOp::create(b, l, variance, floatConstant(b, l, epsilon));
          Value root = math::SqrtOp::create(b, l, shifted);
          return arith::DivFOp::create(b, l, floatConstant(b, l, 1.0f), root);
        });
    Value result = makeElementwise(rewriter, loc, type,
                                   {centred, scale, adaptor.getWeight(), adaptor.getBias()},
                                   [](OpBuilder &b, Location l, ValueRange e) -> Value {
                                     Value normal = arith::MulFOp::create(b, l, e[0], e[1]);
                                     Value scaled = arith::MulFOp::create(b, l, normal, e[2]);
                                     return arith::AddFOp::create(b, l, scaled, e[3]);
                                   });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct BatchSumLowering : OpConversionPattern<BatchSumOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BatchSumOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    SmallVector<bool> reduced(cast<RankedTensorType>(op.getInput().getType()).getRank(), false);
    reduced[0] = true;
    rewriter.replaceOp(
        op, makeReduction(rewriter, op.getLoc(), adaptor.getInput(), reduced, 0.0f, add));
    return success();
  }
};

struct BatchSizeLowering : OpConversionPattern<BatchSizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BatchSizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    Value size = tensor::DimOp::create(rewriter, loc, adaptor.getInput(), 0);
    size = arith::IndexCastOp::create(rewriter, loc, rewriter.getI64Type(), size);
    Value number = arith::SIToFPOp::create(rewriter, loc, type.getElementType(), size);
    Value empty = makeEmpty(rewriter, loc, type, adaptor.getInput());
    auto generic = linalg::GenericOp::create(
        rewriter, loc, type, ValueRange{}, empty, rewriter.getMultiDimIdentityMap(0),
        ArrayRef<IteratorType>{},
        [&](OpBuilder &b, Location l, ValueRange) { linalg::YieldOp::create(b, l, number); });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void weir::populateReduceToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ReduceLowering<SumOp>, ReduceLowering<MeanOp>, ReduceLowering<MaxOp>,
               SoftmaxLowering<SoftmaxOp>, SoftmaxLowering<LogSoftmaxOp>, LayerNormLowering,
               BatchSumLowering, BatchSizeLowering>(converter, patterns.getContext());
}
