//===- Passes.h - from linalg to vector loops ---------------------------*- C++ -*-===//

#ifndef WEIR_CODEGEN_PASSES_H
#define WEIR_CODEGEN_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class ModuleOp;
namespace func {
class FuncOp;
}
} // namespace mlir

namespace weir {

/// What packed matrices hold: f32 always, or bf16 where that is faster.
enum class WeightFormat { F32, BF16 };

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

#endif // WEIR_CODEGEN_PASSES_H
