//===- Linear.cpp - Linear layers and matrix products ---------------------===//

#include "Elaborator.h"

#include <cmath>

using namespace llvm;

namespace weir {

static Value emitLinear(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  int64_t features = call.size("features");
  if (!call.atLeast("features", 1))
    return Value::poison();
  if (input.empty()) {
    call.shapeError("x", "'linear' needs at least one axis, this is a single number")
        .fix("`reshape(x, 1)` makes it a list of one");
    return Value::poison();
  }
  int64_t inputs = input.back();
  // As PyTorch starts them: He et al., 2015, with the slope sqrt(5).
  double bound = 1 / std::sqrt(static_cast<double>(inputs));
  Initializer standard = Initializer::uniform(-bound, bound);
  std::optional<Initializer> initializer = call.initializer(inputs, features, standard);
  if (!initializer)
    return Value::poison();
  mlir::Value weight = call.parameter("weight", {features, inputs}, *initializer), bias;
  if (!weight)
    return Value::poison();
  if (call.flag("bias"))
    bias = call.parameter("bias", {features}, standard);
  SmallVector<int64_t> shape(input);
  shape.back() = features;
  mlir::Value x = call.tensor("x");
  return call.result(LinearOp::create(
      call.builder(), call.loc(), call.resultType(shape, isBatched(x.getType())), x, weight, bias));
}

Value Elaborator::emitMatmul(const Value &lhs, const Value &rhs, SMRange range, SMRange place,
                             StringRef name) {
  auto fail = [&](const Twine &text) -> Diagnostic & {
    return error(range, text)
        .note(lhs.origin, "the left one, " + describe(lhs) + ", comes from here")
        .note(rhs.origin, "the right one, " + describe(rhs) + ", comes from here");
  };
  if (!lhs.isTensor() || !rhs.isTensor()) {
    error(range, "'@' multiplies tensors, this is " + describe(lhs.isTensor() ? rhs : lhs))
        .fix("a product with a number is written `*`");
    return Value::poison();
  }
  ArrayRef<int64_t> left = lhs.shape(), right = rhs.shape();
  if (left.empty() || right.size() < 2) {
    fail("'@' needs a vector or a matrix on the left and a matrix on the right, these are " +
         describe(lhs) + " and " + describe(rhs));
    return Value::poison();
  }
  int64_t inner = right[right.size() - 2];
  if (left.back() != inner) {
    Diagnostic &message = fail(
        "'@' needs as many columns on the left as rows on the right: " + describe(lhs) + " has " +
        Twine(left.back()) + " columns, " + describe(rhs) + " has " + Twine(inner) + " rows");
    if (left.back() == right.back())
      message.fix("turn the right one over: `x @ transpose(w)`");
    return Value::poison();
  }
  ArrayRef<int64_t> leftOuter = left.size() >= 2 ? left.drop_back(2) : ArrayRef<int64_t>();
  ArrayRef<int64_t> rightOuter = right.drop_back(2);
  if (!leftOuter.empty() && !rightOuter.empty() && leftOuter != rightOuter) {
    fail("the axes before the matrices differ: " + formatShape(leftOuter) + " and " +
         formatShape(rightOuter));
    return Value::poison();
  }
  SmallVector<int64_t> shape(leftOuter.empty() ? rightOuter : leftOuter);
  if (left.size() >= 2)
    shape.push_back(left[left.size() - 2]);
  else if (!rightOuter.empty()) {
    fail("a vector on the left goes with one matrix, not with " + formatShape(rightOuter));
    return Value::poison();
  }
  shape.push_back(right.back());
  if (!checkShape(shape, range))
    return Value::poison();
  bool batched = isBatched(lhs.tensor.getType()) || isBatched(rhs.tensor.getType());
  return Value::ofTensor(MatmulOp::create(builder, locationOf(place, name),
                                          makeTensorType(batched, shape, builder.getF32Type()),
                                          lhs.tensor, rhs.tensor),
                         range);
}

static Value emitMatmulCall(Call &call) {
  return call.elaborator.emitMatmul(call["a"], call["b"], call.expr.range, call.calleeRange(),
                                    call.givenName());
}

void addLinear(BuiltinTable &table) {
  addBuiltin(table, "linear(x, features: size, bias: bool = true, init: initializer = none)",
             emitLinear);
  addBuiltin(table, "matmul(a, b)", emitMatmulCall);
}

} // namespace weir
