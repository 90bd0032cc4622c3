//===- Elementwise.cpp - Arithmetic and functions of one variable ---------===//
//
// These also apply to compile-time numbers, so that `maximum(8, n / 4)` or
// `sqrt(2.0)` can be part of a size or a constant.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <cmath>

using namespace llvm;

namespace weir {

mlir::Value Elaborator::asTensor(const Value &value, SMRange range) {
  if (value.isTensor())
    return value.tensor;
  if (value.isVarying())
    return varyingTensor(value, range);
  auto type = mlir::RankedTensorType::get({}, builder.getF32Type());
  auto attribute = mlir::DenseElementsAttr::get(type, static_cast<float>(value.asDouble()));
  return ConstantOp::create(builder, locationOf(range), type, attribute);
}

std::optional<SmallVector<int64_t>> Elaborator::broadcast(const Value &lhs, const Value &rhs,
                                                          SMRange range, StringRef what) {
  ArrayRef<int64_t> left = lhs.isTensor() ? lhs.shape() : ArrayRef<int64_t>();
  ArrayRef<int64_t> right = rhs.isTensor() ? rhs.shape() : ArrayRef<int64_t>();
  std::optional<SmallVector<int64_t>> shape = broadcastShapes(left, right);
  if (shape) {
    if (!checkShape(*shape, range))
      return std::nullopt;
    return shape;
  }
  Diagnostic &message = error(range, "the shapes " + describe(lhs) + " and " + describe(rhs) +
                                         " of '" + what + "' don't fit together");
  message.note(lhs.origin, "the left one, " + describe(lhs) + ", comes from here")
      .note(rhs.origin, "the right one, " + describe(rhs) + ", comes from here");
  // Sizes are compared from the last axis on: name the first that differ.
  for (size_t i = 1; i <= std::min(left.size(), right.size()); ++i) {
    int64_t a = left[left.size() - i], b = right[right.size() - i];
    if (a == b || a == 1 || b == 1)
      continue;
    message.fix("counted from the last axis, each pair of sizes must be equal or hold a 1; " +
                Twine(a) + " and " + Twine(b) + " are not");
    break;
  }
  return std::nullopt;
}

/// Creates the op of this class with an explicit result type.
template <typename Op>
static mlir::Value createBinary(mlir::OpBuilder &builder, mlir::Location location, mlir::Type type,
                                mlir::Value lhs, mlir::Value rhs) {
  return Op::create(builder, location, type, lhs, rhs);
}

using CreateBinary = mlir::Value (*)(mlir::OpBuilder &, mlir::Location, mlir::Type, mlir::Value,
                                     mlir::Value);

static Value emitBroadcast(Elaborator &elaborator, CreateBinary create, StringRef what,
                           const Value &lhs, const Value &rhs, SMRange range, SMRange place,
                           StringRef name) {
  std::optional<SmallVector<int64_t>> shape = elaborator.broadcast(lhs, rhs, range, what);
  if (!shape)
    return Value::poison();
  mlir::Value left = elaborator.asTensor(lhs, place), right = elaborator.asTensor(rhs, place);
  if (!left || !right)
    return Value::poison();
  bool batched = isBatched(left.getType()) || isBatched(right.getType());
  mlir::Type type = makeTensorType(batched, *shape, elaborator.builder.getF32Type());
  return Value::ofTensor(
      create(elaborator.builder, elaborator.locationOf(place, name), type, left, right), range);
}

Value Elaborator::emitBinary(const ast::BinaryExpr &expr, const Value &lhs, const Value &rhs,
                             StringRef name) {
  CreateBinary create = expr.op == ast::BinaryOp::Add   ? createBinary<AddOp>
                        : expr.op == ast::BinaryOp::Sub ? createBinary<SubOp>
                        : expr.op == ast::BinaryOp::Mul ? createBinary<MulOp>
                        : expr.op == ast::BinaryOp::Div ? createBinary<DivOp>
                                                        : expr.op == ast::BinaryOp::Less
                            ? [](mlir::OpBuilder &builder, mlir::Location location, mlir::Type type,
                                 mlir::Value left, mlir::Value right) -> mlir::Value {
    return GreaterOp::create(builder, location, type, right, left);
  }
  : createBinary<GreaterOp>;
  // The operator's own place tells apart the parts of a long formula.
  return emitBroadcast(*this, create, spelling(expr.op), lhs, rhs, expr.range, expr.opRange, name);
}

//===----------------------------------------------------------------------===//
// Functions of two variables
//===----------------------------------------------------------------------===//

template <typename Op, ScalarProgram::Op ofVarying, typename OfSizes, typename OfFloats>
static Value twoVariables(Call &call, StringRef first, StringRef second, OfSizes ofSizes,
                          OfFloats ofFloats) {
  const Value &lhs = call[first], &rhs = call[second];
  if (lhs.isTensor() || rhs.isTensor()) {
    return emitBroadcast(call.elaborator, createBinary<Op>, call.builtin.name, lhs, rhs,
                         call.expr.range, call.calleeRange(), call.givenName());
  }
  if (lhs.isVarying() || rhs.isVarying())
    return call.elaborator.applyVarying(ofVarying, {lhs, rhs});
  if (lhs.isSize() && rhs.isSize())
    if (std::optional<int64_t> size = ofSizes(lhs.size, rhs.size))
      return Value::ofSize(*size);
  return Value::ofFloat(ofFloats(lhs.asDouble(), rhs.asDouble()));
}

static Value emitMaximum(Call &call) {
  return twoVariables<MaximumOp, ScalarProgram::Op::Maximum>(
      call, "a", "b", [](int64_t a, int64_t b) { return std::optional<int64_t>(std::max(a, b)); },
      [](double a, double b) { return std::max(a, b); });
}

static Value emitMinimum(Call &call) {
  return twoVariables<MinimumOp, ScalarProgram::Op::Minimum>(
      call, "a", "b", [](int64_t a, int64_t b) { return std::optional<int64_t>(std::min(a, b)); },
      [](double a, double b) { return std::min(a, b); });
}

static Value emitPow(Call &call) {
  bool overflow = false;
  Value result = twoVariables<PowOp, ScalarProgram::Op::Pow>(
      call, "x", "exponent",
      [&](int64_t base, int64_t exponent) -> std::optional<int64_t> {
        if (exponent < 0)
          return std::nullopt;
        int64_t product = 1;
        // Beyond 64 steps only 0, 1 and -1 stay within range.
        int64_t count =
            std::abs(base) <= 1 ? std::min<int64_t>(exponent, exponent % 2 + 2) : exponent;
        for (int64_t i = 0; i < count && !overflow; ++i)
          overflow = __builtin_mul_overflow(product, base, &product);
        return product;
      },
      [](double x, double y) { return std::pow(x, y); });
  if (!overflow)
    return result;
  call.error(call.expr.range, "the integer overflows");
  return Value::poison();
}

//===----------------------------------------------------------------------===//
// Functions of one variable
//===----------------------------------------------------------------------===//

template <typename Op, double (*ofNumber)(double), ScalarProgram::Op ofVarying>
static Value oneVariable(Call &call) {
  const Value &x = call["x"];
  if (x.isVarying())
    return call.elaborator.applyVarying(ofVarying, {x});
  if (x.isNumber()) {
    double result = ofNumber(x.asDouble());
    if (std::isfinite(result))
      return Value::ofFloat(result);
    call.error(call.expr.range,
               "'" + call.builtin.name + "' of " + describe(x) + " is not a finite number");
    return Value::poison();
  }
  return call.result(Op::create(call.builder(), call.loc(), x.tensor.getType(), x.tensor));
}

static Value emitAbs(Call &call) {
  const Value &x = call["x"];
  if (x.isSize())
    return Value::ofSize(x.size < 0 ? -x.size : x.size);
  return oneVariable<AbsOp, std::fabs, ScalarProgram::Op::Abs>(call);
}

static double rsqrt(double x) { return 1 / std::sqrt(x); }
static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double relu(double x) { return std::max(x, 0.0); }
static double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
static double neg(double x) { return -x; }

/// Rounds to the nearest size, halves to even, or down or up.
template <double (*round)(double), ScalarProgram::Op ofVarying> static Value toSize(Call &call) {
  if (call["x"].isVarying())
    return call.elaborator.applyVarying(ofVarying, {call["x"]});
  double value = round(call.number("x"));
  if (std::fabs(value) <= static_cast<double>(maxSize))
    return Value::ofSize(static_cast<int64_t>(value));
  call.error(call.expr.range, "the number is too large for a size");
  return Value::poison();
}

static Value emitCos(Call &call) {
  const Value &x = call["x"];
  return x.isVarying() ? call.elaborator.applyVarying(ScalarProgram::Op::Cos, {x})
                       : Value::ofFloat(std::cos(x.asDouble()));
}

void addElementwise(BuiltinTable &table) {
  using Scalar = ScalarProgram::Op;
  addBuiltin(table, "maximum(a: value, b: value)", emitMaximum);
  addBuiltin(table, "minimum(a: value, b: value)", emitMinimum);
  addBuiltin(table, "pow(x: value, exponent: value)", emitPow);
  addBuiltin(table, "neg(x: value)", oneVariable<NegOp, neg, Scalar::Neg>);
  addBuiltin(table, "abs(x: value)", emitAbs);
  addBuiltin(table, "exp(x: value)", oneVariable<ExpOp, std::exp, Scalar::Exp>);
  addBuiltin(table, "log(x: value)", oneVariable<LogOp, std::log, Scalar::Log>);
  addBuiltin(table, "log1p(x: value)", oneVariable<Log1pOp, std::log1p, Scalar::Log1p>);
  addBuiltin(table, "sqrt(x: value)", oneVariable<SqrtOp, std::sqrt, Scalar::Sqrt>);
  addBuiltin(table, "rsqrt(x: value)", oneVariable<RsqrtOp, rsqrt, Scalar::Rsqrt>);
  addBuiltin(table, "erf(x: value)", oneVariable<ErfOp, std::erf, Scalar::Erf>);
  addBuiltin(table, "tanh(x: value)", oneVariable<TanhOp, std::tanh, Scalar::Tanh>);
  addBuiltin(table, "sigmoid(x: value)", oneVariable<SigmoidOp, sigmoid, Scalar::Sigmoid>);
  addBuiltin(table, "relu(x: value)", oneVariable<ReluOp, relu, Scalar::Relu>);
  addBuiltin(table, "softplus(x: value)", oneVariable<SoftplusOp, softplus, Scalar::Softplus>);
  addBuiltin(table, "round(x: number)", toSize<std::nearbyint, Scalar::Round>);
  addBuiltin(table, "floor(x: number)", toSize<std::floor, Scalar::Floor>);
  addBuiltin(table, "ceil(x: number)", toSize<std::ceil, Scalar::Ceil>);
  addBuiltin(table, "cos(x: number)", emitCos);
  for (auto &entry : table)
    entry.second.isElementwise = true;
}

} // namespace weir
