//===- BindUpdates.h - updates of parameters where they are ---------------*- C++ -*-===//

#ifndef WEIR_LIB_TRAINING_BINDUPDATES_H
#define WEIR_LIB_TRAINING_BINDUPDATES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace weir {

/// Whether the tensor shows memory that a weir.unique_ids fills with ids without repetitions: its
/// rows are fewer than the batch, and none stands for two examples.
bool showsUniqueIds(mlir::Value tensor);

/// Adds an argument to the step: a buffer of the frame, see weir-bind-step. Returns it.
using AddBuffer =
    llvm::function_ref<mlir::Value(mlir::MemRefType type, llvm::StringRef kind, int64_t number)>;

/// Replaces the weir.updates of `step`, whose operands are buffers seen as tensors, by
/// updates in place at its end, and the function `optimizer` by their bodies. Writes the
/// function `catch_up`, if any table's updates are deferred. `inputs` and `outputs` are
/// how many there are of them so far.
void bindUpdates(mlir::ModuleOp module, mlir::func::FuncOp step, mlir::Value batch, int64_t inputs,
                 int64_t outputs, AddBuffer addBuffer);

} // namespace weir

#endif // WEIR_LIB_TRAINING_BINDUPDATES_H
