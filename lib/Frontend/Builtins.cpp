//===- Builtins.cpp - The table of built-ins, and calls of them -----------===//

#include "Elaborator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace weir {

//===----------------------------------------------------------------------===//
// The table of built-ins
//===----------------------------------------------------------------------===//

static Value parseDefault(StringRef text) {
  int64_t size;
  double number;
  if (text == "true" || text == "false")
    return Value::ofBool(text == "true");
  if (!text.getAsInteger(10, size))
    return Value::ofSize(size);
  if (!text.getAsDouble(number))
    return Value::ofFloat(number);
  return Value::absent();
}

void addBuiltin(BuiltinTable &table, StringRef signature, Value (*emit)(Call &)) {
  Builtin builtin;
  builtin.signature = signature.str();
  auto [name, list] = signature.split('(');
  builtin.name = name.str();
  builtin.emit = emit;
  SmallVector<StringRef> parts;
  if (list.size() > 1)
    list.drop_back().split(parts, ", ");
  for (StringRef part : parts) {
    ParameterSpec spec;
    auto [head, defaultText] = part.split(" = ");
    auto [parameter, type] = head.split(": ");
    spec.name = parameter.str();
    spec.kind = StringSwitch<ArgumentKind>(type)
                    .Case("index", ArgumentKind::Ids)
                    .Case("tensor", ArgumentKind::AnyTensor)
                    .Case("value", ArgumentKind::Operand)
                    .Case("size", ArgumentKind::Size)
                    .Case("pair", ArgumentKind::Pair)
                    .Case("sizes", ArgumentKind::Sizes)
                    .Case("tensors", ArgumentKind::Tensors)
                    .Case("float", ArgumentKind::Float)
                    .Case("number", ArgumentKind::Number)
                    .Case("bool", ArgumentKind::Bool)
                    .Case("word", ArgumentKind::Word)
                    .Case("initializer", ArgumentKind::Initializer)
                    .Default(ArgumentKind::Tensor);
    assert((type.empty() || spec.kind != ArgumentKind::Tensor) && "unknown type in a signature");
    spec.optional = !defaultText.empty();
    if (spec.optional)
      spec.defaultValue = parseDefault(defaultText);
    builtin.parameters.push_back(std::move(spec));
  }
  table.try_emplace(name, std::move(builtin));
}

const BuiltinTable &builtins() {
  static const BuiltinTable table = [] {
    BuiltinTable table;
    addElementwise(table);
    addEmbedding(table);
    addLinear(table);
    addConv(table);
    addPool(table);
    addNorm(table);
    addReduce(table);
    addShape(table);
    addTraining(table);
    return table;
  }();
  return table;
}

std::vector<std::string> builtinFunctions() {
  std::vector<std::string> names;
  for (const auto &entry : builtins())
    names.push_back(entry.first().str());
  sort(names);
  return names;
}

std::string builtinSignature(StringRef name) {
  auto it = builtins().find(name);
  return it == builtins().end() ? "" : it->second.signature;
}

//===----------------------------------------------------------------------===//
// Call
//===----------------------------------------------------------------------===//

size_t Call::indexOf(StringRef parameter) const {
  for (auto [i, spec] : enumerate(builtin.parameters))
    if (spec.name == parameter)
      return i;
  llvm_unreachable("a built-in asks for a parameter that its signature lacks");
}

SmallVector<int64_t> Call::window(StringRef parameter, unsigned rank) const {
  SmallVector<int64_t> result = sizes(parameter);
  if (result.size() == 1)
    result.resize(rank, result[0]);
  return result;
}

SmallVector<int64_t> Call::sizes(StringRef parameter) const {
  const Value &value = (*this)[parameter];
  SmallVector<int64_t> result;
  if (value.isSize())
    result.push_back(value.size);
  for (const Value &element : value.elements)
    result.push_back(element.size);
  return result;
}

Diagnostic &Call::shapeError(StringRef parameter, const Twine &message) {
  const Value &value = (*this)[parameter];
  return error(expr.range, message)
      .note(value.origin, "the shape " + describe(value) + " comes from here");
}

bool Call::atLeast(StringRef parameter, int64_t low) {
  for (int64_t size : sizes(parameter))
    if (size < low) {
      error(range(parameter), "the argument '" + parameter + "' of '" + builtin.name +
                                  "' is at least " + Twine(low) + ", this is " + Twine(size));
      return false;
    }
  return true;
}

std::optional<int64_t> Call::axis(StringRef parameter, int64_t value, int64_t rank) {
  int64_t axis = value < 0 ? value + rank : value;
  if (axis >= 0 && axis < rank)
    return axis;
  Diagnostic &message = error(range(parameter), "there is no axis " + Twine(value) +
                                                    " in a tensor of rank " + Twine(rank));
  if (rank > 0)
    message.fix("axes count from 0 to " + Twine(rank - 1) +
                " (the batch not counted), or from -1 " + "to -" + Twine(rank) + " from the end");
  return std::nullopt;
}

const std::string &Call::path() {
  if (cachedPath.empty()) {
    cachedPath = elaborator.pathFor(hint);
    if (cachedPath.empty())
      cachedPath = elaborator.pathForKind(builtin.name);
    else
      elaborator.layerPaths.insert(cachedPath);
  }
  return cachedPath;
}

mlir::Value Call::parameter(StringRef suffix, ArrayRef<int64_t> shape, Initializer initializer,
                            bool buffer) {
  if (!elaborator.checkShape(shape, expr.range))
    return nullptr;
  return elaborator.makeParameter(path() + "." + suffix.str(), shape, initializer, buffer,
                                  expr.range);
}

std::optional<Initializer> Call::initializer(int64_t fanIn, int64_t fanOut, Initializer fallback) {
  if (!has("init"))
    return fallback;
  return elaborator.evaluateInitializer((*this)["init"].syntax, fanIn, fanOut);
}

mlir::Location Call::loc() {
  return elaborator.locationOf(expr.range,
                               cachedPath.empty() ? elaborator.pathFor(hint) : cachedPath);
}

} // namespace weir
