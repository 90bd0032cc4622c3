//===- Elaborator.cpp - Models, blocks and statements ---------------------===//

#include "Elaborator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
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
    if (!definition->isModel)
      userBlocks.try_emplace(definition->name.text, definition);
  for (const Definition *definition : prelude.definitions)
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
// Names
//===----------------------------------------------------------------------===//

Elaborator::Variable *Elaborator::lookup(StringRef name) {
  for (Scope &scope : reverse(frame->scopes))
    if (auto it = scope.find(name); it != scope.end())
      return &it->second;
  return nullptr;
}

void Elaborator::define(const Name &name, Value value, bool isLet, bool warnUnused) {
  if (Variable *existing = lookup(name.text)) {
    Diagnostic &message = error(name.range, "'" + name.text + "' is already defined");
    if (existing->definedAt.isValid())
      message.note(existing->definedAt, "the first definition is here");
    if (frame->scopes.size() > 1 && existing->isLet)
      message.fix("to change it in the loop, write `" + name.text + " = ...` without `let`");
    else
      message.fix("choose another name");
    // Later uses shouldn't be judged by either definition.
    existing->value = Value::poison();
    existing->used = true;
    return;
  }
  frame->scopes.back()[name.text] = {std::move(value), name.range, isLet, warnUnused, false};
}

void Elaborator::checkUnused(const Scope &scope) {
  std::vector<const Variable *> unused;
  for (const auto &entry : scope)
    if (entry.second.warnUnused && !entry.second.used)
      unused.push_back(&entry.second);
  sort(unused, [](const Variable *a, const Variable *b) {
    return a->definedAt.Start.getPointer() < b->definedAt.Start.getPointer();
  });
  for (const Variable *variable : unused) {
    const char *start = variable->definedAt.Start.getPointer();
    StringRef name(start, variable->definedAt.End.getPointer() - start);
    bool isInput = any_of(inputs, [&](const Port &port) { return port.name.text == name; });
    diagnostics.warning(variable->definedAt,
                        (isInput ? "the input '" : "'") + name + "' is never used");
  }
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

static Value valueOf(const Binding &binding) {
  if (const auto *size = std::get_if<int64_t>(&binding))
    return Value::ofSize(*size);
  if (const auto *number = std::get_if<double>(&binding))
    return Value::ofFloat(*number);
  return Value::ofBool(std::get<bool>(binding));
}

/// Whether the value suits the type; a size becomes a float where one is due.
static bool suits(ParameterKind kind, Value &value) {
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
                                                  const StringMap<Binding> &bindings) {
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
    if (diagnostics.errors() == errorsBefore)
      checkUnused(top.scopes.front());
  }
  frame = nullptr;
  if (diagnostics.errors() != errorsBefore)
    return nullptr;
  finishFunction(model);
  if (failed(mlir::verify(*module)))
    return nullptr;
  return module;
}

void Elaborator::finishFunction(const Definition &model) {
  auto function = cast<mlir::func::FuncOp>(body->getParentOp());
  SmallVector<mlir::Value> results;
  for (const Port &output : outputs)
    results.push_back(output.value);
  mlir::func::ReturnOp::create(builder, locationOf(model.closingBrace), results);
  function.setType(
      builder.getFunctionType(body->getArgumentTypes(), mlir::ValueRange(results).getTypes()));
  for (auto [i, input] : enumerate(inputs))
    function.setArgAttr(i, "weir.name", builder.getStringAttr(input.name.text));
  for (auto [i, output] : enumerate(outputs))
    function.setResultAttr(i, "weir.name", builder.getStringAttr(output.name.text));
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Elaborator::elaborate(ArrayRef<const Statement *> statements, Value *returned) {
  bool atTop = frame->scopes.size() == 1;
  bool isModel = frame->definition->isModel;
  for (const Statement *statement : statements) {
    if (exhausted)
      return;
    switch (statement->kind) {
    case StatementKind::Input:
    case StatementKind::Output:
      if (!isModel || !atTop) {
        bool isInput = statement->kind == StatementKind::Input;
        Diagnostic &message =
            error(statement->range, (isInput ? "an input" : "an output") +
                                        Twine(isModel ? " can't stand in a loop"
                                                      : " belongs to a model, not to a block"));
        if (!isModel)
          message.fix(isInput ? "a block gets its tensors as parameters: `block f(x)`"
                              : "a block gives its result by `return`");
        continue;
      }
      statement->kind == StatementKind::Input ? elaborateInput(*statement)
                                              : elaborateOutput(*statement);
      break;
    case StatementKind::Param:
      elaborateParam(*statement);
      break;
    case StatementKind::Let: {
      Value value = evaluate(statement->value, {Hint::Kind::Named, statement->name.text.str()});
      if (value.kind == Value::Kind::String) {
        error(statement->value->range, "a string can only be a name: `name: \"conv1\"`");
        value = Value::poison();
      }
      define(statement->name, value, /*isLet=*/true, /*warnUnused=*/isModel && atTop);
      break;
    }
    case StatementKind::Assign:
      elaborateAssign(*statement);
      break;
    case StatementKind::For:
      elaborateFor(*statement, returned);
      break;
    case StatementKind::Return:
      if (isModel || !atTop) {
        Diagnostic &message = error(statement->range, isModel ? "a model has no `return`"
                                                              : "`return` can't stand in a loop");
        if (isModel)
          message.fix("name the result: `output y = ...`");
        continue;
      }
      if (statement != statements.back())
        error(statements.back()->range, "nothing after `return` is ever reached")
            .note(statement->range, "the `return` is here");
      *returned = evaluate(statement->value, {Hint::Kind::Root, ""});
      return;
    }
  }
}

std::optional<SmallVector<int64_t>> Elaborator::evaluateShape(const TensorType &type) {
  SmallVector<int64_t> shape;
  bool ok = true;
  for (const Expr *expr : type.shape) {
    std::optional<int64_t> size = evaluateSize(expr, "an entry of a shape");
    if (size && (*size < 1 || *size > maxSize)) {
      error(expr->range, "an entry of a shape is at least 1 and at most " + Twine(maxSize) +
                             ", this is " + Twine(*size));
      size.reset();
    }
    ok &= size.has_value();
    shape.push_back(size.value_or(1));
  }
  if (!ok || !checkShape(shape, type.range))
    return std::nullopt;
  return shape;
}

void Elaborator::elaborateInput(const Statement &statement) {
  std::optional<SmallVector<int64_t>> shape = evaluateShape(*statement.type);
  mlir::Type elementType = builder.getF32Type();
  if (const Expr *cardinality = statement.type->cardinality) {
    std::optional<int64_t> count = evaluateSize(cardinality, "the number of ids");
    if (count && *count < 1) {
      error(cardinality->range, "there must be at least one id, this is " + Twine(*count));
      count.reset();
    }
    if (count)
      elementType = IdType::get(&context, *count);
    else
      shape.reset();
  }
  if (!shape) {
    define(statement.name, Value::poison(), /*isLet=*/true, /*warnUnused=*/false);
    return;
  }
  mlir::Type type = makeTensorType(/*batched=*/true, *shape, elementType);
  mlir::Value value =
      body->addArgument(type, locationOf(statement.name.range, statement.name.text));
  inputs.push_back({statement.name, value});
  define(statement.name, Value::ofTensor(value, statement.type->range), /*isLet=*/true,
         /*warnUnused=*/true);
}

void Elaborator::elaborateParam(const Statement &statement) {
  auto fail = [&] { define(statement.name, Value::poison(), false, false); };
  if (statement.type->cardinality) {
    error(statement.type->range, "a parameter holds numbers, not ids: its type is f32[...]");
    return fail();
  }
  std::optional<SmallVector<int64_t>> shape = evaluateShape(*statement.type);
  if (!statement.value) {
    error(statement.range, "the parameter '" + statement.name.text + "' has no initial values")
        .fix("write `= zeros()`, `= kaiming_normal()`, `= normal(0.0, 0.01)` ...");
    return fail();
  }
  if (!shape)
    return fail();
  // A matrix is used as `x @ w`, so its rows are the inputs; with more axes it
  // has the layout of a convolution's weight.
  int64_t fanIn = 1, fanOut = 1;
  if (shape->size() <= 2) {
    fanIn = shape->empty() ? 1 : shape->front();
    fanOut = shape->size() == 2 ? shape->back() : 1;
  } else {
    int64_t window = 1;
    for (int64_t size : ArrayRef(*shape).drop_front(2))
      window *= size;
    fanIn = (*shape)[1] * window;
    fanOut = (*shape)[0] * window;
  }
  std::optional<Initializer> initializer = evaluateInitializer(statement.value, fanIn, fanOut);
  if (!initializer)
    return fail();
  mlir::Value value = makeParameter(frame->prefix + statement.name.text.str() + frame->iterations,
                                    *shape, *initializer, /*buffer=*/false, statement.name.range);
  define(statement.name, Value::ofTensor(value, statement.type->range), /*isLet=*/false,
         /*warnUnused=*/frame->definition->isModel);
}

void Elaborator::elaborateOutput(const Statement &statement) {
  for (const Port &output : outputs)
    if (output.name.text == statement.name.text) {
      error(statement.name.range, "there are two outputs called '" + statement.name.text + "'")
          .note(output.name.range, "the first is here")
          .fix("choose another name");
      return;
    }
  Value value = evaluate(statement.value, {Hint::Kind::Output, statement.name.text.str()});
  if (!value.isPoison()) {
    SMRange range = statement.value->range;
    if (!value.isTensor() || value.isIds())
      error(range, "an output is a tensor of f32, this is " + describe(value));
    else if (!isBatched(value.tensor.getType()))
      error(range, "the output '" + statement.name.text + "' doesn't depend on any input");
  }
  define(statement.name, value, /*isLet=*/false, /*warnUnused=*/false);
  // A failed output still counts, so that "no output" isn't reported as well.
  outputs.push_back({statement.name, value.tensor});
}

void Elaborator::elaborateAssign(const Statement &statement) {
  Value value = evaluate(statement.value, {Hint::Kind::Named, statement.name.text.str()});
  Variable *variable = lookup(statement.name.text);
  if (!variable) {
    error(statement.name.range, "'" + statement.name.text + "' is not defined")
        .fix("write `let " + statement.name.text + " = ...`");
    return;
  }
  if (!variable->isLet) {
    error(statement.name.range, "'" + statement.name.text + "' can't be changed")
        .note(variable->definedAt, "it is defined here")
        .fix("only what `let` or `input` defines can be changed in a loop");
    return;
  }
  if (frame->scopes.size() == 1) {
    error(statement.name.range, "values are changed only within a `for`")
        .note(variable->definedAt, "'" + statement.name.text + "' is defined here")
        .fix("define a new one: `let " + statement.name.text + "2 = ...`");
    return;
  }
  variable->value = value;
}

void Elaborator::elaborateFor(const Statement &statement, Value *returned) {
  std::optional<int64_t> first = evaluateSize(statement.value, "the start of the range");
  std::optional<int64_t> last = evaluateSize(statement.last, "the end of the range");
  if (!first || !last)
    return;
  if (*last < *first) {
    error(statement.range,
          "the range runs backwards: from " + Twine(*first) + " to " + Twine(*last))
        .fix("count up from the smaller number");
    return;
  }
  std::string outer = frame->iterations;
  for (int64_t i = *first; i < *last && !exhausted && spend(statement.range); ++i) {
    frame->iterations = outer + "." + std::to_string(i);
    frame->scopes.emplace_back();
    define(statement.name, Value::ofSize(i), /*isLet=*/false, /*warnUnused=*/false);
    size_t errors = diagnostics.errors();
    elaborate(statement.body, returned);
    frame->scopes.pop_back();
    // The next round would only repeat them.
    if (diagnostics.errors() != errors)
      break;
  }
  frame->iterations = outer;
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
    if (value.isAbsent()) {
      value = evaluate(parameter.defaultValue);
      if (!value.isPoison() && !suits(parameter.kind, value)) {
        error(parameter.defaultValue->range, "the default of '" + parameter.name.text + "' is " +
                                                 describe(value) + ", not a " +
                                                 spelling(parameter.kind));
        value = Value::poison();
      }
    }
    ok &= !value.isPoison();
    define(parameter.name, value, /*isLet=*/parameter.kind == ParameterKind::Tensor,
           /*warnUnused=*/false);
  }
  if (ok)
    elaborate(block.body, &result);
  frame = inner.caller;

  for (size_t i = firstNew; i < diagnostics.size(); ++i) {
    Diagnostic &message = diagnostics[i];
    if (message.severity != Severity::Error)
      continue;
    // The user can't change the prelude: say it where the prelude is used, and
    // only the first; what follows is about the same argument.
    if (isPrelude(message.range) && !isPrelude(call.range)) {
      message.notes.insert(message.notes.begin(),
                           {message.range, "in the definition of '" + block.name.text.str() + "'"});
      message.range = call.range;
      diagnostics.truncate(i + 1);
    } else if (message.notes.size() < maxNotes) {
      message.note(call.range, "in this use of block '" + block.name.text + "'");
    } else {
      // Of a long chain the inner uses and the outermost are shown.
      message.notes.back() = {call.range,
                              "which comes from this use of block '" + block.name.text.str() + "'"};
    }
  }
  if (result.isTensor())
    result.origin = call.range;
  return result;
}

//===----------------------------------------------------------------------===//
// Tensors and parameters
//===----------------------------------------------------------------------===//

bool Elaborator::checkShape(ArrayRef<int64_t> shape, SMRange range) {
  int64_t elements = 1;
  for (int64_t size : shape)
    if (__builtin_mul_overflow(elements, size, &elements) || elements > maxElements) {
      error(range, "the tensor " + describeShape(shape) + " is too large: more than " +
                       Twine(maxElements) + " elements");
      return false;
    }
  return true;
}

mlir::Value Elaborator::makeParameter(StringRef name, ArrayRef<int64_t> shape,
                                      Initializer initializer, bool buffer, SMRange range) {
  auto [place, isNew] = parameterPlaces.try_emplace(name, range);
  if (isNew) {
    parameterList.push_back({name.str(), SmallVector<int64_t>(shape)});
  } else if (duplicateAt != range.Start) {
    // Once per layer, not again for its bias.
    duplicateAt = range.Start;
    error(range, "two parameters are called '" + name + "'")
        .note(place->second, "the first is made here")
        .fix("give one of them a name of its own with `name: ...`");
  }
  return ParamOp::create(builder, locationOf(range, name),
                         makeTensorType(false, shape, builder.getF32Type()), name, initializer.kind,
                         ArrayRef<double>{initializer.first, initializer.second}, buffer);
}

bool Elaborator::requireFloat(const Value &value, SMRange range) {
  if (!value.isIds())
    return true;
  error(range, "these are ids (" + describe(value) + "), not numbers to compute with")
      .note(value.origin, "they come from here")
      .fix("look them up in a table with `embedding(ids, 50)`, or use `one_hot(ids)`");
  return false;
}

std::string describeShape(ArrayRef<int64_t> shape) {
  return shape.empty() ? "f32" : "f32" + formatShape(shape);
}

std::string describe(const Value &value) {
  switch (value.kind) {
  case Value::Kind::Absent:
    return "nothing";
  case Value::Kind::Poison:
    return "an error";
  case Value::Kind::Size:
    return "the size " + std::to_string(value.size);
  case Value::Kind::Float: {
    std::string text;
    raw_string_ostream(text) << "the float " << format("%g", value.number);
    return text;
  }
  case Value::Kind::Bool:
    return value.truth ? "true" : "false";
  case Value::Kind::String:
    return "a string";
  case Value::Kind::Tuple:
    return "a list of " + std::to_string(value.elements.size()) + " values";
  case Value::Kind::Tensor:
    break;
  }
  if (!value.isIds())
    return describeShape(value.shape());
  std::string text =
      "index<" + std::to_string(cast<IdType>(value.elementType()).getCardinality()) + ">";
  return value.shape().empty() ? text : text + formatShape(value.shape());
}

} // namespace weir
