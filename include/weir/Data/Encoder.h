//===- Encoder.h - From the cells of a table to a model's inputs and targets --===//
//
// Fitted once, on the training rows; kept in the checkpoint as JSON, so that a raw row
// means the same ids and numbers for ever.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_ENCODER_H
#define WEIR_DATA_ENCODER_H

#include "weir/Data/Dataset.h"
#include "weir/Data/Vocabulary.h"

namespace weir {

/// What a field makes of its cells. A missing cell of a target is always refused.
enum class FieldKind {
  Category, ///< I64: an id; 0 for what is missing or wasn't seen (inputs only)
  Class,    ///< I64: an id; what is missing or wasn't seen is refused
  Id,       ///< I64: the cells are ids; missing ones and those beyond `limit` are refused
  Number    ///< F32: a number, scaled if asked; a missing input is its column's median
};

/// "category", "class", "id" or "number".
const char *toString(FieldKind kind);

/// How an input or target of the model is bound to columns.
struct FieldSpec {
  std::string name;
  bool target = false;
  FieldKind kind = FieldKind::Number;
  std::vector<std::string> columns = {};
  /// One example of the field; its product is the number of columns. [] is one value.
  std::vector<int64_t> exampleShape = {};
  bool standardize = false; ///< Number: mean 0 and deviation 1, column by column
  int64_t limit = 0;        ///< Id: ids are 0..limit-1
};

/// A binding, and what was learned from the training rows.
struct Field : FieldSpec {
  Vocabulary vocabulary;           ///< Category and Class: shared by the columns
  std::vector<NumberScale> scales; ///< Number: one per column

  /// The number of ids: the size of an embedding's table, or of classes. 0 for numbers.
  int64_t cardinality() const;
};

class Encoder {
public:
  /// Learns vocabularies and scales from those rows of the table; classes from all rows,
  /// so that held-out rows don't bring new ones. Refuses missing columns, cells that
  /// aren't what the field needs, no rows, and specs that contradict themselves.
  static Result<Encoder> fit(std::vector<FieldSpec> specs, const Table &table,
                             std::span<const int64_t> rows);
  /// The same from all rows.
  static Result<Encoder> fit(std::vector<FieldSpec> specs, const Table &table);

  /// The fields as arrays [rows, exampleShape...], in the order of fields(). Without
  /// targets, their columns needn't be there.
  Result<Dataset> encode(const Table &table, bool withTargets = true) const;

  /// Gives categories that an input doesn't know the ids behind its last one, in their
  /// order. Refuses fields that aren't of kind Category, and texts that are known already,
  /// come twice or mean something unknown.
  Result<void> addCategories(std::string_view name, std::span<const std::string> labels);

  std::span<const Field> fields() const { return all; }
  const Field *find(std::string_view name) const;

  /// One line of JSON that fromJson reads back to the same encoder, to the last bit.
  std::string toJson() const;
  /// Refuses whatever toJson doesn't write: other keys and types, keys that come twice,
  /// deep nesting, sizes that contradict each other, scales that aren't finite.
  static Result<Encoder> fromJson(std::string_view json);

private:
  std::vector<Field> all;
};

} // namespace weir

#endif
