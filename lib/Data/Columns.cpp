//===- Columns.cpp - Columns of numbers as an array ---------------------------===//
#include "Columns.h"
#include "weir/Data/Csv.h"
#include <algorithm>
#include <charconv>

namespace weir {

bool isTableName(std::string_view path) {
  if (path.ends_with(".gz"))
    path.remove_suffix(3);
  return path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".tab");
}

static Result<std::vector<const Column *>> findColumns(const Table &table, std::string_view names) {
  CsvOptions options;
  options.delimiter = ',';
  options.header = false;
  options.missing = {};
  Result<Table> list = parseCsv(names, options);
  if (!list || list->rows() != 1)
    return fail("{}: {} doesn't name columns; write FILE:COLUMN or FILE:COLUMN,COLUMN",
                table.source(), inQuotes(names));
  std::vector<const Column *> columns;
  for (const Column &name : list->all()) {
    Result<const Column *> column = table.column(name.text(0));
    if (!column)
      return column.takeError();
    columns.push_back(*column);
  }
  return columns;
}

static bool parseId(std::string_view text, int64_t &value) {
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size();
}

static bool holdsIntegers(const Column &column) {
  int64_t value;
  for (int64_t row = 0; row < column.rows(); ++row)
    if (!parseId(column.text(row), value))
      return false;
  return true;
}

Result<Tensor> readColumns(const std::string &path, std::string_view names) {
  Result<Table> table = readCsv(path);
  if (!table)
    return table.takeError();
  Result<std::vector<const Column *>> columns = findColumns(*table, names);
  if (!columns)
    return columns.takeError();
  int64_t rows = table->rows(), width = static_cast<int64_t>(columns->size());
  bool integers =
      std::ranges::all_of(*columns, [](auto *column) { return holdsIntegers(*column); });
  std::vector<int64_t> shape = {rows};
  if (width > 1)
    shape.push_back(width);
  Result<Tensor> tensor = Tensor::uninitialized(integers ? DType::I64 : DType::F32, shape);
  if (!tensor)
    return tensor;
  for (int64_t i = 0; i < width; ++i) {
    const Column &column = *(*columns)[i];
    for (int64_t row = 0; row < rows; ++row) {
      std::string_view cell = column.text(row);
      if (integers) {
        parseId(cell, tensor->i64()[row * width + i]);
        continue;
      }
      std::optional<double> number = parseNumber(cell);
      if (!number)
        return fail("{}: column {}: found {}, expected a number", table->place(row),
                    inQuotes(column.name()), inQuotes(cell));
      tensor->f32()[row * width + i] = static_cast<float>(*number);
    }
  }
  return tensor;
}

} // namespace weir
