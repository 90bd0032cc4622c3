//===- LLVMStages.h - the stages within LLVM, one by one -------------*- C++ -*-===//

#ifndef WEIR_LIB_EXECUTION_LLVMSTAGES_H
#define WEIR_LIB_EXECUTION_LLVMSTAGES_H

#include "weir/Execution/Compiler.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <chrono>

namespace weir {

/// Adds the time from its making to its end to a list of stages.
class StageTimer {
public:
  StageTimer(StageTimes *times, const char *stage)
      : times(times), stage(stage), start(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    if (times)
      times->push_back({stage, elapsed.count()});
  }
  StageTimer(const StageTimer &) = delete;
  StageTimer &operator=(const StageTimer &) = delete;

private:
  StageTimes *times;
  const char *stage;
  std::chrono::steady_clock::time_point start;
};

/// The module as LLVM IR, as it is but for equal kernels, of which there is one.
llvm::Expected<std::unique_ptr<llvm::Module>> translate(mlir::ModuleOp module,
                                                        llvm::LLVMContext &context,
                                                        const CompileOptions &options,
                                                        StageTimes *times);

/// Looks at one function at a time.
llvm::Error optimizeFunctions(llvm::Module &module, const CpuTarget &target,
                              StageTimes *times = nullptr);

} // namespace weir

#endif // WEIR_LIB_EXECUTION_LLVMSTAGES_H
