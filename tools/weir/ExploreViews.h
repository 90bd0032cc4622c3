//===- ExploreViews.h - What `weir explore` shows -----------------------------===//
#ifndef WEIR_TOOLS_WEIR_EXPLOREVIEWS_H
#define WEIR_TOOLS_WEIR_EXPLOREVIEWS_H

#include "ExploreTable.h"

#include "weir/Explore/Nearest.h"
#include "weir/Explore/PrincipalComponents.h"

namespace weir {

/// A table of the tables.
std::string showTables(std::span<const ExploredTable> tables);

/// The `top` rows with the largest and the least number. The table must have width 1.
std::string showBias(const ExploredTable &table, const RowNames &names, size_t top);

/// The `top` rows at both ends of each component.
std::string showComponents(const ExploredTable &table, const RowNames &names,
                           const PrincipalComponents &components, size_t top);

/// A picture of the first two components; those farthest out are named.
std::string drawComponents(const ExploredTable &table, const RowNames &names,
                           const PrincipalComponents &components);

std::string showNearest(const ExploredTable &table, const RowNames &names, int64_t row,
                        Closeness closeness, size_t count);

/// The rows as CSV: id, value, name and count as far as they are known, then the numbers.
/// The row of unknown values is among them unless rows were selected (`everything`).
std::string exportRows(const ExploredTable &table, const RowNames &names, bool everything);

} // namespace weir

#endif
