//===- GeneratorLayers.cpp - Element-wise layers, products, norms -------------===//

#include "GeneratorState.h"

#include <cmath>
#include <fmt/ranges.h>

namespace weir::property {

std::vector<Layer> allLayers() {
  std::vector<Layer> layers;
  addElementwiseLayers(layers);
  addProductLayers(layers);
  addImageLayers(layers);
  addShapeLayers(layers);
  return layers;
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

namespace {
struct Function {
  const char *text; // {} is the argument
  double bound;     // of the result; 0: that of the argument
};
} // namespace

static bool activation(GeneratorState &state, const Value &x) {
  static const std::vector<Function> functions = {
      {"relu({})", 0},
      {"relu({})", 0},
      {"leaky_relu({}, slope: 0.2)", 0},
      {"elu({})", 0},
      {"gelu({})", 0},
      {"silu({})", 0},
      {"mish({})", 0},
      {"hardsigmoid({})", 1},
      {"hardswish({})", 0},
      {"relu6({})", 6},
      {"sigmoid({})", 1},
      {"tanh({})", 1},
      {"softplus({})", 0},
      {"clamp({}, -0.7, 1.5)", 1.5},
      {"exp(minimum({}, 2))", 7.4},
      {"log(abs({}) + 0.5)", 4},
      {"log1p(abs({}))", 4},
      {"sqrt(abs({}) + 0.1)", 7},
      {"rsqrt(abs({}) + 0.3)", 2},
      {"erf({})", 1},
      {"abs({})", 0},
      {"-{}", 0},
      {"neg({}) * 0.5", 0},
      {"pow(abs({}) + 0.5, 1.3)", 160},
      {"pow({} / 8, 2)", 40},
      {"dropout({}, 0.3)", 0},
  };
  const Function &function = state.choose.of(functions);
  // One or two at once.
  std::string text = fmt::format(fmt::runtime(function.text), x.name);
  double bound = function.bound == 0 ? x.bound : function.bound;
  if (state.choose.oneIn(3)) {
    text = fmt::format("tanh({})", text);
    bound = 1;
  }
  state.add(text, x.shape, bound);
  return true;
}

// Of two values whose shapes fit together, or of one and a number.
static bool binary(GeneratorState &state, const Value &x) {
  if (state.choose.oneIn(6)) {
    double number = state.choose.between(-30, 30) / 8.0;
    const char *form = state.choose.of<const char *>(
        {"{0} + {1}", "{1} - {0}", "{0} * {1}", "maximum({0}, {1})", "minimum({1}, {0})"});
    state.add(fmt::format(fmt::runtime(form), x.name, fmt::format("{:.3f}", number)), x.shape,
              x.bound * 4 + 4);
    return true;
  }
  const Value *other = state.pickOther([&](const Value &value) {
    std::optional<Shape> shape = broadcast(x.shape, value.shape);
    return shape && elementsOf(*shape) <= maxElements &&
           (value.name != x.name || state.choose.oneIn(8));
  });
  if (!other)
    return false;
  Value y = *other;
  for (Value &value : state.values)
    value.uses += value.name == y.name;
  Shape shape = *broadcast(x.shape, y.shape);
  double sum = x.bound + y.bound;
  switch (state.choose.between(0, 6)) {
  case 0:
  case 1:
    state.add(fmt::format("{} + {}", x.name, y.name), shape, sum);
    break;
  case 2:
    state.add(fmt::format("{} - {}", y.name, x.name), shape, sum);
    break;
  case 3:
    state.add(fmt::format("{} * {}", x.name, y.name), shape, x.bound * y.bound);
    break;
  case 4:
    state.add(fmt::format("{} / (abs({}) + 0.5)", x.name, y.name), shape, 2 * x.bound);
    break;
  case 5:
    state.add(fmt::format("maximum({}, {})", x.name, y.name), shape, sum);
    break;
  case 6:
    state.add(fmt::format("minimum({}, {}) * {} + {}", x.name, y.name, y.name, x.name), shape,
              sum * y.bound + x.bound);
    break;
  }
  return true;
}

// With a parameter that is repeated along some axes.
static bool withParam(GeneratorState &state, const Value &x) {
  Shape shape = x.shape;
  shape.erase(shape.begin(), shape.begin() + state.choose.between(0, shape.size()));
  for (int64_t &size : shape)
    if (state.choose.oneIn(3))
      size = 1;
  std::string name = state.param(shape, 1);
  const char *form = state.choose.of<const char *>(
      {"{0} + {1}", "{0} * {1}", "{1} - {0}", "maximum({1}, {0})", "{0} / (abs({1}) + 0.5)"});
  state.add(fmt::format(fmt::runtime(form), x.name, name), x.shape, 3 * x.bound + 3);
  return true;
}

void addElementwiseLayers(std::vector<Layer> &layers) {
  for (int times = 0; times < 4; ++times)
    layers.push_back(activation);
  for (int times = 0; times < 5; ++times)
    layers.push_back(binary);
  layers.insert(layers.end(), {withParam, withParam});
}

//===----------------------------------------------------------------------===//
// Products, norms, reductions
//===----------------------------------------------------------------------===//

static bool linear(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  Shape shape = x.shape;
  bool isResidual = state.choose.oneIn(4);
  if (!isResidual)
    shape.back() = state.width();
  if (elementsOf(shape) * x.shape.back() > maxWork || elementsOf(shape) > maxElements)
    return false;
  const char *bias = state.choose.oneIn(3) ? ", bias: false" : "";
  std::string call = fmt::format("linear({}, {}{})", x.name, shape.back(), bias);
  if (state.choose.oneIn(3))
    call = fmt::format("relu({})", call);
  if (isResidual)
    call = fmt::format("{} + {}", x.name, call);
  state.add(call, shape, 2 * x.bound + 1);
  return true;
}

static bool matmul(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  Shape shape = x.shape;
  int64_t depth = shape.back(), n = state.width();
  double deviation = 1 / std::sqrt(depth);
  size_t rank = shape.size();
  switch (state.choose.between(0, 3)) {
  case 0: { // x @ param
    shape.back() = n;
    if (elementsOf(shape) * depth > maxWork || elementsOf(shape) > maxElements)
      return false;
    Shape matrix = {depth, n};
    if (rank == 3 && state.choose.oneIn(2))
      matrix.insert(matrix.begin(), shape[0]);
    state.add(fmt::format("{} @ {}", x.name, state.param(matrix, deviation)), shape, 2 * x.bound);
    return true;
  }
  case 1: // param @ x
    if (rank < 2)
      return false;
    shape[rank - 2] = n;
    if (elementsOf(shape) * x.shape[rank - 2] > maxWork || elementsOf(shape) > maxElements)
      return false;
    state.add(fmt::format("{} @ {}",
                          state.param({n, x.shape[rank - 2]}, 1 / std::sqrt(x.shape[rank - 2])),
                          x.name),
              shape, 2 * x.bound);
    return true;
  case 2: { // x @ transpose(x), as attention does
    if (rank < 2 || rank > 3)
      return false;
    shape.back() = shape[rank - 2];
    if (elementsOf(shape) * depth > maxWork || elementsOf(shape) > maxElements)
      return false;
    Shape order = rank == 2 ? Shape{1, 0} : Shape{0, 2, 1};
    state.add(fmt::format("{0} @ transpose({0}, {1}) * {2:.5f}", x.name, fmt::join(order, ", "),
                          1.0 / depth),
              shape, x.bound * x.bound);
    return true;
  }
  default: { // x @ y
    const Value *other = state.pickOther([&](const Value &y) {
      size_t yRank = y.shape.size();
      if (yRank < 2 || y.shape[yRank - 2] != depth)
        return false;
      if (rank == 1)
        return yRank == 2;
      return (yRank == 2 || rank == 2 ||
              (yRank == rank &&
               Shape(y.shape.begin(), y.shape.end() - 2) == Shape(shape.begin(), shape.end() - 2)));
    });
    if (!other)
      return false;
    Shape result = rank == 1 || rank >= other->shape.size() ? shape : other->shape;
    if (rank > 1 && rank < other->shape.size())
      result[result.size() - 2] = shape[rank - 2];
    result.back() = other->shape.back();
    if (elementsOf(result) * depth > maxWork || elementsOf(result) > maxElements)
      return false;
    std::string y = other->name;
    double bound = x.bound * other->bound * depth / 4;
    for (Value &value : state.values)
      value.uses += value.name == y;
    state.add(fmt::format("{} @ {}", x.name, y), result, bound);
    return true;
  }
  }
}

static bool batchNorm(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  state.add(fmt::format("batch_norm({})", x.name), x.shape, 3 * x.bound + 3);
  return true;
}

static bool layerNorm(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  int64_t axes = state.choose.between(1, x.shape.size());
  Shape tail(x.shape.end() - axes, x.shape.end());
  if (elementsOf(tail) < 3) // rounding errors become large where nothing varies
    return false;
  state.add(fmt::format("layer_norm({}, axes: {}, eps: 0.01)", x.name, axes), x.shape, 4);
  return true;
}

static bool alongAxis(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  int64_t axis = state.choose.between(0, x.shape.size() - 1);
  int64_t written = state.choose.oneIn(3) ? axis - static_cast<int64_t>(x.shape.size()) : axis;
  switch (state.choose.between(0, 2)) {
  case 0:
    state.add(fmt::format("softmax({}, axis: {})", x.name, written), x.shape, 1);
    break;
  case 1:
    state.add(fmt::format("log_softmax({}, axis: {})", x.name, written), x.shape, 2 * x.bound + 4);
    break;
  case 2:
    state.add(fmt::format("normalize({} + 0.1, axis: {})", x.name, written), x.shape, 1);
    break;
  }
  return true;
}

static bool reduction(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  Shape axes, shape;
  int64_t reduced = 1;
  bool keep = state.choose.oneIn(3);
  bool all = state.choose.oneIn(4);
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (all || state.choose.oneIn(2)) {
      axes.push_back(axis);
      reduced *= x.shape[axis];
      if (keep)
        shape.push_back(1);
    } else {
      shape.push_back(x.shape[axis]);
    }
  }
  if (axes.empty())
    return false;
  const char *kind = state.choose.of<const char *>({"sum", "mean", "max", "min"});
  double bound = kind[0] == 's' ? x.bound * (1 + std::sqrt(reduced)) : x.bound;
  state.add(fmt::format("{}({}, axis: {}{})", kind, x.name, list(axes), keep ? ", keep: true" : ""),
            shape, bound);
  return true;
}

static bool distance(GeneratorState &state, const Value &x) {
  if (x.shape.empty())
    return false;
  const Value *other = state.pickOther([&](const Value &y) { return y.shape == x.shape; });
  std::string y = other->name; // x itself at least
  double bound = x.bound * other->bound * std::sqrt(x.shape.back());
  for (Value &value : state.values)
    value.uses += value.name == y;
  Shape shape(x.shape.begin(), x.shape.end() - 1);
  if (state.choose.oneIn(2))
    state.add(fmt::format("dot({}, {})", x.name, y), shape, bound);
  else
    state.add(fmt::format("cosine_similarity({}, {}, eps: 0.01)", x.name, y), shape, 1);
  return true;
}

void addProductLayers(std::vector<Layer> &layers) {
  layers.insert(layers.end(), {linear, linear, linear, linear, matmul, matmul, batchNorm, layerNorm,
                               alongAxis, alongAxis, reduction, reduction, distance});
}

} // namespace weir::property
