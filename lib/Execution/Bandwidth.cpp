//===- Bandwidth.cpp - how fast this machine reads memory ------------------------------===//

#include "weir/Execution/Peak.h"

#include "BestRate.h"

#include "weir/Runtime/Tensor.h"

#include <cstring>

using namespace weir;

namespace {
// Independent words at each step, so that loads don't wait for each other.
constexpr int64_t kWords = 16;

struct Job {
  const uint64_t *block;
  int64_t words, threads, rounds;
  uint64_t *results; // one cache line per thread
};
} // namespace

static void runThread(void *context, int64_t begin, int64_t end) {
  const Job &job = *static_cast<Job *>(context);
  for (int64_t thread = begin; thread < end; ++thread) {
    int64_t share = job.words / job.threads / kWords * kWords;
    const uint64_t *first = job.block + thread * share;
    uint64_t sums[kWords] = {};
    for (int64_t round = 0; round < job.rounds; ++round) {
      for (int64_t i = 0; i < share; i += kWords)
        for (int64_t j = 0; j < kWords; ++j)
          sums[j] ^= first[i + j];
      // The next round may find other numbers, for all that the compiler knows.
      asm volatile("" ::: "memory");
    }
    for (int64_t j = 0; j < kWords; ++j)
      job.results[thread * 8] += sums[j];
  }
}

Result<double> weir::measureBandwidth(int64_t bytes, ThreadPool *pool) {
  int64_t threads = pool ? pool->threads() : 1;
  int64_t words = std::max<int64_t>(bytes / 8, kWords * threads);
  Result<AlignedBytes> block = allocateAligned(words * 8);
  if (!block)
    return block.takeError();
  // Pages that nobody wrote to would all be the same one.
  std::memset(block->get(), 1, size_t(words * 8));
  std::vector<uint64_t> results(size_t(threads * 8));
  Job job{reinterpret_cast<const uint64_t *>(block->get()), words, threads, 1, results.data()};
  // Runs take about 5 ms.
  double rounds = bestRate(pool, runThread, &job, job.rounds, /*runs=*/8, /*shortest=*/2e-3);
  return double(words) * 8 * rounds;
}
