//===- Compiler.h - from a model in the weir dialect to object code ---------*- C++ -*-===//

#ifndef WEIR_EXECUTION_COMPILER_H
#define WEIR_EXECUTION_COMPILER_H

#include "weir/CodeGen/CpuTarget.h"
#include "weir/CodeGen/Passes.h"
#include "weir/Pipelines/Pipelines.h"

#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm
namespace mlir {
class MLIRContext;
class ModuleOp;
class OpPassManager;
} // namespace mlir

namespace weir {

struct CompileOptions {
  CpuTarget target = CpuTarget::host();
  RewriteOptions rewrites;
  /// What packed matrices hold; see docs/codegen.md.
  WeightFormat weights = WeightFormat::F32;
  /// A kernel of fewer operations runs on the calling thread (see examplesToDivide in
  /// CostModel.h). With 0 every kernel goes through parallel_for, even if there is only one
  /// unit of work.
  int64_t parallelWork = 200'000;
  /// What the exported functions' names start with: PREFIX_run, PREFIX_prepare, ...
  std::string prefix = "weir";
  /// Where models compiled to be run at once are kept (see CodeCache.h); empty for nowhere.
  std::string cacheDirectory;
};

/// How long a stage took, in the order in which the stages ran.
struct StageTime {
  std::string stage;
  double seconds;
};
using StageTimes = std::vector<StageTime>;

/// Where a compilation can stop to be looked at.
enum class Stage { Rewritten, Linalg, Vector, LLVMDialect };

/// A context with everything loaded that compiling a model needs.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Runs the passes that `build` adds; what MLIR reports becomes the error's message.
llvm::Error runStage(mlir::ModuleOp module, const char *stage, StageTimes *times,
                     llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Lowers a model, in place, from the weir dialect to `stage`. A failure is a bug in
/// Weir: the message holds MLIR's diagnostics.
llvm::Error lowerTo(mlir::ModuleOp module, Stage stage, const CompileOptions &options,
                    StageTimes *times = nullptr);

/// LLVM IR, optimized, of a module lowered to Stage::LLVMDialect.
llvm::Expected<std::unique_ptr<llvm::Module>> translateToLLVM(mlir::ModuleOp module,
                                                              llvm::LLVMContext &context,
                                                              const CompileOptions &options,
                                                              StageTimes *times = nullptr);

/// Assembly text or an object file of optimized LLVM IR.
llvm::Expected<llvm::SmallVector<char, 0>> emitMachineCode(llvm::Module &module,
                                                           const CpuTarget &target, bool assembly,
                                                           StageTimes *times = nullptr);

/// Object code to be loaded into this process, of a module lowered to Stage::LLVMDialect:
/// an object file, or an archive of several where it took more than one thread.
llvm::Expected<llvm::SmallVector<char, 0>>
emitLoadable(mlir::ModuleOp module, const CompileOptions &options, StageTimes *times = nullptr);

} // namespace weir

#endif // WEIR_EXECUTION_COMPILER_H
