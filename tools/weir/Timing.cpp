//===- Timing.cpp - What the commands that time a model share -----------------===//

#include "Bench.h"

namespace weir {

Result<std::unique_ptr<Call>> makeCall(const JitModel &jit, const std::vector<Tensor> &inputs,
                                       int64_t batch, ThreadPool *pool) {
  auto call = std::make_unique<Call>();
  for (const Tensor &input : inputs)
    call->inputs.push_back(input.data());
  for (const Signature::Output &output : jit.signature().outputs) {
    auto tensor =
        Tensor::uninitialized(DType::F32, wholeShape(output.shape, output.batched, batch));
    if (!tensor)
      return tensor.takeError();
    call->outputTensors.push_back(std::move(*tensor));
    call->outputs.push_back(call->outputTensors.back().data());
  }
  auto arena = allocateAligned(std::max<int64_t>(jit.arenaBytes(batch), 1));
  if (!arena)
    return arena.takeError();
  call->arena = std::move(*arena);
  call->frame.batch = batch;
  call->frame.inputs = call->inputs.data();
  call->frame.outputs = call->outputs.data();
  call->frame.prepared = jit.prepared();
  call->frame.arena = call->arena.get();
  if (pool && pool->threads() > 1) {
    call->frame.parallel_for = ThreadPool::parallelFor;
    call->frame.pool = pool;
  }
  return call;
}

Result<RunTimes> timeRuns(const BenchArguments &arguments,
                          const std::function<Result<void>()> &run) {
  double limit = double(arguments.seconds);
  double warmUpEnd = now() + limit / 10;
  for (int i = 0; i < 3 || now() < warmUpEnd; ++i)
    if (Result<void> done = run(); !done)
      return done.takeError();
  RunTimes times;
  double end = now() + limit;
  while (arguments.runs ? int64_t(times.seconds.size()) < arguments.runs
                        : times.seconds.size() < 5 || now() < end) {
    double start = now();
    if (Result<void> done = run(); !done)
      return done.takeError();
    times.seconds.push_back(now() - start);
  }
  std::sort(times.seconds.begin(), times.seconds.end());
  return times;
}

std::string formatDuration(double seconds) {
  if (seconds < 1e-3)
    return fmt::format("{:.2f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3f} ms", seconds * 1e3) : fmt::format("{:.3f} s", seconds);
}

} // namespace weir
