//===- Passes.td - from gradients to a step of training ----------------*- tablegen -*-===//

#ifndef WEIR_TRAINING_PASSES_TD
#define WEIR_TRAINING_PASSES_TD

include "mlir/Pass/PassBase.td"

def BuildTrainStepPass : Pass<"weir-build-train-step", "::mlir::ModuleOp"> {
  let summary = "joins gradients and optimizer into one function";
  let description = [{
    Takes a differentiated `train` (results: loss and metrics per example, gradients
    marked `weir.gradient_of`, new running statistics marked `weir.update_of`) and an
    `optimizer` on scalars, and builds `train_step`:

    - arguments: the inputs and targets of `train`, then the optimizer's hyperparameters
      of this step;
    - results: the sums of the loss and of each metric over the batch, then the new value
      of every parameter, of its optimizer states and of every running statistic, each
      marked `weir.update_of = "NAME"`. The state `m` of `0.weight` is the parameter
      `0.weight.m`.

    If `clip-norm` is greater than 0, all gradients are scaled so that their common norm
    is at most that.
  }];
  let options = [
    Option<"clipNorm", "clip-norm", "double", "0.0", "the largest norm of all gradients together">
  ];
  let dependentDialects = ["::weir::WeirDialect"];
}

def BindStepPass : Pass<"weir-bind-step", "::mlir::ModuleOp"> {
  let summary = "gives a training step its memory";
  let description = [{
    Replaces `train_step` on tensors by a function on memory that the frame of a call
    describes (see weir-split-prepare): inputs, targets and hyperparameters are inputs;
    sums are the first outputs; every parameter is one more output, read and updated in
    place. The module gets `weir.step_parameters`, the names in the order of their
    outputs. An element-wise update writes where it reads, unless somebody still needs
    the old value.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::linalg::LinalgDialect"];
}

#endif // WEIR_TRAINING_PASSES_TD
