//===- Trainer.h - From the first step to the last --------------------------===//
#ifndef WEIR_TRAINING_TRAINER_H
#define WEIR_TRAINING_TRAINER_H

#include "weir/Training/Checkpoint.h"
#include "weir/Training/Evaluator.h"
#include "weir/Training/TrainStep.h"

#include <atomic>

namespace weir {

struct TrainerOptions {
  uint64_t seed = 0;
  /// Where the best epoch's model goes, and beside it (see lastPath) the state to go on
  /// from. Empty: nothing is written.
  std::string output;
  /// The state is also written whenever this many steps or seconds have passed; 0: not.
  int64_t saveSteps = 0;
  double saveSeconds = 60;
  CompileOptions compile;
};

/// How a training ended.
struct TrainingOutcome {
  enum Kind { Finished, Interrupted } kind = Finished;
  int64_t epoch = 0, step = 0;     ///< of the last step, from 1 on, the step over all epochs
  std::optional<EpochReport> last; ///< the last epoch that was finished in this run
  std::optional<EpochReport> kept; ///< the one whose parameters are in `output`, likewise
  int64_t keptEpoch = 0;           ///< its number, also if it was before a resumption
};

/// Draws the batches, takes the steps, evaluates, saves. Two runs of the same source,
/// data and options give the same parameters to the last bit, whatever the number of
/// threads, and whether they were interrupted and resumed or not.
class Trainer {
public:
  /// Compiles the step and, if there is something to measure, the evaluation.
  /// `observers` and `pool` must outlive the Trainer; `pool` may be null.
  static Result<std::unique_ptr<Trainer>> create(PreparedTraining prepared, TrainingSource source,
                                                 TrainerOptions options, ThreadPool *pool,
                                                 std::vector<TrainingObserver *> observers = {});
  ~Trainer();

  /// Starts from where a checkpoint stands. Refuses one without a state to go on from, and
  /// one of another model, other settings or other data.
  Result<void> resume(Checkpoint checkpoint);

  /// Trains to the end, or until `stop` becomes true: then the step at hand is finished
  /// and the state saved. Refuses to go on if the loss is no finite number: the error says
  /// where that began.
  Result<TrainingOutcome> run(const std::atomic<bool> &stop);

  const TrainingPlan &plan() const;
  const TrainingData &data() const;
  /// Steps of the whole training.
  int64_t steps() const;
  /// Why no epoch is chosen as the best although the training block asks for it: there is
  /// nothing to measure it with. Empty if that isn't so.
  std::string cannotChoose() const;

private:
  struct Impl;
  explicit Trainer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// "rmse 0.8893" and so on, the loss first, for people.
std::string describeScores(const TrainingPlan &plan, const Scores &scores);

} // namespace weir

#endif
