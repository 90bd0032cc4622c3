//===- Prefetcher.cpp - Batches, ready when they are asked for ----------------===//
#include "weir/Data/Prefetcher.h"
#include "weir/Runtime/ThreadPool.h"
#include <system_error>

namespace weir {

// Below this many bytes per batch a thread doesn't pay (measured: docs/data.md).
static constexpr int64_t threadedFrom = 16 << 10;
static constexpr int mostAhead = 1024;

static int chooseAhead(int64_t bytesPerBatch) {
  return bytesPerBatch < threadedFrom || ThreadPool::hardwareThreads() < 2 ? 0 : 4;
}

Result<std::unique_ptr<Prefetcher>>
Prefetcher::create(const Dataset &dataset, std::vector<int64_t> rows, BatchPlan plan, int ahead) {
  if (rows.empty())
    return fail("there are no examples to draw batches from");
  for (int64_t row : rows)
    if (row < 0 || row >= dataset.rows())
      return fail("example {} is beyond the data set's {}", row, dataset.rows());
  if (plan.batch < 1)
    return fail("found a batch size of {}, expected 1 or more", plan.batch);
  if (ahead != kAutomatic && ahead != 0 && (ahead < 2 || ahead > mostAhead))
    return fail("found {} batches to prepare ahead, expected 0 or 2 to {}", ahead, mostAhead);
  int64_t count = static_cast<int64_t>(rows.size());
  plan.batch = std::min(plan.batch, count);
  int64_t steps = (count - 1) / plan.batch + 1;
  constexpr int64_t mostEpochs = int64_t{1} << 31;
  if (plan.epochs < 1 || plan.epochs > mostEpochs || plan.epochs > INT64_MAX / steps)
    return fail("found {} epochs, expected 1 to {}", plan.epochs, mostEpochs);
  if (plan.firstEpoch < 0 || plan.firstEpoch >= plan.epochs || plan.firstStep < 0 ||
      plan.firstStep >= steps)
    return fail("step {} of epoch {} isn't within {} epochs of {} steps", plan.firstStep,
                plan.firstEpoch, plan.epochs, steps);

  std::unique_ptr<Prefetcher> result(new Prefetcher(dataset, std::move(rows), plan));
  result->steps = steps;
  result->total = (plan.epochs - plan.firstEpoch) * steps - plan.firstStep;
  if (ahead == kAutomatic)
    ahead = chooseAhead(plan.batch * dataset.bytesPerRow());
  result->ring.resize(static_cast<size_t>(std::max(ahead, 1)));
  for (Batch &batch : result->ring) {
    Result<std::vector<Tensor>> tensors = dataset.makeBatch(plan.batch);
    if (!tensors)
      return tensors.takeError();
    batch.tensors = std::move(*tensors);
  }
  if (ahead > 0) {
    if (int code = ::pthread_create(&result->thread, nullptr, threadMain, result.get()))
      return fail("cannot start a thread: {}", std::generic_category().message(code));
    result->threaded = true;
  }
  return result;
}

Prefetcher::~Prefetcher() {
  if (!threaded)
    return;
  stopping = true;
  wakeUps.fetch_add(1);
  wakeUps.notify_one();
  ::pthread_join(thread, nullptr);
}

/// Gathers batch `number` of the plan.
void Prefetcher::fill(Batch &batch, int64_t number) {
  number += plan.firstStep;
  batch.epoch = plan.firstEpoch + number / steps;
  batch.step = number % steps;
  if (orderEpoch != batch.epoch) {
    // From the rows' own order each time, so that a resumed run draws the same.
    if (orderEpoch < 0 || plan.shuffle)
      order = rows;
    if (plan.shuffle)
      shuffleRows(order, plan.seed, static_cast<uint64_t>(batch.epoch));
    orderEpoch = batch.epoch;
  }
  size_t first = static_cast<size_t>(batch.step * plan.batch);
  size_t size = std::min(static_cast<size_t>(plan.batch), order.size() - first);
  batch.rows = static_cast<int64_t>(size);
  batch.indices.assign(order.begin() + static_cast<ptrdiff_t>(first),
                       order.begin() + static_cast<ptrdiff_t>(first + size));
  dataset.gather(batch.indices, batch.tensors);
}

void *Prefetcher::threadMain(void *prefetcher) {
  static_cast<Prefetcher *>(prefetcher)->produce();
  return nullptr;
}

/// Fills the ring. When it is full, the thread sleeps until half of it is free, so that
/// it is woken rarely.
void Prefetcher::produce() {
  uint32_t depth = static_cast<uint32_t>(ring.size());
  for (int64_t number = 0; number < total; ++number) {
    auto sequence = static_cast<uint32_t>(number);
    while (true) {
      uint32_t seen = wakeUps.load(); // before the test, so that no wake-up is missed
      if (stopping)
        return;
      if (sequence - returned.load(std::memory_order_acquire) < depth)
        break;
      wakeUps.wait(seen);
    }
    fill(ring[sequence % depth], number);
    produced.store(sequence + 1, std::memory_order_release);
    produced.notify_one();
  }
}

const Batch *Prefetcher::next() {
  if (!threaded) {
    if (taken == total)
      return nullptr;
    fill(ring[0], taken++);
    return &ring[0];
  }
  uint32_t depth = static_cast<uint32_t>(ring.size());
  auto sequence = static_cast<uint32_t>(taken);
  if (taken > 0) { // give back the one before
    returned.store(sequence, std::memory_order_seq_cst);
    if (sequence % (depth / 2) == 0) {
      wakeUps.fetch_add(1);
      wakeUps.notify_one();
    }
  }
  if (taken == total)
    return nullptr;
  for (uint32_t done; (done = produced.load(std::memory_order_acquire)) == sequence;)
    produced.wait(done, std::memory_order_acquire);
  ++taken;
  return &ring[sequence % depth];
}

} // namespace weir
