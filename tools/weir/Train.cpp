//===- Train.cpp - weir train: a model learns ---------------------------------===//

#include "CompileArguments.h"
#include "Curves.h"
#include "OutputFiles.h"
#include "ProgressBar.h"
#include "TrainArguments.h"
#include "TrainLog.h"

#include "weir/Training/FindRate.h"
#include "weir/Training/Trainer.h"

#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace weir {

namespace {

struct TrainCommand {
  TrainArguments source;
  CompileArguments compile;
  std::string output, saveEvery, log, curves;
  int64_t seed = 0;
  int64_t threads = ThreadPool::hardwareThreads();
  bool resume = false, findRate = false;

  Result<void> check() const;
};

// Who watches a training: a table on standard error, and what was asked for.
struct Watchers {
  ProgressBar bar{stderr, isatty(STDERR_FILENO) != 0};
  std::unique_ptr<TrainLog> log;
  std::unique_ptr<Curves> curves;

  Result<void> open(const TrainCommand &command);
  std::vector<TrainingObserver *> all();
  // What couldn't be written, told once all is over.
  Result<void> failure() const;
};

} // namespace

Result<void> Watchers::open(const TrainCommand &command) {
  if (!command.log.empty()) {
    Result<std::unique_ptr<TrainLog>> opened = TrainLog::open(command.log, command.resume);
    if (!opened)
      return opened.takeError();
    log = std::move(*opened);
  }
  if (!command.curves.empty())
    curves = std::make_unique<Curves>(command.curves);
  return {};
}

std::vector<TrainingObserver *> Watchers::all() {
  std::vector<TrainingObserver *> result = {&bar};
  if (log)
    result.push_back(log.get());
  if (curves)
    result.push_back(curves.get());
  return result;
}

Result<void> Watchers::failure() const {
  if (log && log->error())
    return *log->error();
  if (curves && curves->error())
    return *curves->error();
  return {};
}

// What doesn't go together, found before anything is read.
Result<void> TrainCommand::check() const {
  if (resume && output.empty())
    return fail("--resume needs -o FILE: it goes on from the state beside that file");
  if (findRate && (resume || !output.empty() || !log.empty() || !saveEvery.empty()))
    return fail("--find-lr keeps nothing of what it learns: -o, --resume, --save-every and --log "
                "don't go with it");
  std::vector<OutputFile> outputs;
  if (!output.empty())
    outputs = {{"-o", output}, {"the state beside -o,", lastPath(output)}};
  if (!log.empty())
    outputs.push_back({"--log", log});
  if (!curves.empty())
    outputs.push_back({"--curves", curves});
  std::vector<std::string> read = filesOf(source.data.data);
  for (std::string &file : filesOf(source.data.valid))
    read.push_back(std::move(file));
  read.push_back(source.path);
  return checkOutputs(outputs, read);
}

// Set by Ctrl-C; a second one ends the process as usual.
static std::atomic<bool> interrupted = false;

static void interrupt(int) { interrupted = true; }

static void catchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
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

static int findRate(const TrainCommand &arguments, const CompileOptions &options) {
  Result<TrainingSource> source = arguments.source.source();
  if (!source)
    return userError(source.error());
  bool given = std::ranges::any_of(source->overrides.statements, [](const std::string &statement) {
    return statement.starts_with("schedule");
  });
  if (!given)
    source->overrides.statements.push_back("schedule range_test()");
  DataArguments data = arguments.source.data;
  data.seed = static_cast<uint64_t>(arguments.seed);
  std::string diagnostics;
  Result<PreparedTraining> prepared = prepareTraining(*source, data, diagnostics);
  say(diagnostics);
  if (!prepared)
    return userError(prepared.error());
  Result<std::unique_ptr<ThreadPool>> pool =
      ThreadPool::create(static_cast<int>(arguments.threads));
  if (!pool)
    return userError(pool.error());
  constexpr int64_t steps = 200;
  Result<RateSearch> search =
      weir::findRate(std::move(*prepared), steps, data.seed, options, pool->get());
  if (!search)
    return userError(search.error());
  if (!arguments.curves.empty()) {
    std::vector<Point> points;
    for (const RateSearch::Step &step : search->steps)
      points.push_back({step.rate, step.loss});
    if (Result<void> written =
            writeFile(arguments.curves, drawRateSearch(source->model, points, search->suggested));
        !written)
      return userError(written.error());
  }
  if (search->suggested <= 0)
    return userError(fail("the loss fell at no learning rate; look at the curve with --curves"));
  return writeResult(fmt::format("suggested --lr {:.2g}\n", search->suggested));
}

static int train(const TrainCommand &arguments) {
  if (Result<void> good = arguments.check(); !good)
    return userError(good.error());
  Result<CompileOptions> options = arguments.compile.options();
  if (!options)
    return userError(options.error());
  if (arguments.findRate)
    return findRate(arguments, *options);
  TrainerOptions trainerOptions;
  trainerOptions.compile = *options;
  trainerOptions.seed = static_cast<uint64_t>(arguments.seed);
  trainerOptions.output = arguments.output;
  if (!arguments.saveEvery.empty())
    if (Result<void> parsed = parseSaveEvery(arguments.saveEvery, trainerOptions.saveSteps,
                                             trainerOptions.saveSeconds);
        !parsed)
      return userError(parsed.error());
  Result<TrainingSource> source = arguments.source.source();
  if (!source)
    return userError(source.error());
  // Read before the data, for it takes no time to say what is wrong with it.
  std::optional<Checkpoint> state;
  std::string statePath = lastPath(arguments.output);
  if (arguments.resume) {
    std::error_code ignored;
    if (!std::filesystem::exists(statePath, ignored))
      return userError(fail("--resume: there is no {}, the state that an earlier run leaves beside "
                            "-o. Without --resume the training begins anew",
                            statePath));
    Result<Checkpoint> read = readCheckpoint(statePath);
    if (!read)
      return userError(fail("--resume: {}", read.error().message));
    state = std::move(*read);
  }

  DataArguments data = arguments.source.data;
  data.seed = trainerOptions.seed;
  std::string diagnostics;
  Result<PreparedTraining> prepared = prepareTraining(*source, data, diagnostics);
  say(diagnostics);
  if (!prepared)
    return userError(prepared.error());
  Result<std::unique_ptr<ThreadPool>> pool =
      ThreadPool::create(static_cast<int>(arguments.threads));
  if (!pool)
    return userError(pool.error());
  Watchers watchers;
  if (Result<void> opened = watchers.open(arguments); !opened)
    return userError(opened.error());
  auto trainer = Trainer::create(std::move(*prepared), std::move(*source),
                                 std::move(trainerOptions), pool->get(), watchers.all());
  if (!trainer)
    return userError(trainer.error());
  if (state)
    if (Result<void> resumed = (*trainer)->resume(std::move(*state)); !resumed)
      return userError(inside("--resume: " + statePath, resumed.error()));
  if (std::string why = (*trainer)->cannotChoose(); !why.empty())
    note(why);
  if (!arguments.output.empty()) {
    removeLeftovers(arguments.output);
    removeLeftovers(statePath);
  }
  catchInterrupts();
  Result<TrainingOutcome> outcome = (*trainer)->run(interrupted);
  if (!outcome)
    return userError(outcome.error());
  if (Result<void> failure = watchers.failure(); !failure)
    note(failure.error().message);
  return report(*outcome, **trainer, arguments.output);
}

int trainCommand(const Arguments &arguments) {
  TrainCommand command;
  CommandLine line(
      "train", "Learns a model's parameters from data, as its training block says.",
      "The model of the best epoch (see `best` in docs/training.md; else the last one) is\n"
      "written to -o FILE.safetensors: parameters under PyTorch's names, and what `weir\n"
      "eval`, `predict`, `adapt` and `explore` need. Beside it, FILE.last.safetensors holds\n"
      "the state from which --resume goes on to the same bits as an unbroken run. Ctrl-C\n"
      "finishes the step and saves that state (exit code 130).",
      "  weir train examples/collab_dot.weir --data ratings.csv --bind stars=rating \\\n"
      "      --split 0.2 -o collab.safetensors\n"
      "  weir train examples/fashion_stride2.weir --data image=train-images-idx3-ubyte.gz \\\n"
      "      --data label=train-labels-idx1-ubyte.gz --split 0.1 -o fashion.safetensors\n"
      "  weir train examples/next_word.weir --data bible.txt --split-tail 5000 \\\n"
      "      -o next.safetensors");
  command.source.declare(line);
  line.text("-o", "FILE", command.output, "where the model goes; nothing is kept without it");
  line.flag("--resume", command.resume, "go on from the state that an earlier run left");
  line.text("--save-every", "N", command.saveEvery,
            "save the state every N steps, or seconds as 30s; 60s if absent, and at the\n"
            "end of every epoch");
  line.text("--log", "FILE.jsonl", command.log,
            "tell every step and epoch as a line of JSON; --resume goes on with it");
  line.text("--curves", "FILE.svg", command.curves, "draw the loss and the learning rate");
  line.flag("--find-lr", command.findRate,
            "suggest a learning rate: 200 steps at growing rates, the loss over them in\n"
            "--curves FILE.svg");
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
