//===- Checkpoint.h - A model with all that it needs, in one file ---------===//
//
// A safetensors file: parameters under PyTorch's names and, if the training is to go on,
// the optimizer's states under a prefix. The metadata holds the model's text, its sizes,
// how raw data becomes its inputs, and how far the training is.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TRAINING_CHECKPOINT_H
#define WEIR_TRAINING_CHECKPOINT_H

#include "weir/Runtime/ParameterFile.h"
#include "weir/Training/DataFormat.h"
#include "weir/Training/LoadTraining.h"

namespace weir {

/// Where a training stands between two steps.
struct TrainingProgress {
  uint64_t seed = 0;
  uint64_t fingerprint = 0; ///< of the examples, see TrainingData
  int64_t epochs = 0, batch = 0;
  int64_t epoch = 0, step = 0; ///< what comes next, from 0; the step within the epoch
  /// What the epoch has met so far: sums over its examples, by result of @train.
  std::vector<double> sums;
  int64_t examples = 0;
  std::optional<double> best; ///< the score of the best epoch
  int64_t bestEpoch = 0;      ///< from 1 on; 0 if there is none
};

struct Checkpoint {
  TrainingSource source;
  DataFormat format;
  std::string scores; ///< for people: "epoch 5, valid rmse 0.889"; may be empty
  std::optional<TrainingProgress> progress;
  ParameterFile parameters; ///< the model's
  ParameterFile states;     ///< the optimizer's, as TrainStep calls them
};

/// Reads a file that writeCheckpoint wrote. Refuses, saying what it found instead, what
/// is truncated or something else, and metadata that contradicts itself.
Result<Checkpoint> readCheckpoint(const std::string &path);

/// The file appears whole or not at all.
Result<void> writeCheckpoint(const std::string &path, Checkpoint checkpoint);

/// Takes the optimizer's states out of a file of parameters that is a checkpoint, so that
/// it holds the model's parameters only.
Result<ParameterFile> withoutStates(ParameterFile file);

/// How `source` and `other` differ, for a training that is to go on: "the model's text",
/// "--set users"; empty if they don't.
std::string describeDifference(const TrainingSource &source, const TrainingSource &other);

/// Where the state to go on from lies: "m.last.safetensors" beside "m.safetensors".
std::string lastPath(const std::string &path);

} // namespace weir

#endif
