//===- Tensors.cpp - Tensors and parameters, and what messages call them --===//

#include "Elaborator.h"

#include "llvm/Support/Format.h"

using namespace llvm;

namespace weir {

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
  if (inTraining) {
    error(range, "the training of a model can't hold parameters")
        .fix("move this layer into the model");
    return nullptr;
  }
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

Value Elaborator::listAsTensor(Value value, SMRange range) {
  auto isFixed = [](const Value &element) { return element.isNumber() && !element.isVarying(); };
  if (value.kind != Value::Kind::Tuple || value.elements.empty() ||
      !all_of(value.elements, isFixed))
    return value;
  SmallVector<float> numbers;
  for (const Value &element : value.elements)
    numbers.push_back(static_cast<float>(element.asDouble()));
  auto type = makeTensorType(false, {static_cast<int64_t>(numbers.size())}, builder.getF32Type());
  auto attribute = mlir::DenseElementsAttr::get(type, ArrayRef(numbers));
  return Value::ofTensor(ConstantOp::create(builder, locationOf(range), type, attribute), range);
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
    if (value.isVarying())
      return "a number that changes while the model is trained";
    std::string text;
    raw_string_ostream(text) << "the float " << format("%g", value.number);
    return text;
  }
  case Value::Kind::Bool:
    if (value.isVarying())
      return "a condition that changes while the model is trained";
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
