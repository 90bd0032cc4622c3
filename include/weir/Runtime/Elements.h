//===- Elements.h - Element types of files, and their conversion --------------===//
//
// The one place that knows how f16, bf16, i8, ... become Weir's two element types.
// Shared by every reader.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_ELEMENTS_H
#define WEIR_RUNTIME_ELEMENTS_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// An element type that a file may hold.
enum class FileType { F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool };

enum class ByteOrder { Little, Big };

/// The bytes of one element.
int64_t byteSize(FileType type);

/// Floating types are read as F32 (f64 rounded to nearest), the others as I64.
DType readAs(FileType type);

/// Reads `bytes` (row-major, any alignment) as a tensor of `shape`. `bytes` must
/// hold exactly the elements of the shape, which is refused otherwise; so are
/// unsigned numbers above INT64_MAX and booleans other than 0 and 1.
Result<Tensor> readElements(FileType type, ByteOrder order, std::vector<int64_t> shape,
                            std::span<const std::byte> bytes);

} // namespace weir

#endif
