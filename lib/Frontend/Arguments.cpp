//===- Arguments.cpp - Calls of layers, functions and blocks --------------===//
//
// Matches arguments with parameters, checks and converts them, and hands over
// to the family of the layer or to the block.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Casting.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

void Elaborator::reportUnknownCall(const CallExpr &call) {
  StringRef name = call.callee.text;
  Diagnostic &message =
      error(call.callee.range, "there is no layer, function or block called '" + name + "'");
  std::vector<StringRef> known;
  for (const auto &entry : builtins())
    known.push_back(entry.first());
  for (const auto &entry : userBlocks)
    known.push_back(entry.first());
  for (const auto &entry : preludeBlocksByName)
    known.push_back(entry.first());
  sort(known);
  // What other frameworks call it.
  StringRef synonym =
      StringSwitch<StringRef>(name.lower())
          .Cases({"dense", "fc", "gemm"}, "linear")
          .Cases({"conv", "convolution"}, "conv2d")
          .Cases({"batch_norm1d", "batchnorm1d", "batch_norm2d", "batchnorm2d", "bn"}, "batch_norm")
          .Cases({"max_pool", "maxpool"}, "max_pool2d")
          .Cases({"avg_pool", "avgpool", "average_pool"}, "avg_pool2d")
          .Cases({"cat", "concatenate", "stack"}, "concat")
          .Cases({"view", "unflatten"}, "reshape")
          .Cases({"permute", "swapaxes"}, "transpose")
          .Cases({"mm", "bmm"}, "matmul")
          .Cases({"swish"}, "silu")
          .Cases({"average"}, "mean")
          .Cases({"embedding_bag"}, "embedding")
          .Default("");
  if (!synonym.empty())
    message.fix("it is called '" + synonym + "' here");
  else if (StringRef near = nearestWord(name, known); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else if (any_of(file.definitions, [&](const Definition *d) { return d->name.text == name; }))
    message.fix("'" + name + "' is a model; only blocks can be called");
  else if (lookup(name))
    message.fix("'" + name + "' is a value, not a function");
  else
    message.fix("docs/language.md lists all layers; your own are written as `block " + name +
                "(x) { ... }`");
}

/// `name: conv1`, `name: "conv1"`: the text, or nothing.
static std::optional<StringRef> literalWord(const Expr *expr) {
  if (const auto *reference = dyn_cast<ReferenceExpr>(expr))
    return reference->name;
  if (const auto *string = dyn_cast<StringExpr>(expr))
    return string->value;
  return std::nullopt;
}

static bool isValidPath(StringRef text) {
  return !text.empty() && !text.starts_with(".") && !text.ends_with(".") && !text.contains("..") &&
         all_of(text, [](char c) { return isAlnum(c) || c == '_' || c == '.' || c == '-'; });
}

Value Elaborator::evaluateCall(const CallExpr &call, const Value *piped, Hint hint) {
  if (!spend(call.range))
    return Value::poison();
  const Argument *nameArgument = nullptr;
  for (const Argument &argument : call.arguments) {
    if (argument.name.text != "name")
      continue;
    if (nameArgument) {
      error(argument.name.range, "'name' is given twice")
          .note(nameArgument->name.range, "the first is here");
      return Value::poison();
    }
    nameArgument = &argument;
    std::optional<StringRef> name = literalWord(argument.value);
    if (!name || !isValidPath(*name)) {
      if (argument.value->kind != ExprKind::Error)
        error(argument.value->range, "this is not a name")
            .fix("a name is made of letters, digits, '_' and '.': `name: conv1` or "
                 "`name: \"layer1.0\"`");
      return Value::poison();
    }
    hint = {Hint::Kind::Named, name->str()};
  }

  // The user's blocks come first, then what C++ knows, then the prelude.
  StringRef callee = call.callee.text;
  const Definition *block = findBlock(callee);
  auto builtin = builtins().find(callee);
  bool isUserBlock = block && !isPrelude(block->range);
  if (builtin != builtins().end() && !isUserBlock)
    return callBuiltin(builtin->second, call, piped, hint);
  if (block)
    return callBlock(*block, call, piped, hint);
  reportUnknownCall(call);
  return Value::poison();
}

Value Elaborator::callBuiltin(const Builtin &builtin, const CallExpr &call, const Value *piped,
                              const Hint &hint) {
  std::vector<Value> values;
  std::vector<SMRange> ranges;
  if (!bindArguments(builtin.parameters, builtin.signature, call, piped, values, ranges))
    return Value::poison();
  if (optimizer && !builtin.isElementwise && builtin.name != "varies") {
    error(call.callee.range,
          "an optimizer works on each element alone; '" + builtin.name + "' can't be used in it")
        .fix("use + - * / and functions like sqrt, maximum, exp");
    return Value::poison();
  }
  Call bound(*this, builtin, call, hint, std::move(values), std::move(ranges));
  Value result = builtin.emit(bound);
  if (result.isTensor() && !checkShape(result.shape(), call.range))
    return Value::poison();
  return result;
}

std::string signatureOf(const Definition &definition) {
  std::vector<std::string> parameters;
  for (const Parameter &parameter : definition.parameters) {
    bool isTensor = parameter.kind == ParameterKind::Tensor;
    if (isTensor && definition.kind == DefinitionKind::Optimizer)
      continue;
    std::string text = parameter.name.text.str();
    if (!isTensor)
      text += (": " + spelling(parameter.kind)).str();
    if (parameter.defaultValue) {
      SMRange range = parameter.defaultValue->range;
      const char *start = range.Start.getPointer();
      text += " = " + std::string(start, range.End.getPointer());
    }
    parameters.push_back(std::move(text));
  }
  return definition.name.text.str() + "(" + join(parameters, ", ") + ")";
}

ParameterSpec specOf(const Parameter &parameter) {
  ParameterSpec spec;
  spec.name = parameter.name.text.str();
  spec.optional = parameter.defaultValue != nullptr;
  spec.kind = parameter.kind == ParameterKind::Tensor  ? ArgumentKind::AnyTensor
              : parameter.kind == ParameterKind::Size  ? ArgumentKind::Size
              : parameter.kind == ParameterKind::Float ? ArgumentKind::Number
                                                       : ArgumentKind::Bool;
  return spec;
}

Value Elaborator::callBlock(const Definition &block, const CallExpr &call, const Value *piped,
                            const Hint &hint) {
  std::vector<ParameterSpec> specs;
  for (const Parameter &parameter : block.parameters)
    specs.push_back(specOf(parameter));
  std::vector<Value> values;
  std::vector<SMRange> ranges;
  if (!bindArguments(specs, signatureOf(block), call, piped, values, ranges))
    return Value::poison();
  return instantiate(block, call, std::move(values), hint);
}

//===----------------------------------------------------------------------===//
// Binding
//===----------------------------------------------------------------------===//

bool Elaborator::bindArguments(ArrayRef<ParameterSpec> parameters, StringRef signature,
                               const CallExpr &call, const Value *piped, std::vector<Value> &values,
                               std::vector<SMRange> &ranges) {
  StringRef callee = call.callee.text;
  size_t count = parameters.size();
  values.assign(count, Value::absent());
  ranges.assign(count, call.callee.range);
  std::vector<bool> given(count, false);
  bool ok = true;

  // A variadic parameter gathers its positional arguments in a tuple.
  auto give = [&](size_t index, Value value, const Expr *expr, SMRange range) {
    const ParameterSpec &spec = parameters[index];
    value = convertArgument(spec, std::move(value), expr, range, callee);
    ok &= !value.isPoison();
    if (spec.isVariadic() && given[index] && !value.isPoison()) {
      for (Value &element : value.elements)
        values[index].elements.push_back(std::move(element));
      ranges[index].End = range.End;
    } else {
      values[index] = std::move(value);
      ranges[index] = range;
    }
    given[index] = true;
  };

  size_t next = 0;
  bool tooMany = false;
  const Argument *firstNamed = nullptr;
  auto givePositional = [&](auto getValue, const Expr *expr, SMRange range) {
    if (next >= count) {
      if (!tooMany)
        error(range, "'" + callee + "' takes at most " + Twine(count) + " argument" +
                         (count == 1 ? "" : "s"))
            .fix("it is called as " + signature);
      tooMany = true;
      ok = false;
      return;
    }
    const ParameterSpec &spec = parameters[next];
    Value value = getValue(spec);
    // A list is all that a variadic parameter takes.
    bool isComplete = !spec.isVariadic() ||
                      (spec.kind == ArgumentKind::Sizes && value.kind == Value::Kind::Tuple);
    give(next, std::move(value), expr, range);
    if (isComplete)
      ++next;
  };
  if (piped)
    givePositional([&](const ParameterSpec &) { return *piped; }, nullptr, call.callee.range);
  for (const Argument &argument : call.arguments) {
    if (argument.isNamed()) {
      if (!firstNamed)
        firstNamed = &argument;
      continue;
    }
    if (firstNamed) {
      error(argument.value->range, "an argument without a name comes before those with names")
          .note(firstNamed->name.range, "this one has a name")
          .fix("it is called as " + signature);
      ok = false;
      break;
    }
    givePositional(
        [&](const ParameterSpec &spec) { return evaluateArgument(spec, argument.value); },
        argument.value, argument.value->range);
  }

  for (const Argument &argument : call.arguments) {
    StringRef name = argument.name.text;
    if (!argument.isNamed() || name == "name")
      continue;
    const auto *spec =
        find_if(parameters, [&](const ParameterSpec &parameter) { return parameter.name == name; });
    if (spec == parameters.end()) {
      std::vector<StringRef> names;
      for (const ParameterSpec &parameter : parameters)
        names.push_back(parameter.name);
      Diagnostic &message =
          error(argument.name.range, "'" + callee + "' has no argument '" + name + "'");
      if (StringRef near = nearestWord(name, names); !near.empty())
        message.fix("did you mean '" + near + "'? It is called as " + signature);
      else
        message.fix("it is called as " + signature);
      ok = false;
      continue;
    }
    size_t index = spec - parameters.begin();
    if (given[index]) {
      error(argument.name.range, "the argument '" + name + "' of '" + callee + "' is given twice")
          .note(ranges[index], "it is given here already");
      ok = false;
      continue;
    }
    give(index, evaluateArgument(*spec, argument.value), argument.value, argument.value->range);
  }

  for (auto [index, spec] : enumerate(parameters)) {
    if (given[index])
      continue;
    values[index] = spec.defaultValue;
    // Whoever reported something already has likely said why it is missing.
    if (!spec.optional && ok) {
      error(call.callee.range, "'" + callee + "' needs the argument '" + spec.name + "'")
          .fix("it is called as " + signature);
      ok = false;
    }
  }
  return ok;
}

Value Elaborator::evaluateArgument(const ParameterSpec &parameter, const Expr *expr) {
  if (parameter.kind == ArgumentKind::Initializer) {
    Value value = Value::poison();
    value.kind = Value::Kind::String;
    value.syntax = expr;
    return value;
  }
  if (parameter.kind == ArgumentKind::Word) {
    if (std::optional<StringRef> word = literalWord(expr)) {
      Value value = Value::poison();
      value.kind = Value::Kind::String;
      value.text = *word;
      return value;
    }
    error(expr->range,
          "'" + Twine(parameter.name) + "' is a word, as `" + parameter.name + ": mean`");
    return Value::poison();
  }
  return evaluate(expr);
}

/// Turns `value` into what the parameter needs, or reports and returns poison.
Value Elaborator::convertArgument(const ParameterSpec &parameter, Value value, const Expr *expr,
                                  SMRange range, StringRef callee) {
  if (value.isPoison())
    return value;
  auto wrong = [&](const Twine &needs) -> Diagnostic & {
    Diagnostic &message =
        error(range, "the argument '" + Twine(parameter.name) + "' of '" + callee + "' is " +
                         needs + ", this is " + describe(value));
    if (callee == "max" || callee == "min")
      message.fix("'" + callee + "' reduces axes; of two values take `" + callee + "imum(a, b)`");
    return message;
  };
  auto checkSize = [&](const Value &size) {
    if (size.size <= maxSize && size.size >= -maxSize)
      return true;
    error(range, "the argument '" + Twine(parameter.name) + "' of '" + callee +
                     "' is too large: " + Twine(size.size));
    return false;
  };
  switch (parameter.kind) {
  case ArgumentKind::Tensor:
    if (value.isTensor())
      return requireFloat(value, range) ? value : Value::poison();
    wrong("a tensor");
    return Value::poison();
  case ArgumentKind::AnyTensor:
    value = listAsTensor(std::move(value), range);
    if (value.isTensor())
      return value;
    wrong("a tensor");
    return Value::poison();
  case ArgumentKind::Ids:
    if (value.isIds())
      return value;
    wrong("ids (index<n>)").fix("declare the input as `input x: index<1000>`");
    return Value::poison();
  case ArgumentKind::Operand:
    if (value.isNumber())
      return value;
    if (value.isTensor())
      return requireFloat(value, range) ? value : Value::poison();
    wrong("a tensor or a number");
    return Value::poison();
  case ArgumentKind::Size:
    if (value.isSize())
      return checkSize(value) ? value : Value::poison();
    if (value.kind == Value::Kind::Tuple)
      wrong("one size");
    else
      wrong("a size (a whole number)");
    return Value::poison();
  case ArgumentKind::Float:
  case ArgumentKind::Number:
    if (value.isVarying() && value.isNumber()) {
      if (parameter.kind == ArgumentKind::Number)
        return value;
      wrong("a number that never changes").fix("the model is compiled with it");
      return Value::poison();
    }
    if (value.isSize())
      return Value::ofFloat(value.asDouble());
    if (value.kind == Value::Kind::Float)
      return value;
    wrong("a number");
    return Value::poison();
  case ArgumentKind::Bool:
    if (value.isBool() && !value.isVarying())
      return value;
    wrong("true or false");
    return Value::poison();
  case ArgumentKind::Pair:
  case ArgumentKind::Sizes: {
    bool isPair = parameter.kind == ArgumentKind::Pair;
    if (value.isSize()) {
      Value tuple = Value::poison();
      tuple.kind = Value::Kind::Tuple;
      tuple.elements = {value};
      value = std::move(tuple);
    }
    bool fits = value.kind == Value::Kind::Tuple && (!isPair || value.elements.size() <= 2) &&
                all_of(value.elements, [](const Value &element) { return element.isSize(); });
    if (!fits) {
      wrong(isPair ? "a size or two, as `(3, 5)`" : "sizes, as `(3, 5)`");
      return Value::poison();
    }
    return all_of(value.elements, checkSize) ? value : Value::poison();
  }
  case ArgumentKind::Tensors: {
    if (!value.isTensor()) {
      wrong("a tensor");
      return Value::poison();
    }
    if (!requireFloat(value, range))
      return Value::poison();
    Value tuple = Value::poison();
    tuple.kind = Value::Kind::Tuple;
    // Where the argument is used tells the operands of one error apart.
    value.origin = value.origin.isValid() ? value.origin : range;
    tuple.elements = {std::move(value)};
    return tuple;
  }
  case ArgumentKind::Word:
  case ArgumentKind::Initializer:
    return value;
  }
  return Value::poison();
}

} // namespace weir
