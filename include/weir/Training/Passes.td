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

    The step calls `optimizer` through a weir.update for each parameter. A parameter that
    serves as a table for look-ups by the same ids and for nothing else is updated by its rows,
    unless `tables` is `"dense"`: what `"deferred"` and `"lazy"` mean, weir-bind-step
    says. Deferring pays where a table is large, so those of fewer than
    `deferred-elements` numbers, or with rows of fewer than 16, are updated as a whole.
    With `clip-norm`, which needs all gradients at once, all are.

    If `clip-norm` is greater than 0, all gradients are scaled so that their common norm
    is at most that.
  }];
  let options = [
    Option<"clipNorm", "clip-norm", "double", "0.0", "the largest norm of all gradients together">,
    Option<"tables", "tables", "std::string", "\"deferred\"",
           "when rows that a batch doesn't read are updated: deferred, dense or lazy">,
    Option<"deferredElements", "deferred-elements", "int64_t", "32768",
           "the size from which on a table's updates are deferred">
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
    outputs. Each weir.update becomes one in place, after everything else, with the
    body of the function `optimizer`, which disappears. A running statistic writes where
    it reads, unless somebody still needs the old value.

    A table that is updated by its rows has, unless it is lazy, one more output after the
    parameters: the number of steps that each row has seen. Before anything
    reads the table, the rows of the batch take the steps that they have missed
    (weir.catch_up_rows); a function
    `catch_up` on the same memory brings all rows of all such tables up to date. Two more
    inputs hold the number of steps done since then, and their hyperparameters. The
    module gets `weir.step_tables`, the rows of each of these tables in the order of
    their outputs, and `weir.step_history`, for how many steps there is room.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::arith::ArithDialect", "::weir::WeirDialect"];
}

#endif // WEIR_TRAINING_PASSES_TD
