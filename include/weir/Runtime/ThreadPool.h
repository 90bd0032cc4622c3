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
/// contiguous share per thread, always the same way; a thread that is done with its own
/// helps with the others', and the caller waits for no thread that hasn't begun. Idle
/// threads sleep in the kernel. Several callers may share a pool: their calls run one
/// after the other. A call from inside a body runs on the thread that makes it.
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
  /// What a thread writes, on a cache line of its own. Both words begin with a job's number;
  /// what they say of an older job is not true of this one.
  struct alignas(64) Share {
    /// The chunks of the thread's share that nobody has begun: the first, and the end. The
    /// owner takes from the front, who helps from the back.
    std::atomic<uint64_t> left = 0;
    /// How many chunks the thread has finished, once it finds no more.
    std::atomic<uint64_t> done = 0;
  };

  struct Worker {
    ThreadPool *pool;
    int64_t number;
    pthread_t thread;
  };

  ThreadPool() = default;
  static void *workerMain(void *worker);
  int64_t chunksOf(int64_t share) const;
  int64_t work(int64_t thread, uint32_t job);
  int64_t runSome(int64_t share, uint32_t job, bool isOwner);
  bool isDone(uint32_t job, int64_t chunksOfWorkers) const;
  void waitForWorkers(uint32_t job, int64_t chunksOfWorkers);

  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<Share[]> shares; // one per thread
  std::mutex callers;              // held by the caller whose job runs
  std::atomic<uint32_t> callerSleeps = 0;

  /// The job: what the caller writes and all others read. `generation` comes last; it is the
  /// job's number, and grows by one per job.
  alignas(64) std::atomic<int64_t> count = 0;
  std::atomic<Body> body = nullptr;
  std::atomic<void *> context = nullptr;
  std::atomic<bool> stopping = false;
  std::atomic<uint32_t> generation = 0;
};

} // namespace weir

#endif
