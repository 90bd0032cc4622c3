//===- FlatAccess.h - buffers read through one address ----------------------*- C++ -*-===//
//
// A strided buffer as one axis of elements, and how far apart the neighbours along
// each loop lie on it: one addition moves all of an access.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_FLATACCESS_H
#define WEIR_LIB_CODEGEN_FLATACCESS_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"

namespace weir {

struct FlatAccess {
  mlir::Value memory; // one-dimensional
  llvm::SmallVector<int64_t> factors;
};

/// The factors of an access under `loops` loops; nothing if it isn't linear in them or
/// the buffer's strides aren't known.
std::optional<llvm::SmallVector<int64_t>> accessFactors(mlir::Value memory, mlir::AffineMap map,
                                                        int64_t loops);

/// The buffer as one axis of elements, from its first element on. Its strides must be
/// known, see accessFactors.
mlir::Value flatten(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value memory);

/// The part of a flat buffer from `offset` on.
mlir::Value startingAt(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value memory,
                       mlir::Value offset);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_FLATACCESS_H
