//===- Pool.cpp - Pooling by windows and to a given size ------------------===//

#include "Elaborator.h"

using namespace llvm;

namespace weir {

/// Whether the tensor has channels and `rank` spatial axes; reports if not.
static bool requireImage(Call &call, unsigned rank) {
  if (call.shape("x").size() == rank + 1)
    return true;
  call.shapeError("x",
                  "'" + call.builtin.name + "' needs " +
                      (rank == 2 ? "an image [channels, height, width]" : "[channels, length]") +
                      ", this is " + describe(call["x"]));
  return false;
}

/// The shape after pooling; the windows have been checked.
static SmallVector<int64_t> pooledShape(ArrayRef<int64_t> input, ArrayRef<int64_t> kernel,
                                        ArrayRef<int64_t> stride, ArrayRef<int64_t> padding) {
  SmallVector<int64_t> shape{input[0]};
  for (size_t i = 0; i < kernel.size(); ++i)
    shape.push_back(windowPositions(input[i + 1], padding[i], padding[i], kernel[i], stride[i], 1));
  return shape;
}

template <typename Op>
static mlir::Value createPool(Call &call, mlir::Value x, ArrayRef<int64_t> kernel,
                              ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
                              [[maybe_unused]] bool countPadding) {
  mlir::Type type = call.resultType(pooledShape(exampleShape(x), kernel, stride, padding),
                                    isBatched(x.getType()));
  if constexpr (std::is_same_v<Op, AvgPool1dOp> || std::is_same_v<Op, AvgPool2dOp>)
    return Op::create(call.builder(), call.loc(), type, x, kernel, stride, padding, padding,
                      countPadding, Layout::ChannelsFirst);
  else
    return Op::create(call.builder(), call.loc(), type, x, kernel, stride, padding, padding,
                      Layout::ChannelsFirst);
}

template <typename Op, unsigned rank, bool isAverage> static Value emitPool(Call &call) {
  if (!requireImage(call, rank) || !call.atLeast("kernel", 1) || !call.atLeast("padding", 0) ||
      (call.has("stride") && !call.atLeast("stride", 1)))
    return Value::poison();
  ArrayRef<int64_t> input = call.shape("x");
  SmallVector<int64_t> kernel = call.window("kernel", rank);
  SmallVector<int64_t> stride = call.has("stride") ? call.window("stride", rank) : kernel;
  SmallVector<int64_t> padding = call.window("padding", rank);
  for (unsigned i = 0; i < rank; ++i) {
    if (padding[i] > kernel[i] / 2) {
      call.error(call.range("padding"),
                 "the padding of a pool is at most half its kernel: " + Twine(padding[i]) +
                     " for a kernel of " + Twine(kernel[i]))
          .fix("a larger frame is made by `pad`");
      return Value::poison();
    }
    if (windowPositions(input[i + 1], padding[i], padding[i], kernel[i], stride[i], 1) < 1) {
      call.shapeError("x", "the kernel is larger than the padded input: it is " + Twine(kernel[i]) +
                               " long, the input has " + Twine(input[i + 1]) + " + 2 * " +
                               Twine(padding[i]) + " in axis " + Twine(i + 1))
          .fix("use a smaller kernel");
      return Value::poison();
    }
  }
  bool countPadding = false;
  if constexpr (isAverage)
    countPadding = call.flag("count_include_pad");
  return call.result(createPool<Op>(call, call.tensor("x"), kernel, stride, padding, countPadding));
}

//===----------------------------------------------------------------------===//
// Adaptive pooling
//===----------------------------------------------------------------------===//

/// Pools one spatial axis to `count` windows of unequal length, as PyTorch cuts
/// them: window i is [floor(i n / count), ceil((i + 1) n / count)).
template <typename ReduceOp>
static mlir::Value poolAxisUnevenly(Call &call, mlir::Value x, int64_t axis, int64_t count) {
  SmallVector<int64_t> shape(exampleShape(x));
  bool batched = isBatched(x.getType());
  int64_t n = shape[axis];
  SmallVector<int64_t> ones(shape.size(), 1);
  SmallVector<mlir::Value> parts;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<int64_t> offsets(shape.size(), 0), sizes(shape), reduced(shape);
    offsets[axis] = i * n / count;
    sizes[axis] = ((i + 1) * n + count - 1) / count - offsets[axis];
    reduced[axis] = 1;
    mlir::Value slice = SliceOp::create(call.builder(), call.loc(), call.resultType(sizes, batched),
                                        x, offsets, sizes, ones);
    parts.push_back(ReduceOp::create(call.builder(), call.loc(), call.resultType(reduced, batched),
                                     slice, ArrayRef<int64_t>{axis}, /*keep_dims=*/true));
  }
  shape[axis] = count;
  return ConcatOp::create(call.builder(), call.loc(), call.resultType(shape, batched), parts, axis);
}

/// Windows of one length where the size divides; else axis by axis, which gives
/// the same since the windows of a row and of a column are independent.
template <typename PoolOp, typename ReduceOp, unsigned rank>
static Value emitAdaptivePool(Call &call) {
  if (!requireImage(call, rank) || !call.atLeast("size", 1))
    return Value::poison();
  ArrayRef<int64_t> input = call.shape("x");
  SmallVector<int64_t> wanted = call.window("size", rank), kernel;
  mlir::Value x = call.tensor("x");
  bool isGlobal = true, isEven = true;
  SmallVector<int64_t> axes, reduced{input[0]};
  for (unsigned i = 0; i < rank; ++i) {
    if (wanted[i] > 4096) {
      call.error(call.range("size"), "the size of an adaptive pool is at most 4096");
      return Value::poison();
    }
    isGlobal &= wanted[i] == 1;
    isEven &= input[i + 1] % wanted[i] == 0;
    kernel.push_back(input[i + 1] / wanted[i]);
    axes.push_back(i + 1);
    reduced.push_back(1);
  }
  if (isGlobal)
    return call.result(ReduceOp::create(call.builder(), call.loc(),
                                        call.resultType(reduced, isBatched(x.getType())), x, axes,
                                        /*keep_dims=*/true));
  if (isEven)
    return call.result(createPool<PoolOp>(call, x, kernel, kernel, SmallVector<int64_t>(rank, 0),
                                          /*countPadding=*/true));
  for (unsigned i = 0; i < rank; ++i) {
    if (input[i + 1] == wanted[i])
      continue;
    x = poolAxisUnevenly<ReduceOp>(call, x, i + 1, wanted[i]);
  }
  return call.result(x);
}

void addPool(BuiltinTable &table) {
  addBuiltin(table, "max_pool1d(x, kernel: size, stride: size = none, padding: size = 0)",
             emitPool<MaxPool1dOp, 1, false>);
  addBuiltin(table, "max_pool2d(x, kernel: pair, stride: pair = none, padding: pair = 0)",
             emitPool<MaxPool2dOp, 2, false>);
  addBuiltin(table,
             "avg_pool1d(x, kernel: size, stride: size = none, padding: size = 0, "
             "count_include_pad: bool = true)",
             emitPool<AvgPool1dOp, 1, true>);
  addBuiltin(table,
             "avg_pool2d(x, kernel: pair, stride: pair = none, padding: pair = 0, "
             "count_include_pad: bool = true)",
             emitPool<AvgPool2dOp, 2, true>);
  addBuiltin(table, "adaptive_avg_pool1d(x, size: size)", emitAdaptivePool<AvgPool1dOp, MeanOp, 1>);
  addBuiltin(table, "adaptive_avg_pool2d(x, size: pair)", emitAdaptivePool<AvgPool2dOp, MeanOp, 2>);
  addBuiltin(table, "adaptive_max_pool1d(x, size: size)", emitAdaptivePool<MaxPool1dOp, MaxOp, 1>);
  addBuiltin(table, "adaptive_max_pool2d(x, size: pair)", emitAdaptivePool<MaxPool2dOp, MaxOp, 2>);
}

} // namespace weir
