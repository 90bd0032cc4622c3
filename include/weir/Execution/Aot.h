//===- Aot.h - a model as an object file with a C header ----------------------*- C++ -*-===//

#ifndef WEIR_EXECUTION_AOT_H
#define WEIR_EXECUTION_AOT_H

#include "weir/Execution/Compiler.h"
#include "weir/Execution/Signature.h"
#include "weir/Runtime/ParameterFile.h"
#include "weir/Runtime/Result.h"

#include <optional>

namespace weir {

struct AotOptions {
  CompileOptions compile;
  /// If not empty, levels of x86-64 in ascending order: the object holds the functions
  /// for each of them, and the loader chooses (see docs/pipeline.md). `compile.target`
  /// must be the first.
  std::vector<CpuTarget> levels;
  /// A C identifier: what the exported functions' names start with.
  std::string name;
  /// If given, these parameters are packed now and become read-only data of the
  /// object. They must have passed checkParameters.
  const ParameterFile *embedWeights = nullptr;
};

struct AotResult {
  llvm::SmallVector<char, 0> object;
  std::string header;
};

/// The levels of x86-64 in a list as "x86-64,x86-64-v3,x86-64-v4", to be compiled into one
/// object. An error if it isn't such a list.
Result<std::vector<CpuTarget>> parseLevels(llvm::StringRef list);

/// Whether the text can name C functions.
bool isCIdentifier(llvm::StringRef text);

/// Compiles a module in the weir dialect (which is consumed: lowered in place) to a
/// relocatable object. It needs nothing but libc and libm.
Result<AotResult> compileAheadOfTime(mlir::ModuleOp module, const AotOptions &options);

/// The C header of such an object. `preparedBytes` is nothing where it depends on the
/// processor.
std::string writeHeader(const Signature &signature, llvm::StringRef name, bool embedded,
                        std::optional<int64_t> preparedBytes);

} // namespace weir

#endif // WEIR_EXECUTION_AOT_H
