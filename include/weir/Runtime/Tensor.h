//===- Tensor.h - A dense array that owns its memory --------------------------===//
//
// What files are read into and what a compiled model is called with: row-major,
// dense, aligned for any vector unit.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_TENSOR_H
#define WEIR_RUNTIME_TENSOR_H

#include "weir/Runtime/Result.h"
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace weir {

/// The two element types of Weir: numbers (float) and ids (int64_t).
enum class DType { F32, I64 };

/// 4 or 8.
inline int64_t byteSize(DType dtype) { return dtype == DType::F32 ? 4 : 8; }

/// "f32" or "i64".
inline const char *toString(DType dtype) { return dtype == DType::F32 ? "f32" : "i64"; }

/// No tensor has more axes than this; readers refuse files that claim more.
inline constexpr size_t kMaxRank = 32;

/// The alignment of every tensor, prepared blob and arena, in bytes.
inline constexpr size_t kAlignment = 64;

struct FreeDeleter {
  void operator()(void *memory) const { std::free(memory); }
};

/// Memory that is kAlignment-aligned.
using AlignedBytes = std::unique_ptr<std::byte[], FreeDeleter>;

/// At least `bytes` bytes, contents undefined; never null, not even for 0 bytes.
/// An error if the machine hasn't got them.
Result<AlignedBytes> allocateAligned(size_t bytes);

/// A dense row-major array. Movable, not copyable (see clone).
struct Tensor {
  DType dtype = DType::F32;
  std::vector<int64_t> shape;

  /// A tensor whose contents are undefined. Refuses negative sizes, more than
  /// kMaxRank axes, sizes whose product overflows, and what memory can't hold.
  static Result<Tensor> uninitialized(DType dtype, std::vector<int64_t> shape);
  /// The same, filled with zeros.
  static Result<Tensor> zeros(DType dtype, std::vector<int64_t> shape);
  /// A copy.
  Result<Tensor> clone() const;

  /// The product of the shape; 1 for a scalar.
  int64_t elements() const;
  int64_t byteCount() const { return elements() * byteSize(dtype); }

  /// The elements; the dtype must be F32 resp. I64.
  float *f32() {
    assert(dtype == DType::F32);
    return reinterpret_cast<float *>(storage.get());
  }
  const float *f32() const {
    assert(dtype == DType::F32);
    return reinterpret_cast<const float *>(storage.get());
  }
  int64_t *i64() {
    assert(dtype == DType::I64);
    return reinterpret_cast<int64_t *>(storage.get());
  }
  const int64_t *i64() const {
    assert(dtype == DType::I64);
    return reinterpret_cast<const int64_t *>(storage.get());
  }
  void *data() { return storage.get(); }
  const void *data() const { return storage.get(); }
  std::span<const std::byte> bytes() const {
    return {storage.get(), static_cast<size_t>(byteCount())};
  }

  AlignedBytes storage;
};

/// The product of the sizes. Refuses negative sizes, too many axes, and products
/// that exceed INT64_MAX / 8, so that bytes can be counted without care.
Result<int64_t> elementCount(std::span<const int64_t> shape);

/// "[3, 28, 28]".
std::string shapeToString(std::span<const int64_t> shape);

/// The tensor with its elements as `dtype`: ids become floats (nearest), floats
/// are refused as ids.
Result<Tensor> convertTo(Tensor tensor, DType dtype);

/// The tensor seen as a batch of examples of `exampleShape`: [N, exampleShape...].
/// Accepts any shape whose axis 0 counts examples with the right number of
/// elements each ([N, 28, 28] or [N, 784] for [1, 28, 28]), and a single example
/// without a batch axis. Elements stay where they are.
Result<Tensor> asBatch(Tensor tensor, std::span<const int64_t> exampleShape);

} // namespace weir

#endif
