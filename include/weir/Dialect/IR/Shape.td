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

#endif // WEIR_DIALECT_IR_SHAPE_TD
