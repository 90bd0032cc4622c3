//===- Table.cpp - Columns of text --------------------------------------------===//

#include "Table.h"

#include <algorithm>
#include <fmt/format.h>

namespace weir {

std::string Table::text(size_t totals) const {
  std::vector<size_t> widths(lines.front().size());
  for (const std::vector<std::string> &line : lines)
    for (size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  size_t whole = 2 * (widths.size() - 1);
  for (size_t width : widths)
    whole += width;
  std::string out, rule(whole, '-');
  for (size_t n = 0; n < lines.size(); ++n) {
    if (n == 1 || (totals && n == lines.size() - totals))
      out += rule + "\n";
    std::string text;
    for (size_t i = 0; i < lines[n].size(); ++i)
      text += i < left ? fmt::format("{:<{}}  ", lines[n][i], widths[i])
                       : fmt::format("{:>{}}  ", lines[n][i], widths[i]);
    out += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

} // namespace weir
