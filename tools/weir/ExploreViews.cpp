//===- ExploreViews.cpp - What `weir explore` shows ---------------------------===//

#include "ExploreViews.h"

#include "weir/Chart/ScatterChart.h"
#include "weir/Data/Csv.h"

#include <cmath>
#include <numbers>

namespace weir {

//===----------------------------------------------------------------------===//
// Lists
//===----------------------------------------------------------------------===//

std::string showTables(std::span<const ExploredTable> tables) {
  size_t width = 5;
  for (const ExploredTable &table : tables)
    width = std::max(width, table.name.size());
  std::string out =
      fmt::format("{:<{}}  {:>8}  {:>7}  rows stand for\n", "table", width, "rows", "numbers");
  for (const ExploredTable &table : tables) {
    std::string meaning = table.input.empty() ? "" : fmt::format("values of '{}'", table.input);
    if (table.values.size() > 1)
      meaning += fmt::format(", as {}", inQuotes(table.values[1]));
    std::string line = fmt::format("{:<{}}  {:>8}  {:>7}  {}", table.name, width, table.rows.rows,
                                   table.rows.width, meaning);
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

namespace {
struct Ranked {
  int64_t row;
  double number;
};
} // namespace

static std::string listRows(std::span<const Ranked> rows, const RowNames &names) {
  std::string out;
  for (const Ranked &ranked : rows)
    out += fmt::format("  {:>8.4f}  {}{}\n", ranked.number, names.label(ranked.row),
                       names.hasCounts() ? fmt::format("  ({} times)", names.count(ranked.row))
                                         : std::string());
  return out;
}

// The rows that count by number, the largest first; of equal ones the first row.
template <typename Number>
static std::vector<Ranked> rankRows(const RowNames &names, Number number) {
  std::vector<Ranked> ranked;
  for (int64_t row : names.rows())
    if (double value = number(row); std::isfinite(value))
      ranked.push_back({row, value});
  std::sort(ranked.begin(), ranked.end(), [](const Ranked &a, const Ranked &b) {
    return a.number != b.number ? a.number > b.number : a.row < b.row;
  });
  return ranked;
}

// Both ends under their titles, the outermost rows first.
static std::string listEnds(const std::vector<Ranked> &ranked, const RowNames &names, size_t top,
                            std::string_view highest, std::string_view lowest) {
  top = std::min(top, ranked.size());
  std::vector<Ranked> low(ranked.rbegin(), ranked.rbegin() + static_cast<ptrdiff_t>(top));
  return fmt::format("{}\n{}{}\n{}", highest, listRows(std::span(ranked).first(top), names), lowest,
                     listRows(low, names));
}

std::string showBias(const ExploredTable &table, const RowNames &names, size_t top) {
  return fmt::format("{}: {} rows by their bias\n", table.name, names.rows().size()) +
         listEnds(rankRows(names, [&](int64_t row) { return table.rows.row(row)[0]; }), names, top,
                  "highest", "lowest");
}

std::string showNearest(const ExploredTable &table, const RowNames &names, int64_t row,
                        Closeness closeness, size_t count) {
  std::string out = fmt::format("{}: nearest to {} by {}\n", table.name, names.label(row),
                                closeness == Closeness::Cosine ? "the cosine of the angle"
                                                               : "Euclidean distance");
  std::vector<Ranked> rows;
  for (const Neighbour &neighbour : findNearest(table.rows, names.rows(), row, closeness, count))
    rows.push_back({neighbour.row, neighbour.measure});
  return out + listRows(rows, names);
}

//===----------------------------------------------------------------------===//
// Components
//===----------------------------------------------------------------------===//

std::string showComponents(const ExploredTable &table, const RowNames &names,
                           const PrincipalComponents &components, size_t top) {
  std::string out =
      fmt::format("{}: {} rows of {} numbers\n", table.name, names.rows().size(), table.rows.width);
  for (size_t k = 0; k < components.count(); ++k) {
    out +=
        fmt::format("\ncomponent {}: {:.1f}% of the variance\n", k + 1, 100 * components.share(k));
    out += listEnds(
        rankRows(names, [&](int64_t row) { return components.coordinate(table.rows.row(row), k); }),
        names, top, "one end", "the other end");
  }
  return out;
}

std::string drawComponents(const ExploredTable &table, const RowNames &names,
                           const PrincipalComponents &components) {
  std::vector<ScatterPoint> points;
  auto deviation = [&](size_t k) {
    return components.variances[k] > 0 ? std::sqrt(components.variances[k]) : 1.0;
  };
  for (int64_t row : names.rows()) {
    std::span<const float> values = table.rows.row(row);
    points.push_back({components.coordinate(values, 0), components.coordinate(values, 1),
                      names.label(row), false});
  }
  // Named are the rows that lie farthest out in each of 24 directions, the outermost of
  // each first, so that labels come from all around.
  constexpr size_t directions = 24, perDirection = 6;
  std::vector<std::vector<size_t>> outermost(directions);
  for (size_t d = 0; d < directions; ++d) {
    double angle = 2 * std::numbers::pi * static_cast<double>(d) / directions;
    auto reach = [&](size_t i) {
      return std::cos(angle) * points[i].x / deviation(0) +
             std::sin(angle) * points[i].y / deviation(1);
    };
    std::vector<size_t> &order = outermost[d];
    order.resize(points.size());
    for (size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    size_t kept = std::min(perDirection, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(kept), order.end(),
                      [&](size_t a, size_t b) {
                        double first = reach(a), second = reach(b);
                        return first != second ? first > second : a < b;
                      });
    order.resize(kept);
  }
  ScatterChart chart{
      .title = fmt::format("{}: {} rows, {} numbers each", table.name, names.rows().size(),
                           table.rows.width),
      .x = {fmt::format("component 1 ({:.1f}% of the variance)", 100 * components.share(0))},
      .y = {fmt::format("component 2 ({:.1f}% of the variance)", 100 * components.share(1))}};
  for (size_t place = 0; place < perDirection; ++place)
    for (const std::vector<size_t> &order : outermost)
      if (place < order.size() && !points[order[place]].named) {
        points[order[place]].named = true;
        chart.points.push_back(points[order[place]]);
      }
  for (const ScatterPoint &point : points)
    if (!point.named)
      chart.points.push_back(point);
  return renderSvg(chart);
}

//===----------------------------------------------------------------------===//
// CSV
//===----------------------------------------------------------------------===//

std::string exportRows(const ExploredTable &table, const RowNames &names, bool everything) {
  std::string out = "id";
  if (names.hasValues())
    out += ",value";
  if (names.hasNames())
    out += ",name";
  if (names.hasCounts())
    out += ",count";
  for (int64_t i = 0; i < table.rows.width; ++i) {
    out += ',';
    appendCsvCell(out, fmt::format("{}_{}", table.name, i));
  }
  out += '\n';
  auto add = [&](int64_t row) {
    out += std::to_string(row);
    if (names.hasValues())
      appendCsvCell(out += ',', names.value(row));
    if (names.hasNames())
      appendCsvCell(out += ',', names.name(row));
    if (names.hasCounts())
      out += fmt::format(",{}", names.count(row));
    for (float value : table.rows.row(row))
      out += fmt::format(",{}", value); // reads back as the same number
    out += '\n';
  };
  if (everything)
    for (int64_t row = 0; row < table.rows.rows; ++row)
      add(row);
  else
    for (int64_t row : names.rows())
      add(row);
  return out;
}

} // namespace weir
