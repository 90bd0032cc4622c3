//===- Embedding.td - rows of tables ----------------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_EMBEDDING_TD
#define WEIR_DIALECT_IR_EMBEDDING_TD

include "weir/Dialect/IR/WeirDialect.td"

def Weir_OneHotOp : Weir_InferredOp<"one_hot"> {
  let summary = "a row of zeros with a one at the id";
  let description = [{
    Appends an axis as long as the ids' cardinality: 1 where its position is the id.

    1. The result's example shape is that of `ids` with the cardinality appended.

    Example:
    ```mlir
    %r = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$ids);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$ids attr-dict `:` functional-type(operands, results)";
}

def Weir_EmbeddingOp : Weir_InferredOp<"embedding"> {
  let summary = "the rows of a table that the ids name";
  let description = [{
    `result[..., :] = table[ids[...], :]`: what the product of the one-hot rows with
    the table gives, without the multiplications.

    1. `table` is unbatched, of rank 2, with as many rows as the ids' cardinality.
    2. The result's example shape is that of `ids` with the row length appended.

    Example:
    ```mlir
    %r = weir.embedding %ids, %table
        : (tensor<?x!weir.index<672>>, tensor<672x50xf32>) -> tensor<?x50xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$ids, Weir_FloatTensor:$table);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
}

def Weir_EmbeddingBagOp : Weir_InferredOp<"embedding_bag"> {
  let summary = "the sum, mean or maximum of several rows of a table";
  let description = [{
    Gathers the rows that the last axis of `ids` names and reduces them to one.

    1. `table` is unbatched, of rank 2, with as many rows as the ids' cardinality.
    2. `ids` has an example rank of at least 1.
    3. The result's example shape is that of `ids` with the last axis replaced by the
       row length.

    Example:
    ```mlir
    %r = weir.embedding_bag %ids, %table {mode = #weir<bag_mode mean>}
        : (tensor<?x20x!weir.index<2000>>, tensor<2000x48xf32>) -> tensor<?x48xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$ids, Weir_FloatTensor:$table, Weir_BagModeAttr:$mode);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
}

def Weir_EmbeddingGradientOp : Weir_InferredOp<"embedding_gradient"> {
  let summary = "the gradient of an embedding with respect to its table";
  let description = [{
    `result[r, :]` is the sum of `gradient[..., :]` over all positions, batch included, where
    `ids[...]` is `r`, in the positions' row-major order; 0 for a row that no id names.

    1. `ids` and `gradient` are both batched or both not.
    2. The example shape of `gradient` is that of `ids` with the row length appended.
    3. The result is unbatched: as many rows as the ids' cardinality.

    Example:
    ```mlir
    %r = weir.embedding_gradient %ids, %gradient
        : (tensor<?x!weir.index<672>>, tensor<?x50xf32>) -> tensor<672x50xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$ids, Weir_FloatTensor:$gradient);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$ids `,` $gradient attr-dict `:` functional-type(operands, results)";
}

#endif // WEIR_DIALECT_IR_EMBEDDING_TD
