//===- TuneVariant.h - A model compiled in one of several ways ----------------===//
#ifndef WEIR_TOOLS_WEIR_TUNEVARIANT_H
#define WEIR_TOOLS_WEIR_TUNEVARIANT_H

#include "Bench.h"
#include "KernelClock.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace weir {

/// Everything that all variants of a model have in common.
struct VariantSource {
  const LoadedModel &model; // with parameters
  const CompileOptions &options;
  const std::vector<Tensor> &inputs;
  int64_t batch;
  ThreadPool *pool; // null for one thread
};

/// The source's module, its function computed as `choices` say; empty choices are the
/// default.
mlir::OwningOpRef<mlir::ModuleOp> withChoices(const LoadedModel &model, mlir::ArrayAttr choices);

/// A model whose function has its own `weir.choices`, compiled, with a clock for each kernel.
class Variant {
public:
  /// `source` must outlive it.
  static Result<std::unique_ptr<Variant>> compile(const VariantSource &source,
                                                  mlir::ArrayAttr choices);

  /// Calls the code once. Seconds.
  double run();
  /// Forgets all runs; kernels are timed from here on, or whole calls only.
  void restart(bool kernels);
  void dropRun();

  /// The median over the runs of the time of the kernels that `isMeant`; none if there is no
  /// such kernel.
  std::optional<double> kernelSeconds(llvm::function_ref<bool(const KernelCost &)> isMeant) const;
  /// Of each run as a whole.
  const std::vector<double> &callSeconds() const { return calls; }

  const mlir::ArrayAttr choices;

private:
  Variant(const VariantSource &source, mlir::ArrayAttr choices)
      : choices(choices), source(source) {}

  const VariantSource &source;
  std::vector<KernelCost> kernels;
  std::unique_ptr<JitModel> jit;
  std::unique_ptr<Call> call;
  std::unique_ptr<KernelClock> clock;
  bool timesKernels = true;
  std::vector<double> calls;
};

/// Runs the variants in turns for about `seconds`, but for `leastTurns` in any case. Turns of
/// short calls begin with one that isn't timed, since what another variant read is in the
/// caches. `kernels` as for Variant::restart().
void runInTurns(const std::vector<Variant *> &variants, bool kernels, double seconds,
                double leastTurns);

} // namespace weir

#endif
