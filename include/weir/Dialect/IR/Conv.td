//===- Conv.td - convolutions and their patches -----------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_CONV_TD
#define WEIR_DIALECT_IR_CONV_TD

include "weir/Dialect/IR/WeirDialect.td"

class Weir_ConvOp<string mnemonic, string rank, string example> : Weir_InferredOp<mnemonic> {
  let summary = "a convolution over " # rank # " spatial axes";
  let description = [{
    Cross-correlation, as every framework calls convolution:
    `result[o, p] = bias[o] + sum over c, k of input[c, p * stride + k * dilation - pad_low] * weight[o, c, k]`,
    where `c` runs over the channels of the group of `o`, and the input is 0 outside.

    1. `input` is batched or not, `[channels, spatial...]`, or `[spatial..., channels]`
       if `layout` is channels_last.
    2. `weight` is unbatched, `[outputs, channels / groups, kernel...]` in either layout;
       `bias`, if given, is `[outputs]`.
    3. `groups` divides channels and outputs.
    4. `strides`, `pad_low`, `pad_high`, `dilations` have one entry per spatial axis;
       strides and dilations are at least 1, paddings at least 0.
    5. The padded input is at least `dilation * (kernel - 1) + 1` long on each axis.
    6. A spatial axis of the result is
       `(size + pad_low + pad_high - dilation * (kernel - 1) - 1) / stride + 1` long.

    Example:
    ```mlir
    }] # example # [{
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$weight,
                       Optional<Weir_FloatTensor>:$bias,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pad_low,
                       DenseI64ArrayAttr:$pad_high, DenseI64ArrayAttr:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups,
                       DefaultValuedAttr<Weir_LayoutAttr, "::weir::Layout::ChannelsFirst">:$layout);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Weir_Conv1dOp : Weir_ConvOp<"conv1d", "one", [{%r = weir.conv1d %x, %w
        {strides = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>,
         dilations = array<i64: 1>}
        : (tensor<?x4x20xf32>, tensor<8x4x3xf32>) -> tensor<?x8x20xf32>}]>;

def Weir_Conv2dOp : Weir_ConvOp<"conv2d", "two", [{%r = weir.conv2d %x, %w bias %b
        {strides = array<i64: 2, 2>, pad_low = array<i64: 2, 2>, pad_high = array<i64: 2, 2>,
         dilations = array<i64: 1, 1>}
        : (tensor<?x1x28x28xf32>, tensor<8x1x5x5xf32>, tensor<8xf32>) -> tensor<?x8x14x14xf32>}]>;

class Weir_PatchesOp<string mnemonic, string kind, string resultRule, string example>
    : Weir_InferredOp<mnemonic> {
  let summary = "the patches of an image that a convolution looks at, as " # kind;
  let description = [{
    One patch per output position: `input[y * stride + i * dilation, x * stride + j * dilation, c]`
    for kernel row `i`, kernel column `j` and channel `c`.

    1. `input` is `[height, width, channels]`, channels last, already padded.
    2. `kernel`, `strides`, `dilations` have two entries, each at least 1.
    3. The input is at least `dilation * (kernel - 1) + 1` long on both spatial axes.
    4. }] # resultRule # [{

    Example:
    ```mlir
    }] # example # [{
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Weir_WindowsOp : Weir_PatchesOp<"windows", "a view: nothing is copied",
    "The result is `[out_height, out_width, kernel_height, kernel_width, channels]`.",
    [{%r = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
        : (tensor<?x16x16x8xf32>) -> tensor<?x7x7x3x3x8xf32>}]>;

def Weir_Im2colOp : Weir_PatchesOp<"im2col", "a matrix: every patch is copied to a row",
    "The result is `[out_height, out_width, kernel_height * kernel_width * channels]`.",
    [{%r = weir.im2col %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
        : (tensor<?x16x16x8xf32>) -> tensor<?x7x7x72xf32>}]>;

def Weir_Conv2dWeightGradientOp : Weir_InferredOp<"conv2d_weight_gradient"> {
  let summary = "the gradient of a two-dimensional convolution with respect to its weight";
  let description = [{
    `result[o, c, k] = sum over b, p of input[b, C, p * stride + k * dilation - pad_low] * gradient[b, o, p]`
    over the batch `b` and the output positions `p`, where `C` is channel `c` of the group of
    `o`, and the input is 0 outside. The result is the sum, not the mean, over the batch.

    1. `input`, the convolution's, and `gradient`, of its result, are both batched or both not.
    2. The convolution of `input` with a weight of `kernel`, two entries, and the other
       attributes is valid, and has a result of the shape of `gradient`.
    3. The result is unbatched, `[outputs, channels / groups, kernel...]` in either layout.

    Example:
    ```mlir
    %r = weir.conv2d_weight_gradient %x, %g
        {kernel = array<i64: 5, 5>, strides = array<i64: 2, 2>, pad_low = array<i64: 2, 2>,
         pad_high = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
        : (tensor<?x1x28x28xf32>, tensor<?x8x14x14xf32>) -> tensor<8x1x5x5xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$gradient,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pad_low, DenseI64ArrayAttr:$pad_high,
                       DenseI64ArrayAttr:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups,
                       DefaultValuedAttr<Weir_LayoutAttr, "::weir::Layout::ChannelsFirst">:$layout);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input `,` $gradient attr-dict `:` functional-type(operands, results)";
}

#endif // WEIR_DIALECT_IR_CONV_TD
