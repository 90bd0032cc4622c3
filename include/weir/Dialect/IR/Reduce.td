//===- Reduce.td - sums, means, maxima, softmax ----------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_IR_REDUCE_TD
#define WEIR_DIALECT_IR_REDUCE_TD

include "weir/Dialect/IR/WeirDialect.td"

class Weir_ReduceOp<string mnemonic, string what> : Weir_InferredOp<mnemonic> {
  let summary = what # " over example axes";
  let description = [{
    Reduces the example axes `axes`; they stay with size 1 if `keep_dims`.

    1. `axes` ascend, differ, and lie within the example rank.
    2. The result's example shape is the operand's without `axes`, or with 1 there.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # [{ %x {axes = array<i64: 1, 2>} : (tensor<?x8x7x7xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Weir_SumOp : Weir_ReduceOp<"sum", "the sum">;
def Weir_MeanOp : Weir_ReduceOp<"mean", "the mean">;
def Weir_MaxOp : Weir_ReduceOp<"max", "the largest">;

class Weir_SoftmaxLikeOp<string mnemonic, string formula> : Weir_InferredOp<mnemonic> {
  let summary = formula # " along one example axis";
  let description = [{
    }] # formula # [{, where the sum runs along `axis`; computed after subtracting the
    largest element, so that nothing overflows.

    1. `axis` lies within the example rank.
    2. The result has the operand's type.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # [{ %x {axis = 0 : i64} : tensor<?x10xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, I64Attr:$axis);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Weir_SoftmaxOp : Weir_SoftmaxLikeOp<"softmax", "exp(x) / sum(exp(x))">;
def Weir_LogSoftmaxOp : Weir_SoftmaxLikeOp<"log_softmax", "x - log(sum(exp(x)))">;

def Weir_BatchSumOp : Weir_InferredOp<"batch_sum"> {
  let summary = "the sum over the batch";
  let description = [{
    `result[...] = sum over b of input[b, ...]`, in the order of the examples.

    1. `input` is batched.
    2. The result is unbatched, with the input's example shape.

    Example:
    ```mlir
    %r = weir.batch_sum %x : (tensor<?x8xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Weir_BatchSizeOp : Weir_InferredOp<"batch_size"> {
  let summary = "how many examples the batch holds, as a number";
  let description = [{
    1. `input` is batched; only its shape is looked at.
    2. The result is an unbatched scalar.

    Example:
    ```mlir
    %n = weir.batch_size %x : (tensor<?x8xf32>) -> tensor<f32>
    ```
  }];
  let arguments = (ins Weir_Tensor:$input);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

class Weir_BatchStatisticOp<string mnemonic, string what, string formula>
    : Weir_InferredOp<mnemonic> {
  let summary = what # " of each channel over the batch";
  let description = [{
    Over the batch and every example axis but `axis`, n elements for each channel:
    }] # formula # [{. The pass `weir-expand-batch-statistics` writes it as sums.

    1. `input` is batched.
    2. `axis`, the channel axis, lies within the example rank.
    3. The result is unbatched, as long as that axis.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # [{ %x {axis = 0 : i64} : (tensor<?x16x28x28xf32>) -> tensor<16xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input, I64Attr:$axis);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Weir_BatchMeanOp : Weir_BatchStatisticOp<"batch_mean", "the mean", "`sum(x) / n`">;
def Weir_BatchVarianceOp : Weir_BatchStatisticOp<"batch_variance", "the biased variance",
    "`sum((x - mean)^2) / n`, where `mean` is what `weir.batch_mean` gives">;

#endif // WEIR_DIALECT_IR_REDUCE_TD
