//===- AdaptRows.h - Rows for what a trained model has never met ----------===//
//
// The cold start: from a few examples of a new user (or film, or word) only the rows that
// belong to it are learned, against a model that stays as it is.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TRAINING_ADAPTROWS_H
#define WEIR_TRAINING_ADAPTROWS_H

#include "weir/Training/Checkpoint.h"
#include "weir/Training/TrainStep.h"

namespace weir {

struct AdaptOptions {
  int64_t steps = 0; ///< for each new category, each of all its examples; 1 or more
  uint64_t seed = 0;
  CompileOptions compile;
};

class RowAdapter {
public:
  /// Gives `labels`, which the model doesn't know, the next ids of the input `input`: its
  /// tables grow by rows that start at the mean of those of all known categories.
  /// `overrides` are for this fitting only and replace those of the checkpoint as they
  /// would the block's. Refuses inputs without categories or tables, models whose tables can't
  /// grow, and a clip_norm among the overrides; that of the training block doesn't apply.
  /// Diagnostics of the frontend are appended to `diagnostics`.
  static Result<std::unique_ptr<RowAdapter>> create(Checkpoint checkpoint, const std::string &input,
                                                    std::span<const std::string> labels,
                                                    const TrainingOverrides &overrides,
                                                    AdaptOptions options, std::string &diagnostics);
  ~RowAdapter();

  /// How data is read, and what the model takes: new categories have their ids.
  const DataFormat &format() const;
  const std::vector<Port> &ports() const;
  /// The id of the first new category.
  int64_t firstId() const;

  /// The mean loss over the examples before the first step and before the last one.
  struct Fit {
    double before = 0, after = 0;
  };
  /// Learns the rows of one new category from those examples of a data set that has the
  /// ports as its fields. No other number of the model changes, not by a bit: dropout is
  /// off, batch norms keep their statistics. The optimizer starts afresh and its
  /// schedule goes over AdaptOptions::steps.
  Result<Fit> fit(int64_t id, const Dataset &dataset, std::span<const int64_t> examples,
                  ThreadPool *pool);

  /// The model with its new rows. There is no training to go on with in it.
  Checkpoint finish() &&;

private:
  struct Impl;
  explicit RowAdapter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace weir

#endif
