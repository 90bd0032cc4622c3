//===- DataFormat.h - From files to a model's inputs and targets ----------===//
//
// Data comes as a table, as running text, or as arrays. A DataFormat knows how one of
// these becomes the inputs and targets of a model; it is learned from the training data
// and travels in the checkpoint, so that a raw row means the same for ever.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TRAINING_DATAFORMAT_H
#define WEIR_TRAINING_DATAFORMAT_H

#include "weir/Data/Encoder.h"
#include "weir/Data/Text.h"
#include "weir/Execution/Signature.h"

#include <map>

namespace weir {

/// An input or a target as the model wants it.
struct Port : Signature::Input {
  bool target = false;
};

enum class DataKind { Table, Text, Arrays };

/// What files hold, before anything was made of it.
struct RawData {
  DataKind kind = DataKind::Table;
  std::optional<Table> table;
  Tokens tokens;
  std::map<std::string, Tensor> arrays; ///< by the port's name
  std::string source;                   ///< what to call it in messages
};

/// Says what the arguments of --data name: "NAME=FILE" with a port's name is an array, a
/// file called .txt (or .txt.gz), and any if `text` isn't empty, is running text, any
/// other a table. Refuses mixtures, and names of no port.
Result<DataKind> kindOfData(const std::vector<std::string> &specs, const std::vector<Port> &ports,
                            const std::string &text);

/// Reads them. `limit` (0: none) is how many tokens of a text are read.
Result<RawData> readRawData(const std::vector<std::string> &specs, const std::vector<Port> &ports,
                            DataKind kind, TextUnit unit, int64_t limit);

class DataFormat {
public:
  DataFormat() = default; ///< of arrays
  explicit DataFormat(Encoder encoder) : table(std::move(encoder)) {}
  explicit DataFormat(TextEncoder encoder) : text(std::move(encoder)) {}

  DataKind kind() const;
  const Encoder *encoder() const { return table ? &*table : nullptr; }
  const TextEncoder *textEncoder() const { return text ? &*text : nullptr; }

  /// The labels of an input's or target's ids; empty where ids are just numbers.
  std::span<const std::string> labels(std::string_view port) const;
  /// The columns that a port is made of; none for texts and arrays.
  std::span<const std::string> columns(std::string_view port) const;
  /// A number of the model in the unit of the data: undoes `standardize` of the target.
  double undo(std::string_view port, size_t element, double value) const;

  /// The data as fields in the order of `ports`, without targets if not wanted. Of a
  /// text without targets every window is an example, the one at its end too. Arrays are
  /// taken out of `data`. Refuses what doesn't fit the ports, ids outside of their tables
  /// included.
  Result<Dataset> encode(RawData &data, const std::vector<Port> &ports, bool withTargets) const;

  /// One line of JSON that fromJson reads back.
  std::string toJson() const;
  static Result<DataFormat> fromJson(std::string_view json);

private:
  std::optional<Encoder> table;
  std::optional<TextEncoder> text;
};

} // namespace weir

#endif
