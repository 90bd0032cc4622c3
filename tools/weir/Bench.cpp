//===- Bench.cpp - weir bench: how fast the compiled code is ------------------===//

#include "Bench.h"
#include "Compare.h"
#include "Examples.h"
#include "Layers.h"

#include "weir/Execution/Parameters.h"
#include "weir/Reference/Interpreter.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace weir {

// Runs the reference on as many of the examples as it can do in a few seconds, at
// least one, and compares.
static Result<void> checkAgainstReference(LoadedModel &model, const Examples &examples,
                                          const Call &call, int64_t multiplyAdds,
                                          WeightFormat weights) {
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
    Difference difference = compare(call.outputTensors[i], (*expected)[i], weights);
    if (!difference.within)
      return fail("output '{}' is wrong: off by {:.3g} where the largest value is {:.3g}",
                  model.signature.outputs[i].name, difference.absolute, difference.largest);
  }
  note(fmt::format("the results of the first {} of {} examples agree with the reference", count,
                   examples.count));
  return {};
}

static int bench(const BenchArguments &arguments) {
  std::optional<TimedModel> timed = loadTimedModel(arguments);
  if (!timed)
    return kUserError;
  LoadedModel &model = *timed->model;
  Examples examples{std::move(timed->inputs), arguments.batch};
  int64_t multiplyAdds = countMultiplyAdds(*model.module);

  StageTimes times{{"frontend", model.seconds}};
  mlir::OwningOpRef<mlir::ModuleOp> compiled = model.module->clone();
  auto jit = JitModel::compile(*compiled, timed->options, &times);
  if (!jit)
    return bug(jit.error());
  if (Result<void> prepared = (*jit)->prepare(model.parameters); !prepared)
    return bug(prepared.error());
  auto call = makeCall(**jit, examples.inputs, arguments.batch, timed->pool.get());
  if (!call)
    return userError(call.error());
  if ((*jit)->call((*call)->frame) != WEIR_OK)
    return bug(fail("the compiled code refuses the ids that it was to be timed with"));
  if (Result<void> good =
          checkAgainstReference(model, examples, **call, multiplyAdds, timed->options.weights);
      !good)
    return bug(good.error());

  auto result = timeBesidePeak(arguments, *timed, [&]() -> Result<void> {
    (*jit)->call((*call)->frame);
    return {};
  });
  if (!result)
    return bug(result.error());
  const RunTimes &runs = result->times;
  double peak = result->peak;

  double median = runs.median();
  double compileSeconds = 0;
  for (const StageTime &time : times)
    compileSeconds += time.seconds;
  double speed = 2.0 * double(multiplyAdds) * double(arguments.batch) / median;
  if (arguments.json) {
    llvm::json::Object object{{"model", model.signature.model},
                              {"batch", arguments.batch},
                              {"threads", arguments.threads},
                              {"runs", int64_t(runs.seconds.size())},
                              {"compile_seconds", compileSeconds},
                              {"median", median},
                              {"fastest", runs.quantile(0)},
                              {"within_90", runs.quantile(0.9)},
                              {"slowest", runs.quantile(1)},
                              {"flops_per_second", speed},
                              {"peak_flops_per_second", peak},
                              {"arena_bytes", (*jit)->arenaBytes(arguments.batch)},
                              {"packed_bytes", (*jit)->preparedBytes()}};
    std::string out;
    llvm::raw_string_ostream(out) << llvm::json::Value(std::move(object)) << "\n";
    return writeResult(out);
  }
  std::string out = describeRun(model.signature.model, arguments) + "\n";
  auto row = [&](const char *what, std::string value) {
    out += fmt::format("  {:<18}{}\n", what, value);
  };
  row("compile time", formatDuration(compileSeconds));
  row("runs", withCommas(int64_t(runs.seconds.size())));
  row("median", formatDuration(median));
  row("fastest", formatDuration(runs.quantile(0)));
  row("90% within", formatDuration(runs.quantile(0.9)));
  row("slowest", formatDuration(runs.quantile(1)));
  row("examples/s", withCommas(int64_t(double(arguments.batch) / median)));
  if (multiplyAdds) {
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
      "bench", "Times a model's compiled code, or a step of its training, on random inputs.",
      "The result is compared with the reference before it is timed, but not with --train.\n"
      "GFLOP/s count two operations per multiply-add that `weir check` lists; the peak is\n"
      "measured in the same run by a loop that keeps its numbers in registers, on as many\n"
      "threads.\n"
      "\n"
      "With --train a run is a step: forward, loss, backward and update. Ids of tables of\n"
      "more than 100 rows are skewed, as those of users and words are. The first losses\n"
      "are printed so that they can be compared with another program's. Catching up, which\n"
      "brings all rows of all tables up to date, is done once per evaluation or save; its\n"
      "time at the end is shared out among the steps since it was last done.",
      "  weir bench examples/layers1024.weir --batch 64\n"
      "  weir bench examples/resnet18.weir --threads 2 --seconds 5\n"
      "  weir bench examples/collab_dot.weir --train --set users=672 --set movies=8428 \\\n"
      "      --batch 256");
  bench.declareRuns(line);
  line.flag("--json", bench.json, "print the figures as one line of JSON, in seconds and bytes");
  line.flag("--train", bench.train, "time steps of the model's training block");
  line.list("--with", "STATEMENT", bench.statements,
            "with --train: in place of the training block's, as in\n"
            "--with 'optimizer sgd(lr: 0.1)'");
  line.list("--input", "NAME=FILE", bench.inputs,
            "with --train: the examples of the steps, for every input and target; the\n"
            "steps take them in turn");
  bench.compile.declare(line);
  bench.compile.declareInference(line, "--batch's if absent");
  bench.compile.declareTune(line, "--batch's if absent, on --threads");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  if (!bench.train && !(bench.statements.empty() && bench.inputs.empty()))
    return userError(fail("{} needs --train: it says how the model is trained",
                          bench.inputs.empty() ? "--with" : "--input"));
  if (bench.train && bench.compile.weightsAs != "f32")
    return userError(fail("--weights-as {} goes without --train: a step changes its weights, which "
                          "are f32",
                          bench.compile.weightsAs));
  if (bench.train && bench.compile.forBatch != 0)
    return userError(fail("--for-batch goes without --train: a step is made for any batch"));
  if (bench.train && bench.compile.tune)
    return userError(fail("--tune goes without --train: what is measured is a call, not a step"));
  return bench.train ? benchTraining(bench) : weir::bench(bench);
}

} // namespace weir
