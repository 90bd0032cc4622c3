//===- Examples.cpp - The inputs that a command feeds a model -----------------===//

#include "Examples.h"

#include "CommandLine.h"

#include "weir/Data/Arrays.h"

#include <cstring>

namespace weir {

static std::string inputNames(const Signature &signature) {
  std::string names;
  for (const Signature::Input &input : signature.inputs)
    names += (names.empty() ? "" : ", ") + input.name;
  return names;
}

// Here, so that a bad id is refused before anything is compiled or computed.
static Result<void> checkIds(const Signature::Input &input, const Tensor &tensor) {
  for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
    if (int64_t id = tensor.i64()[i]; id < 0 || id >= input.cardinality)
      return Error{describeBadId(input, i, id)};
  return {};
}

static Result<Tensor> readInput(const Signature::Input &input, const std::string &spec) {
  Result<Tensor> tensor = readArray(spec);
  if (tensor)
    tensor = convertTo(std::move(*tensor), input.isIndex ? DType::I64 : DType::F32);
  if (tensor && input.batched)
    tensor = asBatch(std::move(*tensor), input.shape);
  if (!tensor)
    return inside(fmt::format("--input {}={}", input.name, spec), tensor.takeError());
  if (input.isIndex)
    if (Result<void> good = checkIds(input, *tensor); !good)
      return good.takeError();
  return tensor;
}

Result<Examples> readExamples(const Signature &signature, const std::vector<std::string> &specs) {
  std::map<std::string, std::string> given;
  for (const std::string &text : specs) {
    auto sides = splitAssignment("--input", text, "NAME=FILE or NAME=1,2,3");
    if (!sides)
      return sides.takeError();
    bool known =
        std::any_of(signature.inputs.begin(), signature.inputs.end(),
                    [&](const Signature::Input &input) { return input.name == sides->first; });
    if (!known)
      return fail("--input {}: model '{}' has no input {}; its inputs are {}", text,
                  signature.model, inQuotes(sides->first), inputNames(signature));
    if (!given.emplace(sides->first, sides->second).second)
      return fail("--input {}: {} is already given", text, inQuotes(sides->first));
  }

  Examples examples;
  const Signature::Input *first = nullptr;
  for (const Signature::Input &input : signature.inputs) {
    auto spec = given.find(input.name);
    if (spec == given.end())
      return fail("input '{}' is missing; give it as --input {}=FILE", input.name, input.name);
    Result<Tensor> tensor = readInput(input, spec->second);
    if (!tensor)
      return tensor.takeError();
    if (input.batched) {
      int64_t count = tensor->shape[0];
      if (first && count != examples.count)
        return fail("input '{}' holds {} examples, but '{}' holds {}: all inputs need as many",
                    input.name, count, first->name, examples.count);
      first = &input;
      examples.count = count;
    }
    examples.inputs.push_back(std::move(*tensor));
  }
  return examples;
}

Result<std::vector<Tensor>> cutExamples(const Signature &signature, const Examples &examples,
                                        int64_t begin, int64_t count) {
  std::vector<Tensor> pieces;
  for (size_t i = 0; i < examples.inputs.size(); ++i) {
    const Tensor &whole = examples.inputs[i];
    std::vector<int64_t> shape = whole.shape;
    bool batched = signature.inputs[i].batched;
    if (batched)
      shape[0] = count;
    Result<Tensor> piece = Tensor::uninitialized(whole.dtype, shape);
    if (!piece)
      return piece.takeError();
    int64_t offset = batched && whole.shape[0] ? whole.byteCount() / whole.shape[0] * begin : 0;
    std::memcpy(piece->data(), static_cast<const std::byte *>(whole.data()) + offset,
                piece->byteCount());
    pieces.push_back(std::move(*piece));
  }
  return pieces;
}

} // namespace weir
