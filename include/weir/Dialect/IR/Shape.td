//===- Shape.td - joining, cutting and reordering --------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_SHAPE_TD
#define WEIR_DIALECT_IR_SHAPE_TD

include "weir/Dialect/IR/WeirDialect.td"

def Weir_ReshapeOp : Weir_Op<"reshape"> {
  let summary = "the same elements in the same order, another example shape";
  let description = [{
    1. Operand and result have the same element type and are both batched or both not.
    2. Their example shapes have the same number of elements.

    Example:
    ```mlir
    %r = weir.reshape %x : (tensor<?x64x1x1xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Weir_Tensor:$input);
  let results = (outs Weir_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Weir_TransposeOp : Weir_InferredOp<"transpose"> {
  let summary = "example axes in another order";
  let description = [{
    Axis `i` of the result is axis `permutation[i]` of the operand.

    1. `permutation` is a permutation of the example axes.

    Example:
    ```mlir
    %r = weir.transpose %x {permutation = array<i64: 1, 2, 0>}
        : (tensor<?x8x14x14xf32>) -> tensor<?x14x14x8xf32>
    ```
  }];
  let arguments = (ins Weir_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Weir_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Weir_SliceOp : Weir_InferredOp<"slice"> {
  let summary = "a box of the example, with steps";
  let description = [{
    Element `i` of the result along an axis is element `offset + i * stride`.

    1. `offsets`, `sizes`, `strides` have one entry per example axis.
    2. Offsets are at least 0, sizes and strides at least 1.
    3. `offset + (size - 1) * stride` lies within the axis.

    Example:
    ```mlir
    %r = weir.slice %x {offsets = array<i64: 2>, sizes = array<i64: 3>, strides = array<i64: 1>}
        : (tensor<?x8xf32>) -> tensor<?x3xf32>
    ```
  }];
  let arguments = (ins Weir_Tensor:$input, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$strides);
  let results = (outs Weir_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Weir_PadOp : Weir_InferredOp<"pad"> {
  let summary = "a frame of one value around the example";
  let description = [{
    Adds `low[i]` elements before and `high[i]` after each example axis.

    1. `low` and `high` have one entry per example axis, each at least 0.

    Example:
    ```mlir
    %r = weir.pad %x {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, value = 0.0 : f32}
        : (tensor<?x3x8x8xf32>) -> tensor<?x3x10x10xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, F32Attr:$value);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Weir_ConcatOp : Weir_InferredOp<"concat"> {
  let summary = "tensors joined along one example axis";
  let description = [{
    1. There is at least one operand; all have the same element type and example rank.
    2. All are batched or all are not.
    3. Their example shapes differ at most along `axis`, which lies within the rank.

    Example:
    ```mlir
    %r = weir.concat %a, %b {axis = 0 : i64}
        : (tensor<?x61xf32>, tensor<?x253xf32>) -> tensor<?x314xf32>
    ```
  }];
  let arguments = (ins Variadic<Weir_FloatTensor>:$inputs, I64Attr:$axis);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Weir_BroadcastOp : Weir_Op<"broadcast"> {
  let summary = "the same elements, repeated along axes";
  let description = [{
    Stretches the example to the result's example shape, as the element-wise ops do
    with their operands, and repeats an unbatched value for each example of `batch`.

    1. The input's example shape broadcasts to the result's and doesn't widen it.
    2. A batched input has a batched result, and no `batch`.
    3. An unbatched input has a batched result if `batch`, which is batched, is given;
       only the size of its batch is looked at.

    Example:
    ```mlir
    %r = weir.broadcast %x : (tensor<?x8x1xf32>) -> tensor<?x8x5xf32>
    %s = weir.broadcast %y batch %x : (tensor<f32>, tensor<?x8x1xf32>) -> tensor<?xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Optional<Weir_Tensor>:$batch);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`batch` $batch^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Weir_DilateOp : Weir_InferredOp<"dilate"> {
  let summary = "zeros between the elements";
  let description = [{
    Element `i` along an axis moves to `i * factor`; between the elements are zeros, none
    before the first or after the last. The adjoint of a slice with strides.

    1. `factors` has one entry per example axis, each at least 1.
    2. An axis of the result is `(size - 1) * factor + 1` long.

    Example:
    ```mlir
    %r = weir.dilate %x {factors = array<i64: 1, 2, 2>}
        : (tensor<?x8x7x7xf32>) -> tensor<?x8x13x13xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$factors);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Weir_ReverseOp : Weir_InferredOp<"reverse"> {
  let summary = "example axes from end to start";
  let description = [{
    Element `i` of the result along each of `axes` is element `size - 1 - i` of the input.

    1. `axes` ascend, differ, and lie within the example rank.
    2. The result has the operand's type.

    Example:
    ```mlir
    %r = weir.reverse %w {axes = array<i64: 2, 3>} : (tensor<8x3x5x5xf32>) -> tensor<8x3x5x5xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$axes);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

#endif // WEIR_DIALECT_IR_SHAPE_TD
