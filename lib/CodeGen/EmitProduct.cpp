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
//     for the rows that fill no group
//       for each few panels: the same, with sums of fewer rows and more panels
//
//===----------------------------------------------------------------------===//

#include "ProductAccess.h"
#include "ProductEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace weir;

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
  fetchesPanels = packed && op->hasAttr("weir.fetch_panels");
  if (auto steps = op->getAttrOfType<IntegerAttr>("weir.fetch_steps"); steps && !packed)
    stepsAhead = steps.getInt();
  matrix = {flatten(builder, loc, op.getInputs()[1]), *matrixFactors(op, packed)};
  if (!kernel.start)
    init = access(op.getOutputs()[0], outputMap);
  linalg::GenericOp epilogue = kernel.epilogue;
  if (!epilogue) {
    output = access(op.getOutputs()[0], outputMap);
  } else {
    for (OpOperand *operand : epilogue.getDpsInputOperands()) {
      Value memory = operand->get();
      if (memory == op.getOutputs()[0] || !isa<MemRefType>(memory.getType()))
        epilogueInputs.push_back(std::nullopt);
      else
        epilogueInputs.push_back(access(memory, throughOutput(kernel, operand)));
    }
    output = access(epilogue.getOutputs()[0], throughOutput(kernel, epilogue.getDpsInitOperand(0)));
  }
  across = writesAcross(kernel);
  fetchesResults = !across && output.factors[columnDim] == 1 && op->hasAttr("weir.fetch_results");
  Value written = rootOf((epilogue ? epilogue : op).getOutputs()[0]);
  repeatable = !init;
  for (linalg::GenericOp reader : {op, epilogue})
    if (reader)
      for (Value input : reader.getInputs())
        repeatable &= !isa<MemRefType>(input.getType()) || rootOf(input) != written;
  findLoops();
  if (!epilogue && !sumLoopsMerged.empty() && sumLoopsMerged.front().batched) {
    // As many examples as stay in the second-level cache while all results are added to.
    constexpr int64_t bytes = 128 * 1024;
    int64_t batch = sumLoopsMerged.front().dims.front();
    int64_t perExample = 4 * (rowsAccess.factors[batch] + matrix.factors[batch]);
    sumBlock = std::max<int64_t>(bytes / std::max<int64_t>(perExample, 1), 1);
    init = access(op.getOutputs()[0], outputMap);
    repeatable = false;
  }
  if (op->hasAttr("weir.skip_zero_lines"))
    paddedLines = findPaddedLines(op);
  // Loops of their own are needed, over lines and over the kernel's rows, and another one in it.
  auto isAlone = [](const MergedLoop &loop, int64_t dim) {
    return loop.dims == SmallVector<int64_t>{dim} && !loop.batched;
  };
  if (paddedLines &&
      (sumLoopsMerged.size() < 2 || !isAlone(sumLoopsMerged.front(), paddedLines->kernelDim) ||
       llvm::none_of(rowLoops, [&](const MergedLoop &loop) {
         return isAlone(loop, paddedLines->resultDim);
       })))
    paddedLines.reset();
  // The results of a line are a loop of their own, of whole groups.
  if (op->hasAttr("weir.skip_zero_columns"))
    paddedColumns = findPaddedColumns(op);
  if (paddedColumns && (rowLoops.empty() || !isAlone(rowLoops.back(), paddedColumns->resultDim) ||
                        rowLoops.back().size % strategy.getRows() != 0 ||
                        llvm::none_of(sumLoopsMerged, [&](const MergedLoop &loop) {
                          return loop.dims.front() == paddedColumns->kernelDim;
                        })))
    paddedColumns.reset();
  for (const MergedLoop &loop : rowLoops)
    rowsPerExample *= loop.size;
  fewRows = rowsPerExample < strategy.getRows();
}

// Merges neighbouring loops whose accesses are evenly spaced across both.
void ProductEmitter::findLoops() {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  width = ranges[columnDim];
  auto merge = [&](ArrayRef<int64_t> dims, ArrayRef<const FlatAccess *> accesses) {
    SmallVector<MergedLoop> merged;
    for (int64_t dim : dims) {
      bool joins =
          !merged.empty() && !ShapedType::isDynamic(ranges[dim]) &&
          llvm::all_of(accesses, [&](const FlatAccess *access) {
            return access->factors[merged.back().innermost()] == access->factors[dim] * ranges[dim];
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
  panelStride = strategy.getColumns();
  if (packed) {
    auto panels = cast<MemRefType>(op.getInputs()[1].getType());
    panelStride = panels.getNumElements() / panels.getDimSize(0);
  }
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
  for (const MergedLoop &loop : rowLoops)
    for (int64_t dim : loop.dims)
      rows = builder.createOrFold<arith::MulIOp>(loc, rows, sizes[dim]);
  int64_t panels = llvm::divideCeil(width, strategy.getColumns());
  int64_t panelBlocks = llvm::divideCeil(panels, strategy.getPanelBlock());
  // Rounded up; a batch of no examples has no block.
  Value rowsAndRest = addIndex(builder, loc, rows, constant(blockRows() - 1));
  Value rowBlocks = builder.createOrFold<arith::DivUIOp>(loc, rowsAndRest, constant(blockRows()));
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
  int64_t columns = strategy.getColumns(), height = strategy.getRows();
  int64_t panels = llvm::divideCeil(width, columns), wholePanels = width / columns;
  int64_t panelBlocks = llvm::divideCeil(panels, strategy.getPanelBlock());
  if (!sharedDims.empty()) {
    Value perPosition = mulIndex(builder, loc, rowBlocks, panelBlocks);
    enterShared(arith::DivUIOp::create(builder, loc, unit, perPosition));
    unit = arith::RemUIOp::create(builder, loc, unit, perPosition);
  }
  Value rowBlock = unit;
  panelFrom = constant(0);
  panelTo = constant(wholePanels);
  if (panelBlocks > 1) {
    rowBlock = arith::DivUIOp::create(builder, loc, unit, constant(panelBlocks));
    Value panelBlock = arith::RemUIOp::create(builder, loc, unit, constant(panelBlocks));
    panelFrom = mulIndex(builder, loc, panelBlock, strategy.getPanelBlock());
    if (width % (columns * strategy.getPanelBlock()) == 0)
      panelTo = addIndex(builder, loc, panelFrom, constant(strategy.getPanelBlock()));
    else
      panelTo = arith::MinUIOp::create(
          builder, loc, addIndex(builder, loc, panelFrom, constant(strategy.getPanelBlock())),
          panelTo);
    hasNarrow = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, panelBlock,
                                      constant(panelBlocks - 1));
  }
  // Blocks of whole groups, as even as they can be: each but the only one has two.
  Value groups = builder.createOrFold<arith::DivUIOp>(
      loc, addIndex(builder, loc, rows, constant(height - 1)), constant(height));
  auto firstRow = [&](Value block) {
    Value scaled = builder.createOrFold<arith::MulIOp>(loc, block, groups);
    Value group = builder.createOrFold<arith::DivUIOp>(loc, scaled, rowBlocks);
    return mulIndex(builder, loc, group, height);
  };
  Value rowBegin = firstRow(rowBlock);
  Value rowEnd = arith::MinUIOp::create(
      builder, loc, firstRow(addIndex(builder, loc, rowBlock, constant(1))), rows);
  sumBlock ? emitSumBlocks(rowBegin, rowEnd) : emitRows(rowBegin, rowEnd);
}

void ProductEmitter::emitSumBlocks(Value rowBegin, Value rowEnd) {
  Value batch = sizes[sumLoopsMerged.front().dims.front()];
  scf::ForOp loop = loopOver(constant(0), batch, sumBlock);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  sumFrom = loop.getInductionVar();
  sumTo = arith::MinUIOp::create(builder, loc, addIndex(builder, loc, sumFrom, constant(sumBlock)),
                                 batch);
  isFirstBlock =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, sumFrom, constant(0));
  emitRows(rowBegin, rowEnd);
}

// Writes the body for each panel of the unit.
void ProductEmitter::forEachPanel(llvm::function_ref<void(Panel)> body) {
  int64_t columns = strategy.getColumns();
  int64_t wholePanels = width / columns, rest = width % columns;
  if (wholePanels > 0) {
    scf::ForOp loop = loopOver(panelFrom, panelTo, 1);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    body({loop.getInductionVar(), columns});
  }
  if (rest != 0)
    ifNarrow([&] { body({constant(wholePanels), rest}); });
}

// The last panel is narrower; it belongs to the last block of panels.
void ProductEmitter::ifNarrow(llvm::function_ref<void()> body) {
  if (!hasNarrow)
    return body();
  auto branch = scf::IfOp::create(builder, loc, hasNarrow, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

// Groups as tall as the strategy says, panel by panel, then the rows that fill none.
//
// Where an example has rows for a group, the last group takes what it lacks from the
// rows before it: the same sums are computed and stored again, and no code is needed
// for less. Where it has fewer, rests are what matters (a batch of one, two or four), and
// they are computed in groups of 1, 2, 4, ... rows over several panels at once.
void ProductEmitter::emitRows(Value rowBegin, Value rowEnd) {
  int64_t height = strategy.getRows();
  Value count = arith::SubIOp::create(builder, loc, rowEnd, rowBegin);
  Value rest = builder.createOrFold<arith::RemUIOp>(loc, count, constant(height));
  Value groupsEnd = builder.createOrFold<arith::SubIOp>(loc, rowEnd, rest);
  int64_t tallest = llvm::bit_floor<uint64_t>(std::max<int64_t>(height - 1, 1));
  auto atLeast = [&](Value value, int64_t least) -> Value {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::uge, value, constant(least));
  };
  Value lastRow; // rows past it stand for it
  if (!fewRows && repeatable) {
    groupsEnd = rowEnd;
    lastStart = arith::SubIOp::create(builder, loc, rowEnd, constant(height));
  } else if (fewRows && repeatable) {
    lastRow = arith::SubIOp::create(builder, loc, rowEnd, constant(1));
    if (tallest + 1 < height) // else a rest never needs a whole group
      groupsEnd =
          arith::SelectOp::create(builder, loc, atLeast(rest, tallest + 1), rowEnd, groupsEnd);
  }
  auto rowsUpTo = [&](Value row) -> Value {
    return arith::SubIOp::create(builder, loc, row, rowBegin);
  };
  Value step; // the columns that a group fetches of the next panel
  if (fetchesPanels) {
    int64_t columns = strategy.getColumns();
    Value groups = arith::DivUIOp::create(
        builder, loc, addIndex(builder, loc, rowsUpTo(groupsEnd), constant(height - 1)),
        constant(height));
    Value some = arith::MaxUIOp::create(builder, loc, groups, constant(1));
    step = arith::DivUIOp::create(builder, loc, addIndex(builder, loc, some, constant(columns - 1)),
                                  some);
  }
  forEachPanel([&](Panel panel) {
    scf::ForOp loop = loopOver(rowBegin, groupsEnd, height);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    if (fetchesPanels)
      share = shareOfNextPanel(panel, rowsUpTo(loop.getInductionVar()), step);
    emitGroup(panel, rowsFrom(loop.getInductionVar(), height, lastRow));
  });
  share = {};
  lastStart = nullptr;
  if (height == 1 || (!fewRows && repeatable))
    return;
  if (!fewRows) {
    // Where the batch is none of the rows' axes, it is known how many the rest has.
    bool known = llvm::none_of(rowLoops, [](const MergedLoop &loop) { return loop.batched; });
    int64_t left = rowsPerExample % height;
    if (left > 0 && !known)
      left = 1;
    if (left > 0)
      emitFewRows(groupsEnd, rowEnd, left, nullptr);
    return;
  }

  Value begin = groupsEnd;
  for (int64_t few = tallest; few >= 1; few /= 2) {
    Value end;
    if (repeatable) {
      // This height, if the rest is more than half of it.
      Value left = arith::SubIOp::create(builder, loc, rowEnd, begin);
      end = arith::SelectOp::create(builder, loc, atLeast(left, few / 2 + 1), rowEnd, begin);
    } else {
      Value left = arith::SubIOp::create(builder, loc, rowEnd, begin);
      Value part =
          few == 1
              ? left
              : Value(arith::SubIOp::create(
                    builder, loc, left, arith::RemUIOp::create(builder, loc, left, constant(few))));
      end = addIndex(builder, loc, begin, part);
    }
    emitFewRows(begin, end, few, repeatable ? lastRow : Value());
    begin = end;
  }
}

ProductEmitter::Rows ProductEmitter::rowsFrom(Value row, int64_t height, Value lastRow) {
  if (lastStart)
    row = arith::MinUIOp::create(builder, loc, row, lastStart);
  return {row, height, lastRow};
}

// Groups of few rows: sums for as many panels side by side as fill the registers.
void ProductEmitter::emitFewRows(Value begin, Value end, int64_t height, Value lastRow) {
  scf::ForOp loop = loopOver(begin, end, height);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Rows rows = rowsFrom(loop.getInductionVar(), height, lastRow);

  int64_t columns = strategy.getColumns();
  int64_t wholePanels = width / columns, rest = width % columns;
  int64_t panels = wholePanels + (rest > 0), most = strategy.getRows() / height;
  SmallVector<Panel> side;
  if (hasNarrow) {
    // Blocks of panels: the number that divides them.
    int64_t together = most;
    while (strategy.getPanelBlock() % together != 0)
      --together;
    bool divides = wholePanels % together == 0;
    if (!divides && !repeatable)
      together = 1;
    if (wholePanels > 0) {
      scf::ForOp panelLoop = loopOver(panelFrom, panelTo, together);
      OpBuilder::InsertionGuard inner(builder);
      builder.setInsertionPointToStart(panelLoop.getBody());
      Value last =
          divides ? Value() : Value(arith::SubIOp::create(builder, loc, panelTo, constant(1)));
      for (int64_t i = 0; i < together; ++i) {
        Value panel = addIndex(builder, loc, panelLoop.getInductionVar(), constant(i));
        if (last && i > 0)
          panel = arith::MinUIOp::create(builder, loc, panel, last);
        side.push_back({panel, columns});
      }
      emitGroup(side, rows);
    }
    if (rest != 0)
      ifNarrow([&] { emitGroup(Panel{constant(wholePanels), rest}, rows); });
    return;
  }
  // A single row needs no register for the panel, so one vector more fits.
  int64_t vectors = columns / lanes;
  int64_t all = wholePanels * vectors + llvm::divideCeil(rest, lanes);
  int64_t together = panels;
  if (all * height > strategy.getRows() * vectors + (height == 1))
    together = llvm::divideCeil(panels, llvm::divideCeil(panels, most));
  int64_t looped = wholePanels / together;
  if (looped > 1) {
    scf::ForOp panelLoop = loopOver(constant(0), constant(looped * together), together);
    OpBuilder::InsertionGuard inner(builder);
    builder.setInsertionPointToStart(panelLoop.getBody());
    for (int64_t i = 0; i < together; ++i)
      side.push_back({addIndex(builder, loc, panelLoop.getInductionVar(), constant(i)), columns});
    emitGroup(side, rows);
  }
  for (int64_t first = looped > 1 ? looped * together : 0; first < panels; first += together) {
    side.clear();
    for (int64_t i = first; i < std::min(first + together, panels); ++i)
      side.push_back({constant(i), i < wholePanels ? columns : rest});
    emitGroup(side, rows);
  }
}

void weir::emitProduct(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options) {
  ProductEmitter(builder, kernel, options).emit();
}
