//===- Jit.h - a model compiled and loaded into this process -----------------*- C++ -*-===//

#ifndef WEIR_EXECUTION_JIT_H
#define WEIR_EXECUTION_JIT_H

#include "weir/Execution/Compiler.h"
#include "weir/Execution/Signature.h"
#include "weir/Runtime/ParameterFile.h"
#include "weir/Runtime/Result.h"
#include "weir/Runtime/Tensor.h"
#include "weir/Runtime/ThreadPool.h"
#include "weir/Runtime/weir_runtime.h"

namespace weir {

/// A model as machine code, with its parameters prepared.
class JitModel {
public:
  /// Compiles a module in the weir dialect (which is consumed: lowered in place).
  static Result<std::unique_ptr<JitModel>>
  compile(mlir::ModuleOp module, const CompileOptions &options, StageTimes *times = nullptr);
  ~JitModel();

  const Signature &signature() const;

  /// Packs the parameters into the layout that the code wants. They must have passed
  /// checkParameters and aren't needed afterwards. To be called before run().
  Result<void> prepare(const ParameterFile &parameters);

  /// Runs the model on `batch` examples: one tensor per input, in the signature's order,
  /// shapes [batch, example...], I64 for ids and F32 else. Returns the outputs.
  /// Refuses wrong shapes and ids outside their tables. `pool` may be null.
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, int64_t batch,
                                  ThreadPool *pool = nullptr);

  // What run() is made of, for callers that time or reuse their memory.
  int64_t preparedBytes() const;
  int64_t arenaBytes(int64_t batch) const;
  const void *prepared() const;
  /// Calls the compiled function. Every field but `error` must be set.
  weir_status call(weir_frame &frame) const;

private:
  struct Impl;
  explicit JitModel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace weir

#endif // WEIR_EXECUTION_JIT_H
