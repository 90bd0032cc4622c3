//===- VectorBody.h - scalar bodies on vectors --------------------------*- C++ -*-===//
//
// The body of a linalg op says what happens to one element. VectorBody repeats it
// for several neighbours along one loop at once.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_VECTORBODY_H
#define WEIR_LIB_CODEGEN_VECTORBODY_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

namespace weir {

/// Index arithmetic that folds constants while it is written.
mlir::Value addIndex(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a, mlir::Value b);
mlir::Value mulIndex(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a, int64_t factor);
mlir::Value indexConstant(mlir::OpBuilder &builder, mlir::Location loc, int64_t value);
/// A linear expression, or one with floordiv and mod by constants, of `dims`.
mlir::Value evaluate(mlir::OpBuilder &builder, mlir::Location loc, mlir::AffineExpr expr,
                     llvm::ArrayRef<mlir::Value> dims);

/// The factor of `dim` in a linear expression; nothing if it isn't linear in it.
std::optional<int64_t> linearFactor(mlir::AffineExpr expr, unsigned dim);

/// Turns squares of n by n elements in n vectors, n a power of two: vectors of n lanes hold one,
/// longer ones several side by side. Lane j of vector i becomes lane i of vector j.
void turnSquares(mlir::OpBuilder &builder, mlir::Location loc,
                 llvm::MutableArrayRef<mlir::Value> vectors);

/// One value per lane, or the same in all lanes.
struct Lanes {
  mlir::Value value;
  /// The value is the index of lane 0; lane i is i more.
  bool counting = false;
};

class VectorBody {
public:
  VectorBody(mlir::OpBuilder &builder, mlir::Location loc, int64_t lanes, bool fusedMultiplyAdd)
      : builder(builder), loc(loc), lanes(lanes), fusedMultiplyAdd(fusedMultiplyAdd) {}

  void bind(mlir::Value scalar, Lanes value) { bound[scalar] = value; }

  /// Reads `memory` where `map` says under the loops `dims`, of which `vectorDim`
  /// (or none, if negative) is the one that the lanes run along.
  Lanes load(mlir::Value memory, mlir::AffineMap map, llvm::ArrayRef<mlir::Value> dims,
             int64_t vectorDim);
  void store(Lanes value, mlir::Value memory, mlir::AffineMap map, llvm::ArrayRef<mlir::Value> dims,
             int64_t vectorDim);

  /// Emits all ops of `body` and returns what it yields.
  llvm::SmallVector<Lanes> emitAll(mlir::Block &body, llvm::ArrayRef<mlir::Value> dims,
                                   int64_t vectorDim);
  /// The same for a body that yields one value.
  Lanes emit(mlir::Block &body, llvm::ArrayRef<mlir::Value> dims, int64_t vectorDim);

  /// The value as a vector, whatever it was.
  mlir::Value spread(Lanes value);

private:
  Lanes lookup(mlir::Value scalar);
  Lanes emitOp(mlir::Operation &op, llvm::ArrayRef<mlir::Value> dims, int64_t vectorDim);
  Lanes emitLoad(mlir::Value memory, llvm::ArrayRef<Lanes> indices);
  std::optional<Lanes> emitMultiplyAdd(mlir::Operation &op);
  mlir::Value laneOf(Lanes value, int64_t lane);
  mlir::Type vectorOf(mlir::Type scalar) const;

  mlir::OpBuilder &builder;
  mlir::Location loc;
  int64_t lanes;
  bool fusedMultiplyAdd;
  llvm::DenseMap<mlir::Value, Lanes> bound;
};

} // namespace weir

#endif // WEIR_LIB_CODEGEN_VECTORBODY_H
