//===- Columns.h - Columns of numbers as an array (private) -------------------===//
#ifndef WEIR_LIB_DATA_COLUMNS_H
#define WEIR_LIB_DATA_COLUMNS_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// Whether a file's name says that it holds a table: .csv, .tsv or .tab, and these
/// with .gz.
bool isTableName(std::string_view path);

/// Reads columns of a table, "age" or "age,hours", as an array: [rows] of one column,
/// [rows, columns] of several. I64 if all cells are integers, else F32. Every cell must
/// be a number. A name that holds a comma stands between double quotes.
Result<Tensor> readColumns(const std::string &path, std::string_view names);

} // namespace weir

#endif
