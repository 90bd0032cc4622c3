//===- Elementwise.cpp - arithmetic and activations to linalg -----------------===//

#include "Common.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace weir;

// The scalar of a constant of one value, wherever it is read.
static std::optional<float> splatOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue()) : nullptr;
  if (!elements || !elements.isSplat())
    return std::nullopt;
  return elements.getSplatValue<float>();
}

static Value applyBinary(Operation *op, OpBuilder &b, Location l, Value x, Value y) {
  return TypeSwitch<Operation *, Value>(op)
      .Case<AddOp>([&](auto) { return arith::AddFOp::create(b, l, x, y); })
      .Case<SubOp>([&](auto) { return arith::SubFOp::create(b, l, x, y); })
      .Case<MulOp>([&](auto) { return arith::MulFOp::create(b, l, x, y); })
      .Case<DivOp>([&](auto) { return arith::DivFOp::create(b, l, x, y); })
      .Case<MaximumOp>([&](auto) { return arith::MaximumFOp::create(b, l, x, y); })
      .Case<MinimumOp>([&](auto) { return arith::MinimumFOp::create(b, l, x, y); })
      .Case<PowOp>([&](auto) { return math::PowFOp::create(b, l, x, y); })
      .Case<GreaterOp>([&](auto) {
        Value greater = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OGT, x, y);
        return arith::SelectOp::create(b, l, greater, floatConstant(b, l, 1.0f),
                                       floatConstant(b, l, 0.0f));
      });
}

// max(x, 0) that keeps NaN, as one compare that becomes a single instruction.
static Value makeRelu(OpBuilder &b, Location l, Value x) {
  Value zero = floatConstant(b, l, 0.0f);
  Value negative = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OGT, zero, x);
  return arith::SelectOp::create(b, l, negative, zero, x);
}

// max(x, 0) + log1p(exp(-|x|)): neither term overflows.
static Value makeSoftplus(OpBuilder &b, Location l, Value x) {
  Value magnitude = math::AbsFOp::create(b, l, x);
  Value decayed = math::ExpOp::create(b, l, arith::NegFOp::create(b, l, magnitude));
  return arith::AddFOp::create(b, l, makeRelu(b, l, x), math::Log1pOp::create(b, l, decayed));
}

static Value makeSigmoid(OpBuilder &b, Location l, Value x) {
  Value one = floatConstant(b, l, 1.0f);
  Value decayed = math::ExpOp::create(b, l, arith::NegFOp::create(b, l, x));
  return arith::DivFOp::create(b, l, one, arith::AddFOp::create(b, l, one, decayed));
}

static Value applyUnary(Operation *op, OpBuilder &b, Location l, Value x) {
  return TypeSwitch<Operation *, Value>(op)
      .Case<NegOp>([&](auto) { return arith::NegFOp::create(b, l, x); })
      .Case<AbsOp>([&](auto) { return math::AbsFOp::create(b, l, x); })
      .Case<ExpOp>([&](auto) { return math::ExpOp::create(b, l, x); })
      .Case<LogOp>([&](auto) { return math::LogOp::create(b, l, x); })
      .Case<Log1pOp>([&](auto) { return math::Log1pOp::create(b, l, x); })
      .Case<SqrtOp>([&](auto) { return math::SqrtOp::create(b, l, x); })
      .Case<RsqrtOp>([&](auto) {
        Value root = math::SqrtOp::create(b, l, x);
        return arith::DivFOp::create(b, l, floatConstant(b, l, 1.0f), root);
      })
      .Case<ErfOp>([&](auto) { return math::ErfOp::create(b, l, x); })
      .Case<TanhOp>([&](auto) { return math::TanhOp::create(b, l, x); })
      .Case<SigmoidOp>([&](auto) { return makeSigmoid(b, l, x); })
      .Case<ReluOp>([&](auto) { return makeRelu(b, l, x); })
      .Case<SoftplusOp>([&](auto) { return makeSoftplus(b, l, x); });
}

namespace {

template <typename OpTy> struct BinaryLowering : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto result = cast<RankedTensorType>(op.getType());
    // A constant of one value is written into the loop instead of being read.
    std::optional<float> splats[2] = {splatOf(op.getLhs()), splatOf(op.getRhs())};
    SmallVector<Value> operands;
    if (!splats[0] || splats[1])
      operands.push_back(adaptor.getLhs());
    if (!splats[1])
      operands.push_back(adaptor.getRhs());
    Value value = makeElementwise(
        rewriter, op.getLoc(), result, operands,
        [&](OpBuilder &b, Location l, ValueRange elements) -> Value {
          size_t next = 0;
          Value lhs = splats[0] && !splats[1] ? floatConstant(b, l, *splats[0]) : elements[next++];
          Value rhs = splats[1] ? floatConstant(b, l, *splats[1]) : elements[next++];
          return applyBinary(op, b, l, lhs, rhs);
        });
    rewriter.replaceOp(op, value);
    return success();
  }
};

template <typename OpTy> struct UnaryLowering : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value value = makeElementwise(
        rewriter, op.getLoc(), cast<RankedTensorType>(op.getType()), adaptor.getInput(),
        [&](OpBuilder &b, Location l, ValueRange x) { return applyUnary(op, b, l, x[0]); });
    rewriter.replaceOp(op, value);
    return success();
  }
};

struct SelectLowering : OpConversionPattern<SelectOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(SelectOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value value =
        makeElementwise(rewriter, op.getLoc(), cast<RankedTensorType>(op.getType()),
                        {adaptor.getCondition(), adaptor.getOnTrue(), adaptor.getOnFalse()},
                        [](OpBuilder &b, Location l, ValueRange e) -> Value {
                          // Anything but 0 counts as true, NaN included.
                          Value taken = arith::CmpFOp::create(b, l, arith::CmpFPredicate::UNE, e[0],
                                                              floatConstant(b, l, 0.0f));
                          return arith::SelectOp::create(b, l, taken, e[1], e[2]);
                        });
    rewriter.replaceOp(op, value);
    return success();
  }
};

struct ConstantLowering : OpConversionPattern<ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ConstantOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, op.getType(), op.getValue());
    return success();
  }
};

} // namespace

void weir::populateElementwiseToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<
      BinaryLowering<AddOp>, BinaryLowering<SubOp>, BinaryLowering<MulOp>, BinaryLowering<DivOp>,
      BinaryLowering<MaximumOp>, BinaryLowering<MinimumOp>, BinaryLowering<PowOp>,
      BinaryLowering<GreaterOp>, SelectLowering, UnaryLowering<NegOp>, UnaryLowering<AbsOp>,
      UnaryLowering<ExpOp>, UnaryLowering<LogOp>, UnaryLowering<Log1pOp>, UnaryLowering<SqrtOp>,
      UnaryLowering<RsqrtOp>, UnaryLowering<ErfOp>, UnaryLowering<TanhOp>, UnaryLowering<SigmoidOp>,
      UnaryLowering<ReluOp>, UnaryLowering<SoftplusOp>, ConstantLowering>(converter,
                                                                          patterns.getContext());
}
