//===- Train.cpp - weir train: a model learns ---------------------------------===//

#include "CompileArguments.h"
#include "TrainArguments.h"

#include "weir/Training/Trainer.h"

#include <csignal>

namespace weir {

namespace {

struct TrainCommand {
  TrainArguments source;
  CompileArguments compile;
  std::string output, saveEvery;
  int64_t seed = 0;
  int64_t threads = ThreadPool::hardwareThreads();
  bool resume = false;
};

// One line per epoch.
class EpochLines : public TrainingObserver {
public:
  EpochLines(const TrainingPlan &plan) : plan(plan) {}

  void epoch(const EpochReport &report) override {
    fmt::print(stderr, "epoch {}/{}: train {}", report.epoch, plan.epochs,
               describeScores(plan, report.train));
    if (report.valid)
      fmt::print(stderr, "; valid {}", describeScores(plan, *report.valid));
    fmt::print(stderr, "; {} examples/s{}\n", withCommas(static_cast<int64_t>(report.perSecond)),
               report.best && plan.best ? ", best" : "");
  }

private:
  const TrainingPlan &plan;
};

} // namespace

// Set by Ctrl-C; a second one ends the process as usual.
static std::atomic<bool> interrupted = false;

static void interrupt(int) { interrupted = true; }

static void catchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

static int report(const TrainingOutcome &outcome, const Trainer &trainer,
                  const std::string &output) {
  if (outcome.kind == TrainingOutcome::Interrupted) {
    note(fmt::format("stopped after step {} of {} (epoch {}){}", outcome.step, trainer.steps(),
                     outcome.epoch,
                     output.empty() ? ""
                                    : fmt::format("; the state is in {}, and --resume goes on "
                                                  "from there",
                                                  lastPath(output))));
    return kInterrupted;
  }
  if (!outcome.step) {
    note(fmt::format("this training has already been finished; {} holds epoch {}", output,
                     outcome.keptEpoch));
    return kDone;
  }
  std::string text;
  if (outcome.kept) {
    const Scores &scores = outcome.kept->valid ? *outcome.kept->valid : outcome.kept->train;
    text =
        fmt::format("epoch {}: {} {}\n", outcome.keptEpoch, outcome.kept->valid ? "valid" : "train",
                    describeScores(trainer.plan(), scores));
  } else {
    text = fmt::format("epoch {} stays the best\n", outcome.keptEpoch);
  }
  return writeResult(text);
}

static int train(const TrainCommand &arguments) {
  Result<CompileOptions> options = arguments.compile.options();
  if (!options)
    return userError(options.error());
  TrainerOptions trainerOptions;
  trainerOptions.compile = *options;
  trainerOptions.seed = static_cast<uint64_t>(arguments.seed);
  trainerOptions.output = arguments.output;
  if (!arguments.saveEvery.empty())
    if (Result<void> parsed = parseSaveEvery(arguments.saveEvery, trainerOptions.saveSteps,
                                             trainerOptions.saveSeconds);
        !parsed)
      return userError(parsed.error());
  if (arguments.resume && arguments.output.empty())
    return userError(fail("--resume needs -o FILE: it goes on from the state beside that file"));
  Result<TrainingSource> source = arguments.source.source();
  if (!source)
    return userError(source.error());
  // Read before the data, for it takes no time to say what is wrong with it.
  std::optional<Checkpoint> state;
  std::string statePath = lastPath(arguments.output);
  if (arguments.resume) {
    Result<Checkpoint> read = readCheckpoint(statePath);
    if (!read)
      return userError(fail("--resume: {}", read.error().message));
    state = std::move(*read);
  }

  DataArguments data = arguments.source.data;
  data.seed = trainerOptions.seed;
  std::string diagnostics;
  Result<PreparedTraining> prepared = prepareTraining(*source, data, diagnostics);
  fmt::print(stderr, "{}", diagnostics);
  if (!prepared)
    return userError(prepared.error());
  Result<std::unique_ptr<ThreadPool>> pool =
      ThreadPool::create(static_cast<int>(arguments.threads));
  if (!pool)
    return userError(pool.error());
  TrainingPlan plan = prepared->loaded.training.plan;
  EpochLines lines(plan);
  auto trainer = Trainer::create(std::move(*prepared), std::move(*source),
                                 std::move(trainerOptions), pool->get(), {&lines});
  if (!trainer)
    return userError(trainer.error());
  if (state)
    if (Result<void> resumed = (*trainer)->resume(std::move(*state)); !resumed)
      return userError(inside("--resume: " + statePath, resumed.error()));
  if (std::string why = (*trainer)->cannotChoose(); !why.empty())
    note(why);
  catchInterrupts();
  Result<TrainingOutcome> outcome = (*trainer)->run(interrupted);
  if (!outcome)
    return userError(outcome.error());
  return report(*outcome, **trainer, arguments.output);
}

int trainCommand(const Arguments &arguments) {
  TrainCommand command;
  CommandLine line(
      "train", "Learns a model's parameters from data, as its training block says.",
      "The model of the best epoch (see `best` in docs/training.md; else the last one) is\n"
      "written to -o FILE.safetensors: parameters under PyTorch's names, and what `weir\n"
      "eval` and `weir predict` need. Beside it, FILE.last.safetensors holds the state\n"
      "from which --resume goes on to the same bits as an unbroken run. Ctrl-C finishes\n"
      "the step and saves that state (exit code 130).",
      "  weir train examples/collab_dot.weir --data ratings.csv --bind stars=rating \\\n"
      "      --split 0.2 -o collab.safetensors\n"
      "  weir train examples/fashion_stride2.weir --data image=train-images-idx3-ubyte.gz \\\n"
      "      --data label=train-labels-idx1-ubyte.gz --split 0.1 -o fashion.safetensors\n"
      "  weir train examples/next_word.weir --data bible.txt --split-tail 5000 -o "
      "next.safetensors\n");
  command.source.declare(line);
  line.text("-o", "FILE", command.output, "where the model goes; nothing is kept without it");
  line.flag("--resume", command.resume, "go on from the state that an earlier run left");
  line.text("--save-every", "N", command.saveEvery,
            "save the state every N steps, or seconds as 30s; 60s if absent, and at the\n"
            "end of every epoch");
  line.integer("--seed", "N", command.seed, 0, INT64_MAX,
               "for initial values, order, dropout and --split; 0 if absent");
  line.integer("--threads", "N", command.threads, 1, ThreadPool::kMaxThreads,
               "threads to compute with; as many as processors if absent");
  command.compile.declare(line);
  if (std::optional<int> code = parseOrExit(line, arguments))
    return *code;
  return train(command);
}

} // namespace weir
