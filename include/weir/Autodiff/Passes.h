//===- Passes.h - from a model to its gradients ----------------------*- C++ -*-===//

#ifndef WEIR_AUTODIFF_PASSES_H
#define WEIR_AUTODIFF_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::func {
class FuncOp;
} // namespace mlir::func

namespace weir {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "weir/Autodiff/Passes.h.inc"
} // namespace weir

#endif // WEIR_AUTODIFF_PASSES_H
