//===- Split.cpp - The order of examples, and those held out ------------------===//
#include "weir/Data/Dataset.h"
#include "weir/Data/Table.h"
#include "weir/Runtime/Random.h"
#include <cmath>
#include <numeric>

namespace weir {

std::vector<int64_t> allRows(int64_t rows) {
  std::vector<int64_t> result(static_cast<size_t>(rows));
  std::iota(result.begin(), result.end(), int64_t{0});
  return result;
}

/// Each swap takes 64 bits: half a Philox block. The draw is their product with the
/// number of choices, shifted right by 64: uneven by less than choices / 2^64.
static void shuffleStream(std::span<int64_t> rows, uint64_t seed, uint64_t stream) {
  std::array<uint32_t, 2> key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  std::array<uint32_t, 4> block = {};
  uint64_t drawn = 0;
  for (size_t last = rows.size(); last > 1; --last, ++drawn) {
    if (drawn % 2 == 0)
      block = philox4x32({static_cast<uint32_t>(drawn / 2), static_cast<uint32_t>(drawn / 2 >> 32),
                          static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                         key);
    uint64_t bits = uint64_t{block[drawn % 2 * 2]} << 32 | block[drawn % 2 * 2 + 1];
    auto choice = static_cast<size_t>(static_cast<unsigned __int128>(bits) * last >> 64);
    std::swap(rows[last - 1], rows[choice]);
  }
}

void shuffleRows(std::span<int64_t> rows, uint64_t seed, uint64_t epoch) {
  shuffleStream(rows, seed, streamOf("shuffle") + epoch);
}

Result<Split> splitByFraction(int64_t rows, double fraction, uint64_t seed) {
  if (!(fraction > 0 && fraction < 1))
    return fail("found {} as the fraction to hold out, expected more than 0 and less than 1",
                fraction);
  auto held = static_cast<int64_t>(std::llround(fraction * static_cast<double>(rows)));
  if (held == 0 || held == rows)
    return fail("holding out {} of {} examples leaves {}", fraction, rows,
                held == 0 ? "none to measure with" : "none to learn from");
  Split split;
  split.train = allRows(rows);
  shuffleStream(split.train, seed, streamOf("split"));
  split.valid.assign(split.train.end() - held, split.train.end());
  split.train.resize(static_cast<size_t>(rows - held));
  std::ranges::sort(split.train);
  std::ranges::sort(split.valid);
  return split;
}

Result<Split> splitTail(int64_t rows, int64_t held) {
  if (held < 1 || held >= rows)
    return fail("found {} as the number of examples to hold out, expected 1 to {}", held, rows - 1);
  Split split;
  split.train = allRows(rows);
  split.valid.assign(split.train.end() - held, split.train.end());
  split.train.resize(static_cast<size_t>(rows - held));
  return split;
}

Result<Split> splitByColumn(const Column &column, std::span<const std::string> marks) {
  Split split;
  for (int64_t row = 0; row < column.rows(); ++row) {
    bool held = std::ranges::find(marks, column.text(row)) != marks.end();
    (held ? split.valid : split.train).push_back(row);
  }
  if (split.valid.empty())
    return fail("no row of column {} is {}, so none is held out", inQuotes(column.name()),
                fmt::join(marks, " or "));
  if (split.train.empty())
    return fail("every row of column {} is {}, so none is left to learn from",
                inQuotes(column.name()), fmt::join(marks, " or "));
  return split;
}

} // namespace weir
