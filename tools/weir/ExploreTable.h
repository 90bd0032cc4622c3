//===- ExploreTable.h - Embedding tables and what their rows stand for --------===//
#ifndef WEIR_TOOLS_WEIR_EXPLORETABLE_H
#define WEIR_TOOLS_WEIR_EXPLORETABLE_H

#include "weir/Data/Table.h"
#include "weir/Data/Vocabulary.h"
#include "weir/Explore/RowTable.h"
#include "weir/Runtime/ParameterFile.h"

namespace weir {

/// A parameter [rows, width] that may be an embedding's table.
struct ExploredTable {
  std::string name;                    ///< without ".weight"
  RowTable rows;                       ///< in the file's memory
  std::string input;                   ///< whose ids are the rows; empty if unknown
  std::span<const std::string> values; ///< what these ids stand for; may be empty
};

/// The tables of a file of parameters: all F32 parameters of two axes. Where the model is
/// known, `inputs` says which tables belong to which inputs, and others aren't listed.
std::vector<ExploredTable> listTables(const ParameterFile &parameters,
                                      const std::map<std::string, std::string> *inputs);

/// The table that a user calls `name`, with or without ".weight"; the error lists them.
Result<const ExploredTable *> findTable(std::span<const ExploredTable> tables,
                                        std::string_view name);

/// Names of the values that rows stand for: a CSV's column `key` says the value, `name`
/// what to call it. By default they are the first column and the second.
struct LabelFile {
  std::string path, key, name;
};

/// Where the values come from and how often each is there: "FILE.csv:COLUMN".
struct ValueSource {
  std::string path, column;
};
Result<ValueSource> parseValueSource(std::string_view text);

/// What the rows of a table are called, how often each was met, and which of them count.
class RowNames {
public:
  /// `labels` and `source` may have empty paths. Rows that were met less than `least`
  /// times don't count, nor does the row of unknown values. Refuses files that don't fit
  /// the table.
  static Result<RowNames> create(const ExploredTable &table, const LabelFile &labels,
                                 const ValueSource &source, int64_t least);

  /// The row's name, else its value, else "row 17".
  std::string label(int64_t row) const;
  /// Ascending.
  std::span<const int64_t> rows() const { return counting; }

  bool hasValues() const { return !values.empty(); }
  bool hasNames() const { return !names.empty(); }
  bool hasCounts() const { return !counts.empty(); }
  const std::string &value(int64_t row) const { return values[static_cast<size_t>(row)]; }
  const std::string &name(int64_t row) const { return names[static_cast<size_t>(row)]; }
  int64_t count(int64_t row) const { return counts[static_cast<size_t>(row)]; }

  /// The row that a user calls `text`: the one of that name or value or, if there is
  /// none, the only one whose name contains it. Capitals don't matter (in ASCII). The
  /// error lists what it could be.
  Result<int64_t> find(std::string_view text) const;

private:
  Result<void> readLabels(const LabelFile &labels);
  Result<void> countValues(const ValueSource &source, const ExploredTable &table);

  int64_t rowCount = 0;
  std::vector<std::string> values, names; // by row; empty if unknown
  std::vector<int64_t> counts, counting;
};

} // namespace weir

#endif
