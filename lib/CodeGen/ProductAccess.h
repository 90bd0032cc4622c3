//===- ProductAccess.h - where a product's operands lie ----------------------*- C++ -*-===//

#ifndef WEIR_LIB_CODEGEN_PRODUCTACCESS_H
#define WEIR_LIB_CODEGEN_PRODUCTACCESS_H

#include "Kernel.h"

namespace weir {

/// A packed matrix is addressed by panel: its first axis is a column divided.
bool isPacked(mlir::linalg::GenericOp op);

/// The factors of the matrix under the product's loops; a packed one's columns are addressed by
/// panel, and have none. Nothing if the access isn't linear.
std::optional<llvm::SmallVector<int64_t>> matrixFactors(mlir::linalg::GenericOp op, bool packed);

/// The map of an operand of the epilogue, seen from the loops of the product: its axes are those
/// of the product's result, maybe in another order.
mlir::AffineMap throughOutput(const Kernel &kernel, mlir::OpOperand *operand);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_PRODUCTACCESS_H
