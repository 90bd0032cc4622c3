//===- PrincipalComponents.h - The directions in which rows differ most -------===//
#ifndef WEIR_EXPLORE_PRINCIPALCOMPONENTS_H
#define WEIR_EXPLORE_PRINCIPALCOMPONENTS_H

#include "weir/Explore/RowTable.h"

namespace weir {

/// Pearson, 1901; Hotelling, 1933.
struct PrincipalComponents {
  int64_t width = 0;
  std::vector<double> mean;       ///< [width], of the rows
  std::vector<double> directions; ///< [count, width], orthogonal, each of length 1
  std::vector<double> variances;  ///< [count], along the directions, the largest first
  double total = 0;               ///< the variance along all directions

  size_t count() const { return variances.size(); }
  /// The part of the whole variance along a direction, 0 to 1; 0 if there is no variance.
  double share(size_t component) const { return total > 0 ? variances[component] / total : 0; }
  /// How far from the mean a row lies along a direction.
  double coordinate(std::span<const float> row, size_t component) const;
};

/// The first `count` components of those rows of the table, computed in double precision
/// from the covariance (divided by n - 1). A direction's sign is such that its entry of
/// the largest magnitude is positive. Refuses less than two rows, widths below `count` and
/// above 2048, and numbers that aren't finite.
Result<PrincipalComponents> findPrincipalComponents(const RowTable &table,
                                                    std::span<const int64_t> rows, int64_t count);

} // namespace weir

#endif
