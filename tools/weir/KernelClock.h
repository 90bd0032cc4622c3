//===- KernelClock.h - How long each part of a call takes ---------------------===//
//
// Code that was compiled with `parallelWork = 0` calls every kernel through the frame's
// parallel_for, which here is a clock.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_KERNELCLOCK_H
#define WEIR_TOOLS_WEIR_KERNELCLOCK_H

#include "KernelCosts.h"

#include "weir/Runtime/ThreadPool.h"
#include "weir/Runtime/weir_runtime.h"

namespace weir {

/// Hands on what the compiled code would have handed on without it: kernels with too little to
/// do stay on the calling thread.
class KernelClock {
public:
  /// `kernels` must outlive it; `pool` may be null.
  KernelClock(const std::vector<KernelCost> &kernels, ThreadPool *pool, int64_t batch)
      : kernels(kernels), pool(pool), batch(batch), times(kernels.size()) {}

  /// Makes the frame's kernels go through the clock.
  void attach(weir_frame &frame);
  /// To be called before each call of the compiled code.
  void startRun();
  /// Forgets the last run.
  void dropRun();
  /// Whether the run came to each kernel, for all examples.
  bool cameToAll() const { return next == kernels.size(); }
  size_t kernelsSeen() const { return next; }

  /// Seconds of each run, per kernel.
  const std::vector<std::vector<double>> &seconds() const { return times; }

private:
  static void call(void *self, int64_t count, void (*body)(void *, int64_t, int64_t),
                   void *context);
  void advance(int64_t slice);

  const std::vector<KernelCost> &kernels;
  ThreadPool *pool;
  int64_t batch;
  size_t next = 0, first = 0; // the kernel that comes now; of its slice
  int64_t done = 0;           // examples that are through the segment
  std::vector<std::vector<double>> times;
};

} // namespace weir

#endif
