//===- Pool.td - pooling ------------------------------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_POOL_TD
#define WEIR_DIALECT_IR_POOL_TD

include "weir/Dialect/IR/WeirDialect.td"

class Weir_PoolBase<string mnemonic, string what, string rank, string attrs, string types, dag extra>
    : Weir_InferredOp<mnemonic> {
  let summary = what # " of each window, over " # rank;
  let description = [{
    Slides a window over the spatial axes and takes }] # what # [{ of each channel.
    A window's positions in the padding don't count for a maximum; for an average they
    are zeros, which are counted in the divisor if `count_include_pad`.

    1. `input` is `[channels, spatial...]`, or `[spatial..., channels]` if `layout` is
       channels_last.
    2. `kernel`, `strides`, `pad_low`, `pad_high` have one entry per spatial axis; kernel
       and strides are at least 1, paddings at least 0 and less than the kernel, so that
       every window holds at least one element of the input.
    3. The padded input is at least `kernel` long on each spatial axis.
    4. A spatial axis of the result is `(size + pad_low + pad_high - kernel) / stride + 1` long.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # " %x " # attrs # [{
        : }] # types # [{
    ```
  }];
  let arguments = !con((ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pad_low,
                       DenseI64ArrayAttr:$pad_high), extra,
                       (ins DefaultValuedAttr<Weir_LayoutAttr, "::weir::Layout::ChannelsFirst">:$layout));
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

class Weir_Pool1d<string mnemonic, string what, dag extra = (ins)>
    : Weir_PoolBase<mnemonic, what, "one spatial axis",
        "{kernel = array<i64: 2>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>}",
        "(tensor<?x4x20xf32>) -> tensor<?x4x10xf32>", extra>;
class Weir_Pool2d<string mnemonic, string what, dag extra = (ins)>
    : Weir_PoolBase<mnemonic, what, "two spatial axes",
        "{kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>}",
        "(tensor<?x16x28x28xf32>) -> tensor<?x16x14x14xf32>", extra>;

def Weir_MaxPool1dOp : Weir_Pool1d<"max_pool1d", "the largest element">;
def Weir_MaxPool2dOp : Weir_Pool2d<"max_pool2d", "the largest element">;
def Weir_AvgPool1dOp : Weir_Pool1d<"avg_pool1d", "the average", (ins UnitAttr:$count_include_pad)>;
def Weir_AvgPool2dOp : Weir_Pool2d<"avg_pool2d", "the average", (ins UnitAttr:$count_include_pad)>;

def Weir_MaxPool2dGradientOp : Weir_InferredOp<"max_pool2d_gradient"> {
  let summary = "the gradient of max pooling over two spatial axes with respect to its input";
  let description = [{
    Each element of `gradient` is added to the place in its window where the input is
    largest: the first such place in row-major order, as in PyTorch; a NaN counts as
    larger than any number. The other elements of the result are 0.

    1. `input` and the attributes are valid for `weir.max_pool2d`.
    2. `gradient` has the type of the pooling's result.
    3. The result has the input's type.

    Example:
    ```mlir
    %r = weir.max_pool2d_gradient %x, %g
        {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>}
        : (tensor<?x16x28x28xf32>, tensor<?x16x14x14xf32>) -> tensor<?x16x28x28xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$gradient,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high,
                       DefaultValuedAttr<Weir_LayoutAttr, "::weir::Layout::ChannelsFirst">:$layout);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input `,` $gradient attr-dict `:` functional-type(operands, results)";
}

#endif // WEIR_DIALECT_IR_POOL_TD
