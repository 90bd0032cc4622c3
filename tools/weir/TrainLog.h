//===- TrainLog.h - A training, for tools that read it ------------------------===//
//
// JSON Lines: an object per line, with "event" saying which of these it is.
//
//   begin  model, epochs, first_step, steps, batch, train_examples, valid_examples,
//          metrics (their names), scheduled (the names of what the schedule sets)
//   step   step, epoch, examples, loss, scheduled (values by name), seconds
//   epoch  epoch, step, train and valid (the loss and the metrics by name; valid is
//          null if there is no such data), best, seconds, examples_per_second
//   end    nothing else
//
// A training that is resumed goes on with its log. Steps since the state was saved are taken
// again, so what the log says of them is dropped first: each step is there once, also if the
// training was killed.
//
// Numbers are written so that reading them gives the same doubles. JSON has no others than
// finite ones: those are the texts "NaN", "Infinity" and "-Infinity".
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_TRAINLOG_H
#define WEIR_TOOLS_WEIR_TRAINLOG_H

#include "weir/Runtime/Result.h"
#include "weir/Training/TrainingObserver.h"

#include <cstdio>
#include <memory>

namespace weir {

class TrainLog : public TrainingObserver {
public:
  /// Starts a log, or goes on with one if `append`, which keeps what it says of the steps
  /// before the first one. What is in the file is touched when the training begins, not
  /// before. Of the steps every `every`-th one is told, and the first.
  static Result<std::unique_ptr<TrainLog>> open(const std::string &path, bool append = false,
                                                int64_t every = 1);
  ~TrainLog() override;
  TrainLog(const TrainLog &) = delete;
  TrainLog &operator=(const TrainLog &) = delete;

  void begin(const TrainingOutline &outline) override;
  void step(const StepReport &report) override;
  void epoch(const EpochReport &report) override;
  void saving() override;
  void end() override;

  /// Why the log couldn't be written, if so. It is silent from there on.
  const std::optional<Error> &error() const { return failure; }

private:
  TrainLog(std::string path, FILE *file, bool append, int64_t every)
      : path(std::move(path)), file(file), append(append), every(every) {}
  void write(std::string text, bool flush);

  std::string path;
  FILE *file;
  bool append;
  int64_t every;
  TrainingOutline outline;
  double flushed = 0; // seconds of the training
  std::optional<Error> failure;
};

} // namespace weir

#endif
