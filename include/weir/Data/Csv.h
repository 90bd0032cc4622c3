//===- Csv.h - Comma-separated values -----------------------------------------===//
//
// RFC 4180, read generously (see docs/data.md) and written strictly.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_CSV_H
#define WEIR_DATA_CSV_H

#include "weir/Data/Table.h"

namespace weir {

struct CsvOptions {
  /// Between the cells of a row. 0: a tab if the file is called .tsv or .tab, else the
  /// one of comma, semicolon, tab and bar that the first line has most of.
  char delimiter = 0;
  /// The first line names the columns; without it they are called column1, column2, ...
  bool header = true;
  /// Cells that mean "not known".
  std::vector<std::string> missing = {"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "#na#"};
};

/// Reads a file, gzipped or not. Errors name the file and line, what was found and what
/// was expected.
Result<Table> readCsv(const std::string &path, const CsvOptions &options = {});

/// The same for a text in memory, which is copied; `source` is its name in messages.
Result<Table> parseCsv(std::string_view text, const CsvOptions &options = {},
                       std::string_view source = {});

/// Appends a cell to a row, in quotes where it needs them.
void appendCsvCell(std::string &row, std::string_view cell, char delimiter = ',');

} // namespace weir

#endif
