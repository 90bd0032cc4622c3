//===- SliceModels.h - which parts of a tensor are the same ------------*- C++ -*-===//

#ifndef WEIR_CODEGEN_SLICEMODELS_H
#define WEIR_CODEGEN_SLICEMODELS_H

namespace mlir {
class DialectRegistry;
}

namespace weir {

/// Lets bufferization compare slices of tensors by their numbers alone: those of the same
/// constants and values are one slice, of others nothing is known. Models of the tensor
/// dialect's that are registered later yield to these.
void registerSliceModels(mlir::DialectRegistry &registry);

} // namespace weir

#endif // WEIR_CODEGEN_SLICEMODELS_H
