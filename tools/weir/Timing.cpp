//===- Timing.cpp - What the commands that time a model share -----------------===//

#include "Bench.h"
#include "Tune.h"

#include "weir/Execution/Parameters.h"
#include "weir/Execution/Peak.h"

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

void BenchArguments::declareRuns(CommandLine &line) {
  source.declare(line);
  source.declareWeights(line);
  line.integer("--batch", "N", batch, 1, 1 << 30, "examples per run; 1 if absent");
  line.integer("--threads", "N", threads, 1, ThreadPool::kMaxThreads, "1 if absent");
  line.integer("--runs", "N", runs, 1, 1 << 30, "how many runs, instead of --seconds");
  line.integer("--seconds", "N", seconds, 1, 3600, "for how long; 2 if absent");
}

Result<CompileOptions> BenchArguments::compileOptions() const {
  Result<CompileOptions> options = compile.options();
  if (options && compile.forBatch == 0)
    options->rewrites.examples = batch;
  return options;
}

std::optional<TimedModel> loadTimedModel(const BenchArguments &arguments) {
  Result<CompileOptions> options = arguments.compileOptions();
  if (!options)
    return userError(options.error()), std::nullopt;
  auto model = loadModel(arguments.source, ContextUse::Compile);
  if (!model)
    return std::nullopt;
  if (Result<void> ready = model->initialize(arguments.source); !ready)
    return userError(ready.error()), std::nullopt;
  if (arguments.compile.tune &&
      tuneModel(*model, arguments.source, arguments.compile, *options, arguments.threads))
    return std::nullopt;
  auto pool = ThreadPool::create(arguments.threads);
  if (!pool)
    return userError(pool.error()), std::nullopt;
  auto inputs = makeRandomInputs(model->signature, arguments.batch, arguments.source.seed);
  if (!inputs)
    return userError(inputs.error()), std::nullopt;
  return TimedModel{std::move(*options), std::move(model), std::move(*pool), std::move(*inputs)};
}

Result<PeakAndTimes> timeBesidePeak(const BenchArguments &arguments, const TimedModel &timed,
                                    const std::function<Result<void>()> &run) {
  Result<double> before = measurePeak(timed.options.target, timed.pool.get());
  if (!before)
    return before.takeError();
  Result<RunTimes> times = timeRuns(arguments, run);
  if (!times)
    return times.takeError();
  Result<double> after = measurePeak(timed.options.target, timed.pool.get());
  if (!after)
    return after.takeError();
  return PeakAndTimes{std::max(*before, *after), std::move(*times)};
}

std::string describeRun(const std::string &model, const BenchArguments &arguments) {
  return fmt::format("model {}, batch {}, {} thread{}", model, arguments.batch, arguments.threads,
                     arguments.threads == 1 ? "" : "s");
}

std::string formatDuration(double seconds) {
  if (seconds < 1e-3)
    return fmt::format("{:.2f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3f} ms", seconds * 1e3) : fmt::format("{:.3f} s", seconds);
}

} // namespace weir
