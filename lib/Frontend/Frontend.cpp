//===- Frontend.cpp - From a .weir file to the weir dialect ---------------===//

#include "weir/Frontend/Frontend.h"

#include "CheckStructure.h"
#include "DataBindings.h"
#include "Elaborator.h"
#include "InferSizes.h"
#include "weir/Frontend/Parser.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;

namespace weir {

std::optional<Binding> parseBinding(StringRef text) {
  text = text.trim();
  int64_t size;
  double number;
  if (text == "true" || text == "false")
    return Binding(text == "true");
  if (!text.getAsInteger(10, size))
    return Binding(size);
  if (!text.empty() && (isDigit(text.front()) || text.front() == '-' || text.front() == '.') &&
      !text.getAsDouble(number))
    return Binding(number);
  return std::nullopt;
}

/// Hands the text to the source manager and parses it.
static std::unique_ptr<ast::SourceFile> parseBuffer(std::unique_ptr<MemoryBuffer> buffer,
                                                    SourceMgr &sources, Diagnostics &diagnostics) {
  StringRef text = buffer->getBuffer();
  sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
  if (!checkIsText(text, diagnostics))
    return nullptr;
  unsigned before = diagnostics.errors();
  std::unique_ptr<ast::SourceFile> file = parse(text, diagnostics);
  if (diagnostics.errors() == before)
    checkStructure(*file, diagnostics);
  return diagnostics.errors() == before ? std::move(file) : nullptr;
}

static std::unique_ptr<ast::SourceFile> parseText(StringRef text, StringRef name,
                                                  SourceMgr &sources, Diagnostics &diagnostics) {
  return parseBuffer(MemoryBuffer::getMemBufferCopy(text, name), sources, diagnostics);
}

std::unique_ptr<ast::SourceFile> loadSyntax(StringRef path, SourceMgr &sources,
                                            Diagnostics &diagnostics) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false);
  if (!buffer) {
    diagnostics.error({}, "can't read '" + path + "': " + buffer.getError().message());
    return nullptr;
  }
  return parseBuffer(std::move(*buffer), sources, diagnostics);
}

/// The model to build: the one that was asked for, or the only one.
static const ast::Definition *selectModel(const ast::SourceFile &file, StringRef wanted,
                                          StringRef fileName, Diagnostics &diagnostics) {
  std::vector<StringRef> names;
  const ast::Definition *found = nullptr;
  for (const ast::Definition *definition : file.definitions) {
    if (!definition->isModel())
      continue;
    names.push_back(definition->name.text);
    if (wanted.empty() || wanted == definition->name.text)
      found = definition;
  }
  if (names.empty()) {
    diagnostics.error({}, "there is no model in '" + fileName + "'")
        .fix("a model is written `model Name() { input x: f32[3]  output y = relu(x) }`");
    return nullptr;
  }
  if (wanted.empty() && names.size() > 1) {
    diagnostics.error({}, "there are several models in '" + fileName + "': " + join(names, ", "))
        .fix("choose one with `--model " + names.front() + "`");
    return nullptr;
  }
  if (!found)
    diagnostics.error({}, "there is no model '" + wanted + "' in '" + fileName + "', but " +
                              join(names, ", "));
  return found;
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

static const ast::Definition *findTraining(const ast::SourceFile &file, StringRef model) {
  for (const ast::Definition *definition : file.definitions)
    if (definition->kind == ast::DefinitionKind::Training && definition->name.text == model)
      return definition;
  return nullptr;
}

/// The statements of a block and those from outside, which replace its own of
/// their kind (of `data`, those of the same name). The latter live in `files`. False after a
/// report.
static bool gatherStatements(const ast::Definition *block, const TrainingOverrides &overrides,
                             SourceMgr &sources, Diagnostics &diagnostics,
                             std::vector<std::unique_ptr<ast::SourceFile>> &files,
                             std::vector<const ast::Statement *> &statements) {
  std::vector<const ast::Statement *> given;
  unsigned before = diagnostics.errors();
  for (const std::string &text : overrides.statements) {
    std::unique_ptr<MemoryBuffer> buffer = MemoryBuffer::getMemBufferCopy(text, "from outside");
    StringRef source = buffer->getBuffer();
    sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
    if (!checkIsText(source, diagnostics))
      return false;
    files.push_back(parseTrainingStatements(source, diagnostics));
    append_range(given, files.back()->definitions.front()->body);
  }
  auto isReplaced = [&](const ast::Statement *statement) {
    bool ofOneName = statement->kind == ast::StatementKind::Data;
    return statement->kind != ast::StatementKind::Let &&
           statement->kind != ast::StatementKind::Target && any_of(given, [&](const auto *other) {
             return other->kind == statement->kind &&
                    (!ofOneName || other->name.text == statement->name.text);
           });
  };
  if (block)
    for (const ast::Statement *statement : block->body)
      if (!isReplaced(statement))
        statements.push_back(statement);
  append_range(statements, given);
  return diagnostics.errors() == before;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

namespace {

/// What elaboration starts from.
struct Selected {
  const ast::Definition *model = nullptr;
  bool isTrained = false; ///< there is a training, in the file or from outside
  TrainingRequest request;
  std::unique_ptr<ast::SourceFile> prelude;
  std::vector<std::unique_ptr<ast::SourceFile>> statements; ///< from outside
};

} // namespace

/// The model that was asked for and its training, which must be there if there
/// are `overrides`.
static std::optional<Selected> select(const ast::SourceFile &file, StringRef fileName,
                                      SourceMgr &sources, mlir::MLIRContext &context,
                                      const ModelOptions &options,
                                      const TrainingOverrides *overrides,
                                      Diagnostics &diagnostics) {
  Selected selected;
  selected.model = selectModel(file, options.modelName, fileName, diagnostics);
  if (!selected.model)
    return std::nullopt;
  const ast::Definition &model = *selected.model;
  context.loadDialect<WeirDialect, mlir::func::FuncDialect>();
  selected.prelude =
      parseBuffer(MemoryBuffer::getMemBuffer(preludeText(), "prelude.weir"), sources, diagnostics);
  if (!selected.prelude)
    return std::nullopt;

  const ast::Definition *block = findTraining(file, model.name.text);
  selected.isTrained = block || overrides;
  selected.request = {block ? block->range : model.range, {}, overrides};
  if (!gatherStatements(block, overrides ? *overrides : TrainingOverrides(), sources, diagnostics,
                        selected.statements, selected.request.statements))
    return std::nullopt;
  if (overrides && !block && selected.request.statements.empty()) {
    diagnostics.error(model.range, "nothing says how '" + model.name.text + "' is to be trained")
        .fix("write `training " + model.name.text + " { loss ...  optimizer ... }` beside it");
    return std::nullopt;
  }
  return selected;
}

/// Builds the model; with `overrides` also its training, and without them its
/// training block, if there is one, is checked.
static std::optional<Training> build(const ast::SourceFile &file, StringRef fileName,
                                     SourceMgr &sources, mlir::MLIRContext &context,
                                     const ModelOptions &options,
                                     const TrainingOverrides *overrides, Diagnostics &diagnostics,
                                     ModelNotes *notes = nullptr) {
  std::optional<Selected> selected =
      select(file, fileName, sources, context, options, overrides, diagnostics);
  if (!selected)
    return std::nullopt;
  const ast::Definition &model = *selected->model;
  const ast::SourceFile &prelude = *selected->prelude;
  StringMap<Binding> bindings = options.bindings;
  if (options.parameterShapes) {
    auto probe = [&](const StringMap<Binding> &trial) -> std::optional<ParameterShapes> {
      Diagnostics quiet;
      Elaborator elaborator(context, sources, quiet, file, prelude);
      if (!elaborator.run(model, trial))
        return std::nullopt;
      ParameterShapes shapes;
      for (const auto &[name, shape] : elaborator.parameters())
        shapes[name] = shape;
      return shapes;
    };
    inferSizes(model, *options.parameterShapes, probe, bindings);
  }
  Elaborator elaborator(context, sources, diagnostics, file, prelude);
  Training result;
  result.module =
      elaborator.run(model, bindings, selected->isTrained ? &selected->request : nullptr);
  if (!result.module)
    return std::nullopt;
  result.plan = std::move(elaborator.plan);
  if (notes) {
    notes->recommended = std::move(elaborator.recommended);
    if (selected->isTrained)
      notes->plan = result.plan;
  }
  return result;
}

static mlir::OwningOpRef<mlir::ModuleOp> buildModel(const ast::SourceFile &file, StringRef name,
                                                    SourceMgr &sources, mlir::MLIRContext &context,
                                                    const ModelOptions &options,
                                                    Diagnostics &diagnostics,
                                                    ModelNotes *notes = nullptr) {
  std::optional<Training> built =
      build(file, name, sources, context, options, /*overrides=*/nullptr, diagnostics, notes);
  if (!built)
    return nullptr;
  for (auto function :
       make_early_inc_range(drop_begin(built->module->getOps<mlir::func::FuncOp>())))
    function.erase();
  return std::move(built->module);
}

mlir::OwningOpRef<mlir::ModuleOp> loadModel(StringRef path, SourceMgr &sources,
                                            mlir::MLIRContext &context, const ModelOptions &options,
                                            Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = loadSyntax(path, sources, diagnostics);
  return file ? buildModel(*file, path, sources, context, options, diagnostics) : nullptr;
}

mlir::OwningOpRef<mlir::ModuleOp> loadModel(StringRef path, SourceMgr &sources,
                                            mlir::MLIRContext &context, const ModelOptions &options,
                                            ModelNotes &notes, Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = loadSyntax(path, sources, diagnostics);
  return file ? buildModel(*file, path, sources, context, options, diagnostics, &notes) : nullptr;
}

mlir::OwningOpRef<mlir::ModuleOp> loadModelFromText(StringRef text, StringRef name,
                                                    SourceMgr &sources, mlir::MLIRContext &context,
                                                    const ModelOptions &options,
                                                    Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = parseText(text, name, sources, diagnostics);
  return file ? buildModel(*file, name, sources, context, options, diagnostics) : nullptr;
}

std::optional<Training> loadTraining(StringRef path, SourceMgr &sources, mlir::MLIRContext &context,
                                     const ModelOptions &options,
                                     const TrainingOverrides &overrides, Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = loadSyntax(path, sources, diagnostics);
  return file ? build(*file, path, sources, context, options, &overrides, diagnostics)
              : std::nullopt;
}

static std::optional<Outline> outlineFile(const ast::SourceFile &file, StringRef fileName,
                                          SourceMgr &sources, mlir::MLIRContext &context,
                                          const ModelOptions &options,
                                          const TrainingOverrides &overrides,
                                          Diagnostics &diagnostics) {
  std::optional<Selected> selected =
      select(file, fileName, sources, context, options, &overrides, diagnostics);
  if (!selected)
    return std::nullopt;
  const ast::Definition &model = *selected->model;
  ArrayRef<const ast::Statement *> statements = selected->request.statements;
  Diagnostics quiet;
  Elaborator elaborator(context, sources, quiet, file, *selected->prelude);
  Outline result;
  result.model = model.name.text.str();
  result.inputs = elaborator.outline(model, options.bindings, statements);
  SmallVector<const ast::Statement *> data;
  copy_if(statements, std::back_inserter(data), [](const ast::Statement *statement) {
    return statement->kind == ast::StatementKind::Data;
  });
  unsigned before = diagnostics.errors();
  result.data = bindData(data, result.inputs, diagnostics);
  if (diagnostics.errors() != before)
    return std::nullopt;
  return result;
}

std::optional<Outline> outlineInputs(StringRef path, SourceMgr &sources, mlir::MLIRContext &context,
                                     const ModelOptions &options,
                                     const TrainingOverrides &overrides, Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = loadSyntax(path, sources, diagnostics);
  return file ? outlineFile(*file, path, sources, context, options, overrides, diagnostics)
              : std::nullopt;
}

std::optional<Outline> outlineInputsFromText(StringRef text, StringRef name, SourceMgr &sources,
                                             mlir::MLIRContext &context,
                                             const ModelOptions &options,
                                             const TrainingOverrides &overrides,
                                             Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = parseText(text, name, sources, diagnostics);
  return file ? outlineFile(*file, name, sources, context, options, overrides, diagnostics)
              : std::nullopt;
}

std::optional<Training> loadTrainingFromText(StringRef text, StringRef name, SourceMgr &sources,
                                             mlir::MLIRContext &context,
                                             const ModelOptions &options,
                                             const TrainingOverrides &overrides,
                                             Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = parseText(text, name, sources, diagnostics);
  return file ? build(*file, name, sources, context, options, &overrides, diagnostics)
              : std::nullopt;
}

} // namespace weir
