//===- TrainingObserver.h - what a training tells whoever watches ---------*- C++ -*-===//
//
// The loop that trains prints nothing. Progress bars, logs and pictures of curves are
// observers.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_TRAINING_TRAININGOBSERVER_H
#define WEIR_TRAINING_TRAININGOBSERVER_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// What is known before the first step.
struct TrainingOutline {
  std::string model;
  int64_t epochs = 1;
  int64_t firstStep = 1; ///< above 1 if the training is resumed
  int64_t steps = 0;     ///< of the whole training, those before firstStep included
  int64_t batch = 0;     ///< examples in a step
  int64_t trainExamples = 0, validExamples = 0;
  std::vector<std::string> metrics;   ///< their names, in the order of EpochReport
  std::vector<std::string> scheduled; ///< what the schedule sets, "lr" first
};

struct StepReport {
  int64_t step = 0;  ///< from 1 on, over all epochs
  int64_t epoch = 0; ///< from 1 on
  int64_t examples = 0;
  double loss = 0;               ///< the mean over the step's examples, before the update
  std::vector<double> scheduled; ///< the values of TrainingOutline::scheduled in this step
  double seconds = 0;            ///< since the training (or its resumption) began
};

/// The loss and the metrics over a whole set of examples.
struct Scores {
  double loss = 0;
  std::vector<double> metrics;
  /// Some area under a curve is NaN for want of examples of one of its two classes.
  bool oneClass = false;
};

struct EpochReport {
  int64_t epoch = 0; ///< from 1 on
  int64_t step = 0;  ///< the last one of the epoch
  Scores train;      ///< as met during the epoch's steps, with dropout and the like
  std::optional<Scores> valid;
  bool best = false;    ///< whether this epoch is the best one so far
  double seconds = 0;   ///< since the training began
  double perSecond = 0; ///< examples learned from in a second, without validation
};

class TrainingObserver {
public:
  virtual ~TrainingObserver() = default;
  virtual void begin(const TrainingOutline &outline) {}
  virtual void step(const StepReport &report) {}
  virtual void epoch(const EpochReport &report) {}
  /// Before the training's state is saved. What was told until now is never told again by a
  /// training that is resumed.
  virtual void saving() {}
  /// After the last step, also of a training that was interrupted or failed.
  virtual void end() {}
};

} // namespace weir

#endif // WEIR_TRAINING_TRAININGOBSERVER_H
