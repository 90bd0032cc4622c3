//===- Evaluate.h - One op of the dialect on given operands -----------------------===//
#ifndef WEIR_LIB_REFERENCE_EVALUATE_H
#define WEIR_LIB_REFERENCE_EVALUATE_H

#include "weir/Reference/RefTensor.h"

#include "mlir/IR/Operation.h"
#include <optional>

namespace weir::reference {

/// What the op's one result is, for operands that have their types' shapes at this
/// batch size. Nothing if the op is none of the dialect's, or is a parameter.
std::optional<RefTensor> evaluate(mlir::Operation *op, llvm::ArrayRef<const RefTensor *> operands,
                                  int64_t batch);

} // namespace weir::reference

#endif
