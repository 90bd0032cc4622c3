//===- LoopEmitter.h - the loops of a linalg op that is no product ----------*- C++ -*-===//
//
// EmitLoops.cpp chooses the vectors' axis and writes the loops around it;
// EmitReduction.cpp writes reductions along it.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_LOOPEMITTER_H
#define WEIR_LIB_CODEGEN_LOOPEMITTER_H

#include "Kernel.h"
#include "VectorBody.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace weir {

/// How a reduction combines, if it does so in one operation whose order may change.
std::optional<mlir::vector::CombiningKind> combiningKind(mlir::linalg::GenericOp op);

class LoopEmitter {
public:
  LoopEmitter(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options)
      : builder(builder), kernel(kernel), op(kernel.main), loc(op.getLoc()), options(options),
        sizes(loopSizes(builder, op)), staticSizes(op.getStaticLoopRanges()),
        dims(op.getNumLoops()) {}

  void emit();
  /// Everything inside the first loop, whose position is given.
  void emitInside(mlir::Value position);

private:
  int64_t chooseVectorDim();
  int64_t score(int64_t dim);
  void emitOuter(llvm::ArrayRef<int64_t> loops);
  void emitVectorLoop();
  void emitReduced();
  void emitElement(int64_t lanes);
  llvm::SmallVector<mlir::Value> accumulate(llvm::ArrayRef<int64_t> loops,
                                            llvm::SmallVector<mlir::Value> accumulators,
                                            int64_t lanes);
  mlir::Value accumulateOne(llvm::ArrayRef<int64_t> loops, mlir::Value accumulator, int64_t lanes) {
    return accumulate(loops, llvm::SmallVector<mlir::Value>{accumulator}, lanes)[0];
  }
  void emitStrip(mlir::Value from, int64_t vectors);
  void forEachTogether(llvm::function_ref<void(int64_t)> body);
  mlir::Value accumulateOnce(mlir::Value accumulator, int64_t lanes);
  void chooseUnrolling(llvm::ArrayRef<int64_t> outer);
  mlir::Value startValue(int64_t lanes);
  void finish(Lanes value, int64_t lanes, int64_t vectorDim);
  mlir::Value combine(mlir::vector::CombiningKind kind, mlir::Value a, mlir::Value b);
  int64_t sumsAtOnce(int64_t vectors);
  llvm::SmallVector<mlir::Value> accumulateAlong(llvm::SmallVector<mlir::Value> sums,
                                                 int64_t whole);
  llvm::SmallVector<mlir::Value> reduceNest(llvm::ArrayRef<int64_t> loops,
                                            llvm::SmallVector<mlir::Value> sums, int64_t whole);
  bool isReduction(int64_t dim) {
    return op.getIteratorTypesArray()[dim] == mlir::utils::IteratorType::reduction;
  }

  mlir::OpBuilder &builder;
  const Kernel &kernel;
  mlir::linalg::GenericOp op;
  mlir::Location loc;
  const KernelOptions &options;
  llvm::SmallVector<mlir::Value> sizes;
  llvm::SmallVector<int64_t> staticSizes;
  llvm::SmallVector<mlir::Value> dims;
  int64_t vectorDim = -1;
  llvm::SmallVector<int64_t> reductionDims; // without the vector's
  /// The reduction is written out term by term.
  bool unrollTerms = false;
  /// So many results are computed together, so far apart along this loop; 1 for none.
  int64_t together = 1, togetherDim = -1, togetherStep = 1;
};

} // namespace weir

#endif // WEIR_LIB_CODEGEN_LOOPEMITTER_H
