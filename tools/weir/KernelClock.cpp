//===- KernelClock.cpp - How long each part of a call takes -------------------===//

#include "KernelClock.h"

#include "Command.h"

namespace weir {

void KernelClock::attach(weir_frame &frame) {
  frame.parallel_for = call;
  frame.pool = this;
}

void KernelClock::startRun() {
  for (std::vector<double> &kernel : times)
    kernel.push_back(0);
  next = first = 0;
  done = 0;
}

void KernelClock::dropRun() {
  for (std::vector<double> &kernel : times)
    kernel.pop_back();
}

// The kernels of a segment come again for each slice.
void KernelClock::advance(int64_t slice) {
  if (!kernels[next++].endsSlice)
    return;
  done += slice;
  if (done < batch) {
    next = first;
  } else {
    first = next;
    done = 0;
  }
}

void KernelClock::call(void *self, int64_t count, void (*body)(void *, int64_t, int64_t),
                       void *context) {
  KernelClock &clock = *static_cast<KernelClock *>(self);
  if (clock.next >= clock.kernels.size()) {
    ++clock.next; // more than there should be, which is noticed
    return body(context, 0, count);
  }
  size_t number = clock.next;
  int64_t slice = static_cast<const weir_frame *>(context)->batch;
  bool parallel = clock.pool && count > 1 && slice >= clock.kernels[number].examplesToDivide;
  double start = now();
  if (parallel)
    clock.pool->run(count, body, context);
  else
    body(context, 0, count);
  clock.times[number].back() += now() - start;
  clock.advance(slice);
}

} // namespace weir
