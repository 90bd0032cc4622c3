//===- Common.h - what all lowerings to linalg share ------------------*- C++ -*-===//

#ifndef WEIR_LIB_CONVERSION_WEIRTOLINALG_COMMON_H
#define WEIR_LIB_CONVERSION_WEIRTOLINALG_COMMON_H

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace weir {

using mlir::utils::IteratorType;

/// Computes one element from the elements of the operands.
using ElementFn =
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// A tensor without defined contents. The batch size, if the type has one, is
/// that of `batchSource`, which must be batched.
mlir::Value makeEmpty(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                      mlir::Value batchSource);

/// A tensor of one value.
mlir::Value makeFilled(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                       mlir::Value batchSource, float value);

mlir::Value floatConstant(mlir::OpBuilder &builder, mlir::Location loc, float value);

/// The first batched value, or the first of all.
mlir::Value pickBatchSource(mlir::ValueRange values);

/// How an operand is read under the loops of `result` (batch, then example axes):
/// aligned at the last axes, axes of size 1 stretched.
mlir::AffineMap broadcastMap(mlir::RankedTensorType operand, mlir::RankedTensorType result);

/// An element-wise linalg.generic with broadcasting.
mlir::Value makeElementwise(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::RankedTensorType result, mlir::ValueRange operands, ElementFn fn);

/// A linalg.generic that reduces the whole-tensor axes where `reduced` is set,
/// starting from `start`. The result keeps the other axes, in order.
mlir::Value makeReduction(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input, llvm::ArrayRef<bool> reduced,
    float start,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::Value, mlir::Value)>
        combine);

/// The tensor with its example shape changed to `example`, without copying.
mlir::Value makeReshape(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                        llvm::ArrayRef<int64_t> example);

/// The transposed example; `permutation` counts example axes.
mlir::Value makeTranspose(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                          llvm::ArrayRef<int64_t> permutation);

/// A frame of `value` around the example. Only the frame is filled; the interior is
/// inserted, so that its producer can write it in place.
mlir::Value makePad(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                    llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high, float value);

/// The body of a contraction: accumulator + lhs * rhs.
void buildMultiplyAdd(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange arguments);

void populateElementwiseToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateReduceToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateShapeToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateEmbeddingToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateLinearToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateConvToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populatePoolToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateUpdateToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateWinogradToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);
void populateDropoutToLinalg(mlir::TypeConverter &, mlir::RewritePatternSet &);

} // namespace weir

#endif // WEIR_LIB_CONVERSION_WEIRTOLINALG_COMMON_H
