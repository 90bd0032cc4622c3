//===- GeneratorState.h - A model that is being made up -----------------------===//
#ifndef WEIR_TEST_PROPERTY_GENERATORSTATE_H
#define WEIR_TEST_PROPERTY_GENERATORSTATE_H

#include "Generator.h"

#include <fmt/format.h>
#include <functional>
#include <optional>

namespace weir::property {

using Shape = std::vector<int64_t>;

/// What an example holds at most, and how many multiply-adds one layer costs at most,
/// so that the reference is quick.
inline constexpr int64_t maxElements = 3000, maxWork = 60'000;

int64_t elementsOf(const Shape &shape);
std::optional<Shape> broadcast(const Shape &a, const Shape &b);
/// "(3, 5)", "(3,)".
std::string list(const Shape &sizes);

/// A tensor of the model; its numbers are mostly smaller than `bound`.
struct Value {
  std::string name;
  Shape shape;
  double bound;
  int uses;
};

struct GeneratorState {
  explicit GeneratorState(uint64_t seed) : choose(seed) {}

  /// Writes `let v7 = expression`; values that may be large are scaled down by another
  /// statement. Returns the last value written.
  Value &add(const std::string &expression, Shape shape, double bound);
  /// Writes a param; returns its name.
  std::string param(const Shape &shape, double deviation);
  /// A number of features or channels, often next to a vector's width.
  int64_t width();
  /// A value that fits, or null.
  const Value *pickOther(const std::function<bool(const Value &)> &fits);

  Chooser choose;
  std::string body;
  std::vector<Value> values;
  int count = 0;
};

/// Applies a layer to x and writes it down, unless x is not what it takes.
using Layer = bool (*)(GeneratorState &state, const Value &x);

/// All of them; what deserves more tries is there more than once.
std::vector<Layer> allLayers();
void addElementwiseLayers(std::vector<Layer> &layers);
void addImageLayers(std::vector<Layer> &layers);
void addShapeLayers(std::vector<Layer> &layers);
void addProductLayers(std::vector<Layer> &layers);

} // namespace weir::property

#endif
