//===- Vocabulary.h - Categories and their ids --------------------------------===//
#ifndef WEIR_DATA_VOCABULARY_H
#define WEIR_DATA_VOCABULARY_H

#include "weir/Data/Table.h"

namespace weir {

/// A two-way map between texts and the ids 0, 1, 2, ...
///
/// With a slot for the unknown, id 0 stands for every text that isn't in the map and for
/// missing values, and is called kUnknown. Without it (the classes of a target) every
/// text has to be in the map. Copyable.
class Vocabulary {
public:
  static constexpr std::string_view kUnknown = "#na#";

  /// An empty one.
  explicit Vocabulary(bool hasUnknown = true);

  /// Ids in the order of `labels`; the slot for the unknown, if wanted, comes before them
  /// and isn't listed. Refuses texts that come twice, and kUnknown if it has that slot.
  static Result<Vocabulary> create(std::span<const std::string> labels, bool hasUnknown);

  /// The different known cells of columns in those rows, ids in their order: by value
  /// where all of them are numbers (texts of equal value by text), else by their bytes.
  static Vocabulary ofColumns(std::span<const Column *const> columns, std::span<const int64_t> rows,
                              bool hasUnknown);

  /// The `size - 1` most frequent tokens, the most frequent first (of equally frequent
  /// ones, the one that comes first), and the slot for the unknown: at most `size` ids.
  static Vocabulary ofTokens(std::span<const std::string_view> tokens, int64_t size);

  /// The number of ids, the unknown included.
  int64_t size() const { return static_cast<int64_t>(labels.size()); }
  bool hasUnknown() const { return unknown; }

  /// The id of a text. If it isn't in the map: 0 with a slot for the unknown, else -1.
  int64_t find(std::string_view text) const;

  /// The text of an id, 0 <= id < size().
  const std::string &label(int64_t id) const { return labels[static_cast<size_t>(id)]; }
  std::span<const std::string> all() const { return labels; }

private:
  size_t slotOf(std::string_view text) const;
  bool add(std::string_view text);
  void rehash(size_t slots);

  bool unknown;
  std::vector<std::string> labels; // by id
  std::vector<uint32_t> slots;     // an open hash table of id + 1; 0 is a free slot
};

/// How the numbers of one column become inputs: (x - mean) / deviation.
struct NumberScale {
  double mean = 0;      ///< subtracted
  double deviation = 1; ///< divided by; positive
  double fill = 0;      ///< stands for a missing number, before scaling

  float apply(double number) const { return static_cast<float>((number - mean) / deviation); }
  /// The number that an output stands for.
  double undo(double output) const { return output * deviation + mean; }

  /// The mean and the population's deviation (1 where all numbers are equal) of the known
  /// numbers, and their median as the fill: it is a value of the column, and one huge
  /// number doesn't move it. There must be a number.
  static NumberScale of(std::vector<double> numbers);
};

} // namespace weir

#endif
