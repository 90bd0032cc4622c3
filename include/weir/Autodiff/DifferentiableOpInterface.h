//===- DifferentiableOpInterface.h - reverse rules -------------------*- C++ -*-===//

#ifndef WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_H
#define WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include "weir/Autodiff/DifferentiableOpInterface.h.inc"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace weir {

/// Gives the dialect's ops their reverse rules, once it is loaded.
void registerDifferentiableOpModels(mlir::DialectRegistry &registry);

} // namespace weir

#endif // WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_H
