//===- Tensor.cpp - A dense array that owns its memory ------------------------===//
#include "weir/Runtime/Tensor.h"
#include <algorithm>
#include <cstring>
#include <limits>
#include <sys/mman.h>

namespace weir {

static constexpr size_t kLargePage = 2 << 20;

Result<AlignedBytes> allocateAligned(size_t bytes) {
  // Room for the padding, and for the sum not to wrap.
  if (bytes > std::numeric_limits<size_t>::max() / 2)
    return fail("out of memory: {} bytes were asked for", bytes);
  // Large blocks in large pages, where the system has them: weights of 16 MiB in pages of
  // 4 KiB are more pages than the processor remembers the addresses of.
  size_t alignment = bytes >= 2 * kLargePage ? kLargePage : kAlignment;
  size_t padded = std::max((bytes + alignment - 1) / alignment * alignment, alignment);
  auto *memory = static_cast<std::byte *>(std::aligned_alloc(alignment, padded));
  if (!memory)
    return fail("out of memory: {} bytes were asked for", bytes);
#ifdef MADV_HUGEPAGE
  if (alignment == kLargePage)
    ::madvise(memory, padded, MADV_HUGEPAGE); // a wish: without it all is the same, but slower
#endif
  return AlignedBytes(memory);
}

Result<int64_t> elementCount(std::span<const int64_t> shape) {
  constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 8;
  if (shape.size() > kMaxRank)
    return fail("{} axes; at most {} are supported", shape.size(), kMaxRank);
  for (int64_t size : shape)
    if (size < 0)
      return fail("shape {} has a negative size", shapeToString(shape));
  if (std::ranges::find(shape, 0) != shape.end())
    return int64_t{0};
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size > limit / count)
      return fail("shape {} has more elements than can be counted", shapeToString(shape));
    count *= size;
  }
  return count;
}

std::string shapeToString(std::span<const int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Result<Tensor> Tensor::uninitialized(DType dtype, std::vector<int64_t> shape) {
  Result<int64_t> count = elementCount(shape);
  if (!count)
    return count.takeError();
  Result<AlignedBytes> memory = allocateAligned(static_cast<size_t>(*count * byteSize(dtype)));
  if (!memory)
    return memory.takeError();
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  tensor.storage = std::move(*memory);
  return tensor;
}

Result<Tensor> Tensor::zeros(DType dtype, std::vector<int64_t> shape) {
  Result<Tensor> tensor = uninitialized(dtype, std::move(shape));
  if (tensor)
    std::memset(tensor->data(), 0, static_cast<size_t>(tensor->byteCount()));
  return tensor;
}

Result<Tensor> Tensor::clone() const {
  Result<Tensor> copy = uninitialized(dtype, shape);
  if (copy)
    std::memcpy(copy->data(), data(), static_cast<size_t>(byteCount()));
  return copy;
}

int64_t Tensor::elements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    if (size == 0)
      return 0;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Result<Tensor> convertTo(Tensor tensor, DType dtype) {
  if (tensor.dtype == dtype)
    return tensor;
  if (dtype == DType::I64)
    return fail("found floating-point numbers where integers are expected");
  Result<Tensor> result = Tensor::uninitialized(dtype, tensor.shape);
  if (result)
    std::transform(tensor.i64(), tensor.i64() + tensor.elements(), result->f32(),
                   [](int64_t value) { return static_cast<float>(value); });
  return result;
}

Result<Tensor> asBatch(Tensor tensor, std::span<const int64_t> exampleShape) {
  Result<int64_t> perExample = elementCount(exampleShape);
  if (!perExample)
    return perExample.takeError();
  int64_t batch;
  std::span<const int64_t> shape = tensor.shape;
  Result<int64_t> perEntry = elementCount(shape.subspan(shape.empty() ? 0 : 1));
  if (!shape.empty() && perEntry && *perEntry == *perExample)
    batch = shape[0];
  else if (tensor.elements() == *perExample)
    batch = 1;
  else
    return fail("found shape {}; expected a batch of {}, that is [N{}{}]", shapeToString(shape),
                shapeToString(exampleShape), exampleShape.empty() ? "" : ", ",
                fmt::join(exampleShape, ", "));
  std::vector<int64_t> batched = {batch};
  batched.insert(batched.end(), exampleShape.begin(), exampleShape.end());
  tensor.shape = std::move(batched);
  return tensor;
}

} // namespace weir
