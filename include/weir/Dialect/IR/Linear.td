//===- Linear.td - matrix products ------------------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_LINEAR_TD
#define WEIR_DIALECT_IR_LINEAR_TD

include "weir/Dialect/IR/WeirDialect.td"

def Weir_LinearOp : Weir_InferredOp<"linear"> {
  let summary = "input @ transpose(weight) + bias";
  let description = [{
    A linear layer along the last axis of the input, the weight in PyTorch's layout.

    1. `weight` is unbatched, `[features, inputs]`; `bias`, if given, is `[features]`.
    2. `input` has an example rank of at least 1, and its last axis is `inputs` long.
    3. The result's example shape is the input's with the last axis `features` long.

    Example:
    ```mlir
    %r = weir.linear %x, %w bias %b
        : (tensor<?x314xf32>, tensor<100x314xf32>, tensor<100xf32>) -> tensor<?x100xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, Weir_FloatTensor:$weight,
                       Optional<Weir_FloatTensor>:$bias);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Weir_MatmulOp : Weir_InferredOp<"matmul"> {
  let summary = "lhs @ rhs";
  let description = [{
    The matrix product of the last two example axes; a vector on the left is a row.

    1. `lhs` is `[k]` or `[..., m, k]`, `rhs` is `[k, n]` or `[..., k, n]`.
    2. Leading axes, if both have them, are equal; a side without them is used for all.
    3. The result is `[n]` or `[..., m, n]`; it is batched when an operand is.

    Example:
    ```mlir
    %r = weir.matmul %x, %w : (tensor<?x784xf32>, tensor<784x50xf32>) -> tensor<?x50xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$lhs, Weir_FloatTensor:$rhs);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Weir_ProductOp : Weir_InferredOp<"product"> {
  let summary = "rows times a matrix: what every layer with weights becomes";
  let description = [{
    `result[..., n] = sum over k of rows[..., k] * matrix[k, n] (+ init[..., n])`, where `k`
    stands for the first axes of `matrix`, all but the last. This is the one op that
    the code generator tiles, packs and vectorizes.

    1. `matrix` is unbatched, `[k1, ..., kr, n]` with r at least 1.
    2. The last r example axes of `rows` are `[k1, ..., kr]`.
    3. The result's example shape is the remaining axes of `rows`, then `n`.
    4. `init`, if given, has the result's type: the sum starts there.

    Example:
    ```mlir
    %r = weir.product %rows, %matrix
        : (tensor<?x14x14x3x3x8xf32>, tensor<3x3x8x16xf32>) -> tensor<?x14x14x16xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$rows, Weir_FloatTensor:$matrix,
                       Optional<Weir_FloatTensor>:$init);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $rows `,` $matrix (`init` $init^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Weir_GroupedProductOp : Weir_InferredOp<"grouped_product"> {
  let summary = "rows times a matrix for each of several groups";
  let description = [{
    `result[..., g, n] = sum over k of rows[..., g, k] * matrices[g, k, n]`: a `weir.product`
    per group `g`.

    1. `matrices` is unbatched, `[groups, k, n]`.
    2. The last two example axes of `rows` are `[groups, k]`.
    3. The result's example shape is that of `rows` with the last axis `n` long.

    Example:
    ```mlir
    %r = weir.grouped_product %rows, %matrices
        : (tensor<?x14x14x36x64xf32>, tensor<36x64x32xf32>) -> tensor<?x14x14x36x32xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$rows, Weir_FloatTensor:$matrices);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$rows `,` $matrices attr-dict `:` functional-type(operands, results)";
}

def Weir_ProductWeightGradientOp : Weir_InferredOp<"product_weight_gradient"> {
  let summary = "the gradient of a product with respect to its matrix";
  let description = [{
    `result[k, n] = sum over b, m of rows[b, m, k] * gradient[b, m, n]`, where `b` is the batch,
    `m` stands for the example axes of `gradient` but its last, and `k` for the axes of
    `rows` that follow them. The result is the sum, not the mean, over the batch.

    1. `rows` and `gradient` are both batched or both not.
    2. `gradient` is `[m1, ..., mr, n]`, `rows` is `[m1, ..., mr, k1, ..., ks]` with s at least 1.
    3. The result is unbatched, `[k1, ..., ks, n]`.

    Example:
    ```mlir
    %r = weir.product_weight_gradient %rows, %gradient
        : (tensor<?x14x14x3x3x8xf32>, tensor<?x14x14x16xf32>) -> tensor<3x3x8x16xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$rows, Weir_FloatTensor:$gradient);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$rows `,` $gradient attr-dict `:` functional-type(operands, results)";
}

#endif // WEIR_DIALECT_IR_LINEAR_TD
