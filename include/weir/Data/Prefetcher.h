//===- Prefetcher.h - Batches, ready when they are asked for ------------------===//
#ifndef WEIR_DATA_PREFETCHER_H
#define WEIR_DATA_PREFETCHER_H

#include "weir/Data/Dataset.h"
#include <atomic>
#include <pthread.h>

namespace weir {

/// Which batches to draw, in which order.
struct BatchPlan {
  int64_t batch = 64;  ///< examples in a batch; the last of an epoch may have less
  bool shuffle = true; ///< by seed and epoch (see shuffleRows), else in the rows' order
  uint64_t seed = 0;
  int64_t epochs = 1;     ///< the epochs 0..epochs-1
  int64_t firstEpoch = 0; ///< where to begin, for a run that is resumed
  int64_t firstStep = 0;  ///< within that epoch
};

struct Batch {
  int64_t epoch = 0, step = 0; ///< from 0; the step within the epoch
  int64_t rows = 0;
  std::vector<Tensor> tensors;  ///< one per field of the data set, [rows, exampleShape...]
  std::vector<int64_t> indices; ///< the examples' numbers in the data set
};

/// Draws batches one after the other. What they hold is a function of the data set, the
/// rows and the plan: not of time, threads, or where a resumed run begins.
class Prefetcher {
public:
  /// Let the batch's size decide: small ones are gathered by the caller's thread, which
  /// is faster than fetching them from another core; a thread gathers large ones ahead,
  /// if there is a second core.
  static constexpr int kAutomatic = -1;

  /// `dataset` must outlive the Prefetcher; `rows` are the examples to draw. `ahead` is
  /// the number of batches that a thread holds ready (2 to 1024), or 0 for no thread.
  /// Refuses plans that draw nothing, rows beyond the data set, and what the system
  /// refuses.
  static Result<std::unique_ptr<Prefetcher>>
  create(const Dataset &dataset, std::vector<int64_t> rows, BatchPlan plan, int ahead = kAutomatic);
  ~Prefetcher();
  Prefetcher(const Prefetcher &) = delete;
  Prefetcher &operator=(const Prefetcher &) = delete;

  /// The next batch, valid until the next call; null behind the last one.
  const Batch *next();

  int64_t stepsPerEpoch() const { return steps; }
  /// Batches in the whole plan, those before its beginning not counted.
  int64_t totalBatches() const { return total; }
  bool usesThread() const { return threaded; }

private:
  Prefetcher(const Dataset &dataset, std::vector<int64_t> rows, BatchPlan plan)
      : dataset(dataset), rows(std::move(rows)), plan(plan) {}
  static void *threadMain(void *prefetcher);
  void produce();
  void fill(Batch &batch, int64_t number);

  const Dataset &dataset;
  std::vector<int64_t> rows;
  BatchPlan plan;
  int64_t steps = 0, total = 0;

  // Owned by whoever gathers.
  std::vector<int64_t> order;
  int64_t orderEpoch = -1;

  std::vector<Batch> ring;
  int64_t taken = 0; // batches that `next` has returned
  bool threaded = false;
  pthread_t thread{};
  // Batches written and given back, modulo 2^32; each is written by one side only.
  alignas(64) std::atomic<uint32_t> produced = 0;
  alignas(64) std::atomic<uint32_t> returned = 0;
  std::atomic<uint32_t> wakeUps = 0; // grows when the thread may go on
  std::atomic<bool> stopping = false;
};

} // namespace weir

#endif
