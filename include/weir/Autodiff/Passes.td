//===- Passes.td - from a model to its gradients --------------------*- tablegen -*-===//
//
// In this order: the form that a model has in training, layers of looked-up rows, the
// gradients, and the statistics of the batch as plain sums. Each works on the function of one name,
// `train`, and leaves the others alone. In the examples, attributes that don't matter
// are left out.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_AUTODIFF_PASSES_TD
#define WEIR_AUTODIFF_PASSES_TD

include "mlir/Pass/PassBase.td"

class Weir_TrainingPass<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::weir::WeirDialect"];
  list<Option> functionOption = [
    Option<"function", "function", "std::string", /*default=*/"\"train\"",
           "The name of the function to work on">
  ];
  let options = functionOption;
}

def TrainingFormPass : Weir_TrainingPass<"weir-training-form"> {
  let summary = "Give batch norm and dropout the form that they have in training";
  let description = [{
    A batch norm whose statistics are buffers takes the mean and the biased variance
    of the batch instead, and the function also returns the buffers' new values,
    `(1 - momentum) * old + momentum * batch` with the op's momentum, the variance
    unbiased, as PyTorch does.
    (Of a single element per channel there is no unbiased variance; the biased one is taken.)
    Other statistics are left as they are.

    A dropout is multiplied by a mask drawn from the function's new last argument, the
    seed and the step. Layers are numbered in the function's order.

    ```mlir
    func.func @train(%x: tensor<?x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
      %mean = weir.param "1.running_mean" {buffer, ...} : tensor<4xf32>
      %variance = weir.param "1.running_var" {buffer, ...} : tensor<4xf32>
      %0 = weir.batch_norm %x, %w, %b, %mean, %variance {axis = 0 : i64} : ...
      %1 = weir.dropout %0 {probability = 0.2 : f64} : tensor<?x4xf32>
      ...
    ```
    becomes
    ```mlir
    func.func @train(%x: tensor<?x4xf32>, %key: tensor<2x!weir.index<9007199254740992>> {weir.name = "random", weir.random})
        -> (tensor<?xf32> {weir.name = "loss"},
            tensor<4xf32> {weir.name = "1.running_mean", weir.update_of = "1.running_mean"},
            tensor<4xf32> {weir.name = "1.running_var", weir.update_of = "1.running_var"}) {
      %m = weir.batch_mean %x {axis = 0 : i64} : ...
      %v = weir.batch_variance %x {axis = 0 : i64} : ...
      %0 = weir.batch_norm %x, %w, %b, %m, %v {axis = 0 : i64} : ...
      %mask = weir.dropout_mask %key, %0 {layer = 0 : i64, probability = 0.2 : f64} : ...
      %1 = weir.mul %0, %mask : ...
      ...
    ```
  }];
}

def ShareRowsPass : Weir_TrainingPass<"weir-share-rows"> {
  let summary = "Multiply each row that a batch looks up once, however many examples name it";
  let description = [{
    A linear layer of looked-up rows computes the same for every example that names the same
    row, and the gradient of that row is the same product of the examples' sum. So the layer
    is applied to the batch's different ids, and its results are given to the examples.

    ```mlir
    %x = weir.embedding %ids, %t : (tensor<?x!weir.index<672>>, tensor<672x60xf32>) -> tensor<?x60xf32>
    %y = weir.linear %x, %w bias %b : (tensor<?x60xf32>, tensor<100x60xf32>, tensor<100xf32>) -> tensor<?x100xf32>
    ```
    becomes
    ```mlir
    %u, %i = weir.unique %ids : ...
    %x = weir.embedding %u, %t : ...
    %p = weir.linear %x, %w : ...
    %g = weir.gather_rows %i, %p : ...
    %y = weir.add %g, %b : ...
    ```

    Where rows are joined with others, each part meets its own columns of the weight. A
    look-up is left alone if something else reads it or the join, if it has several ids for an
    example, if the layer has several rows for one, or if its rows or the layer's results are so short that what is saved doesn't pay for
    finding out which ids are the same (see shareRowsPays in CostModel.h).
  }];
  let options = functionOption # [
    Option<"always", "always", "bool", "false", "Share whatever it costs">
  ];
}

def DifferentiatePass : Weir_TrainingPass<"weir-differentiate"> {
  let summary = "Return the gradient of the mean loss for each learned parameter";
  let description = [{
    The function's first result is the loss of each example, `tensor<?xf32>`. The pass
    adds, for each parameter that is neither a buffer nor frozen, in their order, the
    gradient of the mean of the loss over the batch. It knows no op by name: each op that lies
    between a learned parameter and the loss gives its reverse rule by the
    interface DifferentiableOpInterface.

    ```mlir
    func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
      %w = weir.param "w" {...} : tensor<3xf32>
      %0 = weir.mul %x, %w : ...
      %1 = weir.sum %0 {axes = array<i64: 0>} : ...
      return %1 : tensor<?xf32>
    }
    ```
    becomes
    ```mlir
    func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"},
        tensor<3xf32> {weir.gradient_of = "w", weir.name = "w.grad"}) {
      ...
      %n = weir.batch_size %1 : (tensor<?xf32>) -> tensor<f32>
      %one = weir.constant dense<1.0> : tensor<f32>
      %share = weir.div %one, %n : ...
      %seed = weir.broadcast %share batch %1 : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
      %2 = weir.reshape %seed : (tensor<?xf32>) -> tensor<?x1xf32>
      %3 = weir.broadcast %2 : (tensor<?x1xf32>) -> tensor<?x3xf32>
      %4 = weir.mul %3, %x : ...
      %5 = weir.batch_sum %4 : (tensor<?x3xf32>) -> tensor<3xf32>
      return %1, %5 : tensor<?xf32>, tensor<3xf32>
    }
    ```
  }];
}

def ExpandBatchStatisticsPass : Weir_TrainingPass<"weir-expand-batch-statistics"> {
  let summary = "Write the mean and variance over a batch as sums";
  let description = [{
    ```mlir
    %r = weir.batch_mean %x {axis = 0 : i64} : (tensor<?x4x5xf32>) -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %0 = weir.sum %x {axes = array<i64: 1>} : (tensor<?x4x5xf32>) -> tensor<?x4xf32>
    %1 = weir.batch_sum %0 : (tensor<?x4xf32>) -> tensor<4xf32>
    %2 = weir.batch_size %x : (tensor<?x4x5xf32>) -> tensor<f32>
    %5 = weir.constant dense<5.0> : tensor<f32>
    %n = weir.mul %2, %5 : ...
    %r = weir.div %1, %n : ...
    ```
    and a variance is the same mean of the squared distances from the mean. They are
    whole ops until here because the variance's reverse rule needs no sum of its own: the
    distances from the mean add up to zero.
  }];
}

#endif // WEIR_AUTODIFF_PASSES_TD
