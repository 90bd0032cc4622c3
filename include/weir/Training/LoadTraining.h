//===- LoadTraining.h - A training from text, its ports and its data ------===//
#ifndef WEIR_TRAINING_LOADTRAINING_H
#define WEIR_TRAINING_LOADTRAINING_H

#include "weir/Frontend/Training.h"
#include "weir/Training/BindData.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"

namespace weir {

/// All that the functions of a training are made from.
struct TrainingSource {
  std::string path; ///< the text's name in messages
  std::string text;
  std::string model; ///< which one, if the text has several
  llvm::StringMap<Binding> sizes;
  TrainingOverrides overrides;
};

/// A training whose module can be compiled.
struct LoadedTraining {
  LoadedTraining() = default;
  LoadedTraining(LoadedTraining &&) = default;
  // A module goes before the context that it lives in.
  LoadedTraining &operator=(LoadedTraining &&other) {
    training = std::move(other.training);
    context = std::move(other.context);
    sources = std::move(other.sources);
    ports = std::move(other.ports);
    results = std::move(other.results);
    return *this;
  }

  std::unique_ptr<llvm::SourceMgr> sources; // what locations point into
  std::unique_ptr<mlir::MLIRContext> context;
  Training training;
  std::vector<Port> ports;          ///< of @train: the model's inputs, then the targets
  std::vector<std::string> results; ///< of @train: the loss, then what metrics are made of
};

/// Builds it. What the frontend reports, warnings too, is appended to `diagnostics`.
Result<LoadedTraining> loadTraining(const TrainingSource &source, std::string &diagnostics);

/// A module that holds a copy of @train alone.
mlir::OwningOpRef<mlir::ModuleOp> copyTrainFunction(mlir::ModuleOp module);
/// A module that holds a copy of the model alone.
mlir::OwningOpRef<mlir::ModuleOp> copyModelFunction(mlir::ModuleOp module);

/// A training together with what it learns from.
struct PreparedTraining {
  LoadedTraining loaded;
  TrainingData data;
};

/// Reads the data, binds the model's sizes to it (and adds them to `source.sizes`) and
/// builds the training.
Result<PreparedTraining> prepareTraining(TrainingSource &source, const DataArguments &arguments,
                                         std::string &diagnostics);

} // namespace weir

#endif
