//===- ScalarProgram.h - Numbers that are known only when it runs ---------===//
//
// A learning rate changes from step to step, the root of a mean is known at the
// end of an epoch. The language writes both as numbers; the frontend turns what
// depends on them into a program of doubles that is evaluated outside of the
// compiled code. It knows nothing of the text that it came from.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_SCALARPROGRAM_H
#define WEIR_FRONTEND_SCALARPROGRAM_H

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace weir {

/// Nodes in the order of their making, each using only those before it. Equal
/// nodes are one, and nodes of constants are constants. Truth is 1 and 0.
class ScalarProgram {
public:
  using Node = uint32_t;

  enum class Op : uint8_t {
    Constant,
    Input,
    // One operand.
    Neg,
    Abs,
    Exp,
    Log,
    Log1p,
    Sqrt,
    Rsqrt,
    Erf,
    Tanh,
    Sigmoid,
    Relu,
    Softplus,
    Cos,
    Round,
    Floor,
    Ceil,
    Not,
    // Two operands.
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Maximum,
    Minimum,
    Pow,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    And,
    Or,
    // Three operands: the second if the first is true, else the third. Both are
    // evaluated.
    Select,
  };

  Node constant(double value);
  /// The value that `evaluate` gets in this position.
  Node input(unsigned index);
  Node apply(Op op, Node a, Node b = 0, Node c = 0);

  bool isConstant(Node node) const { return nodes[node].op == Op::Constant; }

  /// The values of `wanted`, in their order. Dividing by 0 and the like give
  /// infinities and NaN. Re-entrant.
  std::vector<double> evaluate(const std::vector<double> &inputs,
                               const std::vector<Node> &wanted) const;

private:
  struct Instruction {
    Op op;
    Node a = 0, b = 0, c = 0; ///< operands; for Input the position
    double value = 0;         ///< of a Constant
  };
  Node add(const Instruction &instruction);

  std::vector<Instruction> nodes;
  std::map<std::array<uint64_t, 5>, Node> known;
};

} // namespace weir

#endif
