//===- ThreadPool.cpp - Threads that sleep until there is work ----------------===//
//
// A job is announced by a new generation number, its own, on which the workers sleep. Who
// takes chunks of a share writes the job's number beside what is left, so that nobody has
// to reset the shares, and a worker that wakes late finds nothing to take: a job is over only
// when every share has its number and no chunk, and then no claim for it can succeed. What a
// late worker read of a job's fields is therefore never used once they belong to another.
//
// The words lie so that a job costs few transfers of cache lines: one from the caller to each
// worker, and one back. Between processors that share no cache one takes 0.2 microseconds.
//
//===----------------------------------------------------------------------===//
#include "weir/Runtime/ThreadPool.h"
#include <algorithm>
#include <sched.h>
#include <system_error>

namespace weir {

/// True while this thread runs a piece of some pool's job.
static thread_local bool insideBody = false;

namespace {
struct Range {
  int64_t begin, end;
};
} // namespace

/// The part-th of `parts` ranges that 0..count-1 is cut into; the first count % parts hold
/// one more than the others.
static Range shareOf(int64_t count, int64_t part, int64_t parts) {
  int64_t length = count / parts, longer = count % parts;
  int64_t begin = part * length + std::min(part, longer);
  return {begin, begin + length + (part < longer)};
}

/// A share is cut into so many chunks at most.
static constexpr int64_t kChunks = 16;

/// How often to look before going to sleep: as long as it takes to be woken, some fifty
/// microseconds. A pause is 10 to 40 ns.
static constexpr int kLooks = 4000;

static void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

namespace {
/// A word of a Share: a job's number and two counts.
struct Word {
  uint32_t job;
  int64_t first, end;

  explicit Word(uint64_t word) : job(word >> 32), first(word >> 16 & 0xffff), end(word & 0xffff) {}
  Word(uint32_t job, int64_t first, int64_t end) : job(job), first(first), end(end) {}
  uint64_t packed() const { return uint64_t(job) << 32 | uint64_t(first) << 16 | uint64_t(end); }
};
} // namespace

/// Returns when the value isn't `old` any more.
static void waitForChange(const std::atomic<uint32_t> &value, uint32_t old) {
  for (int look = 0; look < kLooks; ++look) {
    if (value.load(std::memory_order_acquire) != old)
      return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

Result<std::unique_ptr<ThreadPool>> ThreadPool::create(int threads) {
  if (threads < 1 || threads > kMaxThreads)
    return fail("{} threads were asked for; 1 to {} are possible", threads, kMaxThreads);
  std::unique_ptr<ThreadPool> pool(new ThreadPool);
  pool->shares = std::make_unique<Share[]>(threads);
  for (int number = 1; number < threads; ++number) {
    auto worker = std::make_unique<Worker>(Worker{pool.get(), number, {}});
    if (int code = pthread_create(&worker->thread, nullptr, workerMain, worker.get()))
      return fail("cannot start thread {} of {}: {}", number + 1, threads,
                  std::generic_category().message(code));
    pool->workers.push_back(std::move(worker));
  }
  return pool;
}

ThreadPool::~ThreadPool() {
  stopping = true;
  generation.fetch_add(1, std::memory_order_release);
  generation.notify_all();
  for (std::unique_ptr<Worker> &worker : workers)
    pthread_join(worker->thread, nullptr);
}

void *ThreadPool::workerMain(void *argument) {
  auto *worker = static_cast<Worker *>(argument);
  ThreadPool &pool = *worker->pool;
  for (uint32_t job = 0;;) { // 0 is before the first job
    waitForChange(pool.generation, job);
    if (pool.stopping)
      return nullptr;
    job = pool.generation.load(std::memory_order_acquire);
    int64_t chunks = pool.work(worker->number, job);
    if (chunks == 0)
      continue;
    // The caller either sees this or is seen to sleep.
    pool.shares[worker->number].done.store(Word(job, 0, chunks).packed());
    if (pool.callerSleeps.load() && pool.callerSleeps.exchange(0))
      pool.callerSleeps.notify_one();
  }
}

int64_t ThreadPool::chunksOf(int64_t share) const {
  Range units = shareOf(count.load(std::memory_order_relaxed), share, threads());
  return std::min(units.end - units.begin, kChunks);
}

/// Returns when all of the job has begun: first this thread's share, then what is left of
/// those after it. The result is how many chunks were done here.
int64_t ThreadPool::work(int64_t thread, uint32_t job) {
  int64_t chunks = 0;
  insideBody = true;
  for (int64_t i = 0; i < threads(); ++i)
    while (int64_t more = runSome((thread + i) % threads(), job, i == 0))
      chunks += more;
  insideBody = false;
  return chunks;
}

/// Runs a quarter of the chunks that are left of a share, so that parts become small towards
/// the end. The result is how many; 0 if there are none.
int64_t ThreadPool::runSome(int64_t share, uint32_t job, bool isOwner) {
  std::atomic<uint64_t> &left = shares[share].left;
  uint64_t old = left.load(std::memory_order_acquire);
  Word begun(job, 0, 0), rest(job, 0, 0);
  do {
    rest = Word(old);
    if (rest.job != job) {
      if (static_cast<int32_t>(rest.job - job) > 0)
        return 0; // of a later one: this job is over
      rest = Word(job, 0, chunksOf(share));
    } else if (rest.first == rest.end) {
      return 0;
    }
    int64_t taken = (rest.end - rest.first + 3) / 4;
    begun = rest;
    if (isOwner)
      begun.end = rest.first += taken;
    else
      begun.first = rest.end -= taken;
  } while (!left.compare_exchange_weak(old, rest.packed(), std::memory_order_acq_rel,
                                       std::memory_order_acquire));
  if (begun.first == begun.end)
    return 0; // an empty share, which now has the job's number
  Range units = shareOf(count.load(std::memory_order_relaxed), share, threads());
  int64_t length = units.end - units.begin, chunks = std::min(length, kChunks);
  Body run = body.load(std::memory_order_relaxed);
  run(context.load(std::memory_order_relaxed),
      units.begin + shareOf(length, begun.first, chunks).begin,
      units.begin + shareOf(length, begun.end - 1, chunks).end);
  return begun.end - begun.first;
}

bool ThreadPool::isDone(uint32_t job, int64_t chunksOfWorkers) const {
  for (const std::unique_ptr<Worker> &worker : workers) {
    Word done(shares[worker->number].done.load());
    chunksOfWorkers -= done.job == job ? done.end : 0;
  }
  return chunksOfWorkers == 0;
}

void ThreadPool::waitForWorkers(uint32_t job, int64_t chunksOfWorkers) {
  for (int look = 0; look < kLooks; ++look) {
    if (isDone(job, chunksOfWorkers))
      return;
    pause();
  }
  while (true) {
    callerSleeps.store(1);
    if (isDone(job, chunksOfWorkers))
      break;
    callerSleeps.wait(1);
  }
  callerSleeps.store(0);
}

void ThreadPool::run(int64_t newCount, Body newBody, void *newContext) {
  if (newCount <= 0)
    return;
  if (workers.empty() || newCount == 1 || insideBody) {
    newBody(newContext, 0, newCount);
    return;
  }
  std::lock_guard<std::mutex> lock(callers);
  count.store(newCount, std::memory_order_relaxed);
  body.store(newBody, std::memory_order_relaxed);
  context.store(newContext, std::memory_order_relaxed);
  uint32_t job = generation.fetch_add(1, std::memory_order_release) + 1;
  generation.notify_all();
  int64_t chunksOfWorkers = -work(0, job);
  for (int64_t i = 0; i < threads(); ++i)
    chunksOfWorkers += chunksOf(i);
  waitForWorkers(job, chunksOfWorkers);
}

void ThreadPool::parallelFor(void *pool, int64_t count, Body body, void *context) {
  static_cast<ThreadPool *>(pool)->run(count, body, context);
}

int ThreadPool::hardwareThreads() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return 1;
  return std::max(1, CPU_COUNT(&allowed));
}

} // namespace weir
