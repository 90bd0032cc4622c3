//===- clock.cpp - Times calls from inside C ----------------------------------===//
//
// What inference.py loads, so that a call of Weir's, or of a peer with a C interface,
// is timed without Python in between. Built by environment.py.
//
//===----------------------------------------------------------------------===//

#include "weir/Runtime/ThreadPool.h"

#include <chrono>

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A product as OpenBLAS's 64-bit interface takes it: row-major, c = a * b.
struct Product {
  void (*sgemm)(int order, int transA, int transB, int64_t m, int64_t n, int64_t k, float alpha,
                const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c,
                int64_t ldc);
  int64_t m, n, k;
  const float *a, *b;
  float *c;
};

} // namespace

// What is timed: up to three pointers in, a status of no interest out. It holds for
// functions of fewer arguments too, which ignore the others.
using Call = void *(*)(void *, void *, void *);

extern "C" {

/// Calls again and again for `seconds`. A sample is as many calls as take `shortest`
/// seconds, at least one; times[i] is its seconds per call. Returns how many samples
/// there are, at least 1 and at most `most`.
int64_t weir_clock(Call call, void *a, void *b, void *c, double seconds, double shortest,
                   double *times, int64_t most) {
  int64_t calls = 1;
  double last = 0;
  for (;; calls *= 2) {
    double start = now();
    for (int64_t i = 0; i < calls; ++i)
      call(a, b, c);
    last = now() - start;
    if (last >= shortest)
      break;
  }
  if (last >= seconds) { // a long call needs no warming up
    times[0] = last / double(calls);
    return 1;
  }
  int64_t samples = 0;
  double end = now() + seconds;
  do {
    double start = now();
    for (int64_t i = 0; i < calls; ++i)
      call(a, b, c);
    times[samples++] = (now() - start) / double(calls);
  } while (samples < most && now() < end);
  return samples;
}

/// A pool for weir_frame.pool, or null. Never freed: the process times and ends.
void *weir_clock_pool(int threads) {
  auto pool = weir::ThreadPool::create(threads);
  return pool ? pool->release() : nullptr;
}

/// For weir_frame.parallel_for.
void weir_clock_parallel_for(void *pool, int64_t count, void (*body)(void *, int64_t, int64_t),
                             void *context) {
  weir::ThreadPool::parallelFor(pool, count, body, context);
}

/// One product, to be timed by weir_clock.
void *weir_clock_product(void *product, void *, void *) {
  auto *p = static_cast<Product *>(product);
  p->sgemm(/*row-major*/ 101, /*as it is*/ 111, 111, p->m, p->n, p->k, 1.0f, p->a, p->k, p->b, p->n,
           0.0f, p->c, p->n);
  return nullptr;
}
}
