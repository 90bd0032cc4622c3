//===- Nearest.cpp - Which rows are most like a row ---------------------------===//

#include "weir/Explore/Nearest.h"

#include <cmath>

namespace weir {

static double cosine(std::span<const float> a, std::span<const float> b) {
  double product = 0, lengthA = 0, lengthB = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += double(a[i]) * b[i];
    lengthA += double(a[i]) * a[i];
    lengthB += double(b[i]) * b[i];
  }
  return lengthA > 0 && lengthB > 0 ? product / std::sqrt(lengthA) / std::sqrt(lengthB)
                                    : product; // 0, or NaN
}

static double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
  return std::sqrt(sum);
}

std::vector<Neighbour> findNearest(const RowTable &table, std::span<const int64_t> among,
                                   int64_t row, Closeness closeness, size_t count) {
  std::vector<Neighbour> found;
  std::span<const float> centre = table.row(row);
  for (int64_t other : among) {
    if (other == row)
      continue;
    double measure = closeness == Closeness::Cosine ? cosine(centre, table.row(other))
                                                    : distance(centre, table.row(other));
    if (std::isfinite(measure))
      found.push_back({other, measure});
  }
  auto closer = [&](const Neighbour &a, const Neighbour &b) {
    if (a.measure != b.measure)
      return closeness == Closeness::Cosine ? a.measure > b.measure : a.measure < b.measure;
    return a.row < b.row;
  };
  count = std::min(count, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<ptrdiff_t>(count), found.end(),
                    closer);
  found.resize(count);
  return found;
}

} // namespace weir
