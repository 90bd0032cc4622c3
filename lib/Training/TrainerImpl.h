//===- TrainerImpl.h - What a Trainer holds (private) ---------------------===//
//
// Trainer.cpp begins, steps and ends epochs; TrainerState.cpp saves, restores and explains.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_LIB_TRAINING_TRAINERIMPL_H
#define WEIR_LIB_TRAINING_TRAINERIMPL_H

#include "weir/Data/Prefetcher.h"
#include "weir/Training/Trainer.h"

namespace weir {

struct Trainer::Impl {
  PreparedTraining prepared;
  TrainingSource source;
  TrainerOptions options;
  ThreadPool *pool = nullptr;
  std::vector<TrainingObserver *> observers;

  std::unique_ptr<TrainStep> step;
  std::unique_ptr<Evaluator> evaluator;
  mlir::OwningOpRef<mlir::ModuleOp> forward; // @train, to look for what isn't finite
  Signature model;
  bool hasBuffers = false;

  TrainingProgress progress;
  std::string lastScores; // of the last epoch, for the state's metadata
  int64_t stepsPerEpoch = 0;
  double started = 0, epochStarted = 0, lastSave = 0;
  int64_t firstStep = 1, epochExamples = 0; // of this run and epoch, for the speed
  bool stateSaved = false;                  // there is a state of this training on disk
  TrainingOutcome outcome;

  const TrainingPlan &plan() const { return prepared.loaded.training.plan; }
  int64_t steps() const { return stepsPerEpoch * plan().epochs; }

  static double now(); // seconds

  Result<void> compile();
  void describeOutline();
  Result<bool> takeStep(const Batch &batch);
  Result<void> finishEpoch(int64_t epoch);
  Result<ParameterFile> copyParameters() const;
  Result<ParameterFile> copyStates() const;
  Result<void> saveModel();
  Result<void> saveState();
  bool isBetter(const EpochReport &report, double &score) const;
  Result<std::unique_ptr<Prefetcher>> draw(int64_t epoch, int64_t firstStep) const;
  Result<std::string> explainNonFinite(int64_t epoch, int64_t stepInEpoch);
  Result<void> restart();
  Result<void> restore(Checkpoint checkpoint);
};

} // namespace weir

#endif
