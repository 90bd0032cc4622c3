//===- Bench.h - What the commands that time a model share --------------------===//
#ifndef WEIR_TOOLS_WEIR_BENCH_H
#define WEIR_TOOLS_WEIR_BENCH_H

#include "CompileArguments.h"
#include "ModelSource.h"

#include "weir/Execution/Jit.h"

namespace weir {

/// The command line of `weir bench` and `weir profile`.
struct BenchArguments {
  ModelArguments source;
  CompileArguments compile;
  int64_t batch = 1, threads = 1, runs = 0, seconds = 2;
  bool json = false;

  // With `bench --train` only.
  bool train = false;
  std::vector<std::string> statements, inputs;

  /// The options to compile with: for the batch that is run, unless another is said.
  Result<CompileOptions> compileOptions() const;
  /// The model with its weights, and how often it is run, on how much.
  void declareRuns(CommandLine &line);
};

/// The seconds of many runs, sorted.
struct RunTimes {
  std::vector<double> seconds;

  double quantile(double q) const { return seconds[size_t(q * double(seconds.size() - 1))]; }
  double median() const { return quantile(0.5); }
};

/// Calls `run` until the time, or the number of runs, that the arguments give is
/// over, after a tenth of the time to warm up. Ends early if `run` returns an error.
Result<RunTimes> timeRuns(const BenchArguments &arguments,
                          const std::function<Result<void>()> &run);

/// What is timed, and on what.
struct TimedModel {
  CompileOptions options;
  std::unique_ptr<LoadedModel> model; // with parameters
  std::unique_ptr<ThreadPool> pool;
  std::vector<Tensor> inputs; // random
};
/// Reads the model that the arguments name, and tunes it if they say so. Nothing if the user
/// made a mistake, which has been said.
std::optional<TimedModel> loadTimedModel(const BenchArguments &arguments);

/// timeRuns(), with the machine's peak in operations per second: the better one of before
/// and after, in case the machine changes its mind in between.
struct PeakAndTimes {
  double peak;
  RunTimes times;
};
Result<PeakAndTimes> timeBesidePeak(const BenchArguments &arguments, const TimedModel &timed,
                                    const std::function<Result<void>()> &run);

/// "model NAME, batch 8, 2 threads".
std::string describeRun(const std::string &model, const BenchArguments &arguments);

/// Everything that one call of the compiled code needs, allocated once.
struct Call {
  std::vector<const void *> inputs;
  std::vector<Tensor> outputTensors;
  std::vector<void *> outputs;
  AlignedBytes arena;
  weir_frame frame = {};
};

/// A call on inputs that must outlive it. `pool` may be null.
Result<std::unique_ptr<Call>> makeCall(const JitModel &jit, const std::vector<Tensor> &inputs,
                                       int64_t batch, ThreadPool *pool);

/// "12.34 us", "1.234 ms", "1.234 s".
std::string formatDuration(double seconds);

/// `weir bench --train`: steps of training on random data.
int benchTraining(const BenchArguments &arguments);

} // namespace weir

#endif
