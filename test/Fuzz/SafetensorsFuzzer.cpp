// Fuzzes the reader of parameter files; what it accepts, the writer must accept too.
#include "weir/Runtime/ParameterFile.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto file = weir::parseParameters(std::as_bytes(std::span(data, size)));
  if (!file)
    return 0;
  for (const weir::NamedTensor &named : *file)
    if (file->find(named.name) != &named.tensor)
      __builtin_trap();
  if (!weir::writeParameters("/dev/null", *file))
    __builtin_trap();
  return 0;
}
