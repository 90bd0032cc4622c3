//===- BindData.h - Which columns are which inputs, and how large they make the model --===//
#ifndef WEIR_TRAINING_BINDDATA_H
#define WEIR_TRAINING_BINDDATA_H

#include "weir/Frontend/Outline.h"
#include "weir/Training/DataFormat.h"

namespace weir {

/// What a command line says about data.
struct DataArguments {
  std::vector<std::string> data = {};  ///< FILE, or NAME=FILE for each array
  std::vector<std::string> valid = {}; ///< the same, to measure with
  /// NAME=COLUMN[,COLUMN...], with " standardize" behind it if wanted
  std::vector<std::string> binds = {};
  std::string text = {};          ///< "words" or "characters": the file is running text
  std::string splitFraction = {}; ///< the part to hold out, "" for none
  std::string splitColumn = {};   ///< NAME=MARK[,MARK...], "" for none
  int64_t splitTail = 0;          ///< examples at the end to hold out
  int64_t limit = 0;              ///< only the first rows or tokens; 0 for all
  uint64_t seed = 0;
};

/// Examples to learn from and to measure with.
struct TrainingData {
  DataFormat format;
  Dataset dataset;
  std::vector<int64_t> trainRows, validRows; ///< validRows may be empty
  std::optional<Dataset> validDataset;       ///< validRows are its rows, else of `dataset`
  /// Depends on every element and every row, so that a training goes on with the very
  /// same examples or not at all.
  uint64_t fingerprint = 0;

  const Dataset &validation() const { return validDataset ? *validDataset : dataset; }
};

/// Data that was read and looked at, but not encoded, since the model's sizes follow
/// from it.
class DataBinder {
public:
  /// Refuses what doesn't fit: missing columns, cells that aren't what the port needs,
  /// sizes from outside that contradict the data.
  static Result<DataBinder> create(const DataArguments &arguments, const Outline &outline);

  /// The sizes that follow from the data; they beat defaults.
  const std::map<std::string, int64_t> &sizes() const { return learned; }

  /// The examples for the model of these sizes.
  Result<TrainingData> encode(const std::vector<Port> &ports) &&;

private:
  void bindWidths(const DataArguments &arguments);
  Result<void> readSplit(const DataArguments &arguments);
  Result<void> bindTable(const std::vector<std::string> &binds);
  Result<FieldSpec> specOf(const Port &port, const TrainingPlan::DataBinding *bind) const;
  Result<void> bindText(TextUnit unit);
  Result<void> bindArrays();
  Result<void> learn(const Port &port, int64_t needed, std::string_view what);
  const InputOutline &outlineOf(const Port &port) const;

  Outline outline;
  std::vector<Port> ports; // those sizes that aren't known are 0
  std::map<std::string, int64_t> learned;
  RawData raw;
  std::optional<RawData> rawValid;
  DataFormat format;
  int64_t rows = 0;
  std::vector<int64_t> trainRows, validRows;
};

/// Reads NAME=COLUMN[,COLUMN...][ standardize]. A name with a comma stands between double
/// quotes, in which a quote is doubled.
Result<TrainingPlan::DataBinding> parseBind(const std::string &text);

} // namespace weir

#endif
