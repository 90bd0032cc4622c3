//===- Eval.cpp - weir eval: how well a trained model does --------------------===//

#include "CompileArguments.h"
#include "TrainArguments.h"

#include "weir/Training/Evaluator.h"

#include <cmath>

namespace weir {

namespace {

struct EvalCommand {
  std::string checkpoint;
  DataArguments data;
  CompileArguments compile;
  int64_t threads = ThreadPool::hardwareThreads();
};

} // namespace

static int evaluate(const EvalCommand &command) {
  Result<CompileOptions> options = command.compile.options();
  if (!options)
    return userError(options.error());
  Result<LoadedCheckpoint> model = loadCheckpoint(command.checkpoint);
  if (!model)
    return userError(model.error());
  Result<RawData> raw = readFor(*model, command.data);
  if (!raw)
    return userError(raw.error());
  Result<Dataset> dataset = encodeFor(*model, *raw, /*withTargets=*/true);
  if (!dataset)
    return userError(dataset.error());
  Result<std::unique_ptr<ThreadPool>> pool = ThreadPool::create(static_cast<int>(command.threads));
  if (!pool)
    return userError(pool.error());
  auto evaluator = Evaluator::compile(*model->loaded.training.module, *options);
  if (!evaluator)
    return bug(evaluator.error());
  const TrainingPlan &plan = model->loaded.training.plan;
  Result<Scores> scores = (*evaluator)
                              ->run(model->checkpoint.parameters, plan, *dataset,
                                    allRows(dataset->rows()), pool->get());
  if (!scores)
    return userError(scores.error());
  std::string text = fmt::format("examples {}\nloss {:.6g}\n", dataset->rows(), scores->loss);
  for (size_t i = 0; i < plan.metrics.size(); ++i) {
    const TrainingPlan::Metric &metric = plan.metrics[i];
    bool ofArea = std::ranges::any_of(metric.inputs, [](const TrainingPlan::Metric::Input &input) {
      return input.kind == TrainingPlan::Metric::Kind::Auc;
    });
    if (ofArea && scores->oneClass && std::isnan(scores->metrics[i]))
      note(fmt::format("{} is left out: it needs examples of both classes, and all of these are of "
                       "one",
                       metric.name));
    else
      text += fmt::format("{} {:.6g}\n", metric.name, scores->metrics[i]);
  }
  return writeResult(text);
}

int evalCommand(const Arguments &arguments) {
  EvalCommand command;
  CommandLine line("eval", "Measures a trained model: its loss and metrics on data.",
                   "The checkpoint is what `weir train` wrote; it knows its model, and how data\n"
                   "is read. The data needs the targets' columns, too.",
                   "  weir eval collab.safetensors --data valid.csv\n"
                   "  weir eval fashion.safetensors --data image=t10k-images-idx3-ubyte.gz \\\n"
                   "      --data label=t10k-labels-idx1-ubyte.gz");
  line.positional("CHECKPOINT", command.checkpoint, "what `weir train` wrote");
  declareData(line, command.data);
  line.integer("--threads", "N", command.threads, 1, ThreadPool::kMaxThreads,
               "all processors if absent; the results are the same to the last bit");
  command.compile.declare(line);
  command.compile.declareInference(line);
  if (std::optional<int> code = parseOrExit(line, arguments))
    return *code;
  return evaluate(command);
}

} // namespace weir
