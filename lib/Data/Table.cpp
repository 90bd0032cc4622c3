//===- Table.cpp - Columns of text --------------------------------------------===//
#include "weir/Data/Table.h"
#include <charconv>
#include <cmath>

namespace weir {

const Column *Table::find(std::string_view wanted) const {
  auto found = std::ranges::find(columns, wanted, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

Result<const Column *> Table::column(std::string_view wanted) const {
  if (const Column *found = find(wanted))
    return found;
  constexpr size_t most = 20;
  std::vector<std::string> known;
  for (const Column &column : std::span(columns).first(std::min(most, columns.size())))
    known.push_back(inQuotes(column.name()));
  Error error = fail("there is no column {}; the columns are {}{}", inQuotes(wanted),
                     fmt::join(known, ", "), columns.size() > most ? ", ..." : "");
  return name.empty() ? error : inside(name, std::move(error));
}

std::string Table::place(int64_t row) const {
  // The cells are views of the text, where line ends have stayed as they were.
  const char *cell = columns[0].text(row).data();
  std::string_view text = bytes.text();
  return placeInText(name, lineAt(text, static_cast<size_t>(cell - text.data())));
}

std::optional<double> parseNumber(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-"))
    text.remove_prefix(1);
  double value;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

} // namespace weir
