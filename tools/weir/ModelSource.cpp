//===- ModelSource.cpp - The model that a command works on --------------------===//

#include "ModelSource.h"

#include "weir/Execution/Compiler.h"
#include "weir/Execution/Parameters.h"
#include "weir/Frontend/Training.h"
#include "weir/Training/Checkpoint.h"

#include "llvm/Support/raw_ostream.h"

namespace weir {

void ModelArguments::declare(CommandLine &line) {
  line.positional("MODEL.weir", path, "the file with the model");
  line.list("--set", "NAME=VALUE", sets, "bind a parameter of the model, as in --set users=672");
  line.text("--model", "NAME", model, "which model, if the file has several");
}

void ModelArguments::declareWeights(CommandLine &line) {
  line.text("--weights", "FILE", weights,
            "parameters, as safetensors; sizes that they determine need no --set.\n"
            "Without it the parameters start as their initializers say");
  line.list("--rename", "OLD=NEW", renames,
            "OLD is a tensor's name in the file, or the first words of names, as\n"
            "encoder in encoder.0.weight; NEW is what the model calls it");
  line.integer("--seed", "N", seed, 0, INT64_MAX,
               "for initializers and random inputs; 0 if absent");
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

// The name after renaming, or nothing if OLD isn't the name or its first words.
static std::optional<std::string> renamed(std::string_view name, std::string_view from,
                                          std::string_view to) {
  if (!name.starts_with(from) || (name.size() > from.size() && name[from.size()] != '.'))
    return std::nullopt;
  return std::string(to) + std::string(name.substr(from.size()));
}

static Result<ParameterFile> rename(ParameterFile file, const std::vector<std::string> &renames) {
  std::vector<std::pair<std::string, std::string>> rules;
  for (const std::string &text : renames) {
    auto rule = splitAssignment("--rename", text, "OLD=NEW, OLD being the file's name");
    if (!rule)
      return rule.takeError();
    rules.push_back(std::move(*rule));
  }
  std::vector<bool> used(rules.size(), false);
  ParameterFile result;
  result.metadata = file.metadata;
  for (const NamedTensor &entry : file) {
    std::string name = entry.name;
    for (size_t i = 0; i < rules.size(); ++i)
      if (auto other = renamed(entry.name, rules[i].first, rules[i].second)) {
        name = *other;
        used[i] = true;
        break;
      }
    if (Result<void> added = result.add(name, std::move(*file.find(entry.name))); !added)
      return inside("after --rename", added.takeError());
  }
  for (size_t i = 0; i < rules.size(); ++i)
    if (!used[i])
      return fail("--rename {}: the file has no tensor {}", renames[i], inQuotes(rules[i].first));
  return result;
}

Result<void> LoadedModel::initialize(const ModelArguments &arguments) {
  if (!arguments.weights.empty() || signature.parameters.empty())
    return {};
  note(fmt::format("no --weights: the parameters are initialized at random (seed {})",
                   arguments.seed));
  Result<ParameterFile> initial = initializeParameters(signature, arguments.seed);
  if (!initial)
    return initial.takeError();
  parameters = std::move(*initial);
  return {};
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

Result<void> readBindings(const ModelArguments &arguments, ModelOptions &options) {
  for (const std::string &text : arguments.sets) {
    auto sides = splitAssignment("--set", text, "NAME=VALUE");
    if (!sides)
      return sides.takeError();
    std::optional<Binding> value = parseBinding(sides->second);
    if (!value)
      return fail("--set {}: {} is neither a number nor true or false", text,
                  inQuotes(sides->second));
    if (!options.bindings.try_emplace(sides->first, *value).second)
      return fail("--set {}: {} is already set", text, inQuotes(sides->first));
  }
  options.modelName = arguments.model;
  return {};
}

Result<ParameterFile> readWeights(const ModelArguments &arguments) {
  Result<ParameterFile> file = readParameters(arguments.weights);
  if (file)
    file = withoutStates(std::move(*file));
  if (!file)
    return file.takeError();
  Result<ParameterFile> named = rename(std::move(*file), arguments.renames);
  if (!named)
    return inside(arguments.weights, named.takeError());
  return named;
}

std::unique_ptr<LoadedModel> loadModel(const ModelArguments &arguments, ContextUse use) {
  double start = now();
  auto model = std::make_unique<LoadedModel>();
  model->sources = std::make_unique<llvm::SourceMgr>();
  model->context =
      use == ContextUse::Compile
          ? createContext()
          : std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  ModelOptions options;
  if (Result<void> read = readBindings(arguments, options); !read)
    return userError(read.error()), nullptr;
  ParameterShapes shapes;
  if (!arguments.weights.empty()) {
    Result<ParameterFile> weights = readWeights(arguments);
    if (!weights)
      return userError(weights.error()), nullptr;
    model->parameters = std::move(*weights);
    for (const NamedTensor &entry : model->parameters)
      shapes[entry.name].assign(entry.tensor.shape.begin(), entry.tensor.shape.end());
    options.parameterShapes = &shapes;
    start = now();
  } else if (!arguments.renames.empty()) {
    return userError(fail("--rename needs --weights: it renames tensors of that file")), nullptr;
  }

  Diagnostics diagnostics(model->sources.get());
  ModelNotes notes;
  model->module =
      loadModel(arguments.path, *model->sources, *model->context, options, notes, diagnostics);
  model->plan = std::move(notes.plan);
  model->recommended = std::move(notes.recommended);
  diagnostics.render(llvm::errs());
  if (!model->module)
    return nullptr;
  model->signature = readSignature(*model->module);
  model->seconds = now() - start;
  if (!arguments.weights.empty())
    if (Result<void> fits = checkParameters(model->signature, model->parameters); !fits)
      return userError(fail("{}: {}\n  (--rename OLD=NEW gives a tensor of the file another name)",
                            arguments.weights, fits.error().message)),
             nullptr;
  return model;
}

} // namespace weir
