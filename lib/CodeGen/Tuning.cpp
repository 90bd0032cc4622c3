//===- Tuning.cpp - what is worth measuring, and what follows from it ------------------===//

#include "weir/CodeGen/Tuning.h"

#include "Rounding.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <tuple>

using namespace weir;

// How many candidates there are besides the default.
static constexpr size_t kMost = 3;

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

// Whether a step's sums stay in registers. With 32 of them LLVM reads the elements of all
// rows before it multiplies.
static bool fits(int64_t rows, int64_t vectors, int64_t sums, const VectorUnit &unit) {
  int64_t elements = unit.registers > 16 ? rows : 1;
  return rows * vectors * sums + vectors + elements <= unit.registers;
}

// The chosen blocks, for another tile: as many columns, and at least as many rows.
static ProductTiling withTile(const ProductTiling &chosen, int64_t rows, int64_t columns,
                              int64_t width) {
  ProductTiling tiling = chosen;
  tiling.rows = rows;
  tiling.columns = columns;
  tiling.rowBlock = roundUp(chosen.rowBlock, rows);
  tiling.panelBlock = std::clamp<int64_t>(chosen.panelBlock * chosen.columns / columns, 1,
                                          divideUp(width, columns));
  if (chosen.panelBlock >= divideUp(width, chosen.columns))
    tiling.panelBlock = divideUp(width, columns);
  return tiling;
}

std::vector<ProductTiling> weir::tileCandidates(const ProductCall &call,
                                                const ProductTiling &chosen, const VectorUnit &unit,
                                                bool pairs) {
  // More rows than this need more address registers than there are.
  constexpr int64_t tallest = 14, widest = 4;
  struct Best {
    ProductTiling tiling = {};
    double cost = std::numeric_limits<double>::infinity();
  };
  enum { Wider, Narrower, Taller, Lower, Kinds };
  Best best[Kinds];
  const int64_t width = call.shape.width;
  for (int64_t vectors = 1; vectors <= widest; ++vectors) {
    int64_t columns = vectors * chosen.lanes;
    // Not a vector that would stay empty; a row alone has its several sums.
    if (columns != chosen.columns && (pairs || chosen.sums > 1 || columns - chosen.lanes >= width))
      continue;
    for (int64_t rows = 1; rows <= tallest && fits(rows, vectors, chosen.sums, unit); ++rows) {
      if (columns == chosen.columns && rows == chosen.rows)
        continue;
      Best &kind = best[columns > chosen.columns   ? Wider
                        : columns < chosen.columns ? Narrower
                        : rows > chosen.rows       ? Taller
                                                   : Lower];
      ProductTiling tiling = withTile(chosen, rows, columns, width);
      double cost = productCost(call.shape, tiling, call.batch);
      if (cost <= kind.cost)
        kind = {tiling, cost};
    }
  }
  std::sort(std::begin(best), std::end(best), [](const Best &a, const Best &b) {
    return std::tie(a.cost, a.tiling.columns, a.tiling.rows) <
           std::tie(b.cost, b.tiling.columns, b.tiling.rows);
  });
  std::vector<ProductTiling> candidates;
  for (const Best &kind : best)
    if (candidates.size() < kMost && kind.cost < std::numeric_limits<double>::infinity())
      candidates.push_back(kind.tiling);
  return candidates;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

// The rows of a block, as the code generator counts them.
static int64_t blockRows(const ProductTiling &tiling) {
  return std::max(tiling.rowBlock, 2 * tiling.rows);
}

static int64_t unitsOf(const ProductCall &call, const ProductTiling &tiling) {
  int64_t panels = divideUp(call.shape.width, tiling.columns);
  return call.count * divideUp(call.shape.rows * call.batch, blockRows(tiling)) *
         divideUp(panels, tiling.panelBlock);
}

std::vector<ProductTiling> weir::blockCandidates(const ProductCall &call,
                                                 const ProductTiling &chosen) {
  constexpr int64_t enoughUnits = 8;
  int64_t all = roundUp(call.shape.rows * call.batch, chosen.rows);
  int64_t panels = divideUp(call.shape.width, chosen.columns);
  std::vector<ProductTiling> candidates;
  for (int64_t rowBlock : {chosen.rowBlock / 4, 4 * chosen.rowBlock, all}) {
    ProductTiling tiling = chosen;
    tiling.rowBlock = std::min(roundUp(std::max(rowBlock, 2 * chosen.rows), chosen.rows), all);
    tiling.rowBlock = std::max(tiling.rowBlock, chosen.rows);
    // What larger blocks of rows leave too few units of is divided by panels, which on one
    // thread changes no order.
    int64_t wanted = std::min(unitsOf(call, chosen), enoughUnits);
    while (unitsOf(call, tiling) < wanted && tiling.panelBlock > 1)
      tiling.panelBlock = divideUp(tiling.panelBlock, 2);
    auto same = [&](const ProductTiling &other) {
      return std::min(blockRows(other), all) == std::min(blockRows(tiling), all);
    };
    if (unitsOf(call, tiling) < wanted || tiling.panelBlock > panels || same(chosen) ||
        std::any_of(candidates.begin(), candidates.end(), same))
      continue;
    candidates.push_back(tiling);
  }
  assert(candidates.size() <= kMost);
  return candidates;
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

// A layer's time per candidate; infinite for one that it was never computed with.
static std::vector<double> perCandidate(const LayerTimes &layer, size_t candidates) {
  assert(layer.candidates.size() == layer.seconds.size());
  std::vector<double> seconds(candidates, std::numeric_limits<double>::infinity());
  for (size_t variant = 0; variant < layer.seconds.size(); ++variant) {
    double &least = seconds[layer.candidates[variant]];
    least = std::min(least, layer.seconds[variant]);
  }
  return seconds;
}

std::vector<ShapeTimes> weir::chooseCandidates(const std::vector<LayerTimes> &layers,
                                               double margin) {
  std::vector<ShapeTimes> shapes;
  for (const LayerTimes &layer : layers) {
    auto shape = std::find_if(shapes.begin(), shapes.end(),
                              [&](const ShapeTimes &other) { return other.shape == layer.shape; });
    if (shape == shapes.end())
      shape = shapes.insert(shapes.end(), ShapeTimes{layer.shape, 0, {}, 0});
    size_t candidates = 1 + *std::max_element(layer.candidates.begin(), layer.candidates.end());
    shape->seconds.resize(std::max(shape->seconds.size(), candidates));
    std::vector<double> own = perCandidate(layer, shape->seconds.size());
    for (size_t i = 0; i < own.size(); ++i)
      shape->seconds[i] += own[i];
    ++shape->layers;
  }
  for (ShapeTimes &shape : shapes) {
    double least = (1 - margin) * shape.seconds[0];
    for (size_t i = 1; i < shape.seconds.size(); ++i)
      if (shape.seconds[i] < least) {
        least = shape.seconds[i];
        shape.taken = i;
      }
  }
  return shapes;
}

double weir::medianOf(std::vector<double> values) {
  assert(!values.empty());
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool weir::isFaster(const std::vector<double> &seconds, const std::vector<double> &defaults,
                    double margin) {
  assert(seconds.size() == defaults.size());
  size_t ahead = 0;
  for (size_t i = 0; i < seconds.size(); ++i)
    ahead += seconds[i] < defaults[i];
  return 4 * ahead >= 3 * seconds.size() && medianOf(seconds) < (1 - margin) * medianOf(defaults);
}
