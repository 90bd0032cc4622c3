//===- Table.h - Columns of text ----------------------------------------------===//
//
// What a CSV file is read into. Cells are kept as views of the file's text, eight bytes
// each; what they mean is said later, by an Encoder.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_TABLE_H
#define WEIR_DATA_TABLE_H

#include "weir/Data/TextFile.h"

namespace weir {

/// One column of a Table; it lives as long as the Table.
class Column {
public:
  /// No cell is longer than this, and no table's text than 2^40 bytes.
  static constexpr uint64_t kMaxCell = (uint64_t{1} << 23) - 1;
  static constexpr uint64_t kMaxText = uint64_t{1} << 40;

  const std::string &name() const { return title; }
  int64_t rows() const { return static_cast<int64_t>(cells.size()); }

  /// The cell without the quotes, and without the blanks around an unquoted one.
  std::string_view text(int64_t row) const {
    uint64_t cell = cells[static_cast<size_t>(row)];
    return {base + (cell >> 24), (cell >> 1) & kMaxCell};
  }
  /// True if the cell is one of the texts that mean "not known".
  bool missing(int64_t row) const { return cells[static_cast<size_t>(row)] & 1; }

private:
  friend class CsvParser;

  std::string title;
  const char *base = nullptr;  // the table's text
  std::vector<uint64_t> cells; // offset (40 bits), length (23 bits), missing (1 bit)
};

/// Columns of equal length with different names. Movable.
class Table {
public:
  int64_t rows() const { return columns.empty() ? 0 : columns[0].rows(); }
  std::span<const Column> all() const { return columns; }

  /// The column of that name, or null.
  const Column *find(std::string_view name) const;
  /// The same; the error lists the columns that there are.
  Result<const Column *> column(std::string_view name) const;

  /// Where the file has the row, for messages: "train.csv:17". Rows count from 0.
  std::string place(int64_t row) const;
  /// The file's name; empty if the table was made from a text in memory.
  const std::string &source() const { return name; }

private:
  friend class CsvParser;

  std::string name;
  TextBytes bytes;
  std::vector<Column> columns;
};

/// The number that a cell holds, if it is one: decimal, finite, a sign allowed.
std::optional<double> parseNumber(std::string_view text);

} // namespace weir

#endif
