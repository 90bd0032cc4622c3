//===- ProductEmitter.h - the loops of one product ------------------------*- C++ -*-===//
//
// EmitProduct.cpp divides a product into units, panels and groups of rows;
// RowAddresses.cpp finds the rows of a group, EmitProductSums.cpp writes its sums,
// EmitProductResults.cpp what comes of them.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_PRODUCTEMITTER_H
#define WEIR_LIB_CODEGEN_PRODUCTEMITTER_H

#include "FlatAccess.h"
#include "Kernel.h"
#include "PaddedLines.h"
#include "VectorBody.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace weir {

/// Neighbouring loops that one loop can replace.
struct MergedLoop {
  int64_t size = 1; // per example where the batch is part of it
  bool batched = false;
  llvm::SmallVector<int64_t> dims; // outermost first
  int64_t innermost() const { return dims.back(); }
};

/// A panel of the matrix, and how many columns of it there are.
struct Panel {
  mlir::Value number;
  int64_t columns;
};

class ProductEmitter {
public:
  ProductEmitter(mlir::OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);
  void emit();

private:
  using Value = mlir::Value;
  template <typename T> using ArrayRef = llvm::ArrayRef<T>;
  template <typename T> using SmallVector = llvm::SmallVector<T>;

  // What one vector of a block of sums holds: columns `first` to `first + count` of
  // panel `panel`. It may have more lanes than that.
  struct Strip {
    size_t panel;
    int64_t first, count, lanes;
  };
  // Consecutive rows; where there is a last one, it stands for those past it.
  struct Rows {
    Value first;
    int64_t count;
    Value last;
  };
  // What one group fetches of the next panel, from an element on (counted from the start of its
  // own panel): in each step of the sum the lines at `step` elements further. No step: nothing.
  struct Share {
    Value from, step;
  };
  // Where the loops of a sum have got to, in elements from a row's and a panel's start.
  struct Position {
    Value row, panel;
  };
  // One step of the sum; those of several sums for one result are told apart by a number. Where
  // terms are taken side by side, the number is how many of them.
  using SumBody = llvm::function_ref<SmallVector<Value>(Position, int64_t, SmallVector<Value>)>;

  // Division of the work (EmitProduct.cpp).
  void findLoops();
  void enterShared(Value position);
  void emitUnit(Value unit, Value rows, Value rowBlocks);
  void emitSumBlocks(Value rowBegin, Value rowEnd);
  void emitRows(Value rowBegin, Value rowEnd);
  void emitFewRows(Value begin, Value end, int64_t height, Value lastRow);
  void forEachPanel(llvm::function_ref<void(Panel)> body);
  void ifNarrow(llvm::function_ref<void()> body);
  Rows rowsFrom(Value row, int64_t height, Value lastRow);

  // Where rows lie (RowAddresses.cpp).
  SmallVector<Value> rowBases(const FlatAccess &access, const Rows &rows);
  Value rowBase(const FlatAccess &access, ArrayRef<Value> positions);
  SmallVector<Value> splitRow(Value row);
  Value lineEnd(const FlatAccess &access, ArrayRef<Value> positions);

  // Which kernel rows a group needs (PaddedLines.cpp): from the first to before the second.
  std::pair<Value, Value> kernelRowsOf(const Rows &rows);

  // Sums of which each row has its own terms (PaddedColumns.cpp).
  SmallVector<Value> sumInLine(const Rows &rows, mlir::ValueRange start,
                               llvm::function_ref<SmallVector<Value>()> sum);
  SmallVector<Value> sumByColumn(size_t level, Position position, SmallVector<Value> accumulators,
                                 SumBody body);

  // One group of rows (EmitProductSums.cpp).
  void emitGroup(ArrayRef<Panel> panels, const Rows &rows);
  SmallVector<Strip> strips(ArrayRef<Panel> panels);
  SmallVector<Value> rowMemories(const Rows &rows);
  SmallVector<Value> panelMemories(ArrayRef<Panel> panels);
  SmallVector<Value> sumLoops(size_t level, Position position, SmallVector<Value> accumulators,
                              SumBody body);
  Position advance(Position position, Value index, const MergedLoop &loop);
  SmallVector<Value>
  sumLoop(Value from, Value to, int64_t step, ArrayRef<Value> accumulators,
          llvm::function_ref<SmallVector<Value>(Value, SmallVector<Value>)> body);
  SmallVector<Value> multiplyAdd(Position position, ArrayRef<Value> rowStarts,
                                 ArrayRef<Value> panelStarts, ArrayRef<Strip> all,
                                 SmallVector<Value> accumulators);
  SmallVector<Value> multiplyAddTerms(Position position, int64_t count, ArrayRef<Value> rowStarts,
                                      ArrayRef<Value> panelStarts, ArrayRef<Strip> all,
                                      SmallVector<Value> accumulators);
  bool takesTerms();
  int64_t termsOf(ArrayRef<Strip> all);
  Value addTerms(Value sums, int64_t lanes);
  std::pair<Value, Value> widenPairs(Value panel, Value at, int64_t lanes);
  void prefetch(Value panel, Value at);
  void prefetchStep(Value panel, Value at);
  void prefetchResults(const Panel &panel, const Rows &rows);
  void prefetchLines(Value memory, Value at, int64_t columns, bool isWrite, int64_t locality);
  Share shareOfNextPanel(const Panel &panel, Value done, Value step);
  Value sumSize(const MergedLoop &loop);

  // The results of one group (EmitProductResults.cpp).
  void finish(ArrayRef<Panel> panels, const Rows &rows, ArrayRef<Value> sums);
  void store(Value value, Value base, Value column);
  void storeAcross(SmallVector<Value> values, Value base, Value column);

  /// Rows of a unit, at most; two groups, or a short last block could have no group.
  int64_t blockRows() const {
    return std::max<int64_t>(strategy.getRowBlock(), 2 * strategy.getRows());
  }
  mlir::scf::ForOp loopOver(Value from, Value to, int64_t step) {
    return mlir::scf::ForOp::create(builder, loc, from, to, constant(step));
  }
  Value constant(int64_t value) { return indexConstant(builder, loc, value); }
  /// 32, or 16 for a packed matrix of bf16.
  int64_t matrixElementBits() {
    return mlir::cast<mlir::MemRefType>(op.getInputs()[1].getType()).getElementTypeBitWidth();
  }
  Value zeros(int64_t lanes) {
    return mlir::arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType(lanes)));
  }
  mlir::VectorType vectorType(int64_t size) {
    return mlir::VectorType::get({size}, builder.getF32Type());
  }

  mlir::OpBuilder &builder;
  const Kernel &kernel;
  mlir::linalg::GenericOp op;
  mlir::Location loc;
  const KernelOptions &options;
  ProductStrategyAttr strategy;
  SmallVector<Value> sizes;
  int64_t columnDim = 0;
  int64_t depth = 1; // length of the sum
  int64_t width = 1; // columns of the matrix
  int64_t rowsPerExample = 1;
  int64_t lanes = 1;
  SmallVector<MergedLoop> rowLoops, sumLoopsMerged;
  SmallVector<int64_t> sharedDims;
  FlatAccess rowsAccess, matrix, output;
  bool packed = false;
  /// While a panel is read, parts of the next one are fetched.
  bool fetchesPanels = false;
  /// In each step of the sum, what the matrix has for the step so many later is fetched.
  int64_t stepsAhead = 0;
  /// Before a group's sums, the lines that its results will fill are fetched.
  bool fetchesResults = false;
  /// Results are stored along the rows of a group, which are neighbours there.
  bool across = false;
  /// A row computed twice is the same row: nothing that it reads is overwritten by it.
  bool repeatable = false;
  /// Examples have fewer rows than a group.
  bool fewRows = false;
  int64_t panelStride = 0; // from panel to panel
  // The panels of the current unit: whole ones from `panelFrom` to `panelTo`; the
  // narrow one is there if `hasNarrow` says so (always, where it is null).
  Value panelFrom, panelTo, hasNarrow;
  Value lastStart;   // where a group may start at the latest; null if anywhere
  Share share;       // of the current group
  int64_t terms = 1; // that the current group's last strip takes side by side
  // A sum over the batch goes over some examples for all rows and panels of the unit, then
  // over the next ones: those from `sumFrom` to `sumTo`. 0 if it doesn't.
  int64_t sumBlock = 0;
  Value sumFrom, sumTo, isFirstBlock;
  // Zero lines that groups of rows leave out, if they do; the kernel rows of the current group.
  std::optional<PaddedAxis> paddedLines;
  Value kernelFrom, kernelTo;
  // Zero columns that each row leaves out, if it does; the terms of the group that is written, and
  // the rows that have those of the current loop. None stands for all.
  std::optional<PaddedAxis> paddedColumns;
  SmallVector<KernelColumns> runs;
  SmallVector<int64_t> needed;
  // The epilogue's operands, by argument number; null for the product itself.
  SmallVector<std::optional<FlatAccess>> epilogueInputs;
  std::optional<FlatAccess> init; // what the sum is added to
};

} // namespace weir

#endif // WEIR_LIB_CODEGEN_PRODUCTEMITTER_H
