//===- Elementwise.cpp - reverse rules of arithmetic and activations ------------===//
//
// Where a function has no derivative, at a kink, the rule gives what PyTorch gives:
// 0 for relu and abs at 0, half of the gradient to each of two equal operands of a
// maximum or minimum.
//
//===----------------------------------------------------------------------===//

#include "ReverseRule.h"

#include <numbers>

using namespace mlir;
using namespace weir;

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

static LogicalResult addRule(AddOp, ReverseRule &r) {
  for (unsigned i : {0, 1})
    if (r.wants(i))
      r.give(i, r.gradient);
  return success();
}

static LogicalResult subRule(SubOp, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.gradient);
  if (r.wants(1))
    r.give(1, r.neg(r.gradient));
  return success();
}

static LogicalResult mulRule(MulOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.mul(r.gradient, op.getRhs()));
  if (r.wants(1))
    r.give(1, r.mul(r.gradient, op.getLhs()));
  return success();
}

static LogicalResult divRule(DivOp op, ReverseRule &r) {
  Value quotient = r.div(r.gradient, op.getRhs());
  if (r.wants(0))
    r.give(0, quotient);
  if (r.wants(1))
    r.give(1, r.neg(r.mul(quotient, op.getResult())));
  return success();
}

// The gradient goes to the operand that won, half to each where they are equal.
static void giveToWinner(Value better, Value worse, ReverseRule &r) {
  // 1 for a winner, 1/2 for equals, 0 for a loser.
  Value lead = r.sub(better, worse);
  Value share = r.mul(r.add(lead, r.scalar(1.0)), r.scalar(0.5));
  if (r.wants(0))
    r.give(0, r.mul(r.gradient, share));
  if (r.wants(1))
    r.give(1, r.mul(r.gradient, r.sub(r.scalar(1.0), share)));
}

static LogicalResult maximumRule(MaximumOp op, ReverseRule &r) {
  giveToWinner(r.greater(op.getLhs(), op.getRhs()), r.greater(op.getRhs(), op.getLhs()), r);
  return success();
}

static LogicalResult minimumRule(MinimumOp op, ReverseRule &r) {
  giveToWinner(r.greater(op.getRhs(), op.getLhs()), r.greater(op.getLhs(), op.getRhs()), r);
  return success();
}

static LogicalResult powRule(PowOp op, ReverseRule &r) {
  Value base = op.getLhs(), exponent = op.getRhs();
  if (r.wants(0)) {
    // rhs * lhs^(rhs - 1), and 0 for the constant function lhs^0, even at lhs = 0.
    Value power = PowOp::create(r.builder, r.loc, base, r.sub(exponent, r.scalar(1.0)));
    Value slope = r.select(exponent, r.mul(exponent, power), r.scalar(0.0));
    r.give(0, r.mul(r.gradient, slope));
  }
  if (r.wants(1)) {
    // lhs^rhs * log(lhs), whose limit at lhs = 0 is 0.
    Value slope = r.mul(op.getResult(), LogOp::create(r.builder, r.loc, base));
    r.give(1, r.mul(r.gradient, r.select(base, slope, r.scalar(0.0))));
  }
  return success();
}

// Constant but for the jump: the gradients are zero.
static LogicalResult greaterRule(GreaterOp, ReverseRule &) { return success(); }

static LogicalResult selectRule(SelectOp op, ReverseRule &r) {
  Value zero = r.scalar(0.0);
  if (r.wants(1))
    r.give(1, r.select(op.getCondition(), r.gradient, zero));
  if (r.wants(2))
    r.give(2, r.select(op.getCondition(), zero, r.gradient));
  return success();
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

// Applies the chain rule; the functions below give the slope.
template <typename OpTy, Value (*slope)(OpTy, ReverseRule &)>
static LogicalResult unaryRule(OpTy op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.mul(r.gradient, slope(op, r)));
  return success();
}

static LogicalResult negRule(NegOp, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.neg(r.gradient));
  return success();
}

static LogicalResult reluRule(ReluOp op, ReverseRule &r) {
  Value zero = r.scalar(0.0);
  if (r.wants(0))
    r.give(0, r.select(r.greater(op.getResult(), zero), r.gradient, zero));
  return success();
}

static Value absSlope(AbsOp op, ReverseRule &r) {
  Value zero = r.scalar(0.0);
  return r.sub(r.greater(op.getInput(), zero), r.greater(zero, op.getInput()));
}

static Value expSlope(ExpOp op, ReverseRule &) { return op.getResult(); }

static LogicalResult logRule(LogOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.div(r.gradient, op.getInput()));
  return success();
}

static LogicalResult log1pRule(Log1pOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.div(r.gradient, r.add(op.getInput(), r.scalar(1.0))));
  return success();
}

static LogicalResult sqrtRule(SqrtOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.div(r.mul(r.gradient, r.scalar(0.5)), op.getResult()));
  return success();
}

static Value rsqrtSlope(RsqrtOp op, ReverseRule &r) {
  Value square = r.mul(op.getResult(), op.getResult());
  return r.mul(r.mul(square, op.getResult()), r.scalar(-0.5));
}

static Value erfSlope(ErfOp op, ReverseRule &r) {
  Value bell = ExpOp::create(r.builder, r.loc, r.neg(r.mul(op.getInput(), op.getInput())));
  return r.mul(bell, r.scalar(2.0 * std::numbers::inv_sqrtpi));
}

static Value tanhSlope(TanhOp op, ReverseRule &r) {
  return r.sub(r.scalar(1.0), r.mul(op.getResult(), op.getResult()));
}

static Value sigmoidSlope(SigmoidOp op, ReverseRule &r) {
  return r.mul(op.getResult(), r.sub(r.scalar(1.0), op.getResult()));
}

static Value softplusSlope(SoftplusOp op, ReverseRule &r) {
  return SigmoidOp::create(r.builder, r.loc, op.getInput());
}

void weir::attachElementwiseRules(MLIRContext *context) {
  attachRule<AddOp, addRule>(context);
  attachRule<SubOp, subRule>(context);
  attachRule<MulOp, mulRule>(context);
  attachRule<DivOp, divRule>(context);
  attachRule<MaximumOp, maximumRule>(context);
  attachRule<MinimumOp, minimumRule>(context);
  attachRule<PowOp, powRule>(context);
  attachRule<GreaterOp, greaterRule>(context);
  attachRule<SelectOp, selectRule>(context);
  attachRule<NegOp, negRule>(context);
  attachRule<AbsOp, unaryRule<AbsOp, absSlope>>(context);
  attachRule<ExpOp, unaryRule<ExpOp, expSlope>>(context);
  attachRule<LogOp, logRule>(context);
  attachRule<Log1pOp, log1pRule>(context);
  attachRule<SqrtOp, sqrtRule>(context);
  attachRule<RsqrtOp, unaryRule<RsqrtOp, rsqrtSlope>>(context);
  attachRule<ErfOp, unaryRule<ErfOp, erfSlope>>(context);
  attachRule<TanhOp, unaryRule<TanhOp, tanhSlope>>(context);
  attachRule<SigmoidOp, unaryRule<SigmoidOp, sigmoidSlope>>(context);
  attachRule<ReluOp, reluRule>(context);
  attachRule<SoftplusOp, unaryRule<SoftplusOp, softplusSlope>>(context);
}
