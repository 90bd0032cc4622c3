// Fuzzes the reader of IDX files, gzipped or not, with and without scaling.
#include "weir/Data/Idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (weir::IdxBytes mode : {weir::IdxBytes::AsIs, weir::IdxBytes::ScaledImages})
    (void)weir::parseIdx(std::as_bytes(std::span(data, size)), mode).ok();
  return 0;
}
