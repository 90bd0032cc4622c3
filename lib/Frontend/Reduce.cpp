//===- Reduce.cpp - Sums, means, maxima, softmax --------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace weir {

/// The axes of `axis:`, ascending; all of them if it isn't given.
static std::optional<SmallVector<int64_t>> reducedAxes(Call &call) {
  int64_t rank = call.shape("x").size();
  SmallVector<int64_t> axes;
  if (!call.has("axis")) {
    append_range(axes, seq<int64_t>(0, rank));
    return axes;
  }
  for (int64_t given : call.sizes("axis")) {
    std::optional<int64_t> axis = call.axis("axis", given, rank);
    if (!axis)
      return std::nullopt;
    if (is_contained(axes, *axis)) {
      call.error(call.range("axis"), "axis " + Twine(given) + " is given twice");
      return std::nullopt;
    }
    axes.push_back(*axis);
  }
  sort(axes);
  return axes;
}

template <typename Op> static Value emitReduce(Call &call) {
  std::optional<SmallVector<int64_t>> axes = reducedAxes(call);
  if (!axes)
    return Value::poison();
  ArrayRef<int64_t> input = call.shape("x");
  bool keep = call.flag("keep");
  SmallVector<int64_t> shape;
  for (auto [axis, size] : enumerate(input)) {
    if (!is_contained(*axes, static_cast<int64_t>(axis)))
      shape.push_back(size);
    else if (keep)
      shape.push_back(1);
  }
  mlir::Value x = call.tensor("x");
  if (axes->empty())
    return call["x"];
  return call.result(Op::create(call.builder(), call.loc(),
                                call.resultType(shape, isBatched(x.getType())), x, *axes, keep));
}

/// The smallest is the largest of the negated, negated.
static Value emitMin(Call &call) {
  mlir::Value x = call.tensor("x");
  mlir::Value negated = NegOp::create(call.builder(), call.loc(), x.getType(), x);
  call.replaceTensor("x", negated);
  Value largest = emitReduce<MaxOp>(call);
  if (largest.isPoison())
    return largest;
  return call.result(
      NegOp::create(call.builder(), call.loc(), largest.tensor.getType(), largest.tensor));
}

template <typename Op> static Value emitSoftmax(Call &call) {
  mlir::Value x = call.tensor("x");
  std::optional<int64_t> axis =
      call.axis("axis", call.size("axis"), static_cast<int64_t>(call.shape("x").size()));
  if (!axis)
    return Value::poison();
  return call.result(Op::create(call.builder(), call.loc(), x.getType(), x,
                                call.builder().getI64IntegerAttr(*axis)));
}

void addReduce(BuiltinTable &table) {
  addBuiltin(table, "sum(x, axis: sizes = none, keep: bool = false)", emitReduce<SumOp>);
  addBuiltin(table, "mean(x, axis: sizes = none, keep: bool = false)", emitReduce<MeanOp>);
  addBuiltin(table, "max(x, axis: sizes = none, keep: bool = false)", emitReduce<MaxOp>);
  addBuiltin(table, "min(x, axis: sizes = none, keep: bool = false)", emitMin);
  addBuiltin(table, "softmax(x, axis: size = -1)", emitSoftmax<SoftmaxOp>);
  addBuiltin(table, "log_softmax(x, axis: size = -1)", emitSoftmax<LogSoftmaxOp>);
}

} // namespace weir
