//===- Elaborator.cpp - Models, blocks, and the places of what they make --===//

#include "Elaborator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

/// Expressions evaluated for one model at most, loops and blocks counted.
static constexpr unsigned maxSteps = 200'000;
/// Blocks within blocks.
static constexpr unsigned maxInstances = 64;
/// Notes on one error.
static constexpr unsigned maxNotes = 6;

Elaborator::Elaborator(mlir::MLIRContext &context, const SourceMgr &sources,
                       Diagnostics &diagnostics, const SourceFile &file, const SourceFile &prelude)
    : context(context), builder(&context), sources(sources), diagnostics(diagnostics), file(file),
      prelude(prelude) {
  for (const Definition *definition : file.definitions)
    if (definition->kind == DefinitionKind::Block)
      userBlocks.try_emplace(definition->name.text, definition);
  for (const Definition *definition : prelude.definitions)
    if (definition->kind == DefinitionKind::Block)
      preludeBlocksByName.try_emplace(definition->name.text, definition);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

bool Elaborator::isPrelude(SMRange range) const {
  if (!range.isValid() || prelude.definitions.empty())
    return false;
  unsigned id = sources.FindBufferContainingLoc(range.Start);
  return id && id == sources.FindBufferContainingLoc(prelude.definitions.front()->range.Start);
}

mlir::Location Elaborator::locationOf(SMRange range, StringRef name) {
  // What has no name of its own goes by the name of the block it is in.
  Frame *named = frame;
  for (Frame *f = frame; f && f->caller && isPrelude(range); f = f->caller) {
    range = f->callSite;
    named = f;
  }
  if (name.empty() && named && named->caller)
    name = StringRef(named->prefix).drop_back();
  mlir::Location location = builder.getUnknownLoc();
  if (unsigned id = range.isValid() ? sources.FindBufferContainingLoc(range.Start) : 0) {
    auto [line, column] = sources.getLineAndColumn(range.Start, id);
    location = mlir::FileLineColLoc::get(
        &context, sources.getMemoryBuffer(id)->getBufferIdentifier(), line, column);
  }
  if (!name.empty())
    location = mlir::NameLoc::get(builder.getStringAttr(name), location);
  return location;
}

std::string Elaborator::pathFor(const Hint &hint) const {
  switch (hint.kind) {
  case Hint::Kind::None:
  case Hint::Kind::Root:
    return "";
  case Hint::Kind::Output:
  case Hint::Kind::Named:
    return frame->prefix + hint.name + frame->iterations;
  case Hint::Kind::Path:
    return hint.name;
  }
  return "";
}

std::string Elaborator::pathForKind(StringRef kind) {
  for (unsigned i = 0;; ++i) {
    std::string path = frame->prefix + kind.str();
    if (i)
      path += "_" + std::to_string(i);
    path += frame->iterations;
    if (layerPaths.insert(path).second)
      return path;
  }
}

bool Elaborator::spend(SMRange range) {
  if (exhausted)
    return false;
  if (++steps <= maxSteps)
    return true;
  exhausted = true;
  error(range, "the model is too large: more than " + Twine(maxSteps) +
                   " expressions once loops and blocks are unrolled");
  return false;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

Value valueOf(const Binding &binding) {
  if (const auto *size = std::get_if<int64_t>(&binding))
    return Value::ofSize(*size);
  if (const auto *number = std::get_if<double>(&binding))
    return Value::ofFloat(*number);
  return Value::ofBool(std::get<bool>(binding));
}

bool suits(ParameterKind kind, Value &value) {
  switch (kind) {
  case ParameterKind::Tensor:
    return value.isTensor();
  case ParameterKind::Size:
    return value.isSize();
  case ParameterKind::Float:
    if (value.isSize())
      value = Value::ofFloat(value.asDouble());
    return value.kind == Value::Kind::Float;
  case ParameterKind::Bool:
    return value.kind == Value::Kind::Bool;
  }
  return false;
}

bool Elaborator::bindModelParameters(const Definition &model, const StringMap<Binding> &bindings) {
  bool ok = true;
  std::vector<StringRef> names;
  for (const Parameter &parameter : model.parameters) {
    StringRef name = parameter.name.text;
    names.push_back(name);
    Value value = Value::poison();
    if (auto it = bindings.find(name); it != bindings.end()) {
      value = valueOf(it->second);
      if (!suits(parameter.kind, value)) {
        error(parameter.range, "'" + name + "' is a " + spelling(parameter.kind) + ", but " +
                                   describe(value) + " was given for it");
        value = Value::poison();
      }
    } else if (parameter.defaultValue) {
      value = evaluate(parameter.defaultValue);
      if (!value.isPoison() && !suits(parameter.kind, value)) {
        error(parameter.defaultValue->range, "the default of '" + name + "' is " + describe(value) +
                                                 ", not a " + spelling(parameter.kind));
        value = Value::poison();
      }
    } else {
      error(parameter.range, "the " + spelling(parameter.kind) + " '" + name + "' has no value")
          .fix("give one with `--set " + name + "=...`, or a default: `" + name + ": " +
               spelling(parameter.kind) + " = ...`");
    }
    ok &= !value.isPoison();
    define(parameter.name, value, /*isLet=*/false, /*warnUnused=*/false);
  }
  for (const auto &binding : bindings) {
    if (is_contained(names, binding.first()))
      continue;
    ok = false;
    Diagnostic &message =
        error(model.name.range,
              "model '" + model.name.text + "' has no parameter '" + binding.first() + "' to set");
    if (StringRef near = nearestWord(binding.first(), names); !near.empty())
      message.fix("did you mean '" + near + "'?");
    else if (!names.empty())
      message.fix("its parameters are: " + join(names, ", "));
  }
  return ok;
}

mlir::OwningOpRef<mlir::ModuleOp> Elaborator::run(const Definition &model,
                                                  const StringMap<Binding> &bindings,
                                                  const TrainingRequest *request) {
  // What the dialect itself refuses should have been refused here; if not, it
  // must still not be lost.
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    error(model.name.range, "the dialect refuses what was built: " + Twine(diagnostic.str()))
        .note(model.name.range, "this is a mistake in Weir; please report it");
    return mlir::success();
  });
  size_t errorsBefore = diagnostics.errors();
  mlir::Location location = locationOf(model.name.range);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = mlir::func::FuncOp::create(builder, location, model.name.text,
                                             builder.getFunctionType({}, {}));
  body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);

  Frame top;
  top.definition = &model;
  top.scopes.emplace_back();
  frame = &top;
  // Without the sizes nothing else can be judged.
  if (bindModelParameters(model, bindings)) {
    elaborate(model.body, nullptr);
    if (outputs.empty() && diagnostics.errors() == errorsBefore)
      error(model.closingBrace, "model '" + model.name.text + "' has no output")
          .fix("say what it computes: `output y = ...`");
    if (diagnostics.errors() == errorsBefore && request)
      elaborateTraining(model, *request);
    else if (diagnostics.errors() == errorsBefore)
      finishFunction(body, model.closingBrace, inputs, outputs);
    if (diagnostics.errors() == errorsBefore)
      checkUnused(top.scopes.front());
  }
  frame = nullptr;
  if (diagnostics.errors() != errorsBefore || failed(mlir::verify(*module)))
    return nullptr;
  return module;
}

void Elaborator::finishFunction(mlir::Block *block, SMRange end, ArrayRef<Port> arguments,
                                ArrayRef<Port> results) {
  auto function = cast<mlir::func::FuncOp>(block->getParentOp());
  SmallVector<mlir::Value> values;
  for (const Port &result : results)
    values.push_back(result.value);
  builder.setInsertionPointToEnd(block);
  mlir::func::ReturnOp::create(builder, locationOf(end), values);
  function.setType(
      builder.getFunctionType(block->getArgumentTypes(), mlir::ValueRange(values).getTypes()));
  for (auto [i, argument] : enumerate(arguments))
    function.setArgAttr(i, "weir.name", builder.getStringAttr(argument.name.text));
  for (auto [i, result] : enumerate(results))
    function.setResultAttr(i, "weir.name", builder.getStringAttr(result.name.text));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

const Definition *Elaborator::findBlock(StringRef name) const {
  // The prelude's blocks call each other even if a user's block has the name.
  bool inPrelude = frame && isPrelude(frame->definition->range);
  if (!inPrelude)
    if (auto it = userBlocks.find(name); it != userBlocks.end())
      return it->second;
  auto it = preludeBlocksByName.find(name);
  return it == preludeBlocksByName.end() ? nullptr : it->second;
}

/// Gives a parameter that got no argument its default; false after a report.
bool Elaborator::bindDefault(const Parameter &parameter, Value &value) {
  if (!value.isAbsent())
    return !value.isPoison();
  value = evaluate(parameter.defaultValue);
  if (parameter.kind == ParameterKind::Tensor)
    value = listAsTensor(std::move(value), parameter.defaultValue->range);
  if (!value.isPoison() && !suits(parameter.kind, value)) {
    error(parameter.defaultValue->range, "the default of '" + parameter.name.text + "' is " +
                                             describe(value) + ", not a " +
                                             spelling(parameter.kind));
    value = Value::poison();
  }
  return !value.isPoison();
}

/// Says of the messages from `firstNew` on that they are about this use of a
/// definition.
void Elaborator::showUse(size_t firstNew, const Definition &definition, SMRange use) {
  for (size_t i = firstNew; i < diagnostics.size(); ++i) {
    Diagnostic &message = diagnostics[i];
    if (message.severity != Severity::Error)
      continue;
    // The user can't change the prelude: say it where the prelude is used, and
    // only the first; what follows is about the same argument.
    if (isPrelude(message.range) && !isPrelude(use)) {
      message.notes.insert(
          message.notes.begin(),
          {message.range, "in the definition of '" + definition.name.text.str() + "'"});
      message.range = use;
      diagnostics.truncate(i + 1);
    } else if (message.notes.size() < maxNotes) {
      message.note(use, "in this use of " + spelling(definition.kind) + " '" +
                            definition.name.text + "'");
    } else {
      // Of a long chain the inner uses and the outermost are shown.
      message.notes.back() = {
          use, ("which comes from this use of " + spelling(definition.kind) + " '").str() +
                   definition.name.text.str() + "'"};
    }
  }
}

Value Elaborator::instantiate(const Definition &block, const CallExpr &call,
                              std::vector<Value> arguments, const Hint &hint) {
  unsigned level = 1;
  for (Frame *f = frame; f; f = f->caller, ++level)
    if (f->definition == &block) {
      error(call.range, "block '" + block.name.text + "' calls itself")
          .note(block.range, "it is defined here")
          .fix("repeat a block with `for i in 0..n { x = " + block.name.text + "(x) }`");
      return Value::poison();
    }
  if (level > maxInstances) {
    error(call.range, "blocks call each other more than " + Twine(maxInstances) + " levels deep");
    return Value::poison();
  }

  Frame inner;
  inner.definition = &block;
  std::string path = pathFor(hint);
  if (path.empty())
    path = pathForKind(block.name.text);
  else
    layerPaths.insert(path);
  inner.prefix = path + ".";
  inner.callSite = call.range;
  inner.caller = frame;
  inner.scopes.emplace_back();
  frame = &inner;
  size_t firstNew = diagnostics.size();

  Value result = Value::poison();
  bool ok = true;
  for (auto [parameter, value] : zip_equal(block.parameters, arguments)) {
    ok &= bindDefault(parameter, value);
    define(parameter.name, value, /*isLet=*/parameter.kind == ParameterKind::Tensor,
           /*warnUnused=*/false);
  }
  if (ok)
    elaborate(block.body, &result);
  frame = inner.caller;

  showUse(firstNew, block, call.range);
  if (result.isTensor())
    result.origin = call.range;
  return result;
}

} // namespace weir
