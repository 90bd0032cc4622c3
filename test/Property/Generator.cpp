//===- Generator.cpp - Random valid models ------------------------------------===//
//
// A model grows statement by statement: a value is picked, then a layer that takes
// it. Shapes are worked out here as docs/language.md says, so that the text is valid;
// a rough bound on the values keeps them within what f32 can compare.
//
//===----------------------------------------------------------------------===//

#include "GeneratorState.h"

#include <fmt/ranges.h>

namespace weir::property {

int64_t elementsOf(const Shape &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

std::optional<Shape> broadcast(const Shape &a, const Shape &b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t right = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (left != right && left != 1 && right != 1)
      return std::nullopt;
    result[result.size() - 1 - i] = left == 1 ? right : left;
  }
  return result;
}

std::string list(const Shape &sizes) {
  return sizes.size() == 1 ? fmt::format("({},)", sizes[0])
                           : fmt::format("({})", fmt::join(sizes, ", "));
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

Value &GeneratorState::add(const std::string &expression, Shape shape, double bound) {
  std::string name = fmt::format("v{}", count++);
  body += fmt::format("  let {} = {}\n", name, expression);
  values.push_back({name, std::move(shape), bound, 0});
  // Layers after it see numbers near 1.
  if (bound > 50) {
    Value large = values.back();
    name = fmt::format("v{}", count++);
    if (choose.oneIn(2))
      body += fmt::format("  let {} = tanh({} / {:.1f})\n", name, large.name, bound / 4);
    else
      body += fmt::format("  let {} = {} * {:.6f}\n", name, large.name, 4 / bound);
    values.back().uses++;
    values.push_back({name, large.shape, 4, 0});
  }
  return values.back();
}

std::string GeneratorState::param(const Shape &shape, double deviation) {
  std::string name = fmt::format("p{}", count++);
  if (shape.empty())
    body += fmt::format("  param {}: f32 = normal(0.0, {:.4f})\n", name, deviation);
  else
    body += fmt::format("  param {}: f32[{}] = normal(0.0, {:.4f})\n", name, fmt::join(shape, ", "),
                        deviation);
  return name;
}

int64_t GeneratorState::width() {
  static const std::vector<int64_t> sizes = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 12,
                                             13, 15, 16, 17, 18, 20, 24, 31, 32, 33, 40};
  return choose.of(sizes);
}

const Value *GeneratorState::pickOther(const std::function<bool(const Value &)> &fits) {
  std::vector<const Value *> found;
  for (const Value &value : values)
    if (fits(value))
      found.push_back(&value);
  return found.empty() ? nullptr : choose.of(found);
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

// Ids become numbers at once.
static void addIds(GeneratorState &state, const std::string &name) {
  Chooser &choose = state.choose;
  int64_t rows = choose.of<int64_t>({1, 2, 3, 7, 16, 33, 100});
  Shape shape;
  for (int64_t axes = choose.between(0, 2); axes > 0; --axes)
    shape.push_back(choose.between(1, 7));
  state.body += shape.empty() ? fmt::format("  input {}: index<{}>\n", name, rows)
                              : fmt::format("  input {}: index<{}>[{}]\n", name, rows,
                                            fmt::join(shape, ", "));
  int64_t width = state.width();
  for (int64_t uses = choose.between(1, 2); uses > 0; --uses) {
    Shape result = shape;
    switch (choose.between(0, 3)) {
    case 0:
      if (!shape.empty()) {
        const char *bag = choose.of<const char *>({"sum", "mean", "max"});
        result.back() = width;
        state.add(fmt::format("embedding({}, {}, bag: {})", name, width, bag), result, 8);
        break;
      }
      [[fallthrough]];
    case 1:
      result.push_back(width);
      state.add(fmt::format("embedding({}, {})", name, width), result, 4);
      break;
    case 2:
      result.push_back(width);
      state.add(fmt::format("one_hot({}) @ {}", name, state.param({rows, width}, 1)), result, 4);
      break;
    case 3:
      result.push_back(rows);
      state.add(fmt::format("one_hot({})", name), result, 1);
      break;
    }
  }
}

static void addNumbers(GeneratorState &state, const std::string &name) {
  Chooser &choose = state.choose;
  Shape shape;
  switch (choose.between(0, 5)) {
  case 0:
    shape = choose.oneIn(3) ? Shape{} : Shape{choose.between(1, 40)};
    break;
  case 1:
    shape = {choose.between(1, 9), choose.between(1, 24)};
    break;
  case 2:
    shape = {choose.between(1, 20), choose.between(1, 20)};
    break;
  case 3:
    shape = {2, choose.between(1, 5), choose.between(1, 9), choose.between(1, 5)};
    break;
  default:
    shape = {choose.of<int64_t>({1, 2, 3, 4, 8, 12, 16, 17}), choose.between(1, 12),
             choose.between(1, 12)};
  }
  state.body += shape.empty() ? fmt::format("  input {}: f32\n", name)
                              : fmt::format("  input {}: f32[{}]\n", name, fmt::join(shape, ", "));
  state.values.push_back({name, shape, 4, 0});
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

std::string generateModel(uint64_t seed) {
  GeneratorState state(seed);
  Chooser &choose = state.choose;
  for (int64_t i = 0, inputs = choose.between(1, 3); i < inputs; ++i) {
    if (choose.oneIn(3))
      addIds(state, fmt::format("ids{}", i));
    else
      addNumbers(state, fmt::format("x{}", i));
  }
  std::vector<Layer> layers = allLayers();
  for (int64_t steps = choose.between(3, 14), tries = 0; steps > 0 && tries < 200; ++tries) {
    // Mostly what was computed last, so that models are deep as well as wide.
    size_t last = state.values.size() - 1;
    size_t index = choose.oneIn(2) ? last : choose.between(0, static_cast<int64_t>(last));
    Value x = state.values[index];
    size_t before = state.values.size();
    if (!choose.of(layers)(state, x))
      continue;
    state.values[index].uses++;
    steps -= state.values.size() > before;
  }

  std::vector<std::string> outputs;
  for (const Value &value : state.values)
    if (value.uses == 0 || choose.oneIn(8))
      outputs.push_back(value.name);
  if (outputs.empty() || choose.oneIn(10)) // the same again
    outputs.push_back(outputs.empty() ? state.values.back().name : choose.of(outputs));
  for (size_t i = 0; i < outputs.size(); ++i)
    state.body += fmt::format("  output y{} = {}\n", i, outputs[i]);
  return "model Random() {\n" + state.body + "}\n";
}

} // namespace weir::property
