//===- Norm.cpp - reverse rules of normalization and dropout --------------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

static Value reciprocalDeviation(Value variance, const APFloat &epsilon, ReverseRule &r) {
  return RsqrtOp::create(r.builder, r.loc, r.add(variance, r.scalar(epsilon.convertToDouble())));
}

// With n = (x - mean) * s, s = 1 / sqrt(variance + epsilon), y = n * w + b, and sums over
// all but the channels: db = sum(dy), dw = sum(dy * n), dx = dy * w * s,
// dmean = -w * s * db, dvariance = -w * s^2 * dw / 2. So two sums give all five, and where
// mean and variance are the batch's, their own rules add what is missing to dx.
static LogicalResult batchNormRule(BatchNormOp op, ReverseRule &r) {
  int64_t rank = exampleShape(op.getInput()).size(), axis = op.getAxis();
  Type channelType = op.getWeight().getType();
  auto sumToChannels = [&](Value value) {
    return r.sumTo(r.sum(value, axesBut(rank, axis)), channelType);
  };
  bool wantsMean = r.wants(3), wantsVariance = r.wants(4);
  Value scale = reciprocalDeviation(op.getVariance(), op.getEpsilon(), r);
  Value weighted = r.mul(op.getWeight(), scale);
  if (r.wants(0))
    r.give(0, r.mul(r.gradient, r.alongAxis(weighted, axis, rank)));
  if (r.wants(1) || wantsVariance) {
    Value centered = r.sub(op.getInput(), r.alongAxis(op.getMean(), axis, rank));
    Value normalized = r.mul(centered, r.alongAxis(scale, axis, rank));
    Value weight = sumToChannels(r.mul(r.gradient, normalized));
    if (r.wants(1))
      r.give(1, weight);
    if (wantsVariance)
      r.give(4, r.mul(r.mul(weighted, scale), r.mul(weight, r.scalar(-0.5))));
  }
  if (r.wants(2) || wantsMean) {
    Value bias = sumToChannels(r.gradient);
    if (r.wants(2))
      r.give(2, bias);
    if (wantsMean)
      r.give(3, r.neg(r.mul(weighted, bias)));
  }
  return success();
}

// The mean and variance are the example's own: with n as above and g = dy * w,
// dx = s * (g - mean(g) - n * mean(g * n)).
static LogicalResult layerNormRule(LayerNormOp op, ReverseRule &r) {
  int64_t rank = exampleShape(op.getInput()).size();
  int64_t normalizedRank = exampleShape(op.getWeight()).size();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(rank - normalizedRank, rank));
  Value normalized, scale;
  if (r.wants(0) || r.wants(1)) {
    Value centered = r.sub(op.getInput(), r.mean(op.getInput(), axes, /*keepDims=*/true));
    Value variance = r.mean(r.mul(centered, centered), axes, /*keepDims=*/true);
    scale = reciprocalDeviation(variance, op.getEpsilon(), r);
    normalized = r.mul(centered, scale);
  }
  if (r.wants(0)) {
    Value weighted = r.mul(r.gradient, op.getWeight());
    Value mean = r.mean(weighted, axes, /*keepDims=*/true);
    Value slope = r.mean(r.mul(weighted, normalized), axes, /*keepDims=*/true);
    r.give(0, r.mul(scale, r.sub(r.sub(weighted, mean), r.mul(normalized, slope))));
  }
  if (r.wants(1))
    r.give(1, r.mul(r.gradient, normalized));
  if (r.wants(2))
    r.give(2, r.gradient);
  return success();
}

static LogicalResult dropoutRule(DropoutOp op, ReverseRule &) {
  return op.emitOpError("has no gradient before weir-training-form has given it a mask");
}

// Only a shape is read.
static LogicalResult dropoutMaskRule(DropoutMaskOp, ReverseRule &) { return success(); }

void weir::attachNormRules(MLIRContext *context) {
  attachRule<BatchNormOp, batchNormRule>(context);
  attachRule<LayerNormOp, layerNormRule>(context);
  attachRule<DropoutOp, dropoutRule>(context);
  attachRule<DropoutMaskOp, dropoutMaskRule>(context);
}
