//===- Evaluator.cpp - The loss and the metrics over a set of examples ----===//

#include "weir/Training/Evaluator.h"

#include "weir/Data/Prefetcher.h"
#include "weir/Training/LoadTraining.h"

#include <cmath>
#include <numeric>

namespace weir {

Result<std::unique_ptr<Evaluator>> Evaluator::compile(mlir::ModuleOp module,
                                                      const CompileOptions &options) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = copyTrainFunction(module);
  Result<std::unique_ptr<JitModel>> model = JitModel::compile(*copy, options);
  if (!model)
    return model.takeError();
  auto evaluator = std::make_unique<Evaluator>();
  evaluator->model = std::move(*model);
  return evaluator;
}

double areaUnderCurve(const std::vector<float> &scores, const std::vector<float> &truths) {
  // A score that isn't a number has no rank.
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); }))
    return std::nan("");
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  double positives = 0, ranks = 0;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin, here = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end)
      here += truths[order[end]] > 0.5f;
    // Equal scores share the mean of their ranks, begin + 1 to end.
    ranks += static_cast<double>(here) * 0.5 * static_cast<double>(begin + 1 + end);
    positives += static_cast<double>(here);
    begin = end;
  }
  double negatives = static_cast<double>(order.size()) - positives;
  if (positives == 0 || negatives == 0)
    return std::nan("");
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

std::vector<double> evaluateMetrics(const TrainingPlan &plan, const std::vector<double> &means,
                                    const std::vector<double> &areas) {
  std::vector<double> results;
  size_t nextArea = 0;
  for (const TrainingPlan::Metric &metric : plan.metrics) {
    std::vector<double> values;
    for (const TrainingPlan::Metric::Input &input : metric.inputs)
      values.push_back(input.kind == TrainingPlan::Metric::Kind::Mean ? means[input.result]
                                                                      : areas[nextArea++]);
    results.push_back(metric.evaluate(values));
  }
  return results;
}

Result<Scores> Evaluator::run(const ParameterFile &parameters, const TrainingPlan &plan,
                              const Dataset &dataset, const std::vector<int64_t> &rows,
                              ThreadPool *pool) {
  if (Result<void> prepared = model->prepare(parameters); !prepared)
    return prepared.takeError();
  using Kind = TrainingPlan::Metric::Kind;
  std::vector<bool> kept(model->signature().outputs.size() + 1, false); // whole, for areas
  for (const TrainingPlan::Metric &metric : plan.metrics)
    for (const TrainingPlan::Metric::Input &input : metric.inputs)
      if (input.kind == Kind::Auc)
        kept[input.result] = kept[input.result + 1] = true;

  int ahead = pool && pool->threads() > 1 ? 0 : Prefetcher::kAutomatic;
  auto batches = Prefetcher::create(dataset, rows, {.batch = 256, .shuffle = false}, ahead);
  if (!batches)
    return batches.takeError();
  std::vector<double> means(model->signature().outputs.size(), 0.0);
  std::vector<std::vector<float>> whole(kept.size());
  while (const Batch *batch = (*batches)->next()) {
    Result<std::vector<Tensor>> outputs = model->run(batch->tensors, batch->rows, pool);
    if (!outputs)
      return outputs.takeError();
    for (size_t i = 0; i < outputs->size(); ++i) {
      const float *values = (*outputs)[i].f32();
      for (int64_t row = 0; row < batch->rows; ++row)
        means[i] += values[row];
      if (kept[i])
        whole[i].insert(whole[i].end(), values, values + batch->rows);
    }
  }
  for (double &mean : means)
    mean /= static_cast<double>(rows.size());
  std::vector<double> areas;
  bool oneClass = false;
  for (const TrainingPlan::Metric &metric : plan.metrics)
    for (const TrainingPlan::Metric::Input &input : metric.inputs)
      if (input.kind == Kind::Auc) {
        const std::vector<float> &truths = whole[input.result + 1];
        auto isTrue = [](float truth) { return truth > 0.5f; };
        oneClass |= std::ranges::all_of(truths, isTrue) || std::ranges::none_of(truths, isTrue);
        areas.push_back(areaUnderCurve(whole[input.result], truths));
      }
  return Scores{means[0], evaluateMetrics(plan, means, areas), oneClass};
}

} // namespace weir
