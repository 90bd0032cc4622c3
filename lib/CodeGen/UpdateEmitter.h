//===- UpdateEmitter.h - an optimizer's steps as vector loops ---------------*- C++ -*-===//
//
// EmitUpdates.cpp writes the steps that are due, EmitCatchUp.cpp those that rows have missed.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_UPDATEEMITTER_H
#define WEIR_LIB_CODEGEN_UPDATEEMITTER_H

#include "FlatAccess.h"
#include "Kernel.h"
#include "VectorBody.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace weir {

class UpdateEmitter {
public:
  UpdateEmitter(mlir::Operation *op, const KernelOptions &options)
      : builder(op), loc(op->getLoc()), options(options) {}

  void emit(UpdateAllOp op);
  void emit(GroupIdsOp op);
  void emit(UniqueIdsOp op);
  void emit(CatchUpRowsOp op);
  void emit(UpdateRowsOp op);

private:
  using Value = mlir::Value;
  template <typename T> using ArrayRef = llvm::ArrayRef<T>;
  template <typename T> using SmallVector = llvm::SmallVector<T>;

  /// How many vectors go through the body together.
  static constexpr int64_t groupSize = 4;

  // Vectors of one row or stretch, one behind the other; the last may be narrower.
  struct Piece {
    Value at; // flat position of its first element
    int64_t lanes;
  };

  Value constant(int64_t value) { return indexConstant(builder, loc, value); }
  Value loadIndex(Value memory, Value at) {
    Value value = mlir::memref::LoadOp::create(builder, loc, memory, at);
    return mlir::arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value);
  }
  void storeIndex(Value value, Value memory, Value at) {
    mlir::Type type = mlir::cast<mlir::MemRefType>(memory.getType()).getElementType();
    Value stored = mlir::arith::IndexCastOp::create(builder, loc, type, value);
    mlir::memref::StoreOp::create(builder, loc, stored, memory, at);
  }
  void flattenAll(mlir::ValueRange values) {
    tables.clear();
    for (Value value : values)
      tables.push_back(flatten(builder, loc, value));
  }
  SmallVector<Value> loadScalars(mlir::ValueRange memories) {
    return llvm::map_to_vector(memories, [&](Value memory) -> Value {
      return mlir::memref::LoadOp::create(builder, loc, memory, mlir::ValueRange{});
    });
  }
  mlir::Type typeOf(const Piece &piece) {
    return piece.lanes == 1 ? mlir::Type(builder.getF32Type())
                            : mlir::VectorType::get({piece.lanes}, builder.getF32Type());
  }
  Value load(Value memory, Value at, const Piece &piece) {
    if (piece.lanes == 1)
      return mlir::memref::LoadOp::create(builder, loc, memory, at);
    return mlir::vector::LoadOp::create(builder, loc, mlir::cast<mlir::VectorType>(typeOf(piece)),
                                        memory, at);
  }
  void store(Value value, Value memory, const Piece &piece) {
    if (piece.lanes == 1)
      mlir::memref::StoreOp::create(builder, loc, value, memory, piece.at);
    else
      mlir::vector::StoreOp::create(builder, loc, value, memory, piece.at);
  }
  Value zeroOf(const Piece &piece) {
    return mlir::arith::ConstantOp::create(builder, loc, builder.getZeroAttr(typeOf(piece)));
  }

  mlir::scf::ForOp beginUnits(Value units, int64_t work) {
    mlir::scf::ForOp loop = makeUnitLoop(builder, loc, units, work);
    builder.setInsertionPointToStart(loop.getBody());
    return loop;
  }
  // What follows is done only for a unit that is the first position of its id.
  void onlyIfHead(Value heads, Value position) {
    Value isHead = mlir::arith::CmpIOp::create(builder, loc, mlir::arith::CmpIPredicate::eq,
                                               loadIndex(heads, position), position);
    auto branch = mlir::scf::IfOp::create(builder, loc, isHead, /*withElseRegion=*/false);
    builder.setInsertionPointToStart(branch.thenBlock());
  }
  // Vectors that go through missed steps together.
  int64_t replayedTogether() const { return options.lanes >= 16 ? 2 * groupSize : groupSize; }
  static int64_t opsOf(mlir::Region &body) { return body.front().getOperations().size(); }

  void overPieces(Value start, int64_t length, int64_t vectors,
                  llvm::function_ref<void(ArrayRef<Piece>)> emit);
  void applyBody(mlir::Block &body, ArrayRef<Piece> pieces, llvm::MutableArrayRef<Value> values,
                 ArrayRef<Value> gradients, ArrayRef<Value> hypers);
  SmallVector<Value> loadAll(ArrayRef<Piece> pieces);
  void storeAll(ArrayRef<Piece> pieces, ArrayRef<Value> values);

  SmallVector<Value> sumAlong(Value next, Value position, ArrayRef<Value> zeros,
                              llvm::function_ref<SmallVector<Value>(Value, mlir::ValueRange)> add);

  // Missed steps (EmitCatchUp.cpp).
  SmallVector<Value> loadHypers(CatchUpRowsOp op, Value step);
  void fetchRow(Value ids, Value position, Value count, int64_t columns);
  std::optional<ArrayRef<float>> freshStates(CatchUpRowsOp op);
  Value isInitial(Value value, float initial);
  Value replayFresh(CatchUpRowsOp op, ArrayRef<float> initial, Value fresh, ArrayRef<Piece> pieces,
                    SmallVector<Value> &parameters, Value from, Value to);
  void replayFreshRows(CatchUpRowsOp op, ArrayRef<float> initial, int64_t work);
  void replay(CatchUpRowsOp op, ArrayRef<Piece> pieces, Value from, Value to);

  mlir::OpBuilder builder;
  mlir::Location loc;
  const KernelOptions &options;
  SmallVector<Value> tables; // parameter and states, flat
};

} // namespace weir

#endif // WEIR_LIB_CODEGEN_UPDATEEMITTER_H
