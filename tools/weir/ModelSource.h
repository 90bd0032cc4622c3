//===- ModelSource.h - The model that a command works on ----------------------===//
//
// The options by which every command is told its model, and the model read
// accordingly.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_MODELSOURCE_H
#define WEIR_TOOLS_WEIR_MODELSOURCE_H

#include "Command.h"

#include "weir/Execution/Signature.h"
#include "weir/Frontend/TrainingPlan.h"
#include "weir/Runtime/ParameterFile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/SourceMgr.h"

namespace weir {

struct ModelOptions;

/// MODEL.weir, --set, --model, and for what runs --weights, --rename and --seed.
struct ModelArguments {
  std::string path, model, weights;
  std::vector<std::string> sets, renames;
  int64_t seed = 0;

  void declare(CommandLine &line);
  void declareWeights(CommandLine &line);
};

/// What the context of a model must be able to do.
enum class ContextUse { Look, Compile };

/// A model in the weir dialect with its parameters.
struct LoadedModel {
  std::unique_ptr<llvm::SourceMgr> sources; // what locations point into
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Signature signature;
  std::optional<TrainingPlan> plan;     // of the training block, if there is one
  std::vector<std::string> recommended; // tables with the recommended length of rows
  ParameterFile parameters;             // of --weights, renamed; empty until initialize() without
  double seconds = 0;                   // how long reading the text took

  /// Without --weights: parameters as their initializers say. Tells the user so.
  Result<void> initialize(const ModelArguments &arguments);
};

/// What --set and --model say.
Result<void> readBindings(const ModelArguments &arguments, ModelOptions &options);

/// The tensors of --weights, with the names that --rename gives them.
Result<ParameterFile> readWeights(const ModelArguments &arguments);

/// Reads the model and, if --weights was given, its parameters, and checks that they
/// fit. Null if the user made a mistake, which has been said.
std::unique_ptr<LoadedModel> loadModel(const ModelArguments &arguments, ContextUse use);

} // namespace weir

#endif
