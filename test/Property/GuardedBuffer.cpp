//===- GuardedBuffer.cpp - Memory that notices who leaves it ------------------===//

#include "GuardedBuffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace weir::property {

static size_t roundUp(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

GuardedBuffer::GuardedBuffer(size_t bytes, size_t alignment) {
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t body = roundUp(bytes, alignment);
  // At least a page before the data, one without access behind it.
  size_t usable = page + roundUp(body, page);
  mapped = usable + page;
  void *memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    std::abort();
  mapping = static_cast<std::byte *>(memory);
  limit = mapping + usable;
  if (mprotect(limit, page, PROT_NONE) != 0)
    std::abort();
  std::memset(mapping, 0xFF, usable);
  start = limit - body;
  dataEnd = start + bytes;
}

GuardedBuffer::GuardedBuffer(GuardedBuffer &&other) noexcept
    : mapping(other.mapping), mapped(other.mapped), start(other.start), dataEnd(other.dataEnd),
      limit(other.limit) {
  other.mapping = nullptr;
}

GuardedBuffer::~GuardedBuffer() {
  if (mapping)
    munmap(mapping, mapped);
}

bool GuardedBuffer::isIntact() const {
  auto untouched = [](std::byte value) { return value == std::byte(0xFF); };
  return std::all_of(mapping, start, untouched) && std::all_of(dataEnd, limit, untouched);
}

} // namespace weir::property
