//===- Training.h - From a training block to functions and a plan ---------===//
//
// Turns a model and the `training` block beside it into functions of the weir
// dialect and a plan of plain values. docs/training.md describes the language.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_TRAINING_H
#define WEIR_FRONTEND_TRAINING_H

#include "weir/Frontend/Frontend.h"
#include "weir/Frontend/TrainingPlan.h"

#include "mlir/IR/BuiltinOps.h"

namespace weir {

/// What is said from outside, and beats the text.
struct TrainingOverrides {
  /// Statements as in a training block, "epochs 3" or "optimizer sgd(lr: 0.1)".
  /// They replace the block's statements of their kind; targets and lets are
  /// added. A file without a training block can be trained by these alone.
  std::vector<std::string> statements;
  /// Arguments for the optimizer and for the schedule, whatever these are:
  /// {"lr", 0.01}.
  llvm::StringMap<Binding> optimizerArguments, scheduleArguments;
};

/// A module of three functions:
///
/// 1. @<Model>: as `loadModel` makes it.
/// 2. @train(inputs..., targets...) -> (loss, metric results...): the model with
///    its loss, each result a tensor<?xf32>, one number per example. Targets
///    have the argument attribute `weir.target`; results are named by
///    `weir.name`. Dropout and batch norm stay as they are in @<Model>, so that a
///    copy of @train in inference form evaluates validation data.
/// 3. @optimizer(value, gradient, states..., hypers...) -> (value', states'...):
///    one element, all tensor<f32>. States have the attribute `weir.state` (their
///    initial value, f64), hypers `weir.hyper`.
struct Training {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  TrainingPlan plan;
};

/// Reads, parses and elaborates a file with a training block. Nothing if there
/// were errors.
std::optional<Training> loadTraining(llvm::StringRef path, llvm::SourceMgr &sources,
                                     mlir::MLIRContext &context, const ModelOptions &options,
                                     const TrainingOverrides &overrides, Diagnostics &diagnostics);
/// The same for text in memory; `name` stands for the file in messages.
std::optional<Training> loadTrainingFromText(llvm::StringRef text, llvm::StringRef name,
                                             llvm::SourceMgr &sources, mlir::MLIRContext &context,
                                             const ModelOptions &options,
                                             const TrainingOverrides &overrides,
                                             Diagnostics &diagnostics);

/// What a text says about a model beside its function.
struct ModelNotes {
  /// The plan of the training block, if there is one.
  std::optional<TrainingPlan> plan;
  /// The tables whose rows have the recommended length of an embedding, as the
  /// text gives none: names of parameters.
  std::vector<std::string> recommended;
};

/// As `loadModel` without notes.
mlir::OwningOpRef<mlir::ModuleOp> loadModel(llvm::StringRef path, llvm::SourceMgr &sources,
                                            mlir::MLIRContext &context, const ModelOptions &options,
                                            ModelNotes &notes, Diagnostics &diagnostics);

/// The names of the prelude's optimizers and schedules, sorted.
std::vector<std::string> preludeOptimizers();
std::vector<std::string> preludeSchedules();

} // namespace weir

#endif
