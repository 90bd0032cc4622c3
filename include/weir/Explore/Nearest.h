//===- Nearest.h - Which rows are most like a row -----------------------------===//
#ifndef WEIR_EXPLORE_NEAREST_H
#define WEIR_EXPLORE_NEAREST_H

#include "weir/Explore/RowTable.h"

namespace weir {

enum class Closeness {
  Cosine,   ///< of the angle between two rows, -1 to 1; 0 where one is zero
  Euclidean ///< their distance
};

struct Neighbour {
  int64_t row = 0;
  double measure = 0; ///< the cosine, or the distance
};

/// Up to `count` of the rows `among` that are closest to `row`, the closest first, of
/// equally close ones the one with the smaller number; `row` itself isn't among them, nor
/// are rows whose numbers aren't finite.
std::vector<Neighbour> findNearest(const RowTable &table, std::span<const int64_t> among,
                                   int64_t row, Closeness closeness, size_t count);

} // namespace weir

#endif
