//===- Frame.h - the memory of a call, seen from generated code -----------*- C++ -*-===//
//
// weir_runtime.h declares the frame in C; the offsets here must agree with it, which
// Frame.cpp asserts at compile time.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_FRAME_H
#define WEIR_LIB_CODEGEN_FRAME_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"

namespace weir {

/// Byte offsets of the fields of weir_frame.
namespace frame_layout {
inline constexpr int64_t batch = 0, inputs = 8, outputs = 16, prepared = 24, arena = 32,
                         parallelFor = 40, pool = 48, errorInput = 56, errorPosition = 64,
                         errorValue = 72;
} // namespace frame_layout

mlir::Value loadField(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value frame,
                      int64_t offset, mlir::Type type);
void storeField(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value frame, int64_t offset,
                mlir::Value value);

/// Where an argument of a function on memory (see weir-split-prepare) lies.
struct FrameBuffer {
  int64_t field = -1;  // the frame's field; -1 for the batch, which is no buffer
  bool isList = false; // the field points to pointers
  int64_t number = 0;  // which of them
  int64_t offset = 0;  // bytes from there on
};
FrameBuffer frameBuffer(mlir::func::FuncOp source, mlir::BlockArgument argument);

/// Refuses `weir.segments` that aren't as many kernels together as the function has.
mlir::LogicalResult verifySegments(mlir::func::FuncOp function);

/// Where the pointer to a buffer of the arena that goes from segment to segment (see
/// weir-plan-arena) is put in a slice's frame: behind the outputs of its list.
FrameBuffer carriedBuffer(mlir::func::FuncOp source, mlir::memref::AllocOp alloc);

/// Recreates values of a function on memory from a frame: its arguments and arena buffers become
/// views of the frame's memory; what is computed from them is computed again.
class FrameReader {
public:
  FrameReader(mlir::func::FuncOp source, mlir::Value frame) : source(source), frame(frame) {}

  mlir::Value read(mlir::OpBuilder &builder, mlir::Value value);
  /// The batch as an index.
  mlir::Value readBatch(mlir::OpBuilder &builder);

private:
  mlir::Value readArgument(mlir::OpBuilder &builder, mlir::BlockArgument argument);
  mlir::Value view(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value pointer,
                   mlir::Type type, mlir::ValueRange dynamic);
  mlir::Value shift(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value pointer,
                    mlir::Value bytes);

  mlir::func::FuncOp source;
  mlir::Value frame;
  mlir::IRMapping known;
  mlir::Value batch;
};

} // namespace weir

#endif // WEIR_LIB_CODEGEN_FRAME_H
