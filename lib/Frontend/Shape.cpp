//===- Shape.cpp - Joining, cutting and reordering ------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace weir {

static mlir::Type retyped(mlir::Value x, ArrayRef<int64_t> shape) {
  auto type = mlir::cast<mlir::RankedTensorType>(x.getType());
  return makeTensorType(isBatched(type), shape, type.getElementType());
}

static int64_t product(ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t size : shape)
    elements *= size;
  return elements;
}

static Value emitReshape(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  SmallVector<int64_t> shape = call.sizes("shape");
  int64_t elements = product(input), known = 1;
  std::optional<size_t> open;
  for (auto [i, size] : enumerate(shape)) {
    if (size == -1 && !open) {
      open = i;
    } else if (size < 1) {
      call.error(call.range("shape"), "an entry of a shape is at least 1 (or one of them -1), this "
                                      "is " +
                                          Twine(size));
      return Value::poison();
    } else if (__builtin_mul_overflow(known, size, &known) || known > maxElements) {
      call.error(call.range("shape"), "the shape is too large");
      return Value::poison();
    }
  }
  if (open && elements % known == 0)
    shape[*open] = elements / known;
  else if (known != elements || open) {
    call.shapeError("x", "the shape " + formatShape(shape) + " has " +
                             (open ? "a multiple of " : "") + Twine(known) + " elements, " +
                             describe(call["x"]) + " has " + Twine(elements))
        .fix("the batch is not part of a shape; one size may be -1, to be worked out");
    return Value::poison();
  }
  mlir::Value x = call.tensor("x");
  return call.result(ReshapeOp::create(call.builder(), call.loc(), retyped(x, shape), x));
}

static Value emitFlatten(Call &call) {
  mlir::Value x = call.tensor("x");
  return call.result(
      ReshapeOp::create(call.builder(), call.loc(), retyped(x, product(call.shape("x"))), x));
}

static Value emitTranspose(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  int64_t rank = input.size();
  SmallVector<int64_t> permutation;
  if (call.has("order")) {
    for (int64_t given : call.sizes("order")) {
      std::optional<int64_t> axis = call.axis("order", given, rank);
      if (!axis)
        return Value::poison();
      permutation.push_back(*axis);
    }
    SmallVector<int64_t> sorted(permutation);
    sort(sorted);
    if (static_cast<int64_t>(sorted.size()) != rank || !equal(sorted, seq<int64_t>(0, rank))) {
      call.shapeError("x", "the order must name each of the " + Twine(rank) + " axes of " +
                               describe(call["x"]) + " once")
          .fix("the batch is not counted: `transpose(x, 1, 0)` turns a matrix over");
      return Value::poison();
    }
  } else {
    append_range(permutation, reverse(seq<int64_t>(0, rank)));
  }
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(input[axis]);
  mlir::Value x = call.tensor("x");
  return call.result(
      TransposeOp::create(call.builder(), call.loc(), retyped(x, shape), x, permutation));
}

static Value emitSlice(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  std::optional<int64_t> axis = call.axis("axis", call.size("axis"), input.size());
  if (!axis || !call.atLeast("step", 1))
    return Value::poison();
  int64_t size = input[*axis], step = call.size("step");
  int64_t from = call.size("from"), to = call.has("to") ? call.size("to") : size;
  from += from < 0 ? size : 0;
  to += to < 0 ? size : 0;
  if (from < 0 || to > size || from >= to) {
    call.shapeError("x", "the range " + Twine(from) + ".." + Twine(to) +
                             (from >= 0 && to <= size ? " is empty"
                                                      : " is outside of axis " + Twine(*axis) +
                                                            " of size " + Twine(size)));
    return Value::poison();
  }
  SmallVector<int64_t> offsets(input.size(), 0), sizes(input), strides(input.size(), 1);
  offsets[*axis] = from;
  sizes[*axis] = (to - from + step - 1) / step;
  strides[*axis] = step;
  mlir::Value x = call.tensor("x");
  return call.result(
      SliceOp::create(call.builder(), call.loc(), retyped(x, sizes), x, offsets, sizes, strides));
}

static Value emitPad(Call &call) {
  ArrayRef<int64_t> input = call.shape("x");
  SmallVector<int64_t> low = call.sizes("before");
  SmallVector<int64_t> high = call.has("after") ? call.sizes("after") : low;
  if (!call.atLeast("before", 0) || (call.has("after") && !call.atLeast("after", 0)))
    return Value::poison();
  if (low.size() != input.size() || high.size() != input.size()) {
    call.shapeError("x", "'pad' needs one number for each of the " + Twine(input.size()) +
                             " axes of " + describe(call["x"]) + ", there are " +
                             Twine(low.size() != input.size() ? low.size() : high.size()))
        .fix("a frame around an image is `pad(x, (0, 1, 1))`");
    return Value::poison();
  }
  SmallVector<int64_t> shape(input);
  for (size_t i = 0; i < shape.size(); ++i)
    shape[i] += low[i] + high[i];
  if (!call.elaborator.checkShape(shape, call.expr.range))
    return Value::poison();
  mlir::Value x = call.tensor("x");
  return call.result(PadOp::create(call.builder(), call.loc(), retyped(x, shape), x, low, high,
                                   APFloat(static_cast<float>(call.number("value")))));
}

static Value emitConcat(Call &call) {
  const std::vector<Value> &parts = call["parts"].elements;
  int64_t rank = parts.front().shape().size();
  std::optional<int64_t> axis = call.axis("axis", call.size("axis"), rank);
  if (!axis)
    return Value::poison();
  SmallVector<int64_t> shape(parts.front().shape());
  SmallVector<mlir::Value> operands;
  bool anyBatched = any_of(parts, [](const Value &p) { return isBatched(p.tensor.getType()); });
  shape[*axis] = 0;
  for (const Value &part : parts) {
    SmallVector<int64_t> other(part.shape());
    bool fits = static_cast<int64_t>(other.size()) == rank;
    if (fits) {
      shape[*axis] += other[*axis];
      other[*axis] = shape[*axis];
    }
    if (!fits || other != shape) {
      Diagnostic &message = call.error(
          call.expr.range, "concat along axis " + Twine(*axis) + " of " + describe(parts.front()) +
                               " and " + describe(part) + ": all other sizes must be equal");
      message.note(parts.front().origin, describe(parts.front()) + " comes from here")
          .note(part.origin, describe(part) + " comes from here");
      return Value::poison();
    }
    if (anyBatched && !isBatched(part.tensor.getType())) {
      call.error(call.expr.range, "concat of what depends on the inputs with what doesn't")
          .note(part.origin, "this is the same for all examples")
          .fix("add it to a tensor of zeros that depends on an input: `0 * x + w`");
      return Value::poison();
    }
    operands.push_back(part.tensor);
  }
  return call.result(ConcatOp::create(call.builder(), call.loc(),
                                      call.resultType(shape, anyBatched), operands,
                                      call.builder().getI64IntegerAttr(*axis)));
}

void addShape(BuiltinTable &table) {
  addBuiltin(table, "reshape(x: tensor, shape: sizes)", emitReshape);
  addBuiltin(table, "flatten(x: tensor)", emitFlatten);
  addBuiltin(table, "transpose(x: tensor, order: sizes = none)", emitTranspose);
  addBuiltin(table, "slice(x: tensor, axis: size, from: size = 0, to: size = none, step: size = 1)",
             emitSlice);
  addBuiltin(table, "pad(x, before: sizes, after: sizes = none, value: float = 0)", emitPad);
  addBuiltin(table, "concat(parts: tensors, axis: size = 0)", emitConcat);
}

} // namespace weir
