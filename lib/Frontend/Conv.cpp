//===- Conv.cpp - Convolutions --------------------------------------------===//

#include "Elaborator.h"

#include <cmath>

using namespace llvm;

namespace weir {

template <typename Op> static Value emitConv(Call &call, unsigned rank) {
  ArrayRef<int64_t> input = call.shape("x");
  if (input.size() != rank + 1) {
    Diagnostic &message = call.shapeError(
        "x", "'" + call.builtin.name + "' needs " +
                 (rank == 2 ? "an image [channels, height, width]" : "[channels, length]") +
                 ", this is " + describe(call["x"]));
    if (input.size() == rank)
      message.fix("add the axis of channels: `reshape(x, 1, " +
                  StringRef(formatShape(input)).drop_front().drop_back() + ")`");
    return Value::poison();
  }
  if (!call.atLeast("channels", 1) || !call.atLeast("kernel", 1) || !call.atLeast("stride", 1) ||
      !call.atLeast("padding", 0) || !call.atLeast("dilation", 1) || !call.atLeast("groups", 1))
    return Value::poison();
  int64_t channels = input[0], outputs = call.size("channels"), groups = call.size("groups");
  if (channels % groups != 0) {
    call.error(call.range("groups"),
               "groups must divide the channels of the input: " + Twine(channels) + " channels, " +
                   Twine(groups) + " groups")
        .note(call["x"].origin, "the shape " + describe(call["x"]) + " comes from here");
    return Value::poison();
  }
  if (outputs % groups != 0) {
    call.error(call.range("groups"),
               "groups must divide the channels of the result: " + Twine(outputs) + " channels, " +
                   Twine(groups) + " groups");
    return Value::poison();
  }
  SmallVector<int64_t> kernel = call.window("kernel", rank), stride = call.window("stride", rank),
                       padding = call.window("padding", rank),
                       dilation = call.window("dilation", rank);
  SmallVector<int64_t> shape{outputs}, weightShape{outputs, channels / groups};
  int64_t window = 1;
  for (unsigned i = 0; i < rank; ++i) {
    int64_t positions =
        windowPositions(input[i + 1], padding[i], padding[i], kernel[i], stride[i], dilation[i]);
    int64_t reach = dilation[i] * (kernel[i] - 1) + 1;
    if (positions < 1) {
      call.shapeError("x", "the kernel is larger than the padded input: it reaches over " +
                               Twine(reach) + ", the input has " + Twine(input[i + 1]) + " + 2 * " +
                               Twine(padding[i]) + " in axis " + Twine(i + 1))
          .fix("use a smaller kernel, or `padding: " + Twine(reach / 2) + "`");
      return Value::poison();
    }
    shape.push_back(positions);
    weightShape.push_back(kernel[i]);
    // Guarded by checkShape of the weight below.
    window = std::min(window * kernel[i], maxElements);
  }
  if (!call.elaborator.checkShape(weightShape, call.expr.range) ||
      !call.elaborator.checkShape(shape, call.expr.range))
    return Value::poison();
  int64_t fanIn = channels / groups * window;
  double bound = 1 / std::sqrt(static_cast<double>(fanIn));
  Initializer standard = Initializer::uniform(-bound, bound);
  std::optional<Initializer> initializer =
      call.initializer(fanIn, outputs / groups * window, standard);
  if (!initializer)
    return Value::poison();
  mlir::Value weight = call.parameter("weight", weightShape, *initializer), bias;
  if (call.flag("bias"))
    bias = call.parameter("bias", {outputs}, standard);
  mlir::Value x = call.tensor("x");
  return call.result(Op::create(call.builder(), call.loc(),
                                call.resultType(shape, isBatched(x.getType())), x, weight, bias,
                                stride, padding, padding, dilation, groups, Layout::ChannelsFirst));
}

void addConv(BuiltinTable &table) {
  addBuiltin(table,
             "conv1d(x, channels: size, kernel: size, stride: size = 1, padding: size = 0, "
             "dilation: size = 1, groups: size = 1, bias: bool = true, init: initializer = none)",
             [](Call &call) { return emitConv<Conv1dOp>(call, 1); });
  addBuiltin(table,
             "conv2d(x, channels: size, kernel: pair, stride: pair = 1, padding: pair = 0, "
             "dilation: pair = 1, groups: size = 1, bias: bool = true, init: initializer = none)",
             [](Call &call) { return emitConv<Conv2dOp>(call, 2); });
}

} // namespace weir
