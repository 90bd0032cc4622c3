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

def Weir_UniqueOp : Weir_InferredOp<"unique"> {
  let summary = "the ids of a batch, each once";
  let description = [{
    `unique` holds the ids of all examples without repetitions, in the order in which they
    first come up; `inverse` says where each example's id is in it:
    `unique[inverse[i]] = ids[i]`. `unique` is batched, but its batch is as long as there are
    different ids: at most as long as that of `ids`.

    1. `ids` is batched and has an example rank of 0.
    2. Both results have the type of `ids`: there are no more different ids than the
       cardinality says, so that it bounds the positions, too.

    Example:
    ```mlir
    %u, %i = weir.unique %ids : (tensor<?x!weir.index<672>>)
        -> (tensor<?x!weir.index<672>>, tensor<?x!weir.index<672>>)
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$ids);
  let results = (outs Weir_IndexTensor:$unique, Weir_IndexTensor:$inverse);
  let assemblyFormat = "$ids attr-dict `:` functional-type(operands, results)";
}

def Weir_GatherRowsOp : Weir_InferredOp<"gather_rows"> {
  let summary = "the rows of a batch that the positions name";
  let description = [{
    `result[i, :] = rows[positions[i], :]`: as weir.embedding, but the table is computed, and
    its rows are a batch (see weir.unique). The result's batch is that of `positions`.

    1. `positions` is batched and has an example rank of 0; each is less than the batch of
       `rows`.
    2. `rows` is batched and has an example rank of 1; the result has its type.

    Example:
    ```mlir
    %r = weir.gather_rows %inverse, %rows
        : (tensor<?x!weir.index<672>>, tensor<?x100xf32>) -> tensor<?x100xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$positions, Weir_FloatTensor:$rows);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$positions `,` $rows attr-dict `:` functional-type(operands, results)";
}

def Weir_SegmentSumOp : Weir_InferredOp<"segment_sum"> {
  let summary = "sums of the rows that have the same position, the adjoint of gather_rows";
  let description = [{
    `result[s, :]` is the sum of `rows[i, :]` over all `i` with `positions[i] = s`, in the order
    of the batch and starting from 0. The result has as many rows as the batch of `segments`,
    of which nothing else is looked at.

    1. `positions` is batched and has an example rank of 0; each is less than the batch of
       `segments`.
    2. `rows` is batched and has an example rank of 1; the result has its type.
    3. `segments` is batched.

    Example:
    ```mlir
    %r = weir.segment_sum %inverse, %rows segments %unique
        : (tensor<?x!weir.index<672>>, tensor<?x100xf32>, tensor<?x!weir.index<672>>)
       -> tensor<?x100xf32>
    ```
  }];
  let arguments = (ins Weir_IndexTensor:$positions, Weir_FloatTensor:$rows, Weir_Tensor:$segments);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $positions `,` $rows `segments` $segments attr-dict `:` functional-type(operands, results)
  }];
}

#endif // WEIR_DIALECT_IR_EMBEDDING_TD
