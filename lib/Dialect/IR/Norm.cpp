//===- Norm.cpp - normalization and dropout -------------------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= static_cast<int64_t>(input.size()))
    return emitOptionalError(loc, getOperationName(), ": axis ", axis, " of an example of rank ",
                             input.size());
  for (Value statistic :
       {adaptor.getWeight(), adaptor.getBias(), adaptor.getMean(), adaptor.getVariance()})
    if (isBatched(statistic.getType()) || exampleShape(statistic) != input.slice(axis, 1))
      return emitOptionalError(loc, getOperationName(), ": statistics of ", input[axis],
                               " channels expected, found ", statistic.getType());
  if (!adaptor.getEpsilonAttr().getValue().isNonZero() ||
      adaptor.getEpsilonAttr().getValue().isNegative())
    return emitOptionalError(loc, getOperationName(), ": epsilon must be greater than 0");
  double momentum = adaptor.getMomentum().convertToDouble();
  if (!(momentum >= 0.0 && momentum <= 1.0))
    return emitOptionalError(loc, getOperationName(),
                             ": momentum is at least 0 and at most 1, found ", momentum);
  inferred.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> weight = exampleShape(adaptor.getWeight());
  if (isBatched(adaptor.getWeight().getType()) ||
      adaptor.getWeight().getType() != adaptor.getBias().getType())
    return emitOptionalError(loc, getOperationName(), ": weight and bias have one shape, found ",
                             adaptor.getWeight().getType(), " and ", adaptor.getBias().getType());
  if (weight.empty() || weight.size() > input.size() || input.take_back(weight.size()) != weight)
    return emitOptionalError(loc, getOperationName(), ": the input ", formatShape(input),
                             " doesn't end in the weight's axes ", formatShape(weight));
  if (!adaptor.getEpsilonAttr().getValue().isNonZero() ||
      adaptor.getEpsilonAttr().getValue().isNegative())
    return emitOptionalError(loc, getOperationName(), ": epsilon must be greater than 0");
  inferred.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  // The parser infers the type before it hands over the attributes; the verifier
  // infers it again when they are there.
  if (FloatAttr attribute = adaptor.getProbabilityAttr()) {
    double probability = attribute.getValueAsDouble();
    if (!(probability >= 0.0 && probability < 1.0))
      return emitOptionalError(loc, getOperationName(),
                               ": probability is at least 0 and less than 1, found ", attribute);
  }
  inferred.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult DropoutMaskOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                              Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  Type key = adaptor.getKey().getType();
  if (isBatched(key) || exampleShape(key) != ArrayRef<int64_t>{2})
    return emitOptionalError(loc, getOperationName(),
                             ": the key is a seed and a step, two numbers without a batch, found ",
                             key);
  double probability = adaptor.getProbability().convertToDouble();
  if (!(probability >= 0.0 && probability < 1.0))
    return emitOptionalError(loc, getOperationName(),
                             ": probability is at least 0 and less than 1, found ",
                             adaptor.getProbabilityAttr());
  if (adaptor.getLayer() >> 32)
    return emitOptionalError(loc, getOperationName(), ": layer ", adaptor.getLayer(),
                             " is not in 0..2^32-1");
  inferred.push_back(adaptor.getLike().getType());
  return success();
}
