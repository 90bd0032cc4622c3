//===- FindRate.h - A learning rate to begin with --------------------------===//
#ifndef WEIR_TRAINING_FINDRATE_H
#define WEIR_TRAINING_FINDRATE_H

#include "weir/Training/LoadTraining.h"
#include "weir/Training/TrainStep.h"

namespace weir {

/// The losses at growing learning rates, and the rate at which they fell fastest.
struct RateSearch {
  struct Step {
    double rate = 0, loss = 0;
  };
  std::vector<Step> steps;
  double suggested = 0; ///< 0 if the loss never fell
};

/// Takes up to `count` steps under a schedule that makes the rate grow, as range_test
/// does (Smith, 2015), and ends when the loss explodes. Nothing is kept of what was
/// learned.
Result<RateSearch> findRate(PreparedTraining prepared, int64_t count, uint64_t seed,
                            const CompileOptions &options, ThreadPool *pool);

/// Whether a loss ends the search: it isn't finite, or it lies above the least one so far by
/// more than three times the least one's size, or three times what the loss fell from the first
/// one on if that is more. A loss may be negative.
bool hasExploded(double loss, double first, double least);

/// The rate at which the smoothed loss falls fastest per factor of the rate.
double suggestRate(const std::vector<RateSearch::Step> &steps);

} // namespace weir

#endif
