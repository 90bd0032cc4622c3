//===- ExploreTable.cpp - Embedding tables and what their rows stand for ------===//

#include "ExploreTable.h"

#include "weir/Data/Csv.h"

#include <numeric>
#include <unordered_map>

namespace weir {

constexpr std::string_view kSuffix = ".weight";

std::vector<ExploredTable> listTables(const ParameterFile &parameters,
                                      const std::map<std::string, std::string> *inputs) {
  std::vector<ExploredTable> tables;
  for (const NamedTensor &parameter : parameters) {
    if (parameter.tensor.dtype != DType::F32 || parameter.tensor.shape.size() != 2)
      continue;
    ExploredTable table;
    table.name = parameter.name;
    if (table.name.ends_with(kSuffix))
      table.name.resize(table.name.size() - kSuffix.size());
    table.rows = RowTable::of(parameter.tensor);
    if (inputs) {
      auto input = inputs->find(parameter.name);
      if (input == inputs->end())
        continue;
      table.input = input->second;
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

Result<const ExploredTable *> findTable(std::span<const ExploredTable> tables,
                                        std::string_view name) {
  std::string all;
  for (const ExploredTable &table : tables) {
    if (name == table.name || name == table.name + std::string(kSuffix))
      return &table;
    all += (all.empty() ? "" : ", ") + table.name;
  }
  return fail("there is no table {}; the tables are {}", inQuotes(name), all);
}

Result<ValueSource> parseValueSource(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size())
    return fail("--data {} is not of the form FILE.csv:COLUMN", inQuotes(text));
  return ValueSource{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

Result<void> RowNames::countValues(const ValueSource &source, const ExploredTable &table) {
  Result<Table> csv = readCsv(source.path);
  if (!csv)
    return csv.takeError();
  Result<const Column *> column = csv->column(source.column);
  if (!column)
    return column.takeError();
  std::vector<int64_t> rows(static_cast<size_t>(csv->rows()));
  std::iota(rows.begin(), rows.end(), 0);
  if (values.empty()) {
    Vocabulary vocabulary =
        Vocabulary::ofColumns(std::span(&*column, 1), rows, /*hasUnknown=*/true);
    if (vocabulary.size() != rowCount)
      return fail("{}: column '{}' has {} different values, which with the unknown one make {} "
                  "rows; table '{}' has {}",
                  source.path, source.column, vocabulary.size() - 1, vocabulary.size(), table.name,
                  rowCount);
    values.assign(vocabulary.all().begin(), vocabulary.all().end());
  }
  std::unordered_map<std::string_view, int64_t> places;
  for (size_t i = 0; i < values.size(); ++i)
    places.emplace(values[i], static_cast<int64_t>(i));
  counts.resize(values.size());
  for (int64_t row : rows) {
    auto place = (*column)->missing(row) ? places.end() : places.find((*column)->text(row));
    ++counts[place == places.end() ? 0 : static_cast<size_t>(place->second)];
  }
  return {};
}

Result<void> RowNames::readLabels(const LabelFile &labels) {
  if (values.empty())
    return fail("--labels {}: nothing says which row stands for which value, since the file of "
                "parameters holds no vocabulary; give --data TRAIN.csv:COLUMN too",
                labels.path);
  Result<Table> csv = readCsv(labels.path);
  if (!csv)
    return csv.takeError();
  auto pick = [&](const std::string &name, size_t place,
                  const char *option) -> Result<const Column *> {
    if (!name.empty())
      return csv->column(name);
    if (csv->all().size() <= place)
      return fail("{}: there is only one column, expected one with the values and one with their "
                  "names ({})",
                  labels.path, option);
    return &csv->all()[place];
  };
  Result<const Column *> key = pick(labels.key, 0, "--label-key");
  if (!key)
    return key.takeError();
  Result<const Column *> name = pick(labels.name, 1, "--label-name");
  if (!name)
    return name.takeError();
  std::unordered_map<std::string_view, int64_t> lines;
  for (int64_t line = 0; line < csv->rows(); ++line)
    lines.emplace((*key)->text(line), line);
  names = values;
  size_t found = 0;
  for (std::string &text : names)
    if (auto line = lines.find(text); line != lines.end() && !(*name)->missing(line->second)) {
      text = (*name)->text(line->second);
      ++found;
    }
  if (found == 0)
    return fail("{}: column '{}' has none of the table's values, such as {}; --label-key names "
                "the column that has them",
                labels.path, (*key)->name(), inQuotes(values.back()));
  return {};
}

Result<RowNames> RowNames::create(const ExploredTable &table, const LabelFile &labels,
                                  const ValueSource &source, int64_t least) {
  RowNames result;
  result.rowCount = table.rows.rows;
  result.values.assign(table.values.begin(), table.values.end());
  if (!result.values.empty() && static_cast<int64_t>(result.values.size()) != table.rows.rows)
    result.values.clear(); // ids that only a part of the rows belongs to
  if (!source.path.empty())
    if (Result<void> counted = result.countValues(source, table); !counted)
      return counted.takeError();
  if (!labels.path.empty())
    if (Result<void> read = result.readLabels(labels); !read)
      return read.takeError();
  for (int64_t row = 0; row < result.rowCount; ++row) {
    bool unknown = row == 0 && result.hasValues() && result.value(0) == Vocabulary::kUnknown;
    if (!unknown && (least == 0 || result.count(row) >= least))
      result.counting.push_back(row);
  }
  if (result.counting.empty())
    return fail("no row of table '{}' was met {} times or more", table.name, least);
  return result;
}

std::string RowNames::label(int64_t row) const {
  if (hasNames())
    return name(row);
  return hasValues() ? value(row) : fmt::format("row {}", row);
}

//===----------------------------------------------------------------------===//
// What a user calls a row
//===----------------------------------------------------------------------===//

static std::string lower(std::string_view text) {
  std::string out(text);
  for (char &c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Result<int64_t> RowNames::find(std::string_view text) const {
  std::string wanted = lower(text);
  std::vector<int64_t> exact, within;
  for (int64_t row = 0; row < rowCount; ++row) {
    std::string label = lower(this->label(row));
    if (label == wanted || (hasValues() && value(row) == text))
      exact.push_back(row);
    else if (label.find(wanted) != label.npos)
      within.push_back(row);
  }
  const std::vector<int64_t> &found = exact.empty() ? within : exact;
  if (found.size() == 1)
    return found[0];
  if (found.empty())
    return fail(
        "no row is called {}{}", inQuotes(text),
        hasNames() || hasValues() ? "" : "; without labels the rows are called 'row 0', 'row 1'");
  std::string candidates;
  for (size_t i = 0; i < std::min<size_t>(found.size(), 10); ++i)
    candidates += fmt::format("\n  {}{}", label(found[i]),
                              hasNames() ? fmt::format(" ({})", value(found[i])) : "");
  if (found.size() > 10)
    candidates += fmt::format("\n  and {} more", found.size() - 10);
  return fail("{} rows could be meant by {}; give the whole name{}:{}", found.size(),
              inQuotes(text), hasNames() ? ", or the value in parentheses" : "", candidates);
}

} // namespace weir
