//===- Initializers.cpp - The initial values of parameters ----------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Casting.h"

#include <cmath>

using namespace llvm;
using namespace weir::ast;

namespace weir {

std::optional<Initializer> Elaborator::evaluateInitializer(const Expr *expr, int64_t fanIn,
                                                           int64_t fanOut) {
  static constexpr StringRef signatures[] = {"zeros()",
                                             "ones()",
                                             "constant(value: float)",
                                             "normal(mean: float = 0.0, deviation: float = 1.0)",
                                             "uniform(low: float, high: float)",
                                             "kaiming_normal()",
                                             "kaiming_uniform()",
                                             "xavier_normal()",
                                             "xavier_uniform()"};
  const auto *call = dyn_cast<CallExpr>(expr);
  StringRef name = call ? call->callee.text : "";
  const auto *signature =
      find_if(signatures, [&](StringRef candidate) { return candidate.split('(').first == name; });
  if (signature == std::end(signatures)) {
    if (expr->kind == ExprKind::Error)
      return std::nullopt;
    std::vector<StringRef> names;
    for (StringRef candidate : signatures)
      names.push_back(candidate.split('(').first);
    Diagnostic &message = error(expr->range, "expected an initializer");
    if (StringRef near = nearestWord(name, names); call && !near.empty())
      message.fix("did you mean '" + near + "'?");
    else
      message.fix("the initializers are: " + join(names, ", ") + "; write `zeros()`");
    return std::nullopt;
  }
  BuiltinTable table;
  addBuiltin(table, *signature, nullptr);
  std::vector<Value> values;
  std::vector<SMRange> ranges;
  if (!bindArguments(table.find(name)->second.parameters, *signature, *call, nullptr, values,
                     ranges))
    return std::nullopt;
  double in = fanIn, out = fanOut;
  auto uniform = [](double bound) { return Initializer::uniform(-bound, bound); };
  if (name == "zeros")
    return Initializer::constant(0);
  if (name == "ones")
    return Initializer::constant(1);
  if (name == "constant")
    return Initializer::constant(values[0].asDouble());
  if (name == "normal") {
    if (values[1].asDouble() < 0) {
      error(ranges[1], "a deviation is at least 0");
      return std::nullopt;
    }
    return Initializer::normal(values[0].asDouble(), values[1].asDouble());
  }
  if (name == "uniform") {
    if (values[0].asDouble() > values[1].asDouble()) {
      error(ranges[0], "the lower end is above the upper end");
      return std::nullopt;
    }
    return Initializer::uniform(values[0].asDouble(), values[1].asDouble());
  }
  // He et al., 2015, for relu; Glorot and Bengio, 2010.
  if (name == "kaiming_normal")
    return Initializer::normal(0, std::sqrt(2 / in));
  if (name == "kaiming_uniform")
    return uniform(std::sqrt(6 / in));
  if (name == "xavier_normal")
    return Initializer::normal(0, std::sqrt(2 / (in + out)));
  return uniform(std::sqrt(6 / (in + out)));
}

} // namespace weir
