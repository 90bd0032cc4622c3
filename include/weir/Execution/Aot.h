//===- Aot.h - a model as an object file with a C header ----------------------*- C++ -*-===//

#ifndef WEIR_EXECUTION_AOT_H
#define WEIR_EXECUTION_AOT_H

#include "weir/Execution/Compiler.h"
#include "weir/Execution/Signature.h"
#include "weir/Runtime/ParameterFile.h"
#include "weir/Runtime/Result.h"

namespace weir {

struct AotOptions {
  CompileOptions compile;
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

/// Whether the text can name C functions.
bool isCIdentifier(llvm::StringRef text);

/// Compiles a module in the weir dialect (which is consumed: lowered in place) to a
/// relocatable object. It needs nothing but libc and libm.
Result<AotResult> compileAheadOfTime(mlir::ModuleOp module, const AotOptions &options);

/// The C header of such an object.
std::string writeHeader(const Signature &signature, llvm::StringRef name, bool embedded,
                        int64_t preparedBytes);

} // namespace weir

#endif // WEIR_EXECUTION_AOT_H
