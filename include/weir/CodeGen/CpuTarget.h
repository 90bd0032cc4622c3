//===- CpuTarget.h - what code is generated for ---------------------------*- C++ -*-===//

#ifndef WEIR_CODEGEN_CPUTARGET_H
#define WEIR_CODEGEN_CPUTARGET_H

#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
}

namespace weir {

/// A processor: how LLVM names it, and what the code generator decides by.
struct CpuTarget {
  std::string triple;
  std::string cpu;
  std::string features; // "+avx2,+fma,..."
  int64_t vectorBits = 128;
  int64_t vectorRegisters = 16;
  bool fusedMultiplyAdd = false;
  bool rootEstimates = false;      // AVX-512's, of 16 numbers
  int64_t cacheBytes = 512 * 1024; // second-level cache of one core

  /// The processor that this program runs on.
  static CpuTarget host();

  /// The processor of this name, with these features on top. Empty strings mean the
  /// host's triple, the triple's most basic processor, no further features. An unknown
  /// triple, processor or feature is an error that names it.
  static llvm::Expected<CpuTarget> named(llvm::StringRef triple, llvm::StringRef cpu,
                                         llvm::StringRef features);

  /// LLVM's code generator for this target.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine() const;
};

} // namespace weir

#endif // WEIR_CODEGEN_CPUTARGET_H
