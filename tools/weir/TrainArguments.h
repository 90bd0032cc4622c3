//===- TrainArguments.h - What the training commands are told -----------------===//
#ifndef WEIR_TOOLS_WEIR_TRAINARGUMENTS_H
#define WEIR_TOOLS_WEIR_TRAINARGUMENTS_H

#include "Command.h"

#include "weir/Runtime/ThreadPool.h"
#include "weir/Training/Checkpoint.h"

namespace weir {

/// The model, how it is trained, and on what.
struct TrainArguments {
  std::string path, model;
  std::vector<std::string> sets, statements;
  int64_t epochs = 0, batch = 0; // 0: as the text says
  std::string rate;              // "" as the text says
  DataArguments data;

  void declare(CommandLine &line);
  /// Reads the model's text and what the options say of it.
  Result<TrainingSource> source() const;
};

/// --data for what has been trained.
void declareData(CommandLine &line, DataArguments &data);

/// The number of --lr, which isn't negative.
Result<double> parseRate(const std::string &text);

/// The whole number or the seconds of --save-every: "200", "30s".
Result<void> parseSaveEvery(const std::string &text, int64_t &steps, double &seconds);

/// A checkpoint with its training, built from the text that it holds. Diagnostics go to
/// standard error.
struct LoadedCheckpoint {
  Checkpoint checkpoint;
  LoadedTraining loaded;
};
Result<LoadedCheckpoint> loadCheckpoint(const std::string &path);

/// Reads the data that --data names, as the checkpoint's training data was read.
Result<RawData> readFor(const LoadedCheckpoint &model, const DataArguments &data);
/// Encodes it (see DataFormat), and tells the user of cells that are read as unknown.
Result<Dataset> encodeFor(const LoadedCheckpoint &model, RawData &raw, bool withTargets);

} // namespace weir

#endif
