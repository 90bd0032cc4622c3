//===- ParallelKernels.h - Which kernels threads divide ------------------*- C++ -*-===//
#ifndef WEIR_CODEGEN_PARALLELKERNELS_H
#define WEIR_CODEGEN_PARALLELKERNELS_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace weir {

/// How many examples a call, or a slice of it, must have for a kernel, a loop tagged
/// `weir.kernel` whose buffers have the batch as an axis or not, to be handed to parallel_for.
/// `parallelWork` is the least number of operations; with 0 the result is 0.
int64_t examplesToDivide(mlir::scf::ForOp kernel, int64_t parallelWork);

} // namespace weir

#endif // WEIR_CODEGEN_PARALLELKERNELS_H
