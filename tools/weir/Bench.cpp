//===- Bench.cpp - weir bench: how fast the compiled code is ------------------===//

#include "Compare.h"
#include "CompileArguments.h"
#include "Examples.h"
#include "Layers.h"
#include "ModelSource.h"

#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Execution/Peak.h"
#include "weir/Reference/Interpreter.h"

namespace weir {

namespace {

struct BenchArguments {
  ModelArguments source;
  CompileArguments compile;
  int64_t batch = 1, threads = 1, runs = 0, seconds = 2;
};

// Everything that one call of the compiled code needs, allocated once.
struct Call {
  std::vector<const void *> inputs;
  std::vector<Tensor> outputTensors;
  std::vector<void *> outputs;
  AlignedBytes arena;
  weir_frame frame = {};
};

} // namespace

static Result<std::unique_ptr<Call>> makeCall(const JitModel &jit, const Examples &examples,
                                              ThreadPool *pool) {
  auto call = std::make_unique<Call>();
  for (const Tensor &input : examples.inputs)
    call->inputs.push_back(input.data());
  for (const Signature::Output &output : jit.signature().outputs) {
    auto tensor =
        Tensor::uninitialized(DType::F32, wholeShape(output.shape, output.batched, examples.count));
    if (!tensor)
      return tensor.takeError();
    call->outputTensors.push_back(std::move(*tensor));
    call->outputs.push_back(call->outputTensors.back().data());
  }
  auto arena = allocateAligned(std::max<int64_t>(jit.arenaBytes(examples.count), 1));
  if (!arena)
    return arena.takeError();
  call->arena = std::move(*arena);
  call->frame.batch = examples.count;
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

// Runs the reference on as many of the examples as it can do in a few seconds, at
// least one, and compares.
static Result<void> checkAgainstReference(LoadedModel &model, const Examples &examples,
                                          const Call &call, int64_t multiplyAdds) {
  constexpr int64_t budget = 2'000'000'000;
  int64_t count =
      std::min(examples.count, std::max<int64_t>(1, budget / std::max<int64_t>(1, multiplyAdds)));
  auto first = cutExamples(model.signature, examples, 0, count);
  if (!first)
    return first.takeError();
  std::vector<RefTensor> inputs;
  for (const Tensor &input : *first)
    inputs.push_back(toReference(input));
  auto expected = interpret(*model.module, toReference(model.parameters), inputs, count);
  if (!expected)
    return Error{llvm::toString(expected.takeError())};
  for (size_t i = 0; i < expected->size(); ++i) {
    Difference difference = compare(call.outputTensors[i], (*expected)[i]);
    if (!difference.within)
      return fail("output '{}' is wrong: off by {:.3g} where the largest value is {:.3g}",
                  model.signature.outputs[i].name, difference.absolute, difference.largest);
  }
  note(fmt::format("the results of the first {} of {} examples agree with the reference", count,
                   examples.count));
  return {};
}

// The seconds of each run, sorted.
static std::vector<double> timeRuns(const JitModel &jit, Call &call,
                                    const BenchArguments &arguments) {
  double limit = double(arguments.seconds);
  double warmUpEnd = now() + limit / 10;
  for (int i = 0; i < 3 || now() < warmUpEnd; ++i)
    jit.call(call.frame);
  std::vector<double> times;
  double end = now() + limit;
  while (arguments.runs ? int64_t(times.size()) < arguments.runs
                        : times.size() < 5 || now() < end) {
    double start = now();
    jit.call(call.frame);
    times.push_back(now() - start);
  }
  std::sort(times.begin(), times.end());
  return times;
}

static std::string duration(double seconds) {
  if (seconds < 1e-3)
    return fmt::format("{:.2f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3f} ms", seconds * 1e3) : fmt::format("{:.3f} s", seconds);
}

static int bench(const BenchArguments &arguments) {
  Result<CompileOptions> options = arguments.compile.options();
  if (!options)
    return userError(options.error());
  auto model = loadModel(arguments.source, ContextUse::Compile);
  if (!model)
    return kUserError;
  if (Result<void> ready = model->initialize(arguments.source); !ready)
    return userError(ready.error());
  auto pool = ThreadPool::create(arguments.threads);
  if (!pool)
    return userError(pool.error());
  auto inputs = makeRandomInputs(model->signature, arguments.batch, arguments.source.seed);
  if (!inputs)
    return userError(inputs.error());
  Examples examples{std::move(*inputs), arguments.batch};
  int64_t multiplyAdds = countMultiplyAdds(*model->module);

  StageTimes times{{"frontend", model->seconds}};
  mlir::OwningOpRef<mlir::ModuleOp> compiled = model->module->clone();
  auto jit = JitModel::compile(*compiled, *options, &times);
  if (!jit)
    return bug(jit.error());
  if (Result<void> prepared = (*jit)->prepare(model->parameters); !prepared)
    return bug(prepared.error());
  auto call = makeCall(**jit, examples, pool->get());
  if (!call)
    return userError(call.error());
  if ((*jit)->call((*call)->frame) != WEIR_OK)
    return bug(fail("the compiled code refuses the ids that it was to be timed with"));
  if (Result<void> good = checkAgainstReference(*model, examples, **call, multiplyAdds); !good)
    return bug(good.error());

  // The peak before and after, in case the machine changes its mind in between.
  Result<double> before = measurePeak(options->target, pool->get());
  std::vector<double> runs = timeRuns(**jit, **call, arguments);
  Result<double> after = measurePeak(options->target, pool->get());
  if (!before || !after)
    return bug(before ? after.error() : before.error());
  double peak = std::max(*before, *after);

  double median = runs[runs.size() / 2];
  double compileSeconds = 0;
  for (const StageTime &time : times)
    compileSeconds += time.seconds;
  std::string out =
      fmt::format("model {}, batch {}, {} thread{}\n", model->signature.model, arguments.batch,
                  arguments.threads, arguments.threads == 1 ? "" : "s");
  auto row = [&](const char *what, std::string value) {
    out += fmt::format("  {:<18}{}\n", what, value);
  };
  row("compile time", duration(compileSeconds));
  row("runs", withCommas(runs.size()));
  row("median", duration(median));
  row("fastest", duration(runs.front()));
  row("90% within", duration(runs[(runs.size() - 1) * 9 / 10]));
  row("slowest", duration(runs.back()));
  row("examples/s", withCommas(int64_t(double(arguments.batch) / median)));
  if (multiplyAdds) {
    double speed = 2.0 * double(multiplyAdds) * double(arguments.batch) / median;
    row("GFLOP/s", fmt::format("{:.1f}", speed / 1e9));
    row("peak GFLOP/s", fmt::format("{:.1f}, measured just now", peak / 1e9));
    row("share of peak", fmt::format("{:.1f}%", 100 * speed / peak));
  }
  row("arena", fmt::format("{:.1f} KiB", double((*jit)->arenaBytes(arguments.batch)) / 1024));
  row("packed weights", fmt::format("{:.1f} KiB", double((*jit)->preparedBytes()) / 1024));
  return writeResult(out);
}

int benchCommand(const Arguments &arguments) {
  BenchArguments bench;
  CommandLine line(
      "bench", "Times a model's compiled code on random inputs.",
      "The result is compared with the reference before it is timed. GFLOP/s count two\n"
      "operations per multiply-add that `weir check` lists; the peak is measured in the\n"
      "same run by a loop that keeps its numbers in registers, on as many threads.",
      "  weir bench examples/layers1024.weir --batch 64\n"
      "  weir bench examples/resnet18.weir --threads 2 --seconds 5");
  bench.source.declare(line);
  bench.source.declareWeights(line);
  line.integer("--batch", "N", bench.batch, 1, 1 << 30, "examples per run; 1 if absent");
  line.integer("--threads", "N", bench.threads, 1, ThreadPool::kMaxThreads, "1 if absent");
  line.integer("--runs", "N", bench.runs, 1, 1 << 30, "how many runs, instead of --seconds");
  line.integer("--seconds", "N", bench.seconds, 1, 3600, "for how long; 2 if absent");
  bench.compile.declare(line);
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  return weir::bench(bench);
}

} // namespace weir
