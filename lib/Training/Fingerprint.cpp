//===- Fingerprint.cpp - A number that tells examples from others ----------===//

#include "weir/Training/Fingerprint.h"

#include <cstring>

namespace weir {

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash ^= word;
  hash *= 0x9E3779B97F4A7C15;
  return hash ^ (hash >> 29);
}

uint64_t mixBytes(uint64_t hash, const void *data, size_t bytes) {
  auto *at = static_cast<const std::byte *>(data);
  for (; bytes >= 8; bytes -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    hash = mix(hash, word);
  }
  uint64_t rest = 0;
  if (bytes) // an empty set has no memory
    std::memcpy(&rest, at, bytes);
  return mix(hash, rest ^ (uint64_t{bytes} << 56));
}

uint64_t mixExamples(uint64_t hash, const Dataset &dataset, const std::vector<int64_t> &rows) {
  for (const DataField &field : dataset.fields())
    hash = mixBytes(hash, field.values->data(), static_cast<size_t>(field.values->byteCount()));
  return mixBytes(hash, rows.data(), rows.size() * sizeof(int64_t));
}

} // namespace weir
