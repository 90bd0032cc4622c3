//===- Peak.h - how fast this machine multiplies and adds at best ------------*- C++ -*-===//

#ifndef WEIR_EXECUTION_PEAK_H
#define WEIR_EXECUTION_PEAK_H

#include "weir/CodeGen/CpuTarget.h"
#include "weir/Runtime/Result.h"
#include "weir/Runtime/ThreadPool.h"

namespace weir {

/// Measures the peak of f32 arithmetic in floating-point operations per second, a fused
/// multiply-add being two: machine code generated for `target`, which must be this
/// machine, keeps independent vectors in registers and does nothing but multiply and
/// add, on all threads of `pool` (null: one) at once. The best of several runs, about
/// 0.1 s together.
Result<double> measurePeak(const CpuTarget &target, ThreadPool *pool);

/// Measures how many bytes in a second all threads of `pool` (null: one) read, each from
/// front to back of its part of a block of this size, again and again: what fits a cache
/// comes from there. The best of several runs, about 50 ms together. Fails if there isn't
/// so much memory.
Result<double> measureBandwidth(int64_t bytes, ThreadPool *pool);

} // namespace weir

#endif // WEIR_EXECUTION_PEAK_H
