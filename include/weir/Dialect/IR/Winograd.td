//===- Winograd.td - 3x3 convolutions with fewer products -------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_WINOGRAD_TD
#define WEIR_DIALECT_IR_WINOGRAD_TD

include "weir/Dialect/IR/WeirDialect.td"

class Weir_WinogradOp<string mnemonic, list<Trait> traits = []>
    : Weir_InferredOp<mnemonic, traits> {
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Weir_WinogradInputOp : Weir_WinogradOp<"winograd_input"> {
  let summary = "the tiles of an image, transformed for Winograd's convolution";
  let description = [{
    A tile of `tile + 2` by `tile + 2` pixels is enough for `tile` by `tile` results of a 3x3
    convolution; tiles overlap by two pixels. Each, per channel, becomes `B^T d B`, with
    Lavin and Gray's matrix `B` (Fast Algorithms for Convolutional Neural Networks, 2015).

    1. `tile` is 2 or 4.
    2. `input` is `[height, width, channels]`, channels last, already padded; height and width
       less 2 are positive multiples of `tile`.
    3. The result is `[tile rows, tile columns, (tile + 2)^2, channels]`.

    Example:
    ```mlir
    %r = weir.winograd_input %x {tile = 4 : i64} : (tensor<?x10x14x8xf32>) -> tensor<?x2x3x36x8xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, I64Attr:$tile);
}

def Weir_WinogradWeightOp : Weir_WinogradOp<"winograd_weight"> {
  let summary = "a 3x3 convolution's weight, transformed for Winograd's convolution";
  let description = [{
    Each kernel `g` becomes `G g G^T`, as `weir.winograd_input` does with tiles.

    1. `tile` is 2 or 4.
    2. `input` is unbatched, `[outputs, channels, 3, 3]`.
    3. The result is `[(tile + 2)^2, channels, outputs]`.

    Example:
    ```mlir
    %r = weir.winograd_weight %w {tile = 4 : i64} : (tensor<16x8x3x3xf32>) -> tensor<36x8x16xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, I64Attr:$tile);
}

def Weir_WinogradOutputOp : Weir_WinogradOp<"winograd_output"> {
  let summary = "the results of a 3x3 convolution from its transformed tiles";
  let description = [{
    Each transformed tile `m`, per channel, becomes `A^T m A`, which is `tile` by `tile` results.
    What lies past the last row or column is left out.

    1. `tile` is 2 or 4.
    2. `input` is `[tile rows, tile columns, (tile + 2)^2, channels]`.
    3. `height` and `width`, divided by `tile` and rounded up, are the numbers of tile rows
       and tile columns.
    4. The result is `[height, width, channels]`.

    Example:
    ```mlir
    %r = weir.winograd_output %m {tile = 4 : i64, height = 7 : i64, width = 12 : i64}
        : (tensor<?x2x3x36x16xf32>) -> tensor<?x7x12x16xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, I64Attr:$tile, I64Attr:$height, I64Attr:$width);
}

#endif // WEIR_DIALECT_IR_WINOGRAD_TD
