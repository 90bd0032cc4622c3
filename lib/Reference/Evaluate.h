//===- Evaluate.h - One op of the dialect on given operands -----------------------===//
#ifndef WEIR_LIB_REFERENCE_EVALUATE_H
#define WEIR_LIB_REFERENCE_EVALUATE_H

#include "weir/Reference/RefTensor.h"

#include "mlir/IR/Operation.h"
#include <vector>

namespace weir::reference {

/// What the op's results are, for operands that have their types' shapes; `batch` is the batch
/// of an op without a batched operand. Nothing if the op is none of the dialect's, or is a
/// parameter.
std::vector<RefTensor> evaluate(mlir::Operation *op, llvm::ArrayRef<const RefTensor *> operands,
                                int64_t batch);

} // namespace weir::reference

#endif
