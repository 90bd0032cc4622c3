//===- FindNonFinite.h - Where a computation left the finite numbers ------===//
#ifndef WEIR_TRAINING_FINDNONFINITE_H
#define WEIR_TRAINING_FINDNONFINITE_H

#include "weir/Runtime/ParameterFile.h"

#include <span>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace weir {

/// Runs the module's first function (see interpret) on a batch, rounding every result to
/// f32, and describes where the first number that isn't finite appears: a parameter, or
/// an op with its layer and its place in the text, and a hint what may have caused it.
std::string describeNonFinite(mlir::ModuleOp module, const ParameterFile &parameters,
                              std::span<const Tensor> inputs, int64_t batch);

} // namespace weir

#endif
