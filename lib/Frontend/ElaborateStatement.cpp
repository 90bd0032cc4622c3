//===- ElaborateStatement.cpp - Names and statements ----------------------===//

#include "Elaborator.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

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
    auto isCalled = [&](const Port &port) { return port.name.text == name; };
    StringRef kind = any_of(inputs, isCalled)    ? "the input "
                     : any_of(targets, isCalled) ? "the target "
                                                 : "";
    diagnostics.warning(variable->definedAt, kind + "'" + name + "' is never used");
  }
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Elaborator::elaborate(ArrayRef<const Statement *> statements, Value *returned) {
  bool atTop = frame->scopes.size() == 1;
  bool isModel = frame->definition->isModel();
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
    case StatementKind::Let:
      elaborateLet(*statement, /*isLet=*/true, /*warnUnused=*/isModel && atTop);
      break;
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
    case StatementKind::State:
      elaborateState(*statement);
      break;
    case StatementKind::Update:
      elaborateUpdate(*statement);
      break;
    default:
      llvm_unreachable("the statements of a training block are elaborated elsewhere");
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

/// `input` and `target`.
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
  (statement.kind == StatementKind::Target ? targets : inputs).push_back({statement.name, value});
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
  if (!value)
    return fail();
  define(statement.name, Value::ofTensor(value, statement.type->range), /*isLet=*/false,
         /*warnUnused=*/frame->definition->isModel());
}

void Elaborator::elaborateLet(const Statement &statement, bool isLet, bool warnUnused) {
  Value value = evaluate(statement.value, {Hint::Kind::Named, statement.name.text.str()});
  if (value.kind == Value::Kind::String) {
    error(statement.value->range, "a string can only be a name: `name: \"conv1\"`");
    value = Value::poison();
  }
  define(statement.name, value, isLet, warnUnused);
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

} // namespace weir
