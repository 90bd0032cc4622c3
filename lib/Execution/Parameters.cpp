//===- Parameters.cpp - Do these parameters fit this model? -----------------------===//

#include "weir/Execution/Parameters.h"

#include "llvm/ADT/StringRef.h"

namespace weir {

Result<ParameterFile> initializeParameters(const Signature &signature, uint64_t seed) {
  ParameterFile parameters;
  for (const Signature::Parameter &spec : signature.parameters) {
    Result<Tensor> tensor = Tensor::uninitialized(DType::F32, spec.shape);
    if (!tensor)
      return inside(inQuotes(spec.name), tensor.takeError());
    fill(*tensor, spec.init, spec.initArgs[0], spec.initArgs[1], seed, spec.name);
    if (Result<void> added = parameters.add(spec.name, std::move(*tensor)); !added)
      return added.takeError();
  }
  return parameters;
}

//===----------------------------------------------------------------------===//
// Comparison with a file
//===----------------------------------------------------------------------===//

static bool isBatchCounter(llvm::StringRef name) {
  return name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
}

// The surplus tensor that was probably meant: the one whose name is nearest, if it is
// near or if it is the only one of the same shape.
static const NamedTensor *findMeant(const Signature::Parameter &spec,
                                    const std::vector<const NamedTensor *> &surplus) {
  llvm::StringRef name = spec.name;
  const NamedTensor *nearest = nullptr, *sameShape = nullptr;
  unsigned best = std::max<size_t>(1, name.size() / 3) + 1;
  unsigned shapes = 0;
  for (const NamedTensor *candidate : surplus) {
    unsigned distance = name.edit_distance(candidate->name);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
    if (candidate->tensor.shape == spec.shape) {
      sameShape = candidate;
      ++shapes;
    }
  }
  if (nearest)
    return nearest;
  return shapes == 1 ? sameShape : nullptr;
}

Result<void> checkParameters(const Signature &signature, const ParameterFile &parameters) {
  std::map<std::string_view, const Signature::Parameter *> needed;
  for (const Signature::Parameter &spec : signature.parameters)
    needed[spec.name] = &spec;
  std::vector<const NamedTensor *> surplus;
  for (const NamedTensor &given : parameters)
    if (!needed.contains(given.name) && !isBatchCounter(given.name))
      surplus.push_back(&given);

  std::vector<std::string> lines;
  for (const Signature::Parameter &spec : signature.parameters) {
    const Tensor *given = parameters.find(spec.name);
    if (!given) {
      std::string line =
          fmt::format("{} {} is missing", inQuotes(spec.name), shapeToString(spec.shape));
      if (const NamedTensor *meant = findMeant(spec, surplus))
        line += fmt::format("; is it the file's {} {}?", inQuotes(meant->name),
                            shapeToString(meant->tensor.shape));
      lines.push_back(std::move(line));
    } else if (given->shape != spec.shape) {
      lines.push_back(fmt::format("{} is {}, the model needs {}", inQuotes(spec.name),
                                  shapeToString(given->shape), shapeToString(spec.shape)));
    } else if (given->dtype != DType::F32) {
      lines.push_back(fmt::format("{} holds integers, the model needs floating-point numbers",
                                  inQuotes(spec.name)));
    }
  }
  for (const NamedTensor *given : surplus)
    lines.push_back(fmt::format("{} {} is not a parameter of the model", inQuotes(given->name),
                                shapeToString(given->tensor.shape)));
  if (lines.empty())
    return {};
  return fail("the parameters don't fit model '{}':\n  {}", signature.model,
              fmt::join(lines, "\n  "));
}

//===----------------------------------------------------------------------===//
// Random inputs
//===----------------------------------------------------------------------===//

static void fillIds(Tensor &tensor, int64_t cardinality, uint64_t seed, std::string_view stream) {
  int64_t count = tensor.elements();
  int64_t *ids = tensor.i64();
  for (int64_t i = 0; i < count; ++i) {
    uint64_t high = randomBits(seed, streamOf(stream), 2 * i);
    uint64_t low = randomBits(seed, streamOf(stream), 2 * i + 1);
    ids[i] = static_cast<int64_t>((high << 32 | low) % static_cast<uint64_t>(cardinality));
  }
  if (count > 1) {
    ids[0] = 0;
    ids[count - 1] = cardinality - 1;
  }
}

Result<std::vector<Tensor>> makeRandomInputs(const Signature &signature, int64_t batch,
                                             uint64_t seed) {
  std::vector<Tensor> inputs;
  for (const Signature::Input &spec : signature.inputs) {
    Result<Tensor> tensor = Tensor::uninitialized(spec.isIndex ? DType::I64 : DType::F32,
                                                  wholeShape(spec.shape, spec.batched, batch));
    if (!tensor)
      return inside("input " + inQuotes(spec.name), tensor.takeError());
    // A stream of its own: an input may share its name with a parameter.
    std::string stream = "input " + spec.name;
    if (spec.isIndex)
      fillIds(*tensor, spec.cardinality, seed, stream);
    else
      fill(*tensor, Init::Normal, 0.0, 1.0, seed, stream);
    inputs.push_back(std::move(*tensor));
  }
  return inputs;
}

} // namespace weir
