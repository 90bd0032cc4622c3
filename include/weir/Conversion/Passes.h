//===- Passes.h - from the weir dialect to linalg ---------------------*- C++ -*-===//

#ifndef WEIR_CONVERSION_PASSES_H
#define WEIR_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::func {
class FuncOp;
}

namespace weir {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "weir/Conversion/Passes.h.inc"
} // namespace weir

#endif // WEIR_CONVERSION_PASSES_H
