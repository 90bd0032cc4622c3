//===- GeneratorImages.cpp - Convolutions, pools, shapes ----------------------===//

#include "GeneratorState.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <numeric>

namespace weir::property {

static int64_t windows(int64_t size, int64_t kernel, int64_t stride, int64_t padding,
                       int64_t dilation) {
  int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

/// One size, or a list of two if they differ.
static std::string pairText(const Shape &sizes) {
  if (sizes.size() == 1 || sizes[0] == sizes[1])
    return std::to_string(sizes[0]);
  return list(sizes);
}

/// A number per axis, mostly the same for both.
static Shape perAxis(GeneratorState &state, size_t axes, const std::vector<int64_t> &choices) {
  Shape result(axes, state.choose.of(choices));
  if (axes == 2 && state.choose.oneIn(3))
    result[1] = state.choose.of(choices);
  return result;
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

static int64_t pickGroups(GeneratorState &state, int64_t channels) {
  if (state.choose.oneIn(2))
    return 1;
  if (state.choose.oneIn(2))
    return channels;
  std::vector<int64_t> divisors;
  for (int64_t n = 1; n <= channels; ++n)
    if (channels % n == 0)
      divisors.push_back(n);
  return state.choose.of(divisors);
}

static bool conv(GeneratorState &state, const Value &x) {
  if (x.shape.size() != 2 && x.shape.size() != 3)
    return false;
  size_t axes = x.shape.size() - 1;
  int64_t channels = x.shape[0], groups = pickGroups(state, channels);
  bool isResidual = state.choose.oneIn(4);
  int64_t result = isResidual ? channels
                   : groups > 1
                       ? groups * state.choose.between(1, std::max<int64_t>(1, 20 / groups))
                       : state.width();
  Shape kernel = perAxis(state, axes, {1, 2, 3, 3, 3, 5});
  Shape stride = perAxis(state, axes, {1, 1, 1, 2, 3});
  Shape dilation = perAxis(state, axes, {1, 1, 1, 2});
  Shape padding = perAxis(state, axes, {0, 1, 1, 2});
  if (isResidual) { // keeps its shape
    for (size_t i = 0; i < axes; ++i) {
      kernel[i] |= 1;
      stride[i] = 1;
      padding[i] = dilation[i] * (kernel[i] - 1) / 2;
    }
  }
  Shape shape = {result};
  int64_t perResult = channels / groups;
  for (size_t i = 0; i < axes; ++i) {
    shape.push_back(windows(x.shape[i + 1], kernel[i], stride[i], padding[i], dilation[i]));
    perResult *= kernel[i];
  }
  int64_t elements = elementsOf(shape);
  if (elements == 0 || elements > maxElements || elements * perResult > maxWork)
    return false;
  std::string call =
      fmt::format("conv{}d({}, {}, kernel: {}", axes, x.name, result, pairText(kernel));
  auto option = [&](const char *name, const Shape &value, int64_t usual) {
    bool isUsual = std::all_of(value.begin(), value.end(), [&](int64_t n) { return n == usual; });
    if (!isUsual)
      call += fmt::format(", {}: {}", name, pairText(value));
  };
  option("stride", stride, 1);
  option("padding", padding, 0);
  option("dilation", dilation, 1);
  option("groups", {groups}, 1);
  if (state.choose.oneIn(3))
    call += ", bias: false";
  call += ")";
  if (state.choose.oneIn(3))
    call = fmt::format("batch_norm({})", call);
  if (isResidual)
    call = fmt::format("{} + {}", x.name, call);
  if (state.choose.oneIn(3))
    call = fmt::format("relu({})", call);
  state.add(call, shape, 3 * x.bound + 3);
  return true;
}

// The prelude's blocks of convolutions.
static bool imageBlock(GeneratorState &state, const Value &x) {
  if (x.shape.size() != 3 || elementsOf(x.shape) > 600)
    return false;
  int64_t channels = state.choose.between(1, 9), stride = state.choose.between(1, 2);
  if (channels * elementsOf(x.shape) * 9 > maxWork)
    return false;
  Shape shape = {channels, (x.shape[1] - 1) / stride + 1, (x.shape[2] - 1) / stride + 1};
  switch (state.choose.between(0, 2)) {
  case 0:
    if (stride == 1 && state.choose.oneIn(2))
      channels = shape[0] = x.shape[0];
    state.add(fmt::format("residual({}, {}, stride: {})", x.name, channels, stride), shape,
              4 * x.bound + 3);
    break;
  case 1:
    state.add(fmt::format("squeeze_excite({}, {})", x.name, channels), x.shape, x.bound);
    break;
  case 2:
    state.add(fmt::format("depthwise_separable({}, {}, stride: {})", x.name, channels, stride),
              shape, 3 * x.bound + 3);
    break;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

static bool pool(GeneratorState &state, const Value &x) {
  if (x.shape.size() != 2 && x.shape.size() != 3)
    return false;
  size_t axes = x.shape.size() - 1;
  Shape kernel = perAxis(state, axes, {1, 2, 2, 3, 4});
  Shape stride = perAxis(state, axes, {1, 2, 3});
  Shape padding = perAxis(state, axes, {0, 0, 1});
  Shape shape = {x.shape[0]};
  for (size_t i = 0; i < axes; ++i) {
    padding[i] = std::min(padding[i], kernel[i] / 2);
    shape.push_back(windows(x.shape[i + 1], kernel[i], stride[i], padding[i], 1));
  }
  if (elementsOf(shape) == 0 || elementsOf(shape) > maxElements)
    return false;
  bool isMax = state.choose.oneIn(2);
  std::string call = fmt::format("{}_pool{}d({}, {}, stride: {}", isMax ? "max" : "avg", axes,
                                 x.name, pairText(kernel), pairText(stride));
  bool isPadded = std::any_of(padding.begin(), padding.end(), [](int64_t n) { return n > 0; });
  if (isPadded || state.choose.oneIn(2))
    call += fmt::format(", padding: {}", pairText(padding));
  if (!isMax && state.choose.oneIn(2))
    call += ", count_include_pad: false";
  state.add(call + ")", shape, x.bound);
  return true;
}

static bool adaptivePool(GeneratorState &state, const Value &x) {
  if (x.shape.size() != 2 && x.shape.size() != 3)
    return false;
  const char *kind = state.choose.of<const char *>({"avg", "max"});
  if (state.choose.oneIn(3)) {
    state.add(fmt::format("global_{}_pool({})", kind, x.name), {x.shape[0]}, x.bound);
    return true;
  }
  size_t axes = x.shape.size() - 1;
  Shape size = perAxis(state, axes, {1, 2, 3, 4, 5});
  Shape shape = {x.shape[0]};
  shape.insert(shape.end(), size.begin(), size.end());
  state.add(fmt::format("adaptive_{}_pool{}d({}, {})", kind, axes, x.name, pairText(size)), shape,
            x.bound);
  return true;
}

void addImageLayers(std::vector<Layer> &layers) {
  for (int times = 0; times < 6; ++times)
    layers.push_back(conv);
  layers.insert(layers.end(), {imageBlock, pool, pool, adaptivePool});
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static bool reshape(GeneratorState &state, const Value &x) {
  if (state.choose.oneIn(3)) {
    state.add(fmt::format("flatten({})", x.name), {elementsOf(x.shape)}, x.bound);
    return true;
  }
  Shape shape;
  int64_t rest = elementsOf(x.shape);
  for (int64_t axes = state.choose.between(0, 2); axes > 0; --axes) {
    std::vector<int64_t> divisors;
    for (int64_t n = 1; n <= rest; ++n)
      if (rest % n == 0)
        divisors.push_back(n);
    shape.push_back(state.choose.of(divisors));
    rest /= shape.back();
  }
  shape.push_back(rest);
  Shape written = shape;
  if (state.choose.oneIn(2))
    written[state.choose.between(0, written.size() - 1)] = -1;
  state.add(fmt::format("reshape({}, {})", x.name, fmt::join(written, ", ")), shape, x.bound);
  return true;
}

static bool transpose(GeneratorState &state, const Value &x) {
  if (x.shape.size() < 2)
    return false;
  Shape order(x.shape.size()), shape;
  std::iota(order.begin(), order.end(), 0);
  if (state.choose.oneIn(4)) {
    std::reverse(order.begin(), order.end());
    for (int64_t axis : order)
      shape.push_back(x.shape[axis]);
    state.add(fmt::format("transpose({})", x.name), shape, x.bound);
    return true;
  }
  for (size_t i = order.size(); i-- > 1;)
    std::swap(order[i], order[state.choose.between(0, i)]);
  for (int64_t axis : order)
    shape.push_back(x.shape[axis]);
  state.add(fmt::format("transpose({}, {})", x.name, fmt::join(order, ", ")), shape, x.bound);
  return true;
}

// x[1, 2..5, :]
static bool part(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  std::vector<std::string> items;
  Shape shape;
  for (int64_t size : x.shape) {
    int64_t from = state.choose.between(0, size - 1), to = state.choose.between(from + 1, size);
    int64_t shift = state.choose.oneIn(3) ? size : 0; // counted from the end
    switch (state.choose.between(0, 4)) {
    case 0:
      items.push_back(fmt::format("{}", from - shift));
      break;
    case 1:
      items.push_back(fmt::format("{}..{}", from - shift, to));
      shape.push_back(to - from);
      break;
    case 2:
      items.push_back(fmt::format("..{}", to));
      shape.push_back(to);
      break;
    case 3:
      items.push_back(fmt::format("{}..", from - shift));
      shape.push_back(size - from);
      break;
    default:
      items.push_back(":");
      shape.push_back(size);
    }
  }
  state.add(fmt::format("{}[{}]", x.name, fmt::join(items, ", ")), shape, x.bound);
  return true;
}

static bool slice(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  int64_t axis = state.choose.between(0, x.shape.size() - 1), size = x.shape[axis];
  int64_t from = state.choose.between(0, size - 1), to = state.choose.between(from + 1, size);
  int64_t step = state.choose.between(1, 3);
  Shape shape = x.shape;
  shape[axis] = (to - from + step - 1) / step;
  state.add(
      fmt::format("slice({}, axis: {}, from: {}, to: {}, step: {})", x.name, axis, from, to, step),
      shape, x.bound);
  return true;
}

static bool pad(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  Shape before, after, shape = x.shape;
  for (int64_t &size : shape) {
    before.push_back(state.choose.oneIn(2) ? 0 : state.choose.between(0, 3));
    after.push_back(state.choose.oneIn(2) ? 0 : state.choose.between(0, 3));
    size += before.back() + after.back();
  }
  if (elementsOf(shape) > maxElements)
    return false;
  double value = state.choose.oneIn(2) ? 0 : state.choose.between(-8, 8) / 4.0;
  state.add(fmt::format("pad({}, {}, after: {}, value: {:.2f})", x.name, list(before), list(after),
                        value),
            shape, x.bound + 2);
  return true;
}

static bool concat(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  int64_t axis = state.choose.between(0, x.shape.size() - 1);
  auto fits = [&](const Value &y) {
    if (y.shape.size() != x.shape.size())
      return false;
    for (size_t i = 0; i < x.shape.size(); ++i)
      if (static_cast<int64_t>(i) != axis && y.shape[i] != x.shape[i])
        return false;
    return true;
  };
  Shape shape = x.shape;
  std::string names = x.name;
  double bound = x.bound;
  for (int64_t parts = state.choose.between(1, 3); parts > 0; --parts) {
    const Value *y = state.pickOther(fits); // x itself at least
    names += ", " + y->name;
    shape[axis] += y->shape[axis];
    bound = std::max(bound, y->bound);
    if (elementsOf(shape) > maxElements)
      return false;
    for (Value &value : state.values)
      value.uses += value.name == y->name;
  }
  // Often as it is used: a linear layer of joined features, a convolution of joined
  // channels.
  state.add(fmt::format("concat({}, axis: {})", names, axis), shape, bound);
  return true;
}

// Joined features or channels as they are mostly used.
static bool concatIntoProduct(GeneratorState &state, const Value &x) {
  size_t rank = x.shape.size();
  if (rank == 0)
    return false;
  bool isImage = rank > 1 && state.choose.oneIn(2);
  size_t axis = isImage ? 0 : rank - 1;
  auto fits = [&](const Value &y) {
    Shape a = x.shape, b = y.shape;
    if (a.size() != b.size())
      return false;
    a[axis] = b[axis] = 1;
    return a == b;
  };
  std::string names = x.name;
  int64_t joined = x.shape[axis];
  double bound = x.bound;
  for (int64_t parts = state.choose.between(1, 3); parts > 0; --parts) {
    const Value *y = state.pickOther(fits); // x itself at least
    names += ", " + y->name;
    joined += y->shape[axis];
    bound = std::max(bound, y->bound);
  }
  Shape shape = x.shape;
  shape[axis] = state.width();
  if (elementsOf(shape) > maxElements || elementsOf(shape) * joined > maxWork || rank > 3)
    return false;
  const char *form = isImage ? "conv{3}d(concat({0}, axis: {1}), {2}, kernel: 1)"
                             : "linear(concat({0}, axis: {1}), {2})";
  state.add(fmt::format(fmt::runtime(form), names, axis, shape[axis], rank - 1), shape,
            2 * bound + 1);
  return true;
}

// A frame of zeros around what a convolution reads.
static bool padIntoConv(GeneratorState &state, const Value &x) {
  if (x.shape.size() != 3)
    return false;
  Shape before = {0, state.choose.between(0, 2), state.choose.between(0, 2)};
  Shape after = {0, state.choose.between(0, 2), state.choose.between(0, 2)};
  int64_t padding = state.choose.between(0, 1);
  Shape shape = {state.width()};
  for (size_t i = 1; i < 3; ++i)
    shape.push_back(windows(x.shape[i] + before[i] + after[i], 3, 1, padding, 1));
  if (elementsOf(shape) == 0 || elementsOf(shape) > maxElements ||
      elementsOf(shape) * x.shape[0] * 9 > maxWork)
    return false;
  const char *value = state.choose.oneIn(3) ? ", value: 1.5" : "";
  state.add(fmt::format("conv2d(pad({}, {}, after: {}{}), {}, kernel: 3, padding: {})", x.name,
                        list(before), list(after), value, shape[0], padding),
            shape, 3 * x.bound + 3);
  return true;
}

void addShapeLayers(std::vector<Layer> &layers) {
  layers.insert(layers.end(),
                {concatIntoProduct, concatIntoProduct, padIntoConv, reshape, transpose, transpose,
                 part, slice, pad, pad, concat, concat, concat});
}

} // namespace weir::property
