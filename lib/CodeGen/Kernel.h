//===- Kernel.h - what becomes one loop nest -----------------------------*- C++ -*-===//

#ifndef WEIR_LIB_CODEGEN_KERNEL_H
#define WEIR_LIB_CODEGEN_KERNEL_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace weir {

/// A linalg op on buffers with what is done in the same loops: the fill that its
/// reduction starts from, and the element-wise op that follows it.
struct Kernel {
  mlir::linalg::GenericOp main;
  /// The scalar that the reduction starts from; null if it starts from what the
  /// output holds.
  mlir::Value start;
  mlir::linalg::FillOp fill;
  mlir::linalg::GenericOp epilogue;

  mlir::Operation *last() { return epilogue ? epilogue.getOperation() : main.getOperation(); }
};

struct KernelOptions {
  int64_t lanes;
  bool fusedMultiplyAdd;
};

/// Finds the fill and the epilogue of `main`.
Kernel formKernel(mlir::linalg::GenericOp main);

/// Whether `main` has a strategy and linear accesses, so that emitProduct applies.
bool isProduct(const Kernel &kernel);

/// Whether the epilogue of a product lays its results out along the rows, whole groups of them, so
/// that emitProduct can store them there.
bool writesAcross(const Kernel &kernel);

/// Writes the kernel's loops at the builder's insertion point.
void emitProduct(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);
/// Whether `main` is a transform of Winograd's convolution over memory of known strides,
/// so that emitWinograd applies.
bool isWinograd(const Kernel &kernel);
void emitWinograd(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);
void emitLoops(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);

/// Whether `main` is element-wise and its result is contiguous along another loop than an
/// operand, so that emitTranspose applies.
bool isTranspose(const Kernel &kernel, const KernelOptions &options);
void emitTranspose(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);

/// Writes element-wise ops that share their first loop, and touch different elements,
/// as one kernel over that loop.
void emitTogether(mlir::OpBuilder &builder, llvm::ArrayRef<mlir::linalg::GenericOp> ops,
                  const KernelOptions &options);

/// The buffer that a view shows a part of.
mlir::Value rootOf(mlir::Value memory);

/// How many elements, and bytes, a buffer has: per example, if the batch is one of its axes.
int64_t elementsPerExample(mlir::MemRefType type);
int64_t bytesPerExample(mlir::MemRefType type);

/// The sizes of the loops of `op`, as values.
llvm::SmallVector<mlir::Value> loopSizes(mlir::OpBuilder &builder, mlir::linalg::GenericOp op);

/// The static sizes; dynamic ones, which are the batch, count as 1.
llvm::SmallVector<int64_t> loopSizesPerExample(mlir::linalg::GenericOp op);

/// The outer loop of a kernel, over independent units of work. `work` is the number of
/// operations per example.
mlir::scf::ForOp makeUnitLoop(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value units,
                              int64_t work);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_KERNEL_H
