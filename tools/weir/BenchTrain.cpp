//===- BenchTrain.cpp - weir bench --train: how fast a step of training is ----===//
//
// Steps on random data of the model's signature, or on data that is given, so that
// another program can be timed on the same.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"
#include "Examples.h"

#include "weir/Frontend/Training.h"
#include "weir/Runtime/Random.h"
#include "weir/Training/TrainStep.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

namespace weir {

namespace {

// The schedule's length: nobody runs that many steps here, so it doesn't depend on how
// fast they are.
constexpr int64_t kScheduleSteps = 1'000'000;
// How many losses of the first steps are reported, to be compared with another
// program's.
constexpr int64_t kFirstLosses = 5;
// Half of those after which a step catches up by itself.
constexpr int64_t kStepsToCatchUp = 2048;

struct LoadedTraining {
  llvm::SourceMgr sources;
  std::unique_ptr<mlir::MLIRContext> context;
  Training training;
  Signature data; // of @train: the model's inputs and the targets
  ParameterFile weights;
};

// Batches that the steps take in turn.
struct Batches {
  std::vector<std::vector<Tensor>> tensors;
  std::vector<std::vector<const Tensor *>> pointers;
};

} // namespace

// Null if the user made a mistake, which has been said.
static std::unique_ptr<LoadedTraining> load(const BenchArguments &arguments) {
  auto loaded = std::make_unique<LoadedTraining>();
  loaded->context = createContext();
  ModelOptions options;
  if (Result<void> read = readBindings(arguments.source, options); !read)
    return userError(read.error()), nullptr;
  ParameterShapes shapes;
  if (!arguments.source.weights.empty()) {
    Result<ParameterFile> weights = readWeights(arguments.source);
    if (!weights)
      return userError(weights.error()), nullptr;
    loaded->weights = std::move(*weights);
    for (const NamedTensor &entry : loaded->weights)
      shapes[entry.name].assign(entry.tensor.shape.begin(), entry.tensor.shape.end());
    options.parameterShapes = &shapes;
  }
  TrainingOverrides overrides;
  overrides.statements = arguments.statements;
  Diagnostics diagnostics(&loaded->sources);
  std::optional<Training> training = loadTraining(
      arguments.source.path, loaded->sources, *loaded->context, options, overrides, diagnostics);
  diagnostics.render(llvm::errs());
  if (!training)
    return nullptr;
  loaded->training = std::move(*training);
  return loaded;
}

// Ids of a large table are skewed, as those of users and words are: the logarithm of
// 1 + id is uniform. So some rows come up in every batch and most hardly ever.
static void fillIds(Tensor &tensor, int64_t cardinality, uint64_t seed, uint64_t stream) {
  constexpr int64_t large = 100;
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i) {
    double u = uniform(seed, stream, uint64_t(i));
    double id =
        cardinality > large ? std::pow(double(cardinality), u) - 1 : u * double(cardinality);
    tensor.i64()[i] = std::clamp<int64_t>(int64_t(id), 0, cardinality - 1);
  }
}

static Result<std::vector<Tensor>> makeBatch(const Signature &data, size_t inputs, int64_t batch,
                                             uint64_t seed, size_t number) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs; ++i) {
    const Signature::Input &spec = data.inputs[i];
    std::string stream = fmt::format("input {} {}", spec.name, number);
    auto tensor = Tensor::uninitialized(spec.isIndex ? DType::I64 : DType::F32,
                                        wholeShape(spec.shape, spec.batched, batch));
    if (!tensor)
      return inside("input " + inQuotes(spec.name), tensor.takeError());
    if (spec.isIndex)
      fillIds(*tensor, spec.cardinality, seed, streamOf(stream));
    else
      fill(*tensor, Init::Normal, 0.0, 1.0, seed, stream);
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

// As many different batches as 64 MiB hold, at most 256 and at least 2; or those of
// --input.
static Result<Batches> makeBatches(const BenchArguments &arguments, Signature data, size_t inputs) {
  Batches batches;
  data.inputs.resize(inputs);
  if (!arguments.inputs.empty()) {
    Result<Examples> examples = readExamples(data, arguments.inputs);
    if (!examples)
      return examples.takeError();
    int64_t count = examples->count / arguments.batch;
    if (count < 1)
      return fail("--input gives {} examples, but a step takes {}; --batch sets that",
                  examples->count, arguments.batch);
    for (int64_t i = 0; i < count; ++i) {
      auto batch = cutExamples(data, *examples, i * arguments.batch, arguments.batch);
      if (!batch)
        return batch.takeError();
      batches.tensors.push_back(std::move(*batch));
    }
  } else {
    int64_t bytes = 1;
    for (size_t count = 2; batches.tensors.size() < count;) {
      auto batch =
          makeBatch(data, inputs, arguments.batch, arguments.source.seed, batches.tensors.size());
      if (!batch)
        return batch.takeError();
      if (batches.tensors.empty()) {
        for (const Tensor &tensor : *batch)
          bytes += tensor.byteCount();
        count = std::clamp<int64_t>((64 << 20) / bytes, 2, 256);
      }
      batches.tensors.push_back(std::move(*batch));
    }
  }
  for (const std::vector<Tensor> &batch : batches.tensors) {
    batches.pointers.emplace_back();
    for (const Tensor &tensor : batch)
      batches.pointers.back().push_back(&tensor);
  }
  return batches;
}

static int report(const BenchArguments &arguments, const std::string &model,
                  const std::string &optimizer, double compileSeconds, const RunTimes &times,
                  double catchUpSeconds, int64_t stepsCaughtUp, const std::vector<double> &losses) {
  if (arguments.json) {
    llvm::json::Object object{{"model", model},
                              {"train", true},
                              {"optimizer", optimizer},
                              {"batch", arguments.batch},
                              {"threads", arguments.threads},
                              {"runs", int64_t(times.seconds.size())},
                              {"compile_seconds", compileSeconds},
                              {"median", times.median()},
                              {"fastest", times.quantile(0)},
                              {"within_90", times.quantile(0.9)},
                              {"slowest", times.quantile(1)},
                              {"catch_up", catchUpSeconds},
                              {"steps_caught_up", stepsCaughtUp},
                              {"losses", llvm::json::Array(losses)}};
    std::string out;
    llvm::raw_string_ostream(out) << llvm::json::Value(std::move(object)) << "\n";
    return writeResult(out);
  }
  std::string out = "training of " + describeRun(model, arguments) + "\n";
  auto row = [&](const char *what, std::string value) {
    out += fmt::format("  {:<18}{}\n", what, value);
  };
  row("optimizer", optimizer);
  row("compile time", formatDuration(compileSeconds));
  row("steps", withCommas(int64_t(times.seconds.size())));
  row("median", formatDuration(times.median()));
  row("fastest", formatDuration(times.quantile(0)));
  row("90% within", formatDuration(times.quantile(0.9)));
  row("slowest", formatDuration(times.quantile(1)));
  row("catching up", fmt::format("{} after {} steps: {} for each", formatDuration(catchUpSeconds),
                                 withCommas(stepsCaughtUp),
                                 formatDuration(catchUpSeconds / double(stepsCaughtUp))));
  double whole = times.median() + catchUpSeconds / double(stepsCaughtUp);
  row("steps/s", fmt::format("{:.1f}, catching up included", 1 / whole));
  row("examples/s", withCommas(int64_t(double(arguments.batch) / whole)));
  std::string first;
  for (double loss : losses)
    first += fmt::format("{}{:.6g}", first.empty() ? "" : " ", loss);
  row("first losses", first);
  return writeResult(out);
}

int benchTraining(const BenchArguments &arguments) {
  Result<CompileOptions> options = arguments.compile.options();
  if (!options)
    return userError(options.error());
  double start = now();
  std::unique_ptr<LoadedTraining> loaded = load(arguments);
  if (!loaded)
    return kUserError;
  const TrainingPlan &plan = loaded->training.plan;
  std::string model = readSignature(*loaded->training.module).model;
  size_t inputs = readSignature(*loaded->training.module).inputs.size() + plan.targets.size();
  auto pool = ThreadPool::create(arguments.threads);
  if (!pool)
    return userError(pool.error());
  auto step = TrainStep::compile(
      *loaded->training.module,
      TrainStepOptions{.clipNorm = plan.clipNorm.value_or(0), .tables = plan.tables}, *options);
  if (!step)
    return bug(step.error());
  double compileSeconds = now() - start;
  if (Result<void> ready = (*step)->initialize(uint64_t(arguments.source.seed)); !ready)
    return userError(ready.error());
  if (Result<void> read = (*step)->load(loaded->weights); !read)
    return userError(inside(arguments.source.weights, read.error()));
  auto batches = makeBatches(arguments, (*step)->signature(), inputs);
  if (!batches)
    return userError(batches.error());

  // Every step is the next one of a training: the schedule's numbers, the optimizer's
  // states and the call itself are part of its time.
  std::vector<double> losses;
  int64_t number = 0;
  auto next = [&]() -> Result<void> {
    const auto &batch = batches->pointers[size_t(number) % batches->pointers.size()];
    ++number;
    auto sums = (*step)->run(batch, plan.evaluateHypers(number, kScheduleSteps),
                             uint64_t(arguments.source.seed), number, arguments.batch, pool->get());
    if (!sums)
      return sums.takeError();
    double loss = (*sums)[0] / double(arguments.batch);
    if (!std::isfinite(loss))
      return fail("the loss is {} in step {}: a smaller learning rate may help, as "
                  "--with 'schedule constant' and a smaller lr",
                  loss, number);
    if (number <= kFirstLosses)
      losses.push_back(loss);
    return {};
  };
  while (number < kFirstLosses)
    if (Result<void> done = next(); !done)
      return userError(done.error());
  Result<RunTimes> times = timeRuns(arguments, next);
  if (!times)
    return userError(times.error());
  // Steps before the last catching up have had theirs. Where that was just before the end, a
  // few more make the next one an ordinary one.
  int64_t deferred = (*step)->stepsDeferred();
  for (; deferred > 0 && deferred < std::min(number, kStepsToCatchUp);
       deferred = (*step)->stepsDeferred())
    if (Result<void> done = next(); !done)
      return userError(done.error());
  // Without deferred updates it costs nothing, after however many.
  double catchUpStart = now();
  if (Result<void> done = (*step)->catchUp(pool->get()); !done)
    return bug(done.error());
  return report(arguments, model, plan.optimizer, compileSeconds, *times, now() - catchUpStart,
                deferred ? deferred : number, losses);
}

} // namespace weir
