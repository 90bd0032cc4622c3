//===- ThreadPool.cpp - Threads that sleep until there is work ----------------===//
//
// A job is announced by a new generation number, on which the workers sleep, and is
// over when the count of running workers is zero, on which the caller sleeps. Both look
// for some twenty microseconds first: the kernels of a call follow each other at once, and
// to be woken takes about as long as a small one.
//
//===----------------------------------------------------------------------===//
#include "weir/Runtime/ThreadPool.h"
#include <algorithm>
#include <sched.h>
#include <system_error>

namespace weir {

/// True while this thread runs a piece of some pool's job.
static thread_local bool insideBody = false;

/// How often to look before going to sleep. A pause is some 10 to 40 ns.
static constexpr int kLooks = 1000;

static void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

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
  for (int piece = 1; piece < threads; ++piece) {
    auto worker = std::make_unique<Worker>(Worker{pool.get(), piece, {}});
    if (int code = pthread_create(&worker->thread, nullptr, workerMain, worker.get()))
      return fail("cannot start thread {} of {}: {}", piece + 1, threads,
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
  // Generation 0 is before the first job. A worker can't miss one: no job begins
  // before all workers have finished the last.
  for (uint32_t seen = 0;; ++seen) {
    waitForChange(pool.generation, seen);
    if (pool.stopping)
      return nullptr;
    pool.runPiece(worker->piece);
    if (pool.running.fetch_sub(1, std::memory_order_acq_rel) == 1)
      pool.running.notify_one();
  }
}

/// Piece p of n gets the range's p-th share; the first count % n shares hold one more.
void ThreadPool::runPiece(int64_t piece) {
  int64_t share = count / threads(), longer = count % threads();
  int64_t begin = piece * share + std::min(piece, longer);
  int64_t end = begin + share + (piece < longer);
  if (begin == end)
    return;
  insideBody = true;
  body(context, begin, end);
  insideBody = false;
}

void ThreadPool::run(int64_t newCount, Body newBody, void *newContext) {
  if (newCount <= 0)
    return;
  if (workers.empty() || newCount == 1 || insideBody) {
    newBody(newContext, 0, newCount);
    return;
  }
  std::lock_guard<std::mutex> lock(callers);
  count = newCount;
  body = newBody;
  context = newContext;
  running.store(static_cast<uint32_t>(workers.size()), std::memory_order_relaxed);
  generation.fetch_add(1, std::memory_order_release);
  generation.notify_all();
  runPiece(0);
  for (uint32_t left; (left = running.load(std::memory_order_acquire)) != 0;)
    waitForChange(running, left);
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
