//===- EmitProductSums.cpp - the sums of one group of rows ------------------------------===//
//
//   for each outer loop of the sum
//     for k: sums[row][strip] += a[row][k] * panel[k][strip]    in registers
//   add what the sum starts from, apply the epilogue, store
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace weir;

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

// The vectors that hold one row of the panels' results.
SmallVector<ProductEmitter::Strip> ProductEmitter::strips(ArrayRef<Panel> panels) {
  SmallVector<Strip> result;
  for (auto [i, panel] : llvm::enumerate(panels))
    for (int64_t first = 0; first < panel.columns; first += lanes)
      result.push_back({i, first, std::min(lanes, panel.columns - first)});
  return result;
}

// Each row and each panel becomes a buffer of its own, so that inside the loops one
// index serves all of them.
SmallVector<Value> ProductEmitter::rowMemories(ArrayRef<Value> rows) {
  SmallVector<Value> memories;
  for (Value row : rows)
    memories.push_back(
        startingAt(builder, loc, rowsAccess.memory, rowBase(rowsAccess, splitRow(row))));
  return memories;
}

SmallVector<Value> ProductEmitter::panelMemories(ArrayRef<Panel> panels) {
  SmallVector<Value> memories;
  for (const Panel &panel : panels)
    memories.push_back(
        startingAt(builder, loc, matrix.memory, mulIndex(builder, loc, panel.number, panelStride)));
  return memories;
}

void ProductEmitter::emitGroup(ArrayRef<Panel> panels, ArrayRef<Value> rows) {
  SmallVector<Value> rowStarts = rowMemories(rows), panelStarts = panelMemories(panels);
  SmallVector<Strip> all = strips(panels);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType()));
  SmallVector<Value> sums(rows.size() * all.size(), zero);
  sums = sumLoops(
      0, {constant(0), constant(0)}, sums, [&](Position position, SmallVector<Value> accumulators) {
        return multiplyAdd(position, rowStarts, panelStarts, all, std::move(accumulators));
      });
  finish(panels, rows, sums);
}

Value ProductEmitter::sumSize(const MergedLoop &loop) {
  Value size = constant(loop.batched ? 1 : loop.size);
  if (loop.batched)
    for (int64_t dim : loop.dims)
      size = builder.createOrFold<arith::MulIOp>(loc, size, sizes[dim]);
  return size;
}

// Writes the loops of the sum from `level` on around the body.
SmallVector<Value> ProductEmitter::sumLoops(size_t level, Position position,
                                            SmallVector<Value> accumulators, SumBody body) {
  if (level == sumLoopsMerged.size())
    return body(position, std::move(accumulators));
  const MergedLoop &merged = sumLoopsMerged[level];
  Value from = constant(0), to = sumSize(merged);
  if (level == 0 && sumBlock) {
    from = mulIndex(builder, loc, sumFrom, merged.size);
    to = mulIndex(builder, loc, sumTo, merged.size);
  }
  auto loop = scf::ForOp::create(builder, loc, from, to, constant(1), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> inner = sumLoops(level + 1, advance(position, loop.getInductionVar(), merged),
                                      SmallVector<Value>(loop.getRegionIterArgs()), body);
  scf::YieldOp::create(builder, loc, inner);
  return SmallVector<Value>(loop.getResults());
}

ProductEmitter::Position ProductEmitter::advance(Position position, Value index,
                                                 const MergedLoop &loop) {
  auto by = [&](Value from, const FlatAccess &access) {
    return addIndex(builder, loc, from,
                    mulIndex(builder, loc, index, access.factors[loop.innermost()]));
  };
  return {by(position.row, rowsAccess), by(position.panel, matrix)};
}

// Asks for the panel's lines that are read some iterations later. The processor's own
// prefetching keeps up with a panel that comes from the second-level cache, but not with
// one that comes from further away. Groups of few rows, over several panels side by side,
// wait for memory whatever is done. A row that fills half a line asks for the line as well.
void ProductEmitter::prefetch(Value panel, Value at) {
  int64_t size = matrixElementBits() / 8;
  int64_t line = 64 / size, ahead = 2048 / size;
  for (int64_t first = 0; first + line / 2 <= strategy.getColumns(); first += line)
    memref::PrefetchOp::create(builder, loc, panel,
                               addIndex(builder, loc, at, constant(ahead + first)),
                               /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
}

// Both vectors of a panel's row at once, from pairs of bf16: one of each vector. bf16 is the
// upper half of an f32, so a pair shifted left is the first one's and, with the lower half
// cleared, the second one's.
std::pair<Value, Value> ProductEmitter::widenPairs(Value panel, Value at) {
  auto bits = VectorType::get({lanes}, builder.getI32Type());
  auto constant = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(
        builder, loc, DenseElementsAttr::get(bits, APInt(32, value, /*isSigned=*/true)));
  };
  auto halves = VectorType::get({2 * lanes}, builder.getBF16Type());
  Value pairs = vector::BitCastOp::create(builder, loc, bits,
                                          vector::LoadOp::create(builder, loc, halves, panel, at));
  Value first = arith::ShLIOp::create(builder, loc, pairs, constant(16));
  Value second = arith::AndIOp::create(builder, loc, pairs, constant(-0x10000));
  return {arith::BitcastOp::create(builder, loc, vectorType(), first),
          arith::BitcastOp::create(builder, loc, vectorType(), second)};
}

SmallVector<Value> ProductEmitter::multiplyAdd(Position position, ArrayRef<Value> rowStarts,
                                               ArrayRef<Value> panelStarts, ArrayRef<Strip> all,
                                               SmallVector<Value> accumulators) {
  SmallVector<Value> columnVectors;
  bool tall = 2 * static_cast<int64_t>(rowStarts.size()) >= strategy.getRows();
  if (packed && tall && panelStarts.size() == 1)
    prefetch(panelStarts[0], position.panel);
  Value second; // of the pairs that were read last
  for (const Strip &strip : all) {
    Value panel = panelStarts[strip.panel];
    if (matrixElementBits() == 16) {
      Value first = second;
      if (strip.first == 0)
        std::tie(first, second) = widenPairs(panel, position.panel);
      columnVectors.push_back(first);
      continue;
    }
    Value at = addIndex(builder, loc, position.panel, constant(strip.first));
    if (packed || strip.count == lanes) {
      columnVectors.push_back(vector::LoadOp::create(builder, loc, vectorType(), panel, at));
      continue;
    }
    // Past the last column of a matrix that isn't padded lies what isn't ours.
    auto narrow = VectorType::get({strip.count}, builder.getF32Type());
    Value part = vector::LoadOp::create(builder, loc, narrow, panel, at);
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType()));
    columnVectors.push_back(vector::InsertStridedSliceOp::create(
        builder, loc, part, zero, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1}));
  }
  for (auto [i, row] : llvm::enumerate(rowStarts)) {
    Value element = memref::LoadOp::create(builder, loc, row, position.row);
    Value spread = vector::BroadcastOp::create(builder, loc, vectorType(), element);
    for (auto [j, column] : llvm::enumerate(columnVectors)) {
      Value &accumulator = accumulators[i * columnVectors.size() + j];
      if (options.fusedMultiplyAdd)
        accumulator = vector::FMAOp::create(builder, loc, spread, column, accumulator);
      else
        accumulator = arith::AddFOp::create(builder, loc, accumulator,
                                            arith::MulFOp::create(builder, loc, spread, column));
    }
  }
  return accumulators;
}

// Adds what the sum starts from, applies the epilogue and stores, one vector after
// the other; the last vector of a narrow panel has fewer lanes.
void ProductEmitter::finish(ArrayRef<Panel> panels, ArrayRef<Value> rows, ArrayRef<Value> sums) {
  SmallVector<SmallVector<Value>> positions;
  for (Value row : rows)
    positions.push_back(splitRow(row));

  SmallVector<Strip> all = strips(panels);
  for (auto [j, strip] : llvm::enumerate(all)) {
    int64_t count = strip.count;
    Value column = addIndex(
        builder, loc, mulIndex(builder, loc, panels[strip.panel].number, strategy.getColumns()),
        constant(strip.first));
    auto type = VectorType::get({count}, builder.getF32Type());
    // Where the lanes run along the operand it is read as a vector, else one element
    // is shared by all.
    auto read = [&](const FlatAccess &access, ArrayRef<Value> position) -> Lanes {
      int64_t factor = access.factors[columnDim];
      Value at =
          addIndex(builder, loc, rowBase(access, position), mulIndex(builder, loc, column, factor));
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
      return llvm::all_of(
          rowLoops, [&](const MergedLoop &loop) { return access.factors[loop.innermost()] == 0; });
    };
    SmallVector<Lanes> shared(epilogueInputs.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      Value value = sums[i * all.size() + j];
      if (count == 1)
        value = vector::ExtractOp::create(builder, loc, value, 0);
      else if (count < lanes)
        value =
            vector::ExtractStridedSliceOp::create(builder, loc, value, ArrayRef<int64_t>{0},
                                                  ArrayRef<int64_t>{count}, ArrayRef<int64_t>{1});
      VectorBody body(builder, loc, count, options.fusedMultiplyAdd);
      if (init) {
        Value start = body.spread(read(*init, positions[i]));
        // The first block of examples begins the sum.
        if (sumBlock && kernel.start)
          start = arith::SelectOp::create(builder, loc, isFirstBlock, body.spread({kernel.start}),
                                          start);
        value = arith::AddFOp::create(builder, loc, start, value);
      }
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
          memref::StoreOp::create(
              builder, loc, vector::ExtractOp::create(builder, loc, stored, lane), output.memory,
              addIndex(builder, loc, at, constant(lane * factor)));
      }
    }
  }
}
