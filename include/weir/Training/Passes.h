//===- Passes.h - from gradients to a step of training --------------------*- C++ -*-===//

#ifndef WEIR_TRAINING_PASSES_H
#define WEIR_TRAINING_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace weir {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "weir/Training/Passes.h.inc"
} // namespace weir

#endif // WEIR_TRAINING_PASSES_H
