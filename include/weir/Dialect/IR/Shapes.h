//===- Shapes.h - example shapes, batches, windows -------------------*- C++ -*-===//
//
// The few rules about shapes that every stage shares: which values are batched,
// what their example shape is, how shapes broadcast, how long a windowed axis is.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_IR_SHAPES_H
#define WEIR_DIALECT_IR_SHAPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace weir {

/// Whether axis 0 is the batch, that is, dynamic.
bool isBatched(mlir::Type type);

/// The shape without the batch.
llvm::ArrayRef<int64_t> exampleShape(mlir::Type type);
inline llvm::ArrayRef<int64_t> exampleShape(mlir::Value value) {
  return exampleShape(value.getType());
}

/// The tensor type of this example shape, with a batch in front if `batched`.
mlir::RankedTensorType makeTensorType(bool batched, llvm::ArrayRef<int64_t> example,
                                      mlir::Type elementType);

/// The example axis as an axis of the whole tensor.
inline int64_t wholeAxis(mlir::Type type, int64_t exampleAxis) {
  return exampleAxis + (isBatched(type) ? 1 : 0);
}

/// The shape that two example shapes broadcast to, aligned at their last axes.
std::optional<llvm::SmallVector<int64_t>> broadcastShapes(llvm::ArrayRef<int64_t> lhs,
                                                          llvm::ArrayRef<int64_t> rhs);

/// How many positions a window has along an axis; 0 or less if it doesn't fit.
///   (size + low + high - dilation * (kernel - 1) - 1) / stride + 1
int64_t windowPositions(int64_t size, int64_t low, int64_t high, int64_t kernel, int64_t stride,
                        int64_t dilation);

/// "[3, 4]", for messages.
std::string formatShape(llvm::ArrayRef<int64_t> shape);

} // namespace weir

#endif // WEIR_DIALECT_IR_SHAPES_H
