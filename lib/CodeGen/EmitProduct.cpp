//===- EmitProduct.cpp - a product as blocks of results in registers ------------------===//
//
// Rows are numbered through all their axes, so that a block of rows may cross the
// end of an image line or of an example: each row of a block has its own address.
// A matrix of parameters lies in panels, [panel][k...][column], and is read from front
// to back; a computed one is read where it is, its panels side by side. Axes that
// rows, matrix and result share are further units of work.
//
//   for each shared position, block of rows, block of panels    (units of work)
//     for each panel
//       for each group of rows                         (their addresses)
//         for k: results[rows][columns] += a[row][k] * panel[k][columns]
//         the epilogue, and one store
//
//===----------------------------------------------------------------------===//

#include "FlatAccess.h"
#include "Kernel.h"
#include "VectorBody.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace weir;

namespace {

// Neighbouring loops that one loop can replace.
struct MergedLoop {
  int64_t size = 1; // per example where the batch is part of it
  bool batched = false;
  SmallVector<int64_t> dims; // outermost first
  int64_t innermost() const { return dims.back(); }
};

class ProductEmitter {
public:
  ProductEmitter(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options);
  void emit();

private:
  void findLoops();
  void emitUnit(Value unit, Value rows, Value rowBlocks);
  void enterShared(Value position);
  void emitPanel(Value panel, Value rowBegin, Value rowEnd, int64_t columns);
  void emitRows(Value panel, Value row, int64_t rows, int64_t panels, int64_t columns);
  SmallVector<Value> sum(ArrayRef<Value> rowMemories, Value panel, int64_t panels,
                         int64_t columns);
  SmallVector<Value> sumLoops(size_t level, ArrayRef<Value> rows, Value panel, Value rowOffset,
                              Value panelOffset, SmallVector<Value> accumulators, int64_t panels,
                              int64_t columns);
  /// How many lanes of vector `j` of a panel hold columns.
  int64_t laneCount(int64_t j, int64_t columns) {
    int64_t vectors = llvm::divideCeil(columns, lanes);
    return std::min<int64_t>(lanes, columns - j % vectors * lanes);
  }
  void finish(Value panel, Value row, ArrayRef<Value> sums, int64_t rows, int64_t panels,
              int64_t columns);
  Value rowBase(const FlatAccess &access, ArrayRef<Value> rowDims);
  SmallVector<Value> splitRow(Value row);
  scf::ForOp loopOver(Value from, Value to, int64_t step) {
    return scf::ForOp::create(builder, loc, from, to, indexConstant(builder, loc, step));
  }
  Value constant(int64_t value) { return indexConstant(builder, loc, value); }

  OpBuilder &builder;
  const Kernel &kernel;
  linalg::GenericOp op;
  Location loc;
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
  int64_t panelStride = 0; // from panel to panel
  // The epilogue's operands, by argument number; null for the product itself.
  SmallVector<std::optional<FlatAccess>> epilogueInputs;
  std::optional<FlatAccess> init; // what the sum is added to
};

} // namespace

// The map of an operand of the epilogue, seen from the loops of the product.
static AffineMap throughOutput(AffineMap epilogueMap, AffineMap outputMap) {
  return epilogueMap.compose(outputMap);
}

// The matrix as an access; a packed one's columns are addressed by panel.
static std::optional<SmallVector<int64_t>> matrixFactors(linalg::GenericOp op, bool packed) {
  AffineMap map = op.getIndexingMapsArray()[1];
  if (packed) {
    SmallVector<AffineExpr> exprs(map.getResults());
    exprs.front() = exprs.back() = getAffineConstantExpr(0, op.getContext());
    map = AffineMap::get(map.getNumDims(), 0, exprs, op.getContext());
  }
  return accessFactors(op.getInputs()[1], map, op.getNumLoops());
}

// A packed matrix is addressed by panel: its first axis is a column divided.
static bool isPacked(linalg::GenericOp op) {
  AffineExpr first = op.getIndexingMapsArray()[1].getResults().front();
  return first.getKind() == AffineExprKind::FloorDiv;
}

bool weir::isProduct(const Kernel &kernel) {
  linalg::GenericOp op = kernel.main;
  if (!op->hasAttr("weir.strategy"))
    return false;
  int64_t loops = op.getNumLoops();
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto column = dyn_cast<AffineDimExpr>(outputMap.getResults().back());
  auto factors = matrixFactors(op, isPacked(op));
  if (!column || !factors || (!isPacked(op) && (*factors)[column.getPosition()] != 1))
    return false;
  if (!accessFactors(op.getInputs()[0], op.getIndexingMapsArray()[0], loops) ||
      !accessFactors(op.getOutputs()[0], outputMap, loops))
    return false;
  if (!kernel.epilogue)
    return true;
  linalg::GenericOp epilogue = kernel.epilogue;
  return llvm::all_of(epilogue->getOpOperands(), [&](OpOperand &operand) {
    return !isa<MemRefType>(operand.get().getType()) ||
           accessFactors(operand.get(),
                         throughOutput(epilogue.getMatchingIndexingMap(&operand), outputMap), loops)
               .has_value();
  });
}

ProductEmitter::ProductEmitter(OpBuilder &builder, const Kernel &kernel,
                               const KernelOptions &options)
    : builder(builder), kernel(kernel), op(kernel.main), loc(op.getLoc()), options(options),
      strategy(op->getAttrOfType<ProductStrategyAttr>("weir.strategy")),
      sizes(loopSizes(builder, op)), lanes(strategy.getLanes()) {
  int64_t loops = op.getNumLoops();
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  columnDim = cast<AffineDimExpr>(outputMap.getResults().back()).getPosition();
  auto access = [&](Value memory, AffineMap map) {
    return FlatAccess{flatten(builder, loc, memory), *accessFactors(memory, map, loops)};
  };
  rowsAccess = access(op.getInputs()[0], op.getIndexingMapsArray()[0]);
  packed = isPacked(op);
  matrix = {flatten(builder, loc, op.getInputs()[1]), *matrixFactors(op, packed)};
  if (!kernel.start)
    init = access(op.getOutputs()[0], outputMap);
  if (!kernel.epilogue) {
    output = access(op.getOutputs()[0], outputMap);
  } else {
    linalg::GenericOp epilogue = kernel.epilogue;
    for (OpOperand *operand : epilogue.getDpsInputOperands()) {
      Value memory = operand->get();
      if (memory == op.getOutputs()[0] || !isa<MemRefType>(memory.getType()))
        epilogueInputs.push_back(std::nullopt);
      else
        epilogueInputs.push_back(
            access(memory, throughOutput(epilogue.getMatchingIndexingMap(operand), outputMap)));
    }
    output = access(epilogue.getOutputs()[0], outputMap);
  }
  findLoops();
}

// Merges neighbouring loops whose accesses are evenly spaced across both.
void ProductEmitter::findLoops() {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  width = ranges[columnDim];
  auto merge = [&](ArrayRef<int64_t> dims, ArrayRef<const FlatAccess *> accesses) {
    SmallVector<MergedLoop> merged;
    for (int64_t dim : dims) {
      bool joins = !merged.empty() && !ShapedType::isDynamic(ranges[dim]) &&
                   llvm::all_of(accesses, [&](const FlatAccess *access) {
                     return access->factors[merged.back().innermost()] ==
                            access->factors[dim] * ranges[dim];
                   });
      if (!joins)
        merged.push_back({});
      MergedLoop &loop = merged.back();
      loop.dims.push_back(dim);
      if (ShapedType::isDynamic(ranges[dim]))
        loop.batched = true;
      else
        loop.size *= ranges[dim];
    }
    return merged;
  };
  SmallVector<int64_t> rowDims, sumDims;
  for (int64_t dim = 0, end = op.getNumLoops(); dim < end; ++dim) {
    if (op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction) {
      sumDims.push_back(dim);
      depth *= ShapedType::isDynamic(ranges[dim]) ? 1 : ranges[dim];
    } else if (dim != columnDim) {
      (matrix.factors[dim] != 0 ? sharedDims : rowDims).push_back(dim);
    }
  }
  panelStride = strategy.getColumns() * (packed ? depth : 1);
  SmallVector<const FlatAccess *> rowAccesses = {&rowsAccess, &output};
  if (init)
    rowAccesses.push_back(&*init);
  for (auto &input : epilogueInputs)
    if (input)
      rowAccesses.push_back(&*input);
  rowLoops = merge(rowDims, rowAccesses);
  sumLoopsMerged = merge(sumDims, {&rowsAccess, &matrix});
}

void ProductEmitter::emit() {
  Value rows = constant(1);
  for (const MergedLoop &loop : rowLoops) {
    rowsPerExample *= loop.size;
    for (int64_t dim : loop.dims)
      rows = builder.createOrFold<arith::MulIOp>(loc, rows, sizes[dim]);
  }
  int64_t panels = llvm::divideCeil(width, strategy.getColumns());
  int64_t panelBlocks = llvm::divideCeil(panels, strategy.getPanelBlock());
  // Rounded up; a batch of no examples has no block.
  Value padded = addIndex(builder, loc, rows, constant(strategy.getRowBlock() - 1));
  Value rowBlocks =
      builder.createOrFold<arith::DivUIOp>(loc, padded, constant(strategy.getRowBlock()));
  Value units = mulIndex(builder, loc, rowBlocks, panelBlocks);
  int64_t work = rowsPerExample * depth * width;
  for (int64_t dim : sharedDims) {
    units = builder.createOrFold<arith::MulIOp>(loc, units, sizes[dim]);
    work *= loopSizesPerExample(op)[dim];
  }
  scf::ForOp loop = makeUnitLoop(builder, loc, units, work);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  emitUnit(loop.getInductionVar(), rows, rowBlocks);
}

// Moves every access to a position along the axes that all operands share.
void ProductEmitter::enterShared(Value position) {
  SmallVector<FlatAccess *> accesses = {&rowsAccess, &matrix, &output};
  if (init)
    accesses.push_back(&*init);
  for (auto &input : epilogueInputs)
    if (input)
      accesses.push_back(&*input);
  SmallVector<Value> at(sharedDims.size());
  for (size_t i = sharedDims.size(); i-- > 1;) {
    at[i] = arith::RemUIOp::create(builder, loc, position, sizes[sharedDims[i]]);
    position = arith::DivUIOp::create(builder, loc, position, sizes[sharedDims[i]]);
  }
  at[0] = position;
  for (FlatAccess *access : accesses) {
    Value offset = constant(0);
    for (auto [dim, index] : llvm::zip_equal(sharedDims, at))
      offset = addIndex(builder, loc, offset, mulIndex(builder, loc, index, access->factors[dim]));
    access->memory = startingAt(builder, loc, access->memory, offset);
  }
}

void ProductEmitter::emitUnit(Value unit, Value rows, Value rowBlocks) {
  int64_t columns = strategy.getColumns();
  int64_t panels = llvm::divideCeil(width, columns);
  int64_t panelBlocks = llvm::divideCeil(panels, strategy.getPanelBlock());
  if (!sharedDims.empty()) {
    Value perPosition = mulIndex(builder, loc, rowBlocks, panelBlocks);
    enterShared(arith::DivUIOp::create(builder, loc, unit, perPosition));
    unit = arith::RemUIOp::create(builder, loc, unit, perPosition);
  }
  Value rowBlock = unit, panelBlock = constant(0);
  if (panelBlocks > 1) {
    rowBlock = arith::DivUIOp::create(builder, loc, unit, constant(panelBlocks));
    panelBlock = arith::RemUIOp::create(builder, loc, unit, constant(panelBlocks));
  }
  Value rowBegin = mulIndex(builder, loc, rowBlock, strategy.getRowBlock());
  Value rowEnd = arith::MinUIOp::create(
      builder, loc, addIndex(builder, loc, rowBegin, constant(strategy.getRowBlock())), rows);

  int64_t wholePanels = width / columns, rest = width % columns;
  if (wholePanels > 0) {
    Value from = mulIndex(builder, loc, panelBlock, strategy.getPanelBlock());
    Value to = constant(wholePanels);
    if (panelBlocks > 1)
      to = arith::MinUIOp::create(
          builder, loc, addIndex(builder, loc, from, constant(strategy.getPanelBlock())), to);
    scf::ForOp loop = loopOver(from, to, 1);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    emitPanel(loop.getInductionVar(), rowBegin, rowEnd, columns);
  }
  if (rest == 0)
    return;
  // The last panel is narrower; it belongs to the last block of panels.
  auto emitRest = [&] { emitPanel(constant(wholePanels), rowBegin, rowEnd, rest); };
  if (panelBlocks == 1)
    return emitRest();
  Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, panelBlock,
                                       constant(panelBlocks - 1));
  auto branch = scf::IfOp::create(builder, loc, isLast, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  emitRest();
}

// All rows of the block for one panel: groups as tall as the strategy says, then
// smaller ones.
void ProductEmitter::emitPanel(Value panel, Value rowBegin, Value rowEnd, int64_t columns) {
  // Each height is code of its own. Where an example has many rows, what is left at
  // the end of the batch hardly counts; where it has few, a pair of rows pays.
  SmallVector<int64_t> heights = {strategy.getRows()};
  if (rowsPerExample < strategy.getRows() && strategy.getRows() > 2)
    heights.push_back(2);
  if (heights.back() > 1)
    heights.push_back(1);
  Value begin = rowBegin;
  for (int64_t height : heights) {
    Value count = arith::SubIOp::create(builder, loc, rowEnd, begin);
    Value rest = height == 1 ? constant(0)
                             : builder.createOrFold<arith::RemUIOp>(loc, count, constant(height));
    Value end = builder.createOrFold<arith::SubIOp>(loc, rowEnd, rest);
    scf::ForOp loop = loopOver(begin, end, height);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      emitRows(panel, loop.getInductionVar(), height, 1, columns);
    }
    begin = end;
  }
}

// The position of a row along each merged loop.
SmallVector<Value> ProductEmitter::splitRow(Value row) {
  SmallVector<Value> positions(rowLoops.size());
  for (size_t i = rowLoops.size(); i-- > 1;) {
    Value size = constant(rowLoops[i].size);
    positions[i] = arith::RemUIOp::create(builder, loc, row, size);
    row = arith::DivUIOp::create(builder, loc, row, size);
  }
  if (!positions.empty())
    positions[0] = row;
  return positions;
}

Value ProductEmitter::rowBase(const FlatAccess &access, ArrayRef<Value> positions) {
  Value base = constant(0);
  for (auto [loop, position] : llvm::zip_equal(rowLoops, positions))
    base = addIndex(builder, loc, base,
                    mulIndex(builder, loc, position, access.factors[loop.innermost()]));
  return base;
}

void ProductEmitter::emitRows(Value panel, Value row, int64_t rows, int64_t panels,
                              int64_t columns) {
  // Each row and the panel become buffers of their own, so that inside the loops one
  // index serves all of them.
  SmallVector<Value> bases;
  for (int64_t i = 0; i < rows; ++i)
    bases.push_back(
        startingAt(builder, loc, rowsAccess.memory,
                   rowBase(rowsAccess, splitRow(addIndex(builder, loc, row, constant(i))))));
  Value panelBase = startingAt(builder, loc, matrix.memory, mulIndex(builder, loc, panel, panelStride));
  SmallVector<Value> sums = sum(bases, panelBase, panels, columns);
  finish(panel, row, sums, rows, panels, columns);
}

SmallVector<Value> ProductEmitter::sum(ArrayRef<Value> rowMemories, Value panel, int64_t panels,
                                       int64_t columns) {
  int64_t vectors = llvm::divideCeil(columns, lanes);
  auto type = VectorType::get({lanes}, builder.getF32Type());
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  SmallVector<Value> accumulators(rowMemories.size() * panels * vectors, zero);
  return sumLoops(0, rowMemories, panel, constant(0), constant(0), accumulators, panels, columns);
}

SmallVector<Value> ProductEmitter::sumLoops(size_t level, ArrayRef<Value> rows, Value panel,
                                            Value rowOffset, Value panelOffset,
                                            SmallVector<Value> accumulators, int64_t panels,
                                            int64_t columns) {
  if (level < sumLoopsMerged.size()) {
    const MergedLoop &merged = sumLoopsMerged[level];
    Value size = merged.batched ? constant(1) : constant(merged.size);
    if (merged.batched)
      for (int64_t dim : merged.dims)
        size = builder.createOrFold<arith::MulIOp>(loc, size, sizes[dim]);
    auto loop = scf::ForOp::create(builder, loc, constant(0), size, constant(1), accumulators);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar();
    Value offset = addIndex(builder, loc, rowOffset,
                            mulIndex(builder, loc, position,
                                     rowsAccess.factors[merged.innermost()]));
    Value next = addIndex(builder, loc, panelOffset,
                          mulIndex(builder, loc, position, matrix.factors[merged.innermost()]));
    SmallVector<Value> inner =
        sumLoops(level + 1, rows, panel, offset, next,
                 SmallVector<Value>(loop.getRegionIterArgs()), panels, columns);
    scf::YieldOp::create(builder, loc, inner);
    return SmallVector<Value>(loop.getResults());
  }

  auto type = VectorType::get({lanes}, builder.getF32Type());
  int64_t vectors = llvm::divideCeil(columns, lanes);
  SmallVector<Value> columnVectors;
  for (int64_t j = 0; j < panels * vectors; ++j) {
    int64_t shift = (j / vectors) * panelStride + (j % vectors) * lanes;
    Value at = addIndex(builder, loc, panelOffset, constant(shift));
    int64_t count = laneCount(j, columns);
    if (packed || count == lanes) {
      columnVectors.push_back(vector::LoadOp::create(builder, loc, type, panel, at));
      continue;
    }
    // Past the last column of a matrix that isn't padded lies what isn't ours.
    auto narrow = VectorType::get({count}, builder.getF32Type());
    Value part = vector::LoadOp::create(builder, loc, narrow, panel, at);
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    columnVectors.push_back(vector::InsertStridedSliceOp::create(
        builder, loc, part, zero, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1}));
  }
  for (auto [i, rowMemory] : llvm::enumerate(rows)) {
    Value element = memref::LoadOp::create(builder, loc, rowMemory, rowOffset);
    Value all = vector::BroadcastOp::create(builder, loc, type, element);
    for (auto [j, column] : llvm::enumerate(columnVectors)) {
      Value &accumulator = accumulators[i * columnVectors.size() + j];
      if (options.fusedMultiplyAdd)
        accumulator = vector::FMAOp::create(builder, loc, all, column, accumulator);
      else
        accumulator = arith::AddFOp::create(builder, loc, accumulator,
                                            arith::MulFOp::create(builder, loc, all, column));
    }
  }
  return accumulators;
}

// Adds what the sum starts from, applies the epilogue and stores, one vector after
// the other; the last vector of a narrow panel has fewer lanes.
void ProductEmitter::finish(Value panel, Value row, ArrayRef<Value> sums, int64_t rows,
                            int64_t panels, int64_t columns) {
  int64_t vectors = llvm::divideCeil(columns, lanes);
  SmallVector<SmallVector<Value>> positions;
  for (int64_t i = 0; i < rows; ++i)
    positions.push_back(splitRow(addIndex(builder, loc, row, constant(i))));

  for (int64_t j = 0; j < panels * vectors; ++j) {
    int64_t first = (j / vectors) * strategy.getColumns() + (j % vectors) * lanes;
    int64_t count = laneCount(j, columns);
    Value column = addIndex(builder, loc, mulIndex(builder, loc, panel, strategy.getColumns()),
                            constant(first));
    auto type = VectorType::get({count}, builder.getF32Type());
    // Where the lanes run along the operand it is read as a vector, else one element
    // is shared by all.
    auto read = [&](const FlatAccess &access, ArrayRef<Value> position) -> Lanes {
      int64_t factor = access.factors[columnDim];
      Value at = addIndex(builder, loc, rowBase(access, position),
                          mulIndex(builder, loc, column, factor));
      if (factor == 1 && count > 1)
        return {vector::LoadOp::create(builder, loc, type, access.memory, at)};
      if (factor == 0 || count == 1)
        return {memref::LoadOp::create(builder, loc, access.memory, at)};
      SmallVector<Value> elements;
      for (int64_t lane = 0; lane < count; ++lane)
        elements.push_back(memref::LoadOp::create(
            builder, loc, access.memory, addIndex(builder, loc, at, constant(lane * factor))));
      return {vector::FromElementsOp::create(builder, loc, type, elements)};
    };
    auto isSameForAllRows = [&](const FlatAccess &access) {
      return llvm::all_of(rowLoops, [&](const MergedLoop &loop) {
        return access.factors[loop.innermost()] == 0;
      });
    };
    SmallVector<Lanes> shared(epilogueInputs.size());
    for (int64_t i = 0; i < rows; ++i) {
      Value value = sums[i * panels * vectors + j];
      if (count == 1)
        value = vector::ExtractOp::create(builder, loc, value, 0);
      else if (count < lanes)
        value = vector::ExtractStridedSliceOp::create(builder, loc, value, ArrayRef<int64_t>{0},
                                                      ArrayRef<int64_t>{count},
                                                      ArrayRef<int64_t>{1});
      VectorBody body(builder, loc, count, options.fusedMultiplyAdd);
      if (init)
        value = arith::AddFOp::create(builder, loc, body.spread(read(*init, positions[i])), value);
      Lanes result{value};
      if (linalg::GenericOp epilogue = kernel.epilogue) {
        for (auto [n, operand] : llvm::enumerate(epilogue.getDpsInputOperands())) {
          BlockArgument argument = epilogue.getMatchingBlockArgument(operand);
          if (operand->get() == op.getOutputs()[0]) {
            body.bind(argument, {value});
          } else if (!epilogueInputs[n]) {
            body.bind(argument, {operand->get()});
          } else if (isSameForAllRows(*epilogueInputs[n])) {
            if (!shared[n].value)
              shared[n] = read(*epilogueInputs[n], positions[i]);
            body.bind(argument, shared[n]);
          } else {
            body.bind(argument, read(*epilogueInputs[n], positions[i]));
          }
        }
        result = body.emit(*epilogue.getBody(), {}, -1);
      }
      Value stored = body.spread(result);
      int64_t factor = output.factors[columnDim];
      Value at = addIndex(builder, loc, rowBase(output, positions[i]),
                          mulIndex(builder, loc, column, factor));
      if (count == 1) {
        memref::StoreOp::create(builder, loc, stored, output.memory, at);
      } else if (factor == 1) {
        vector::StoreOp::create(builder, loc, stored, output.memory, at);
      } else {
        for (int64_t lane = 0; lane < count; ++lane)
          memref::StoreOp::create(builder, loc,
                                  vector::ExtractOp::create(builder, loc, stored, lane),
                                  output.memory,
                                  addIndex(builder, loc, at, constant(lane * factor)));
      }
    }
  }
}

void weir::emitProduct(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options) {
  ProductEmitter(builder, kernel, options).emit();
}
