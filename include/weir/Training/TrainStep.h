//===- TrainStep.h - a step of training as machine code -------------------*- C++ -*-===//

#ifndef WEIR_TRAINING_TRAINSTEP_H
#define WEIR_TRAINING_TRAINSTEP_H

#include "weir/Execution/Compiler.h"
#include "weir/Execution/Signature.h"
#include "weir/Frontend/TrainingPlan.h"
#include "weir/Runtime/ParameterFile.h"
#include "weir/Runtime/Result.h"
#include "weir/Runtime/ThreadPool.h"

#include <span>

namespace weir {

struct TrainStepOptions {
  /// The greatest length of all gradients together; 0 clips nothing.
  double clipNorm = 0.0;
  TablePolicy tables = TablePolicy::Deferred;
  /// Tables of fewer numbers are updated as a whole: it takes no longer.
  int64_t deferredElements = 32768;
};

/// Forward, loss, backward and update in one compiled function, with the parameters and
/// the optimizer's states that it changes in place.
class TrainStep {
public:
  /// Compiles the functions `train` and `optimizer` of a training module (see
  /// Frontend/Training.h), which is consumed.
  static Result<std::unique_ptr<TrainStep>> compile(mlir::ModuleOp module,
                                                    const TrainStepOptions &step,
                                                    const CompileOptions &options,
                                                    StageTimes *times = nullptr);
  ~TrainStep();

  /// The step's inputs are the model's, the targets, "random" (the seed and the step) if
  /// there is a dropout, and the hyperparameters; its outputs are the sums of the loss
  /// and of the metrics over the batch, then the updates; its parameters are the model's
  /// and, as NAME.STATE, the optimizer's states.
  const Signature &signature() const;
  /// How many outputs are sums.
  size_t sums() const;

  /// Starts every parameter and state as its initializer says.
  Result<void> initialize(uint64_t seed);
  /// Sets those parameters and states that the file has; refuses other names and shapes.
  /// What was deferred is done first.
  Result<void> load(const ParameterFile &parameters);
  /// Brings all rows of all tables up to date. To be called after run() and before
  /// parameters and states are read.
  Result<void> catchUp(ThreadPool *pool = nullptr);
  /// The steps since all rows were last up to date; 0 if no updates are deferred. run()
  /// catches up by itself when too many have gathered.
  int64_t stepsDeferred() const;
  /// The current value of a parameter or state; null if there is none of the name.
  const Tensor *find(std::string_view name) const;

  /// One step on a batch. `inputs` are the model's inputs and the targets in the
  /// signature's order, shapes [batch, example...]. Returns the sums. Refuses ids
  /// outside their tables; the parameters are unchanged then.
  Result<std::vector<double>> run(std::span<const Tensor *const> inputs,
                                  std::span<const double> hypers, uint64_t seed, int64_t step,
                                  int64_t batch, ThreadPool *pool = nullptr);

private:
  struct Impl;
  explicit TrainStep(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace weir

#endif // WEIR_TRAINING_TRAINSTEP_H
