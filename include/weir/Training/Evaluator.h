//===- Evaluator.h - The loss and the metrics over a set of examples ------===//
#ifndef WEIR_TRAINING_EVALUATOR_H
#define WEIR_TRAINING_EVALUATOR_H

#include "weir/Data/Dataset.h"
#include "weir/Execution/Jit.h"
#include "weir/Frontend/TrainingPlan.h"
#include "weir/Training/TrainingObserver.h"

namespace weir {

/// @train in inference form (no dropout, running statistics), as machine code.
class Evaluator {
public:
  /// Compiles a copy of @train; the module stays as it is.
  static Result<std::unique_ptr<Evaluator>> compile(mlir::ModuleOp module,
                                                    const CompileOptions &options);

  /// The scores of those examples with these parameters. The data set's fields must be
  /// the inputs and targets in their order. Surplus parameters are passed over.
  Result<Scores> run(const ParameterFile &parameters, const TrainingPlan &plan,
                     const Dataset &dataset, const std::vector<int64_t> &rows, ThreadPool *pool);

private:
  std::unique_ptr<JitModel> model;
};

/// The area under the ROC curve: the chance that an example whose truth is above 0.5 has
/// a higher score than one whose truth isn't; equal scores count half. NaN if all truths
/// are on one side. By ranks (Mann and Whitney, 1947).
double areaUnderCurve(const std::vector<float> &scores, const std::vector<float> &truths);

/// The metrics of a plan from the means of @train's results over the examples; the areas
/// under curves, in the order in which the metrics name them, are `areas`.
std::vector<double> evaluateMetrics(const TrainingPlan &plan, const std::vector<double> &means,
                                    const std::vector<double> &areas);

} // namespace weir

#endif
