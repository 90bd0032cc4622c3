// Fuzzes the reader of .npy files.
#include "weir/Data/Npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto tensor = weir::parseNpy(std::as_bytes(std::span(data, size)));
  // Every element takes at least a byte of the file.
  if (tensor && tensor->elements() > static_cast<int64_t>(size))
    __builtin_trap();
  return 0;
}
