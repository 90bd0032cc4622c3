//===- Idx.h - IDX files, as MNIST and its kin are published ------------------===//
//
// The format: two zero bytes, a type, a rank, the sizes as big-endian u32, the
// elements, big-endian; often gzipped.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_IDX_H
#define WEIR_DATA_IDX_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// What becomes of unsigned bytes.
enum class IdxBytes {
  AsIs,        ///< I64, 0 to 255
  Scaled,      ///< F32, divided by 255
  ScaledImages ///< Scaled where there are two axes or more (images), else AsIs (labels)
};

/// True if the bytes begin as an IDX file does (not gzipped).
bool isIdx(std::span<const std::byte> bytes);

/// True if the bytes begin as a gzip file does.
bool isGzip(std::span<const std::byte> bytes);

/// The array of an IDX file in memory, gzipped or not: unsigned bytes as asked,
/// other integers as I64, floats as F32. Refuses missing and surplus bytes, and
/// sizes that the file can't hold, before it allocates.
Result<Tensor> parseIdx(std::span<const std::byte> bytes, IdxBytes mode);

/// The same from a file; messages begin with its path.
Result<Tensor> readIdx(const std::string &path, IdxBytes mode);

} // namespace weir

#endif
