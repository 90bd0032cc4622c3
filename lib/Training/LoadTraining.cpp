//===- LoadTraining.cpp - A training from text, its ports and its data ----===//

#include "weir/Training/LoadTraining.h"

#include "weir/Execution/Compiler.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace weir {

static OwningOpRef<ModuleOp> copyFunction(func::FuncOp function) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  module->getBody()->push_back(function->clone());
  return module;
}

OwningOpRef<ModuleOp> copyTrainFunction(ModuleOp module) {
  return copyFunction(module.lookupSymbol<func::FuncOp>("train"));
}

OwningOpRef<ModuleOp> copyModelFunction(ModuleOp module) {
  return copyFunction(*module.getOps<func::FuncOp>().begin());
}

static Error errorsIn(const TrainingSource &source, const Diagnostics &messages) {
  return fail("{}: {} error{}, see above", source.path, messages.errors(),
              messages.errors() == 1 ? "" : "s");
}

Result<LoadedTraining> loadTraining(const TrainingSource &source, std::string &diagnostics) {
  LoadedTraining loaded;
  loaded.sources = std::make_unique<llvm::SourceMgr>();
  loaded.context = createContext();
  ModelOptions options;
  options.bindings = source.sizes;
  options.modelName = source.model;
  Diagnostics messages(loaded.sources.get());
  std::optional<Training> training =
      loadTrainingFromText(source.text, source.path, *loaded.sources, *loaded.context, options,
                           source.overrides, messages);
  diagnostics += messages.str();
  if (!training)
    return errorsIn(source, messages);
  loaded.training = std::move(*training);
  OwningOpRef<ModuleOp> train = copyTrainFunction(*loaded.training.module);
  Signature signature = readSignature(*train);
  const std::vector<std::string> &targets = loaded.training.plan.targets;
  size_t inputs = signature.inputs.size() - targets.size();
  for (size_t i = 0; i < signature.inputs.size(); ++i)
    loaded.ports.push_back({std::move(signature.inputs[i]), i >= inputs});
  for (Signature::Output &output : signature.outputs)
    loaded.results.push_back(std::move(output.name));
  return loaded;
}

//===----------------------------------------------------------------------===//
// With data
//===----------------------------------------------------------------------===//

Result<PreparedTraining> prepareTraining(TrainingSource &source, const DataArguments &arguments,
                                         std::string &diagnostics) {
  llvm::SourceMgr sources;
  MLIRContext context(MLIRContext::Threading::DISABLED);
  ModelOptions options;
  options.bindings = source.sizes;
  options.modelName = source.model;
  Diagnostics messages(&sources);
  std::optional<Outline> outline = outlineInputsFromText(source.text, source.path, sources, context,
                                                         options, source.overrides, messages);
  if (!outline) {
    diagnostics += messages.str();
    return errorsIn(source, messages);
  }
  Result<DataBinder> binder = DataBinder::create(arguments, *outline);
  if (!binder)
    return binder.takeError();
  for (const auto &[size, value] : binder->sizes())
    source.sizes[size] = value;
  source.model = outline->model;

  Result<LoadedTraining> loaded = loadTraining(source, diagnostics);
  if (!loaded)
    return loaded.takeError();
  Result<TrainingData> data = std::move(*binder).encode(loaded->ports);
  if (!data)
    return data.takeError();
  return PreparedTraining{std::move(*loaded), std::move(*data)};
}

} // namespace weir
