//===- Norm.td - normalization and dropout -----------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_NORM_TD
#define WEIR_DIALECT_IR_NORM_TD

include "weir/Dialect/IR/WeirDialect.td"

def Weir_BatchNormOp : Weir_InferredOp<"batch_norm"> {
  let summary = "normalization with statistics of the training data";
  let description = [{
    `(input - mean) / sqrt(variance + epsilon) * weight + bias`, per channel, with the
    running statistics (Ioffe and Szegedy, 2015, in the form used for inference).
    `momentum` matters in training only: it is the share of the batch in the new running
    statistics.

    1. `axis`, the channel axis, lies within the example rank of `input`.
    2. `weight`, `bias`, `mean`, `variance` are unbatched, as long as that axis.
    3. `epsilon` is greater than 0.
    4. `momentum` is at least 0 and at most 1; 0.1 unless given.
    5. The result has the input's type.

    Example:
    ```mlir
    %r = weir.batch_norm %x, %w, %b, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64}
        : (tensor<?x16x28x28xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<?x16x28x28xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$weight,
                       Weir_FloatTensor:$bias, Weir_FloatTensor:$mean,
                       Weir_FloatTensor:$variance, F64Attr:$epsilon, I64Attr:$axis,
                       DefaultValuedAttr<F64Attr, "0.1">:$momentum);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $bias `,` $mean `,` $variance attr-dict `:` functional-type(operands, results)
  }];
}

def Weir_LayerNormOp : Weir_InferredOp<"layer_norm"> {
  let summary = "normalization with statistics of the example itself";
  let description = [{
    Over the last axes of each example, as many as `weight` has:
    `(input - mean) / sqrt(variance + epsilon) * weight + bias`, with the biased variance
    (Ba, Kiros and Hinton, 2016).

    1. `weight` and `bias` are unbatched, of equal shape and rank at least 1: the last axes
       of `input`.
    2. `epsilon` is greater than 0.
    3. The result has the input's type.

    Example:
    ```mlir
    %r = weir.layer_norm %x, %w, %b {epsilon = 1.0e-05 : f64}
        : (tensor<?x7x64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x7x64xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$weight,
                       Weir_FloatTensor:$bias, F64Attr:$epsilon);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $bias attr-dict `:` functional-type(operands, results)
  }];
}

def Weir_DropoutOp : Weir_InferredOp<"dropout"> {
  let summary = "in training, zeroes elements at random";
  let description = [{
    In training every element becomes 0 with probability `probability` and is divided by
    `1 - probability` otherwise (Srivastava et al., 2014). In inference it is the identity,
    and that is what the reference interpreter computes.

    1. `probability` is at least 0 and less than 1.
    2. The result has the input's type.

    Example:
    ```mlir
    %r = weir.dropout %x {probability = 2.0e-01 : f64} : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, F64Attr:$probability);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Weir_DropoutMaskOp : Weir_InferredOp<"dropout_mask"> {
  let summary = "what dropout multiplies its input by in training";
  let description = [{
    Element `i`, counted in row-major order over the whole tensor, batch included, is 0 if
    `u(i) < probability`, else `1 / (1 - probability)`, both in f32. `u(i)` is the float
    `(w >> 8) * 2^-24`, where `w` is word `i mod 4` of the block of Philox4x32-10 with the
    counter `(low and high 32 bits of i / 4, step, layer)` and the key
    `(low and high 32 bits of seed)`: number `i` of the stream `step + 2^32 * layer` of
    `weir/Runtime/Random.h`. So the mask depends on seed, step and layer, and on no threads.

    1. `key` is unbatched, `[2]`: the seed and the step, the step below 2^32.
    2. `probability` is at least 0 and less than 1.
    3. `layer` is at least 0 and below 2^32.
    4. The result has the type of `like`, of which only the shape is looked at.

    Example:
    ```mlir
    %m = weir.dropout_mask %key, %x {probability = 2.0e-01 : f64, layer = 0 : i64}
        : (tensor<2x!weir.index<9007199254740992>>, tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$key, Weir_FloatTensor:$like, F64Attr:$probability,
                       I64Attr:$layer);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$key `,` $like attr-dict `:` functional-type(operands, results)";
}

#endif // WEIR_DIALECT_IR_NORM_TD
