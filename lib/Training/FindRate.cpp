//===- FindRate.cpp - A learning rate to begin with -------------------------===//

#include "weir/Training/FindRate.h"

#include "weir/Data/Prefetcher.h"

#include <cmath>

namespace weir {

// The mean of the losses around each step: later ones count as well, so that the curve
// isn't shifted to higher rates.
static std::vector<double> smooth(const std::vector<RateSearch::Step> &steps) {
  constexpr int64_t reach = 5;
  int64_t count = static_cast<int64_t>(steps.size());
  std::vector<double> result;
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    int64_t first = std::max<int64_t>(0, i - reach), last = std::min(count - 1, i + reach);
    for (int64_t j = first; j <= last; ++j)
      sum += steps[static_cast<size_t>(j)].loss;
    result.push_back(sum / static_cast<double>(last - first + 1));
  }
  return result;
}

double suggestRate(const std::vector<RateSearch::Step> &steps) {
  std::vector<double> losses = smooth(steps);
  size_t lowest =
      static_cast<size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  double steepest = 0, rate = 0;
  constexpr size_t span = 3;
  for (size_t i = span; i + span < losses.size() && i <= lowest; ++i) {
    double slope = (losses[i + span] - losses[i - span]) /
                   std::log(steps[i + span].rate / steps[i - span].rate);
    if (slope < steepest) {
      steepest = slope;
      rate = steps[i].rate;
    }
  }
  return rate;
}

bool hasExploded(double loss, double first, double least) {
  // Noise alone hardly makes a loss four times the least one. Where that is small or negative,
  // the scale is how far the loss has fallen.
  return !std::isfinite(loss) || loss - least > 3 * std::max(std::abs(least), first - least);
}

Result<RateSearch> findRate(PreparedTraining prepared, int64_t count, uint64_t seed,
                            const CompileOptions &options, ThreadPool *pool) {
  const TrainingPlan &plan = prepared.loaded.training.plan;
  if (plan.scheduled.empty() || plan.scheduled[0] != "lr")
    return fail("the schedule '{}' doesn't set lr, so no rate can be found", plan.schedule);
  TrainStepOptions stepOptions;
  stepOptions.clipNorm = plan.clipNorm.value_or(0.0);
  stepOptions.tables = plan.tables;
  auto step = TrainStep::compile(*prepared.loaded.training.module, stepOptions, options);
  if (!step)
    return step.takeError();
  if (Result<void> initialized = (*step)->initialize(seed); !initialized)
    return initialized.takeError();
  auto batches = Prefetcher::create(prepared.data.dataset, prepared.data.trainRows,
                                    {.batch = plan.batch, .seed = seed, .epochs = count},
                                    /*ahead=*/0);
  if (!batches)
    return batches.takeError();
  RateSearch search;
  double first = 0, least = INFINITY;
  for (int64_t number = 1; number <= count; ++number) {
    const Batch *batch = (*batches)->next();
    std::vector<const Tensor *> inputs;
    for (const Tensor &tensor : batch->tensors)
      inputs.push_back(&tensor);
    Result<std::vector<double>> sums =
        (*step)->run(inputs, plan.evaluateHypers(number, count), seed, number, batch->rows, pool);
    if (!sums)
      return sums.takeError();
    double loss = (*sums)[0] / static_cast<double>(batch->rows);
    if (number == 1)
      first = loss;
    if (!std::isfinite(loss) || (number > count / 10 && hasExploded(loss, first, least)))
      break;
    least = std::min(least, loss);
    search.steps.push_back({plan.evaluateScheduled(number, count)[0], loss});
  }
  search.suggested = suggestRate(search.steps);
  return search;
}

} // namespace weir
