//===- Table.h - Columns of text ----------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_TABLE_H
#define WEIR_TOOLS_WEIR_TABLE_H

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

/// Columns as wide as their widest cell; the first `left` ones begin at the left.
struct Table {
  size_t left;
  std::vector<std::vector<std::string>> lines; // the first has the columns' names

  /// A rule below the first line, and one above the last `totals` lines.
  std::string text(size_t totals) const;
};

} // namespace weir

#endif
