//===- TrainerTest.cpp - Whole trainings: what they learn, resume, refuse -----===//

#include "TrainerTestSupport.h"

using namespace weir;
using namespace weir::test;

namespace {

// Remembers what it was told, and stops the training in a step.
struct Recorder : TrainingObserver {
  std::atomic<bool> stop = false;
  int64_t stopAt = 0;
  std::vector<double> losses;
  std::vector<EpochReport> epochs;
  int ends = 0;

  void step(const StepReport &report) override {
    losses.push_back(report.loss);
    if (report.step == stopAt)
      stop = true;
  }
  void epoch(const EpochReport &report) override { epochs.push_back(report); }
  void end() override { ++ends; }
};

class TrainerTest : public ::testing::Test {
protected:
  void SetUp() override { expectOk(writeFile(folder.file("r.csv"), ratingsCsv())); }

  struct Run {
    std::string output = "";
    int threads = 1;
    int64_t stopAt = 0, saveSteps = 0;
    bool resume = false;
    uint64_t seed = 1;
    std::vector<std::string> statements = {};
    const char *model = kRatings;
    std::string data = "";
  };

  Result<TrainingOutcome> train(const Run &run, Recorder &recorder) {
    TrainingSource source = sourceOf(run.model);
    source.overrides.statements = run.statements;
    DataArguments data{.data = {run.data.empty() ? folder.file("r.csv") : run.data},
                       .splitFraction = "0.2",
                       .seed = run.seed};
    Result<PreparedTraining> prepared = prepare(source, data);
    if (!prepared)
      return prepared.takeError();
    pool = std::move(*ThreadPool::create(run.threads));
    TrainerOptions options;
    options.seed = run.seed;
    options.output = run.output.empty() ? "" : folder.file(run.output);
    options.saveSteps = run.saveSteps;
    auto trainer = Trainer::create(std::move(*prepared), source, options, pool.get(), {&recorder});
    if (!trainer)
      return trainer.takeError();
    if (run.resume) {
      Result<Checkpoint> state = readCheckpoint(lastPath(options.output));
      if (!state)
        return state.takeError();
      if (Result<void> resumed = (*trainer)->resume(std::move(*state)); !resumed)
        return resumed.takeError();
    }
    recorder.stopAt = run.stopAt;
    return (*trainer)->run(recorder.stop);
  }
  Result<TrainingOutcome> train(const Run &run) {
    Recorder recorder;
    return train(run, recorder);
  }
  void expectSameFiles(const std::string &a, const std::string &b) {
    for (auto [first, second] : {std::pair(folder.file(a), folder.file(b)),
                                 std::pair(lastPath(folder.file(a)), lastPath(folder.file(b)))}) {
      Result<FileBytes> left = readFile(first), right = readFile(second);
      ASSERT_TRUE(left.ok() && right.ok());
      EXPECT_TRUE(left->text() == right->text()) << first << " and " << second << " differ";
    }
  }

  TemporaryFolder folder;
  std::unique_ptr<ThreadPool> pool;
};

} // namespace

TEST_F(TrainerTest, learnsAndTellsOfIt) {
  Recorder recorder;
  Result<TrainingOutcome> outcome =
      train({.output = "m.safetensors", .statements = {"epochs 12"}}, recorder);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->kind, TrainingOutcome::Finished);
  EXPECT_EQ(outcome->step, 120); // 160 examples, batch 16
  ASSERT_EQ(recorder.epochs.size(), 12u);
  EXPECT_EQ(recorder.losses.size(), 120u);
  EXPECT_EQ(recorder.ends, 1);
  const EpochReport &first = recorder.epochs.front(), &last = recorder.epochs.back();
  EXPECT_LT(last.train.loss, 0.5 * first.train.loss);
  ASSERT_TRUE(last.valid);
  EXPECT_NEAR(last.valid->metrics[0] * last.valid->metrics[0], last.valid->loss, 1e-6);
  // The mean of the steps' losses is the epoch's.
  double sum = 0;
  for (size_t i = 0; i < 10; ++i)
    sum += recorder.losses[i];
  EXPECT_NEAR(sum / 10, first.train.loss, 1e-6);
  // The one that is kept is the best one.
  double best = 1e9;
  for (const EpochReport &report : recorder.epochs)
    best = std::min(best, report.valid->metrics[0]);
  EXPECT_EQ(outcome->kept->valid->metrics[0], best);

  // Its file needs nothing else, and scores what was said.
  Result<Checkpoint> model = readCheckpoint(folder.file("m.safetensors"));
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_FALSE(model->progress);
  EXPECT_EQ(model->states.size(), 0u);
  std::string diagnostics;
  Result<LoadedTraining> loaded = loadTraining(model->source, diagnostics);
  ASSERT_TRUE(loaded.ok()) << diagnostics;
  auto evaluator = Evaluator::compile(*loaded->training.module, CompileOptions());
  ASSERT_TRUE(evaluator.ok());
  TrainingSource source = sourceOf(kRatings);
  Result<PreparedTraining> again =
      prepare(source, {.data = {folder.file("r.csv")}, .splitFraction = "0.2", .seed = 1});
  Result<Scores> scores = (*evaluator)
                              ->run(model->parameters, loaded->training.plan, again->data.dataset,
                                    again->data.validRows, nullptr);
  ASSERT_TRUE(scores.ok());
  EXPECT_EQ(scores->metrics[0], best);
}

TEST_F(TrainerTest, sameBitsForAnyNumberOfThreads) {
  expectOk(train({.output = "a.safetensors", .threads = 1}));
  expectOk(train({.output = "b.safetensors", .threads = 2}));
  expectSameFiles("a.safetensors", "b.safetensors");
}

TEST_F(TrainerTest, resumesToTheSameBits) {
  Recorder whole;
  expectOk(train({.output = "a.safetensors"}, whole));
  for (int threads : {1, 2})
    for (int64_t stop : {1, 9, 10, 17}) {
      Recorder before, after;
      Result<TrainingOutcome> broken =
          train({.output = "b.safetensors", .threads = threads, .stopAt = stop}, before);
      ASSERT_TRUE(broken.ok()) << broken.error().message;
      EXPECT_EQ(broken->kind, TrainingOutcome::Interrupted);
      EXPECT_EQ(broken->step, stop);
      EXPECT_EQ(before.ends, 1);
      Result<TrainingOutcome> resumed =
          train({.output = "b.safetensors", .threads = 3 - threads, .saveSteps = 3, .resume = true},
                after);
      ASSERT_TRUE(resumed.ok()) << resumed.error().message;
      EXPECT_EQ(resumed->kind, TrainingOutcome::Finished);
      expectSameFiles("a.safetensors", "b.safetensors");
      std::vector<double> losses = before.losses;
      losses.insert(losses.end(), after.losses.begin(), after.losses.end());
      EXPECT_EQ(losses, whole.losses);
      EXPECT_EQ(after.epochs.back().train.loss, whole.epochs.back().train.loss);
    }
}

TEST_F(TrainerTest, anotherSeedIsAnotherTraining) {
  Recorder one, two;
  expectOk(train({.seed = 1}, one));
  expectOk(train({.seed = 2}, two));
  EXPECT_NE(one.losses, two.losses);
}

TEST_F(TrainerTest, resumeRefusesAnotherTraining) {
  expectOk(train({.output = "a.safetensors", .stopAt = 5}));
  auto refuses = [&](Run run, const char *message) {
    run.output = "a.safetensors";
    run.resume = true;
    expectRefused(train(run), message);
  };
  refuses({.statements = {"optimizer adam()"}}, "differs in the statements");
  refuses({.seed = 2}, "differs in");
  std::string other = ratingsCsv();
  other.replace(other.rfind(",") + 1, 1, "9");
  expectOk(writeFile(folder.file("other.csv"), other));
  refuses({.data = folder.file("other.csv")}, "the examples to learn from");
  // A finished model is no state.
  expectOk(train({.output = "a.safetensors"}));
  std::filesystem::copy_file(folder.file("a.safetensors"), lastPath(folder.file("a.safetensors")),
                             std::filesystem::copy_options::overwrite_existing);
  refuses({}, "no state to go on from");
}

TEST_F(TrainerTest, aFinishedTrainingResumesToNothing) {
  expectOk(train({.output = "a.safetensors"}));
  Recorder recorder;
  Result<TrainingOutcome> outcome = train({.output = "a.safetensors", .resume = true}, recorder);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->kind, TrainingOutcome::Finished);
  EXPECT_EQ(outcome->step, 0);
  EXPECT_TRUE(recorder.losses.empty());
}

// Between the new model and its own state, a state that is there would be another training's.
TEST_F(TrainerTest, aNewModelRemovesAnothersState) {
  struct Watcher : Recorder {
    std::string state;
    std::vector<bool> there;
    void epoch(const EpochReport &report) override {
      there.push_back(std::filesystem::exists(state));
    }
  } watcher;
  watcher.state = lastPath(folder.file("a.safetensors"));
  expectOk(train({.output = "a.safetensors", .stopAt = 5}));
  ASSERT_TRUE(std::filesystem::exists(watcher.state));
  expectOk(train({.output = "a.safetensors", .statements = {"epochs 2"}}, watcher));
  EXPECT_EQ(watcher.there, (std::vector<bool>{false, true}));
  // One that goes on keeps what it goes on from.
  watcher.there.clear();
  expectOk(train({.output = "a.safetensors", .stopAt = 5}));
  expectOk(train({.output = "a.safetensors", .resume = true}, watcher));
  EXPECT_EQ(watcher.there.front(), true);
}

TEST_F(TrainerTest, aLossThatExplodesEndsTheTraining) {
  expectOk(train({.output = "a.safetensors", .stopAt = 5}));
  Result<FileBytes> before = readFile(lastPath(folder.file("a.safetensors")));
  Recorder recorder;
  Result<TrainingOutcome> outcome = train(
      {.output = "b.safetensors", .statements = {"optimizer sgd(lr: 1e20)", "schedule constant"}},
      recorder);
  expectRefused(outcome, "the loss is no finite number in step 2 (epoch 1): ");
  expectRefused(outcome, "of 'dot' at m.weir:");
  expectRefused(outcome, "lower the learning rate");
  EXPECT_EQ(recorder.ends, 1);
  EXPECT_FALSE(std::filesystem::exists(folder.file("b.safetensors")));

  // The logarithm of nothing, with its own hint.
  const char *model = "model M(users: size) {\n input user: index<users>\n"
                      "  let p = embedding(user, 1)\n  output y = relu(p) }\n"
                      "training M { target given: f32\n data given from rating\n"
                      "  loss mean(given * log(y))\n optimizer sgd(lr: 0.1) }\n";
  outcome = train({.model = model});
  expectRefused(outcome, "in step 1 (epoch 1)");
  expectRefused(outcome, "weir.log");
  expectRefused(outcome, "the logarithm of 0");
}

TEST_F(TrainerTest, aModelWithoutABestKeepsTheLast) {
  Result<TrainingOutcome> outcome =
      train({.output = "m.safetensors", .statements = {"best train.loss max"}});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->keptEpoch, 1) << "the loss falls, so its largest value is the first";
  std::string model = kRatings;
  model.erase(model.find("  best"), std::string("  best valid.rmse min\n").size());
  outcome = train({.output = "m.safetensors", .model = model.c_str()});
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->keptEpoch, 3);
}

// A last batch of one example says nothing of a deviation.
TEST_F(TrainerTest, batchNormSurvivesALoneExample) {
  const char *model = "model M() {\n input rating: f32[1]\n"
                      "  output y = linear(rating, 4) |> batch_norm |> relu |> linear(1) }\n"
                      "training M { target t: f32\n data t from rating\n"
                      "  loss mse(y, t)\n optimizer sgd(lr: 0.01)\n epochs 2\n batch 53 }\n";
  Result<TrainingOutcome> outcome = train({.output = "m.safetensors", .model = model});
  ASSERT_TRUE(outcome.ok()) << outcome.error().message; // 160 is 3 * 53 + 1
  EXPECT_TRUE(std::isfinite(outcome->last->valid->loss));
  EXPECT_LT(outcome->last->valid->loss, 1e3);
}
