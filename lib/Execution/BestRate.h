//===- BestRate.h - how often a loop can be repeated in a second at best ---------------===//
#ifndef WEIR_LIB_EXECUTION_BESTRATE_H
#define WEIR_LIB_EXECUTION_BESTRATE_H

#include "weir/Runtime/ThreadPool.h"

#include <algorithm>
#include <chrono>

namespace weir {

/// Runs `body` on all threads of `pool` (null: one) at once, `runs` times, and returns the
/// best number of repetitions per second. `job` is the body's context, and `repetitions`
/// is what it does in a run; first, short runs raise that until a run takes `shortest`
/// seconds.
inline double bestRate(ThreadPool *pool, void (*body)(void *, int64_t, int64_t), void *job,
                       int64_t &repetitions, int runs, double shortest) {
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    auto start = std::chrono::steady_clock::now();
    if (pool)
      pool->run(pool->threads(), body, job);
    else
      body(job, 0, 1);
    double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (seconds < shortest) {
      repetitions *= 4;
      --run;
      continue;
    }
    best = std::max(best, double(repetitions) / seconds);
  }
  return best;
}

} // namespace weir

#endif // WEIR_LIB_EXECUTION_BESTRATE_H
