//===- GuardedBuffer.h - Memory that notices who leaves it --------------------===//
#ifndef WEIR_TEST_PROPERTY_GUARDEDBUFFER_H
#define WEIR_TEST_PROPERTY_GUARDEDBUFFER_H

#include <cstddef>
#include <cstdint>

namespace weir::property {

/// Bytes whose end (up to the alignment) is the end of mapped memory: reading or
/// writing behind them stops the program. Before them lie bytes that isIntact()
/// compares with what they were. All bytes are 0xFF at first, which is not a number
/// as f32 and no id as i64, so that what is read before it is written shows.
class GuardedBuffer {
public:
  /// The alignment is a power of two, at most a page.
  GuardedBuffer(size_t bytes, size_t alignment);
  ~GuardedBuffer();
  GuardedBuffer(GuardedBuffer &&other) noexcept;
  GuardedBuffer(const GuardedBuffer &) = delete;

  void *data() const { return start; }
  bool isIntact() const;

private:
  std::byte *mapping = nullptr;
  size_t mapped = 0;
  std::byte *start = nullptr;
  std::byte *dataEnd = nullptr;
  std::byte *limit = nullptr; // of what may be touched
};

} // namespace weir::property

#endif
