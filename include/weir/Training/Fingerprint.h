//===- Fingerprint.h - A number that tells examples from others ------------===//
#ifndef WEIR_TRAINING_FINGERPRINT_H
#define WEIR_TRAINING_FINGERPRINT_H

#include "weir/Data/Dataset.h"

namespace weir {

/// The hash of what `hash` stands for with `bytes` bytes behind it, which may be none (`data`
/// is null then, or not). The same on all machines with the same order of bytes; not meant to
/// withstand somebody who looks for collisions.
uint64_t mixBytes(uint64_t hash, const void *data, size_t bytes);

/// The same with every element of a data set behind it, and with the rows that are used.
uint64_t mixExamples(uint64_t hash, const Dataset &dataset, const std::vector<int64_t> &rows);

} // namespace weir

#endif
