//===- Passes.h - rewrites of the weir dialect -----------------------*- C++ -*-===//
//
// The passes that Passes.td declares: their constructors, options and
// registration.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_TRANSFORMS_PASSES_H
#define WEIR_DIALECT_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::func {
class FuncOp;
} // namespace mlir::func

namespace weir {

/// How a convolution's patches become the rows of a product.
enum class ConvAlgorithm { Windows, Im2col };

#define GEN_PASS_DECL
#include "weir/Dialect/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "weir/Dialect/Transforms/Passes.h.inc"

} // namespace weir

#endif // WEIR_DIALECT_TRANSFORMS_PASSES_H
