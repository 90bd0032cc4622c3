//===- ScalarProgram.cpp - Numbers that are known only when it runs -------===//

#include "weir/Frontend/ScalarProgram.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace weir {

using Op = ScalarProgram::Op;

static double compute(Op op, double a, double b, double c) {
  switch (op) {
  case Op::Constant:
  case Op::Input:
    break;
  case Op::Neg:
    return -a;
  case Op::Abs:
    return std::fabs(a);
  case Op::Exp:
    return std::exp(a);
  case Op::Log:
    return std::log(a);
  case Op::Log1p:
    return std::log1p(a);
  case Op::Sqrt:
    return std::sqrt(a);
  case Op::Rsqrt:
    return 1 / std::sqrt(a);
  case Op::Erf:
    return std::erf(a);
  case Op::Tanh:
    return std::tanh(a);
  case Op::Sigmoid:
    return 1 / (1 + std::exp(-a));
  case Op::Relu:
    return std::max(a, 0.0);
  case Op::Softplus:
    return std::max(a, 0.0) + std::log1p(std::exp(-std::fabs(a)));
  case Op::Cos:
    return std::cos(a);
  case Op::Round:
    return std::nearbyint(a);
  case Op::Floor:
    return std::floor(a);
  case Op::Ceil:
    return std::ceil(a);
  case Op::Not:
    return a == 0 ? 1 : 0;
  case Op::Add:
    return a + b;
  case Op::Sub:
    return a - b;
  case Op::Mul:
    return a * b;
  case Op::Div:
    return a / b;
  case Op::Mod:
    return a - b * std::floor(a / b);
  case Op::Maximum:
    return std::max(a, b);
  case Op::Minimum:
    return std::min(a, b);
  case Op::Pow:
    return std::pow(a, b);
  case Op::Equal:
    return a == b ? 1 : 0;
  case Op::NotEqual:
    return a != b ? 1 : 0;
  case Op::Less:
    return a < b ? 1 : 0;
  case Op::LessEqual:
    return a <= b ? 1 : 0;
  case Op::And:
    return a != 0 && b != 0 ? 1 : 0;
  case Op::Or:
    return a != 0 || b != 0 ? 1 : 0;
  case Op::Select:
    return a != 0 ? b : c;
  }
  assert(false && "constants and inputs aren't computed");
  return 0;
}

static unsigned operandCount(Op op) {
  return op <= Op::Input ? 0 : op <= Op::Not ? 1 : op <= Op::Or ? 2 : 3;
}

ScalarProgram::Node ScalarProgram::add(const Instruction &instruction) {
  std::array<uint64_t, 5> key = {static_cast<uint64_t>(instruction.op), instruction.a,
                                 instruction.b, instruction.c,
                                 std::bit_cast<uint64_t>(instruction.value)};
  auto [entry, isNew] = known.try_emplace(key, static_cast<Node>(nodes.size()));
  if (isNew)
    nodes.push_back(instruction);
  return entry->second;
}

ScalarProgram::Node ScalarProgram::constant(double value) {
  return add({.op = Op::Constant, .value = value});
}

ScalarProgram::Node ScalarProgram::input(unsigned index) {
  return add({.op = Op::Input, .a = index});
}

ScalarProgram::Node ScalarProgram::apply(Op op, Node a, Node b, Node c) {
  unsigned count = operandCount(op);
  assert(count > 0 && "constants and inputs have makers of their own");
  const Node operands[] = {a, count > 1 ? b : a, count > 2 ? c : a};
  if (std::all_of(operands, operands + 3, [&](Node node) { return isConstant(node); }))
    return constant(
        compute(op, nodes[operands[0]].value, nodes[operands[1]].value, nodes[operands[2]].value));
  return add({.op = op, .a = a, .b = count > 1 ? b : 0, .c = count > 2 ? c : 0});
}

std::vector<double> ScalarProgram::evaluate(const std::vector<double> &inputs,
                                            const std::vector<Node> &wanted) const {
  std::vector<double> values;
  values.reserve(nodes.size());
  for (const Instruction &instruction : nodes) {
    if (instruction.op == Op::Constant)
      values.push_back(instruction.value);
    else if (instruction.op == Op::Input)
      values.push_back(inputs[instruction.a]);
    else
      values.push_back(compute(instruction.op, values[instruction.a], values[instruction.b],
                               values[instruction.c]));
  }
  std::vector<double> result;
  result.reserve(wanted.size());
  for (Node node : wanted)
    result.push_back(values[node]);
  return result;
}

} // namespace weir
