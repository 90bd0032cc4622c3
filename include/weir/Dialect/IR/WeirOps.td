//===- WeirOps.td - all ops of the weir dialect ------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_WEIROPS_TD
#define WEIR_DIALECT_IR_WEIROPS_TD

include "weir/Dialect/IR/WeirDialect.td"
include "weir/Dialect/IR/Elementwise.td"
include "weir/Dialect/IR/Reduce.td"
include "weir/Dialect/IR/Shape.td"
include "weir/Dialect/IR/Embedding.td"
include "weir/Dialect/IR/Linear.td"
include "weir/Dialect/IR/Conv.td"
include "weir/Dialect/IR/Winograd.td"
include "weir/Dialect/IR/Pool.td"
include "weir/Dialect/IR/Norm.td"
include "weir/Dialect/IR/Update.td"

def Weir_ParamOp : Weir_Op<"param"> {
  let summary = "a named tensor that comes from a parameter file";
  let description = [{
    A parameter, with PyTorch's name and layout. `init` says what it is before training:
    `"constant"` (args: value, 0), `"normal"` (mean, deviation) or `"uniform"` (from, to).
    `buffer` marks what training doesn't learn, such as running statistics; `frozen` a
    parameter that this training leaves as it is.

    1. `name` is not empty, and no two parameters of a function share it.
    2. The result is unbatched.
    3. `init` is one of the three, with two `init_args`.

    Example:
    ```mlir
    %w = weir.param "user_factors.weight" {init = "normal", init_args = array<f64: 0.0, 1.0e-02>}
        : tensor<672x50xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, StrAttr:$init, DenseF64ArrayAttr:$init_args,
                       UnitAttr:$buffer, UnitAttr:$frozen);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Weir_ConstantOp : Weir_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "a tensor known at compile time";
  let description = [{
    1. The value is unbatched f32.

    Example:
    ```mlir
    %c = weir.constant dense<5.5> : tensor<f32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

#endif // WEIR_DIALECT_IR_WEIROPS_TD
