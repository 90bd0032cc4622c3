//===- LinkLibrary.h - From an object to a shared library ---------------------===//
#ifndef WEIR_TOOLS_WEIR_LINKLIBRARY_H
#define WEIR_TOOLS_WEIR_LINKLIBRARY_H

#include "weir/Runtime/Result.h"

namespace weir {

/// Links an object file in memory to a shared library at `path`, which appears whole
/// or not at all. The machine's own C compiler does the work (cc, gcc or clang); an
/// error if it has none, or says what the linker said.
Result<void> linkLibrary(std::string_view object, const std::string &path);

} // namespace weir

#endif
