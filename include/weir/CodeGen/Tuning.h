//===- Tuning.h - what is worth measuring, and what follows from it ---------*- C++ -*-===//
//
// Plain functions of sizes and times: which ways to compute a layer are tried beside the
// one that the cost model chose, and which one wins. Who runs them is no matter here; see
// docs/codegen.md.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_CODEGEN_TUNING_H
#define WEIR_CODEGEN_TUNING_H

#include "weir/CodeGen/CostModel.h"

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

/// A product as it is called: `count` products of the shape, for `batch` examples.
struct ProductCall {
  ProductShape shape;
  int64_t count = 1;
  int64_t batch = 1;
};

/// Up to three tilings with another tile, rows by columns, than the chosen one: of those
/// with more columns, fewer columns, more rows and fewer rows the cheapest, as far as the
/// registers go. With `pairs` the columns stay, as the matrix has two vectors in each other.
std::vector<ProductTiling> tileCandidates(const ProductCall &call, const ProductTiling &chosen,
                                          const VectorUnit &unit, bool pairs);

/// Up to three tilings with the chosen one's tile and other blocks: a quarter of the rows,
/// four times as many, all rows of the call. Each leaves as many units of work as the
/// chosen one has, or eight, so that threads find enough to do.
std::vector<ProductTiling> blockCandidates(const ProductCall &call, const ProductTiling &chosen);

/// What was measured of a layer, or of a kernel: with variant `v` of the code it was
/// computed in the way `candidates[v]`, of which 0 is the default, in `seconds[v]`.
struct LayerTimes {
  std::string shape; // layers of one shape share an answer
  std::vector<size_t> candidates;
  std::vector<double> seconds;
};

/// The answer for a shape.
struct ShapeTimes {
  std::string shape;
  int64_t layers = 0;          // that have it
  std::vector<double> seconds; // per candidate, of all these layers together
  size_t taken = 0;
};

/// The candidate for each shape, in the order in which shapes come: the fastest one, if it
/// is faster than the default by the share `margin`; of equal ones the first. A candidate
/// that several variants had counts with the least of its times.
std::vector<ShapeTimes> chooseCandidates(const std::vector<LayerTimes> &layers, double margin);

/// Whether calls of `seconds` are faster than those of `defaults`, which were measured in
/// turns, so that the two of one number were about the same time: by the share `margin` in the
/// median, and in three of four turns at all.
bool isFaster(const std::vector<double> &seconds, const std::vector<double> &defaults,
              double margin);

/// The middle one; there must be one.
double medianOf(std::vector<double> values);

} // namespace weir

#endif // WEIR_CODEGEN_TUNING_H
