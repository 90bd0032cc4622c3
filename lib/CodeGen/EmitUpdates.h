//===- EmitUpdates.h - an optimizer's steps as vector loops --------------*- C++ -*-===//

#ifndef WEIR_LIB_CODEGEN_EMITUPDATES_H
#define WEIR_LIB_CODEGEN_EMITUPDATES_H

#include "Kernel.h"

#include "weir/Dialect/IR/WeirDialect.h"

namespace weir {

/// Replaces all ops on memory of Update.td in `function` by kernels.
void emitUpdates(mlir::func::FuncOp function, const KernelOptions &options);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_EMITUPDATES_H
