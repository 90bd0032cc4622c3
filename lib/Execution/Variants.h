//===- Variants.h - one object for several instruction sets ------------------*- C++ -*-===//
//
// An object may hold the same functions for several levels of x86-64. Which of them a
// program gets is settled once, when it is loaded: each exported name is an indirect
// function (STT_GNU_IFUNC) whose resolver asks the processor. A call costs what any call
// into a library costs.
//
// The levels and their features: the x86-64 psABI, section 3.1.1.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_EXECUTION_VARIANTS_H
#define WEIR_EXECUTION_VARIANTS_H

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>

namespace llvm {
class Module;
} // namespace llvm

namespace weir {

/// The level that a processor's name stands for: 1 for x86-64 to 4 for x86-64-v4.
std::optional<int> x86Level(llvm::StringRef cpu);

/// Adds to a module that has, for each level, the functions PREFIX_v<level><suffix>, one
/// indirect function PREFIX<suffix> for each suffix. The functions of the levels become
/// internal. `levels` ascends; the first is what every processor has.
void addDispatch(llvm::Module &module, const std::string &prefix, llvm::ArrayRef<int> levels,
                 llvm::ArrayRef<llvm::StringRef> suffixes);

} // namespace weir

#endif // WEIR_EXECUTION_VARIANTS_H
