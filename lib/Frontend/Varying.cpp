//===- Varying.cpp - Numbers that aren't known when the model is compiled -===//
//
// What depends on the step of a training, or on the mean over an epoch, is
// written like any number. It becomes a node of the program at hand, and an
// argument of the compiled function where it meets a tensor.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

using Op = ScalarProgram::Op;

Value Elaborator::applyVarying(Op op, ArrayRef<Value> operands, Value::Kind kind) {
  ScalarProgram::Node nodes[3] = {};
  assert(program && !operands.empty() && operands.size() <= 3);
  for (auto [i, operand] : enumerate(operands))
    nodes[i] = operand.node       ? *operand.node
               : operand.isBool() ? program->constant(operand.truth ? 1 : 0)
                                  : program->constant(operand.asDouble());
  return Value::ofNode(kind, program->apply(op, nodes[0], nodes[1], nodes[2]));
}

Value Elaborator::applyVarying(BinaryOp op, const Value &lhs, const Value &rhs) {
  constexpr Value::Kind truth = Value::Kind::Bool;
  switch (op) {
  case BinaryOp::Add:
    return applyVarying(Op::Add, {lhs, rhs});
  case BinaryOp::Sub:
    return applyVarying(Op::Sub, {lhs, rhs});
  case BinaryOp::Mul:
    return applyVarying(Op::Mul, {lhs, rhs});
  case BinaryOp::Div:
    return applyVarying(Op::Div, {lhs, rhs});
  case BinaryOp::Mod:
    return applyVarying(Op::Mod, {lhs, rhs});
  case BinaryOp::Equal:
    return applyVarying(Op::Equal, {lhs, rhs}, truth);
  case BinaryOp::NotEqual:
    return applyVarying(Op::NotEqual, {lhs, rhs}, truth);
  case BinaryOp::Less:
    return applyVarying(Op::Less, {lhs, rhs}, truth);
  case BinaryOp::LessEqual:
    return applyVarying(Op::LessEqual, {lhs, rhs}, truth);
  case BinaryOp::Greater:
    return applyVarying(Op::Less, {rhs, lhs}, truth);
  case BinaryOp::GreaterEqual:
    return applyVarying(Op::LessEqual, {rhs, lhs}, truth);
  case BinaryOp::And:
    return applyVarying(Op::And, {lhs, rhs}, truth);
  case BinaryOp::Or:
    return applyVarying(Op::Or, {lhs, rhs}, truth);
  case BinaryOp::Matmul:
    break;
  }
  return Value::poison();
}

Value Elaborator::chooseVarying(const IfExpr &expr, const Value &condition) {
  Value first = evaluate(expr.thenExpr), second = evaluate(expr.elseExpr);
  if (first.isPoison() || second.isPoison())
    return Value::poison();
  if (first.isNumber() && second.isNumber())
    return applyVarying(Op::Select, {condition, first, second});
  if (first.isBool() && second.isBool())
    return applyVarying(Op::Select, {condition, first, second}, Value::Kind::Bool);
  error(expr.condition->range, "this condition changes while the model is trained; it can choose "
                               "between numbers, not between " +
                                   describe(first) + " and " + describe(second))
      .fix("a condition that never changes, as `if not varies(momentum) and ...`, can choose "
           "between tensors");
  return Value::poison();
}

mlir::Value Elaborator::varyingTensor(const Value &value, SMRange range) {
  if (optimizer)
    return hyperArgument(*value.node);
  error(range, "an average over the examples is known only when all of them have been seen; no "
               "tensor can be computed with it")
      .fix("compute with tensors first, then average: `average(a * b)`");
  return nullptr;
}

static Value emitVaries(Call &call) { return Value::ofBool(call["x"].isVarying()); }

void addTraining(BuiltinTable &table) {
  addBuiltin(table, "varies(x: number)", emitVaries);
  addBuiltin(table, "average(x)", [](Call &call) {
    return call.elaborator.epochNumber(TrainingPlan::Metric::Kind::Mean, {call["x"]}, call);
  });
  addBuiltin(table, "auc(score, truth)", [](Call &call) {
    return call.elaborator.epochNumber(TrainingPlan::Metric::Kind::Auc,
                                       {call["score"], call["truth"]}, call);
  });
}

} // namespace weir
