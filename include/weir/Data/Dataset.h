//===- Dataset.h - Examples in memory, and batches of them --------------------===//
#ifndef WEIR_DATA_DATASET_H
#define WEIR_DATA_DATASET_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// One input or target of all examples. Example i is the `width` elements from
/// `offset + i * stride` of `values`, so that examples may overlap, as the windows of a
/// text do.
struct DataField {
  std::string name;
  bool target = false;
  DType dtype = DType::F32;
  std::vector<int64_t> exampleShape; ///< its product is `width`
  std::shared_ptr<const Tensor> values;
  int64_t offset = 0, stride = 1, width = 1;
};

/// Encoded examples, all in memory. Movable; copies share the elements.
class Dataset {
public:
  /// Adds an input or a target whose axis 0 counts examples. Refuses a name that is
  /// there already, a scalar, and a number of examples other than the first one's.
  Result<void> add(std::string name, Tensor values, bool target = false);

  /// The same, each example seen as `exampleShape` (see asBatch): IDX images [N, 28, 28]
  /// as [1, 28, 28].
  Result<void> add(std::string name, Tensor values, bool target,
                   std::span<const int64_t> exampleShape);

  /// Adds the overlapping windows of a sequence [n] without copying them: example i is
  /// the elements i + offset to i + offset + width - 1, of shape [width], or [] if
  /// `scalar` (then width is 1). There are `rows` of them.
  Result<void> addWindows(std::string name, std::shared_ptr<const Tensor> sequence, int64_t rows,
                          int64_t offset, int64_t width, bool scalar, bool target);

  int64_t rows() const { return count; }
  std::span<const DataField> fields() const { return columns; }
  const DataField *find(std::string_view name) const;
  /// The bytes of one example, over all fields.
  int64_t bytesPerRow() const;

  /// Buffers for a batch of up to `rows` examples: [rows, exampleShape...] per field.
  Result<std::vector<Tensor>> makeBatch(int64_t rows) const;

  /// Copies the examples of those numbers, each in 0..rows()-1, into a batch that
  /// makeBatch made for as many or more, and sets the batch's axis 0. Allocates nothing.
  void gather(std::span<const int64_t> rows, std::span<Tensor> batch) const;

private:
  Result<void> append(DataField field, int64_t rows);

  std::vector<DataField> columns;
  int64_t count = 0;
};

/// The examples to learn from and those held out to measure with, each in ascending order.
struct Split {
  std::vector<int64_t> train, valid;
};

/// Holds out round(fraction * rows) examples, drawn by seed. Refuses fractions that leave
/// either part empty.
Result<Split> splitByFraction(int64_t rows, double fraction, uint64_t seed);

/// Holds out the last `held` examples.
Result<Split> splitTail(int64_t rows, int64_t held);

class Column;
/// Holds out the rows whose cell is one of `marks`, say {"valid", "1"}. Refuses a column
/// that leaves either part empty.
Result<Split> splitByColumn(const Column &column, std::span<const std::string> marks);

/// 0, 1, ..., rows - 1.
std::vector<int64_t> allRows(int64_t rows);

/// Shuffles by Fisher and Yates with the Philox stream "shuffle" of a seed, displaced by
/// the epoch: the order is a function of the rows, the seed and the epoch.
void shuffleRows(std::span<int64_t> rows, uint64_t seed, uint64_t epoch);

} // namespace weir

#endif
