//===- SafetensorsHeader.h - The JSON header of a safetensors file ------------===//
#ifndef WEIR_LIB_RUNTIME_SAFETENSORSHEADER_H
#define WEIR_LIB_RUNTIME_SAFETENSORSHEADER_H

#include "weir/Runtime/Elements.h"
#include <map>

namespace weir {

/// A tensor as the header describes it; offsets count from the end of the header.
struct SafetensorsEntry {
  std::string name;
  FileType type = FileType::F32;
  std::vector<int64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries; // in the header's order
  std::map<std::string, std::string> metadata;
};

/// Parses the header's text. Checks its form, and that no name or key comes twice;
/// what the offsets mean is for the caller to check.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json);

/// The header's text. Types are written as F32 and I64 only.
Result<std::string> printSafetensorsHeader(const SafetensorsHeader &header);

} // namespace weir

#endif
