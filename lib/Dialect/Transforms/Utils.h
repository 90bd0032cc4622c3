//===- Utils.h - small steps that several rewrites take --------------*- C++ -*-===//

#ifndef WEIR_LIB_DIALECT_TRANSFORMS_UTILS_H
#define WEIR_LIB_DIALECT_TRANSFORMS_UTILS_H

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/IR/PatternMatch.h"

namespace weir {

/// `value` with the example shape `shape`; no op if it has it already.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                      llvm::ArrayRef<int64_t> shape);

/// `value` with its example axes in the order of `permutation`; no op if that
/// is theirs already.
mlir::Value transposeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                        llvm::ArrayRef<int64_t> permutation);

/// The part of `value` along one example axis, `size` long, that starts at `offset`.
mlir::Value sliceAxis(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, int64_t axis,
                      int64_t offset, int64_t size);

/// A constant of rank 0.
mlir::Value scalar(mlir::OpBuilder &builder, mlir::Location loc, double value);

/// Ops of one or two tensors that work element by element. Dropout is not
/// among them: in training it is no function.
bool isUnaryElementwise(mlir::Operation *op);
bool isBinaryElementwise(mlir::Operation *op);

/// A copy of the elementwise op `op` with other operands, its type inferred
/// from them. Keeps the location and whatever else is noted on the op.
mlir::Value rebuildElementwise(mlir::OpBuilder &builder, mlir::Operation *op,
                               mlir::ValueRange operands);

/// What a batch norm does to channel c: `x * scale[c] + shift[c]`.
struct ChannelAffine {
  mlir::Value scale; ///< weight * rsqrt(variance + epsilon), [channels]
  mlir::Value shift; ///< bias - mean * scale, [channels]
};

/// Computes scale and shift from the parameters of a batch norm.
ChannelAffine batchNormAffine(mlir::OpBuilder &builder, BatchNormOp op);

} // namespace weir

#endif // WEIR_LIB_DIALECT_TRANSFORMS_UTILS_H
