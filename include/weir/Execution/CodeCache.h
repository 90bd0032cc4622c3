//===- CodeCache.h - object code kept from run to run -------------------------*- C++ -*-===//
//
// Compiling a model is nine tenths of a short run. What comes out depends on nothing but
// the model in the weir dialect, the options and the compiler itself; so it is kept under
// a hash of the three. What was measured of a model's code is kept beside it.
// docs/pipeline.md says what may be relied on.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_EXECUTION_CODECACHE_H
#define WEIR_EXECUTION_CODECACHE_H

#include "weir/Execution/Compiler.h"

#include <optional>

namespace weir {

/// What is kept under a key.
enum class KeptKind { Object, Tuning };

/// A directory of object files. A cache never fails: what can't be read or written is
/// compiled, or measured, again.
class CodeCache {
public:
  /// The directory is made if it isn't there. One that belongs to another user, or that
  /// others may write to, is left alone, since what is in it is executed. An empty path
  /// is a cache that keeps nothing. All files together take up to `maxBytes`.
  explicit CodeCache(std::string directory, uint64_t maxBytes = kMaxBytes);

  /// What the object of this module, in the weir dialect, is kept under. Empty if nothing
  /// is kept: then so are all look-ups.
  std::string key(mlir::ModuleOp module, const CompileOptions &options) const;

  std::optional<llvm::SmallVector<char, 0>> find(const std::string &key,
                                                 KeptKind kind = KeptKind::Object) const;
  /// Keeps an object or what was measured, and removes those that were unused for longest when all
  /// together exceed the cache's size; also what a run left that was killed more than an hour ago
  /// while it wrote.
  void store(const std::string &key, llvm::ArrayRef<char> bytes,
             KeptKind kind = KeptKind::Object) const;

  static constexpr uint64_t kMaxBytes = 256 << 20;

private:
  std::string directory;
  uint64_t maxBytes;
};

} // namespace weir

#endif // WEIR_EXECUTION_CODECACHE_H
