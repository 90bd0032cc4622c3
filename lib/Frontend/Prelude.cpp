//===- Prelude.cpp - The text of the prelude, embedded --------------------===//

#include "weir/Frontend/Frontend.h"

using namespace llvm;

namespace weir {

/// The bytes of lib/Prelude/*.weir in the order of their names, then a 0.
static constexpr char bytes[] = {
#include "weir/Frontend/Prelude.inc"
    0};

StringRef preludeText() { return StringRef(bytes, sizeof(bytes) - 1); }

} // namespace weir
