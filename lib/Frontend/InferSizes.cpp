//===- InferSizes.cpp - Sizes from the shapes of given weights ------------===//

#include "InferSizes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace llvm;

namespace weir {

/// The shape entry `dim` of parameter `name`, or nothing.
static std::optional<int64_t> entry(const ParameterShapes &shapes, const std::string &name,
                                    size_t dim) {
  auto it = shapes.find(name);
  if (it == shapes.end() || dim >= it->second.size())
    return std::nullopt;
  return it->second[dim];
}

namespace {

/// The model built at one point of the unknowns and one and two steps along
/// each.
struct Trial {
  ParameterShapes base;
  std::vector<ParameterShapes> once, twice;
};

} // namespace

static std::optional<Trial> runTrial(ArrayRef<std::string> unknowns, int64_t start, int64_t step,
                                     Probe probe, StringMap<Binding> bindings) {
  for (const std::string &name : unknowns)
    bindings[name] = start;
  Trial trial;
  std::optional<ParameterShapes> shapes = probe(bindings);
  if (!shapes)
    return std::nullopt;
  trial.base = std::move(*shapes);
  for (const std::string &name : unknowns) {
    for (int steps : {1, 2}) {
      bindings[name] = start + steps * step;
      shapes = probe(bindings);
      if (!shapes)
        return std::nullopt;
      (steps == 1 ? trial.once : trial.twice).push_back(std::move(*shapes));
    }
    bindings[name] = start;
  }
  return trial;
}

/// The value of unknown `index` that makes an entry which depends on it alone,
/// and in a straight line, what `given` says.
static std::optional<int64_t> solve(const Trial &trial, size_t index, int64_t start, int64_t step,
                                    const ParameterShapes &given) {
  for (const auto &[name, shape] : trial.base) {
    for (size_t dim = 0; dim < shape.size(); ++dim) {
      std::optional<int64_t> wanted = entry(given, name, dim);
      std::optional<int64_t> once = entry(trial.once[index], name, dim);
      std::optional<int64_t> twice = entry(trial.twice[index], name, dim);
      if (!wanted || !once || !twice)
        continue;
      int64_t base = shape[dim], slope = *once - base;
      bool isLine = slope != 0 && *twice - *once == slope && slope % step == 0;
      bool isAlone = all_of(seq<size_t>(0, trial.once.size()), [&](size_t other) {
        return other == index || entry(trial.once[other], name, dim) == base;
      });
      if (!isLine || !isAlone)
        continue;
      int64_t perUnit = slope / step;
      if ((*wanted - base) % perUnit != 0)
        continue;
      int64_t value = start + (*wanted - base) / perUnit;
      if (value >= 1)
        return value;
    }
  }
  return std::nullopt;
}

void inferSizes(const ast::Definition &model, const ParameterShapes &given, Probe probe,
                StringMap<Binding> &bindings) {
  std::vector<std::string> unknowns;
  for (const ast::Parameter &parameter : model.parameters)
    if (!parameter.defaultValue && !bindings.contains(parameter.name.text)) {
      if (parameter.kind != ast::ParameterKind::Size)
        return;
      unknowns.push_back(parameter.name.text.str());
    }
  // Highly divisible trial values first: groups and strides often need them.
  static constexpr std::pair<int64_t, int64_t> trials[] = {{64, 64}, {240, 240}, {28, 28}, {3, 1}};
  bool progress = true;
  while (!unknowns.empty() && progress) {
    progress = false;
    for (auto [start, step] : trials) {
      std::optional<Trial> trial = runTrial(unknowns, start, step, probe, bindings);
      if (!trial)
        continue;
      std::vector<std::string> left;
      for (auto [i, name] : enumerate(unknowns)) {
        if (std::optional<int64_t> value = solve(*trial, i, start, step, given)) {
          bindings[name] = *value;
          progress = true;
        } else {
          left.push_back(name);
        }
      }
      unknowns = std::move(left);
      if (progress)
        break;
    }
  }
}

} // namespace weir
