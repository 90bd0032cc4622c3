//===- Norm.cpp - Normalization and dropout -------------------------------===//

#include "Elaborator.h"

using namespace llvm;

namespace weir {

static bool requirePositive(Call &call, StringRef parameter) {
  if (call.number(parameter) > 0)
    return true;
  call.error(call.range(parameter), "'" + parameter + "' must be greater than 0");
  return false;
}

static Value emitBatchNorm(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  if (!requirePositive(call, "eps"))
    return Value::poison();
  if (input.empty()) {
    call.shapeError("x", "'batch_norm' needs an axis of channels or features, this is a single "
                         "number")
        .fix("`reshape(x, 1)` makes it a list of one");
    return Value::poison();
  }
  double momentum = call.number("momentum");
  if (!(momentum >= 0 && momentum <= 1)) {
    call.error(call.range("momentum"),
               "the momentum of a batch norm is at least 0 and at most 1, this is " +
                   describe(call["momentum"]))
        .fix("it is the share of the batch in the new running statistics, as 0.1");
    return Value::poison();
  }
  int64_t channels = input[0];
  mlir::Value weight = call.parameter("weight", {channels}, Initializer::constant(1));
  if (!weight)
    return Value::poison();
  mlir::Value bias = call.parameter("bias", {channels}, Initializer::constant(0));
  mlir::Value mean =
      call.parameter("running_mean", {channels}, Initializer::constant(0), /*buffer=*/true);
  mlir::Value variance =
      call.parameter("running_var", {channels}, Initializer::constant(1), /*buffer=*/true);
  mlir::Value x = call.tensor("x");
  return call.result(BatchNormOp::create(
      call.builder(), call.loc(), x.getType(), x, weight, bias, mean, variance,
      call.builder().getF64FloatAttr(call.number("eps")), call.builder().getI64IntegerAttr(0),
      call.builder().getF64FloatAttr(momentum)));
}

static Value emitLayerNorm(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  if (!requirePositive(call, "eps") || !call.atLeast("axes", 1))
    return Value::poison();
  int64_t axes = call.size("axes");
  if (axes > static_cast<int64_t>(input.size())) {
    call.shapeError("x", "'layer_norm' is to normalize over the last " + Twine(axes) +
                             (axes == 1 ? " axis" : " axes") + ", but this is " +
                             describe(call["x"]));
    return Value::poison();
  }
  ArrayRef<int64_t> shape = input.take_back(axes);
  mlir::Value weight = call.parameter("weight", shape, Initializer::constant(1));
  if (!weight)
    return Value::poison();
  mlir::Value bias = call.parameter("bias", shape, Initializer::constant(0));
  mlir::Value x = call.tensor("x");
  return call.result(LayerNormOp::create(call.builder(), call.loc(), x.getType(), x, weight, bias,
                                         call.builder().getF64FloatAttr(call.number("eps"))));
}

static Value emitDropout(Call &call) {
  double p = call.number("p");
  if (!(p >= 0 && p < 1)) {
    call.error(call.range("p"), "the probability of a dropout is at least 0 and less than 1");
    return Value::poison();
  }
  mlir::Value x = call.tensor("x");
  return call.result(DropoutOp::create(call.builder(), call.loc(), x.getType(), x,
                                       call.builder().getF64FloatAttr(p)));
}

void addNorm(BuiltinTable &table) {
  addBuiltin(table, "batch_norm(x, eps: float = 1e-5, momentum: float = 0.1)", emitBatchNorm);
  addBuiltin(table, "layer_norm(x, axes: size = 1, eps: float = 1e-5)", emitLayerNorm);
  addBuiltin(table, "dropout(x, p: float = 0.5)", emitDropout);
}

} // namespace weir
