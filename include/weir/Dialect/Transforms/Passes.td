//===- Passes.td - rewrites of the weir dialect ---------------------*- tablegen -*-===//

#ifndef WEIR_DIALECT_TRANSFORMS_PASSES_TD
#define WEIR_DIALECT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // WEIR_DIALECT_TRANSFORMS_PASSES_TD
