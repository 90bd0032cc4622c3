//===- ObserversTest.cpp - What watches a training ----------------------------===//

#include "Curves.h"
#include "ProgressBar.h"
#include "RuntimeTestSupport.h"
#include "TrainLog.h"
#include "weir/Runtime/File.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace weir;

namespace {
// What is written to a FILE.
class Captured {
public:
  Captured() : file(open_memstream(&memory, &size)) {}
  ~Captured() {
    std::fclose(file);
    std::free(memory);
  }
  std::string text() {
    std::fflush(file);
    return {memory, size};
  }
  char *memory = nullptr;
  size_t size = 0;
  FILE *file;
};
} // namespace

static TrainingOutline outline() {
  return {.model = "Movie",
          .epochs = 2,
          .firstStep = 1,
          .steps = 200,
          .batch = 64,
          .trainExamples = 6400,
          .validExamples = 100,
          .metrics = {"rmse", "a_metric_with_a_long_name"},
          .scheduled = {"lr", "momentum"}};
}

// Two epochs of a hundred steps, ten milliseconds each.
static void train(TrainingObserver &observer, TrainingOutline known = outline()) {
  observer.begin(known);
  for (int64_t step = 1; step <= 200; ++step) {
    observer.step({.step = step,
                   .epoch = (step + 99) / 100,
                   .examples = 64,
                   .loss = 1.0 + 1.0 / static_cast<double>(step),
                   .scheduled = {1e-3, 0.9},
                   .seconds = 0.01 * static_cast<double>(step)});
    if (step % 100 == 0)
      observer.epoch({.epoch = step / 100,
                      .step = step,
                      .train = {1.25, {0.5, 2e-7}},
                      .valid = known.validExamples ? std::optional<Scores>({1.5, {0.75, 123456.0}})
                                                   : std::nullopt,
                      .best = step == 100,
                      .seconds = 0.01 * static_cast<double>(step),
                      .perSecond = 6400});
  }
  observer.end();
}

TEST(ProgressBar, WithoutATerminalALinePerEpoch) {
  Captured out;
  ProgressBar bar(out.file, /*terminal=*/false);
  train(bar);
  EXPECT_EQ(out.text(), "                     loss                rmse  a_metric_with_a_long_name\n"
                        "epoch     train     valid     train     valid            train     valid"
                        "      time   examples/s\n"
                        "    1    1.2500    1.5000    0.5000    0.7500         2.00e-07  1.23e+05"
                        "     1.0 s        6,400  best\n"
                        "    2    1.2500    1.5000    0.5000    0.7500         2.00e-07  1.23e+05"
                        "     2.0 s        6,400\n");
}

TEST(ProgressBar, WithoutValidationNoColumnsForIt) {
  Captured out;
  ProgressBar bar(out.file, false);
  TrainingOutline known = outline();
  known.validExamples = 0;
  known.metrics = {};
  train(bar, known);
  EXPECT_EQ(out.text(), "           loss\n"
                        "epoch     train      time   examples/s\n"
                        "    1    1.2500     1.0 s        6,400  best\n"
                        "    2    1.2500     2.0 s        6,400\n");
}

TEST(ProgressBar, WhatIsntKnownIsADash) {
  Captured out;
  ProgressBar bar(out.file, false);
  TrainingOutline known = outline();
  known.metrics = {"auc"};
  bar.begin(known);
  size_t before = out.text().size();
  bar.epoch({.epoch = 1, .train = {1, {NAN}}, .valid = Scores{2, {0.75}}, .seconds = 3725});
  bar.epoch({.epoch = 2, .train = {1, {0.5}}, .valid = std::nullopt, .seconds = 90});
  EXPECT_EQ(out.text().substr(before),
            "    1    1.0000    2.0000         -    0.7500   1:02:05            0\n"
            "    2    1.0000         -    0.5000         -      1:30            0\n");
}

TEST(ProgressBar, TheLineIsRewrittenTenTimesASecond) {
  setenv("LC_ALL", "C", 1);
  Captured out;
  ProgressBar bar(out.file, true, 100);
  train(bar);
  std::string text = out.text();
  size_t lines = 0;
  for (size_t at = text.find("\repoch"); at != text.npos; at = text.find("\repoch", at + 1)) {
    ++lines;
    size_t end = text.find("\x1b[K", at);
    ASSERT_NE(end, text.npos);
    EXPECT_LT(end - at - 1, 100u);
  }
  EXPECT_GE(lines, 18u);
  EXPECT_LE(lines, 21u);
  // The row of the table stands where the line was.
  EXPECT_NE(text.find("\r\x1b[K    1    1.2500"), text.npos);
  // Half of the way, half of the time: 1.0 s for 101 steps.
  EXPECT_NE(text.find("========....."), text.npos);
  EXPECT_NE(text.find("  lr 1.00e-03      6,400/s   1.0 s left\x1b[K"), text.npos);
}

TEST(ProgressBar, NarrowTerminals) {
  for (int columns : {1, 10, 40, 70, 79}) {
    Captured out;
    ProgressBar bar(out.file, true, columns);
    bar.begin(outline());
    size_t before = out.text().size();
    bar.step({.step = 7, .epoch = 1, .examples = 64, .loss = NAN, .scheduled = {0.1, 0}});
    std::string line = out.text().substr(before);
    EXPECT_LE(line.size(), static_cast<size_t>(columns - 1) + 4) << line; // "\r" and "\x1b[K"
  }
}

TEST(ProgressBar, TimeLeftOfAResumedTraining) {
  Captured out;
  ProgressBar bar(out.file, true, 100);
  TrainingOutline known = outline();
  known.firstStep = 101;
  bar.begin(known);
  bar.step({.step = 150, .epoch = 2, .examples = 64, .loss = 1, .scheduled = {}, .seconds = 150});
  EXPECT_NE(out.text().find("    2:30 left"), std::string::npos); // fifty steps of three seconds
}

TEST(TrainLog, OneObjectPerLine) {
  test::TemporaryFolder directory;
  std::string path = directory.file("log.jsonl");
  auto log = TrainLog::open(path, false, 100);
  ASSERT_TRUE(log.ok()) << log.error().message;
  train(**log);
  EXPECT_FALSE((*log)->error());
  EXPECT_EQ(
      readFile(path)->text(),
      R"({"event":"begin","model":"Movie","epochs":2,"first_step":1,"steps":200,"batch":64,"train_examples":6400,"valid_examples":100,"metrics":["rmse","a_metric_with_a_long_name"],"scheduled":["lr","momentum"]}
{"event":"step","step":1,"epoch":1,"examples":64,"loss":2,"scheduled":{"lr":0.001,"momentum":0.9},"seconds":0.01}
{"event":"step","step":100,"epoch":1,"examples":64,"loss":1.01,"scheduled":{"lr":0.001,"momentum":0.9},"seconds":1}
{"event":"epoch","epoch":1,"step":100,"train":{"loss":1.25,"rmse":0.5,"a_metric_with_a_long_name":2e-07},"valid":{"loss":1.5,"rmse":0.75,"a_metric_with_a_long_name":123456},"best":true,"seconds":1,"examples_per_second":6400}
{"event":"step","step":200,"epoch":2,"examples":64,"loss":1.005,"scheduled":{"lr":0.001,"momentum":0.9},"seconds":2}
{"event":"epoch","epoch":2,"step":200,"train":{"loss":1.25,"rmse":0.5,"a_metric_with_a_long_name":2e-07},"valid":{"loss":1.5,"rmse":0.75,"a_metric_with_a_long_name":123456},"best":false,"seconds":2,"examples_per_second":6400}
{"event":"end"}
)");
}

TEST(TrainLog, NumbersAndNames) {
  test::TemporaryFolder directory;
  std::string path = directory.file("log.jsonl");
  {
    auto log = TrainLog::open(path);
    ASSERT_TRUE(log.ok());
    TrainingOutline known = outline();
    known.model = "a\"b\\c\nd é";
    (*log)->begin(known);
  }
  auto log = TrainLog::open(path, /*append=*/true);
  ASSERT_TRUE(log.ok());
  for (double loss : {0.1 + 0.2, 5e-324, double(NAN), double(INFINITY), -double(INFINITY)})
    (*log)->step({.step = 2, .loss = loss, .scheduled = {}});
  (*log)->end();
  std::string text(readFile(path)->text());
  EXPECT_NE(text.find(R"("model":"a\"b\\c\u000ad é")"), text.npos);
  for (const char *number :
       {"0.30000000000000004", "5e-324", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""})
    EXPECT_NE(text.find(fmt::format("\"loss\":{},", number)), text.npos) << number;
}

// Killed in step 150, though the state was that after step 100; the last line is torn.
TEST(TrainLog, AResumedTrainingTellsEachStepOnce) {
  test::TemporaryFolder directory;
  std::string path = directory.file("log.jsonl"), whole = directory.file("whole.jsonl");
  {
    auto log = TrainLog::open(whole);
    ASSERT_TRUE(log.ok());
    train(**log);
  }
  std::string text(readFile(whole)->text());
  size_t torn = text.find("\"step\":150,") + 20,
         after100 = text.find("{\"event\":\"step\",\"step\":101,");
  ASSERT_NE(after100, text.npos);
  ASSERT_TRUE(writeFile(path, std::string_view(text).substr(0, torn)).ok());
  auto log = TrainLog::open(path, /*append=*/true);
  ASSERT_TRUE(log.ok());
  TrainingOutline known = outline();
  known.firstStep = 101;
  (*log)->begin(known);
  std::string resumed(readFile(path)->text());
  EXPECT_TRUE(resumed.starts_with(text.substr(0, after100) + "{\"event\":\"begin\""));
  EXPECT_EQ(resumed.find('\n', after100), resumed.size() - 1); // begin and nothing else

  (*log)->step({.step = 101, .loss = 1, .scheduled = {}});
  EXPECT_EQ(readFile(path)->text().find("\"step\":101,"), std::string_view::npos);
  (*log)->saving(); // a state never knows of more than the log
  EXPECT_NE(readFile(path)->text().find("\"step\":101,"), std::string_view::npos);
}

TEST(TrainLog, SaysWhyItCantBeWritten) {
  auto log = TrainLog::open("/nowhere/at/all.jsonl");
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().message,
            "/nowhere/at/all.jsonl: can't be written: No such file or directory");
  auto full = TrainLog::open("/dev/full");
  ASSERT_TRUE(full.ok());
  train(**full);
  ASSERT_TRUE((*full)->error());
  EXPECT_EQ((*full)->error()->message, "/dev/full: can't be written: No space left on device");
}

TEST(Curves, ArePictures) {
  test::TemporaryFolder directory;
  std::string path = directory.file("curves.svg");
  Curves curves(path);
  train(curves);
  EXPECT_FALSE(curves.error());
  std::string text(readFile(path)->text());
  EXPECT_NE(text.find(">Movie: loss</text>"), text.npos);
  EXPECT_NE(text.find(">validation</text>"), text.npos);
  EXPECT_NE(text.find(">Learning rate</text>"), text.npos);
  EXPECT_TRUE(text.ends_with("</svg>\n"));

  Curves nowhere("/nowhere/at/all.svg");
  train(nowhere);
  EXPECT_TRUE(nowhere.error());
}

TEST(Curves, RateSearch) {
  std::vector<Point> losses;
  for (int i = 0; i < 200; ++i)
    losses.push_back({1e-7 * std::pow(1e8, i / 199.0), i < 150 ? 2.3 - i / 100.0 : 1e30});
  losses.push_back({20, NAN});
  std::string text = drawRateSearch("Movie", losses, 3e-3);
  EXPECT_NE(text.find("suggested: 3.0e-03"), text.npos);
  EXPECT_EQ(text.find("nan"), text.npos);
  EXPECT_TRUE(drawRateSearch("Movie", {}, 0).ends_with("</svg>\n"));
}
