//===- ThreadPool.h - Threads that sleep until there is work -----------------===//
//
// The driver's parallel_for (see weir_runtime.h).
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_THREADPOOL_H
#define WEIR_RUNTIME_THREADPOOL_H

#include "weir/Runtime/Result.h"
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <vector>

namespace weir {

/// A fixed number of threads, of which the caller is one. A range is cut into one
/// contiguous piece per thread, always the same way. Idle threads sleep in the
/// kernel. Several callers may share a pool: their calls run one after the other.
/// A call from inside a body runs on the thread that makes it.
class ThreadPool {
public:
  using Body = void (*)(void *context, int64_t begin, int64_t end);

  /// No pool has more threads than this.
  static constexpr int kMaxThreads = 1024;

  /// A pool of `threads` threads, the caller included, so 1 starts none.
  /// Refuses counts outside 1..kMaxThreads and what the system refuses.
  static Result<std::unique_ptr<ThreadPool>> create(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const { return 1 + static_cast<int>(workers.size()); }

  /// Calls body(context, begin, end) for disjoint ranges that cover 0..count-1 and
  /// returns when all have returned.
  void run(int64_t count, Body body, void *context);

  /// The same as a weir_parallel_for; `pool` is a ThreadPool.
  static void parallelFor(void *pool, int64_t count, Body body, void *context);

  /// The processors that this process may use, at least 1.
  static int hardwareThreads();

private:
  struct Worker {
    ThreadPool *pool;
    int64_t piece;
    pthread_t thread;
  };

  ThreadPool() = default;
  static void *workerMain(void *worker);
  void runPiece(int64_t piece);

  std::vector<std::unique_ptr<Worker>> workers;
  std::mutex callers; // held by the caller whose job runs
  int64_t count = 0;  // the job, written before `generation` announces it
  Body body = nullptr;
  void *context = nullptr;
  bool stopping = false;
  std::atomic<uint32_t> generation = 0; // grows by one per job
  std::atomic<uint32_t> running = 0;    // workers that haven't finished the job
};

} // namespace weir

#endif
