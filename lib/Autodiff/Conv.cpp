//===- Conv.cpp - reverse rules of convolutions ---------------------------------===//
//
// Both gradients of a convolution are products again. That of the input is the
// convolution of the output's gradient, its elements spread `stride` apart, with the
// kernel turned around and its channels and outputs exchanged; that of the weight is
// an op of its own, which becomes a product of the patches with the output's gradient.
//
//===----------------------------------------------------------------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

namespace {
// A convolution over two spatial axes, channels first.
struct Conv {
  Value input, weight, gradient;
  SmallVector<int64_t> strides, low, high, dilations;
  int64_t groups;
};
} // namespace

// [outputs, channels / groups, ...] as [channels, outputs / groups, ...], turned around.
static Value adjointWeight(const Conv &conv, ReverseRule &r) {
  ArrayRef<int64_t> shape = exampleShape(conv.weight);
  int64_t outputs = shape[0] / conv.groups, channels = shape[1];
  Value weight = r.reshape(conv.weight, {conv.groups, outputs, channels, shape[2], shape[3]});
  weight = r.transpose(weight, {0, 2, 1, 3, 4});
  weight = r.reshape(weight, {conv.groups * channels, outputs, shape[2], shape[3]});
  if (shape[2] == 1 && shape[3] == 1)
    return weight;
  return ReverseOp::create(r.builder, r.loc, weight, ArrayRef<int64_t>{2, 3});
}

// A convolution of stride 1 whose result has the size `wanted` and begins at `-before`;
// where the paddings that this takes are negative, the image is cut instead. Null if
// nothing of the image is left.
static Value convolve(Value image, Value weight, ArrayRef<int64_t> before, ArrayRef<int64_t> wanted,
                      ArrayRef<int64_t> dilations, int64_t groups, ReverseRule &r) {
  ArrayRef<int64_t> shape = exampleShape(image), kernel = exampleShape(weight).drop_front(2);
  SmallVector<int64_t> low, high, offsets{0}, sizes{shape[0]};
  for (int axis = 0; axis < 2; ++axis) {
    int64_t reach = dilations[axis] * (kernel[axis] - 1), size = shape[1 + axis];
    int64_t after = wanted[axis] - size - before[axis] + reach;
    int64_t cutBefore = std::max<int64_t>(-before[axis], 0),
            cutAfter = std::max<int64_t>(-after, 0);
    if (cutBefore + cutAfter >= size)
      return {};
    offsets.push_back(cutBefore);
    sizes.push_back(size - cutBefore - cutAfter);
    low.push_back(std::max<int64_t>(before[axis], 0));
    high.push_back(std::max<int64_t>(after, 0));
  }
  if (ArrayRef<int64_t>(sizes) != shape)
    image = SliceOp::create(r.builder, r.loc, image, offsets, sizes, ArrayRef<int64_t>{1, 1, 1});
  return Conv2dOp::create(r.builder, r.loc, image, weight, /*bias=*/Value(),
                          /*strides=*/ArrayRef<int64_t>{1, 1}, low, high, dilations, groups,
                          Layout::ChannelsFirst);
}

// With strides s, positions of the input whose remainders by s are equal meet the same
// elements of the kernel: those that lie s apart. So the gradient is a convolution at
// the output's resolution with s * s times the channels, one set for each pair of
// remainders, which are then put beside each other. (Spreading the gradient with zeros
// would multiply s * s times as often.)
//
// Along one axis, dx[s * q + r] is the sum over t of dy[q + last - t] * w[s * t + r + base],
// with w zero outside of the kernel.
static Value stridedInputGradient(const Conv &conv, ReverseRule &r) {
  ArrayRef<int64_t> shape = exampleShape(conv.weight), input = exampleShape(conv.input);
  int64_t outputs = shape[0], channels = shape[1];
  ArrayRef<int64_t> s = conv.strides;
  SmallVector<int64_t> taps, before, sizes, padLow{0, 0}, padHigh{0, 0};
  for (int axis = 0; axis < 2; ++axis) {
    int64_t kernel = shape[2 + axis], last = (s[axis] - 1 + conv.low[axis]) / s[axis];
    int64_t base = conv.low[axis] - s[axis] * last;
    taps.push_back(llvm::divideCeil(kernel - base, s[axis]));
    padLow.push_back(-base);
    padHigh.push_back(taps[axis] * s[axis] - kernel + base);
    before.push_back(taps[axis] - 1 - last);
    sizes.push_back(llvm::divideCeil(input[1 + axis], s[axis]));
  }
  Value weight = PadOp::create(r.builder, r.loc, conv.weight, padLow, padHigh, APFloat(0.0f));
  weight = r.reshape(weight, {outputs, channels, taps[0], s[0], taps[1], s[1]});
  weight = r.transpose(weight, {3, 5, 1, 0, 2, 4});
  weight = r.reshape(weight, {s[0] * s[1] * channels, outputs, taps[0], taps[1]});
  if (taps[0] > 1 || taps[1] > 1)
    weight = ReverseOp::create(r.builder, r.loc, weight, ArrayRef<int64_t>{2, 3});
  Value sets = convolve(conv.gradient, weight, before, sizes, {1, 1}, /*groups=*/1, r);
  if (!sets)
    return r.zeros(conv.input);
  sets = r.reshape(sets, {s[0], s[1], channels, sizes[0], sizes[1]});
  // The channels stay behind the axes that are merged, so that their transpose can sink to
  // where they are wanted last.
  sets = r.transpose(sets, {3, 0, 4, 1, 2});
  Value result = r.reshape(sets, {sizes[0] * s[0], sizes[1] * s[1], channels});
  result = r.transpose(result, {2, 0, 1});
  if (exampleShape(result) != input)
    result = SliceOp::create(r.builder, r.loc, result, ArrayRef<int64_t>{0, 0, 0}, input,
                             ArrayRef<int64_t>{1, 1, 1});
  return result;
}

static Value inputGradient(const Conv &conv, ReverseRule &r) {
  ArrayRef<int64_t> input = exampleShape(conv.input),
                    kernel = exampleShape(conv.weight).drop_front(2);
  bool strided = conv.strides[0] != 1 || conv.strides[1] != 1;
  if (strided && conv.groups == 1 && conv.dilations[0] == 1 && conv.dilations[1] == 1 &&
      kernel[0] * kernel[1] > 1)
    return stridedInputGradient(conv, r);
  Value spread = conv.gradient;
  if (strided)
    spread = DilateOp::create(r.builder, r.loc, spread,
                              ArrayRef<int64_t>{1, conv.strides[0], conv.strides[1]});
  SmallVector<int64_t> before;
  for (int axis = 0; axis < 2; ++axis)
    before.push_back(conv.dilations[axis] * (kernel[axis] - 1) - conv.low[axis]);
  Value result = convolve(spread, adjointWeight(conv, r), before, input.drop_front(),
                          conv.dilations, conv.groups, r);
  return result ? result : r.zeros(conv.input); // All windows lie in the padding.
}

static Value weightGradient(const Conv &conv, ReverseRule &r) {
  return Conv2dWeightGradientOp::create(
      r.builder, r.loc, conv.input, conv.gradient, exampleShape(conv.weight).drop_front(2),
      conv.strides, conv.low, conv.high, conv.dilations, conv.groups, Layout::ChannelsFirst);
}

// The bias is added to each position.
template <typename OpTy> static void giveBias(OpTy op, ReverseRule &r) {
  if (!op.getBias() || !r.wants(2))
    return;
  int64_t rank = exampleShape(op.getResult()).size();
  r.give(2, r.sum(r.gradient, axesBut(rank, 0)));
}

template <typename OpTy> static LogicalResult checkLayout(OpTy op) {
  if (op.getLayout() != Layout::ChannelsFirst)
    return op.emitOpError("has no gradient once its channels are last: differentiate before "
                          "layouts change");
  return success();
}

static LogicalResult conv2dRule(Conv2dOp op, ReverseRule &r) {
  if (failed(checkLayout(op)))
    return failure();
  Conv conv{op.getInput(),
            op.getWeight(),
            r.gradient,
            llvm::to_vector(op.getStrides()),
            llvm::to_vector(op.getPadLow()),
            llvm::to_vector(op.getPadHigh()),
            llvm::to_vector(op.getDilations()),
            static_cast<int64_t>(op.getGroups())};
  if (r.wants(0))
    r.give(0, inputGradient(conv, r));
  if (r.wants(1))
    r.give(1, weightGradient(conv, r));
  giveBias(op, r);
  return success();
}

// A spatial axis of height 1 before the last axis.
static Value withHeight(Value value, ReverseRule &r) {
  SmallVector<int64_t> shape(exampleShape(value));
  shape.insert(shape.end() - 1, 1);
  return r.reshape(value, shape);
}

// The same as over an image of height 1.
static LogicalResult conv1dRule(Conv1dOp op, ReverseRule &r) {
  if (failed(checkLayout(op)))
    return failure();
  Conv conv{withHeight(op.getInput(), r), withHeight(op.getWeight(), r),
            withHeight(r.gradient, r),    {1, op.getStrides()[0]},
            {0, op.getPadLow()[0]},       {0, op.getPadHigh()[0]},
            {1, op.getDilations()[0]},    static_cast<int64_t>(op.getGroups())};
  if (r.wants(0))
    r.give(0, r.reshape(inputGradient(conv, r), exampleShape(op.getInput())));
  if (r.wants(1))
    r.give(1, r.reshape(weightGradient(conv, r), exampleShape(op.getWeight())));
  giveBias(op, r);
  return success();
}

void weir::attachConvRules(MLIRContext *context) {
  attachRule<Conv1dOp, conv1dRule>(context);
  attachRule<Conv2dOp, conv2dRule>(context);
}
