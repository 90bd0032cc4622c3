//===- EmitProductSums.cpp - the sums of one group of rows ------------------------------===//
//
//   for each outer loop of the sum
//     for k: sums[row][strip] += a[row][k] * panel[k][strip]    in registers
//     a narrow strip: sums[row][t][strip] += a[row][k + t] * panel[k + t][strip]
//   EmitProductResults.cpp stores what comes of them
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

#include "weir/CodeGen/CostModel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace weir;

// The vectors that hold one row of the panels' results.
SmallVector<ProductEmitter::Strip> ProductEmitter::strips(ArrayRef<Panel> panels) {
  SmallVector<Strip> result;
  for (auto [i, panel] : llvm::enumerate(panels))
    for (int64_t first = 0; first < panel.columns; first += lanes) {
      // Of bf16 both vectors of a panel are read at once, and are alike, but for a strip whose
      // terms are taken side by side.
      int64_t left = panel.columns - first;
      bool alike = matrixElementBits() == 16 && !takesTerms();
      result.push_back({i, first, std::min(lanes, left), alike ? lanes : lanesFor(left, lanes)});
    }
  return result;
}

// Each row and each panel becomes a buffer of its own, so that inside the loops one
// index serves all of them.
SmallVector<Value> ProductEmitter::rowMemories(const Rows &rows) {
  SmallVector<Value> memories;
  for (Value base : rowBases(rowsAccess, rows))
    memories.push_back(startingAt(builder, loc, rowsAccess.memory, base));
  return memories;
}

SmallVector<Value> ProductEmitter::panelMemories(ArrayRef<Panel> panels) {
  SmallVector<Value> memories;
  for (const Panel &panel : panels)
    memories.push_back(
        startingAt(builder, loc, matrix.memory, mulIndex(builder, loc, panel.number, panelStride)));
  return memories;
}

// Whether a row's neighbouring elements are neighbouring terms of a sum, so that a narrow strip can
// fill a vector with several: each with its own copy of the columns.
bool ProductEmitter::takesTerms() {
  assert(!sumLoopsMerged.empty() && "a product sums something");
  const MergedLoop &inner = sumLoopsMerged.back();
  return packed && strategy.getSums() == 1 && !inner.batched && inner.size > 1 &&
         rowsAccess.factors[inner.innermost()] == 1;
}

// How many the group's last strip takes, if it is the narrow one at the end of all columns: for all
// groups alike, so that a row has the same bits whichever rows and panels it is computed with.
int64_t ProductEmitter::termsOf(ArrayRef<Strip> all) {
  bool narrow = all.back().lanes < lanes || width <= lanes;
  if (!narrow || !takesTerms())
    return 1;
  int64_t copies = std::max(options.lanes, lanes) / all.back().lanes;
  return llvm::bit_floor<uint64_t>(std::min(copies, sumLoopsMerged.back().size));
}

void ProductEmitter::emitGroup(ArrayRef<Panel> panels, const Rows &rows) {
  SmallVector<Value> rowStarts = rowMemories(rows), panelStarts = panelMemories(panels);
  SmallVector<Strip> all = strips(panels);
  if (fetchesResults && panels.size() == 1)
    prefetchResults(panels.front(), rows);
  if (paddedLines)
    std::tie(kernelFrom, kernelTo) = kernelRowsOf(rows);
  terms = termsOf(all);
  // All sums of one kind, then all of the next.
  int64_t kinds = strategy.getSums();
  SmallVector<Value> sums;
  for (int64_t i = 0; i < kinds * rows.count; ++i)
    for (const Strip &strip : all)
      sums.push_back(zeros(&strip == &all.back() ? terms * strip.lanes : strip.lanes));
  size_t count = rows.count * all.size();
  auto step = [&](Position position, int64_t number, SmallVector<Value> accumulators) {
    if (terms > 1)
      return multiplyAddTerms(position, number, rowStarts, panelStarts, all,
                              std::move(accumulators));
    if (!needed.empty()) {
      auto starts = llvm::map_to_vector(needed, [&](int64_t row) { return rowStarts[row]; });
      return multiplyAdd(position, starts, panelStarts, all, std::move(accumulators));
    }
    auto own = MutableArrayRef(accumulators).slice(number * count, count);
    llvm::copy(multiplyAdd(position, rowStarts, panelStarts, all, SmallVector<Value>(own)),
               own.begin());
    return accumulators;
  };
  auto sum = [&] { return sumLoops(0, {constant(0), constant(0)}, sums, step); };
  bool byColumn = paddedColumns && terms == 1 && kinds == 1 && rows.count == strategy.getRows();
  sums = byColumn ? sumInLine(rows, sums, sum) : sum();
  for (; kinds > 1; kinds /= 2)
    for (size_t i = 0; i < kinds / 2 * count; ++i)
      sums[i] = arith::AddFOp::create(builder, loc, sums[i], sums[kinds / 2 * count + i]);
  sums.resize(count);
  if (terms > 1)
    for (size_t i = all.size() - 1; i < count; i += all.size())
      sums[i] = addTerms(sums[i], all.back().lanes);
  finish(panels, rows, sums);
}

// The sum of a vector's parts of so many lanes.
Value ProductEmitter::addTerms(Value sums, int64_t lanes) {
  int64_t size = cast<VectorType>(sums.getType()).getNumElements();
  SmallVector<Value> parts;
  for (int64_t first = 0; first < size; first += lanes)
    parts.push_back(
        vector::ExtractStridedSliceOp::create(builder, loc, sums, ArrayRef<int64_t>{first},
                                              ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1}));
  for (; parts.size() > 1; parts.resize(parts.size() / 2))
    for (size_t i = 0; i < parts.size() / 2; ++i)
      parts[i] = arith::AddFOp::create(builder, loc, parts[i], parts[parts.size() / 2 + i]);
  return parts.front();
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
    return body(position, 0, std::move(accumulators));
  const MergedLoop &merged = sumLoopsMerged[level];
  if (!runs.empty() && merged.dims.front() == paddedColumns->kernelDim)
    return sumByColumn(level, position, std::move(accumulators), body);
  Value from = constant(0), to = sumSize(merged);
  if (level == 0 && sumBlock) {
    from = mulIndex(builder, loc, sumFrom, merged.size);
    to = mulIndex(builder, loc, sumTo, merged.size);
  }
  if (level == 0 && paddedLines) {
    from = kernelFrom;
    to = kernelTo;
  }
  if (terms > 1 && level + 1 == sumLoopsMerged.size()) {
    int64_t whole = merged.size / terms * terms;
    accumulators = sumLoop(from, constant(whole), terms, accumulators,
                           [&](Value index, SmallVector<Value> inner) {
                             return body(advance(position, index, merged), terms, std::move(inner));
                           });
    if (whole < merged.size)
      accumulators = body(advance(position, constant(whole), merged), merged.size - whole,
                          std::move(accumulators));
    return accumulators;
  }
  int64_t kinds = strategy.getSums();
  if (kinds > 1 && level + 1 == sumLoopsMerged.size() && !merged.batched) {
    Value whole = constant(merged.size / kinds * kinds);
    accumulators =
        sumLoop(from, whole, kinds, accumulators, [&](Value index, SmallVector<Value> inner) {
          for (int64_t kind = 0; kind < kinds; ++kind) {
            Value own = addIndex(builder, loc, index, constant(kind));
            inner = body(advance(position, own, merged), kind, std::move(inner));
          }
          return inner;
        });
    if (merged.size % kinds != 0) {
      auto first = ArrayRef<Value>(accumulators).take_front(accumulators.size() / kinds);
      llvm::copy(sumLoop(whole, to, 1, first,
                         [&](Value index, SmallVector<Value> inner) {
                           return body(advance(position, index, merged), 0, std::move(inner));
                         }),
                 accumulators.begin());
    }
    return accumulators;
  }
  return sumLoop(from, to, 1, accumulators, [&](Value index, SmallVector<Value> inner) {
    return sumLoops(level + 1, advance(position, index, merged), std::move(inner), body);
  });
}

SmallVector<Value>
ProductEmitter::sumLoop(Value from, Value to, int64_t step, ArrayRef<Value> accumulators,
                        llvm::function_ref<SmallVector<Value>(Value, SmallVector<Value>)> body) {
  auto loop = scf::ForOp::create(builder, loc, from, to, constant(step), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  scf::YieldOp::create(builder, loc,
                       body(loop.getInductionVar(), SmallVector<Value>(loop.getRegionIterArgs())));
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

// Asks for a part of the next panel, so that it is in the second-level cache when its turn
// comes: from further away the first group would wait for it. Each group of rows asks for a
// part of its own. Rows that fill no group have nobody to share with, and ask for what they
// read a little later; few of them, over several panels side by side, wait for memory
// whatever is done. A row that fills half a line asks for the line as well.
void ProductEmitter::prefetch(Value panel, Value at) {
  int64_t size = matrixElementBits() / 8, line = 64 / size;
  Value ahead = addIndex(builder, loc, at, constant(8192 / size));
  if (share.step) {
    Value row = arith::DivUIOp::create(builder, loc, at, constant(strategy.getColumns()));
    ahead = addIndex(builder, loc, share.from,
                     builder.createOrFold<arith::MulIOp>(loc, row, share.step));
  }
  if (2 * strategy.getColumns() >= line)
    prefetchLines(panel, ahead, strategy.getColumns(), /*isWrite=*/false, share.step ? 2 : 3);
}

// Asks for what a later step reads of the matrix, which lies where no processor guesses it: in
// another line for each step, often in another page.
void ProductEmitter::prefetchStep(Value panel, Value at) {
  int64_t step = matrix.factors[sumLoopsMerged.back().innermost()];
  prefetchLines(panel, addIndex(builder, loc, at, constant(stepsAhead * step)),
                strategy.getColumns(), /*isWrite=*/false, /*locality=*/3);
}

// Asks for the lines that a group's results will fill. Otherwise each store waits until its line
// has come from memory, and the next group waits for the stores.
void ProductEmitter::prefetchResults(const Panel &panel, const Rows &rows) {
  Value column = mulIndex(builder, loc, panel.number, strategy.getColumns());
  for (Value base : rowBases(output, rows))
    prefetchLines(output.memory, addIndex(builder, loc, base, column), panel.columns,
                  /*isWrite=*/true, /*locality=*/3);
}

// Asks for the lines of so many columns: to the first-level cache (3) or the second-level one (2).
void ProductEmitter::prefetchLines(Value memory, Value at, int64_t columns, bool isWrite,
                                   int64_t locality) {
  int64_t line = 512 / cast<MemRefType>(memory.getType()).getElementTypeBitWidth();
  for (int64_t first = 0; first < columns; first += line)
    memref::PrefetchOp::create(builder, loc, memory, addIndex(builder, loc, at, constant(first)),
                               isWrite, locality, /*isDataCache=*/true);
}

// What the group that begins `done` rows after the first fetches of the next panel, if it takes
// `step` columns of each of the panel's rows. Where the panel has fewer columns than there are
// groups, the last ones fetch what was fetched before.
ProductEmitter::Share ProductEmitter::shareOfNextPanel(const Panel &panel, Value done, Value step) {
  Value size = mulIndex(builder, loc, step, depth);
  Value group = arith::DivUIOp::create(builder, loc, done, constant(strategy.getRows()));
  Value from = arith::MinUIOp::create(
      builder, loc, arith::MulIOp::create(builder, loc, group, size),
      arith::SubIOp::create(builder, loc, constant(strategy.getColumns() * depth), size));
  // After the last panel comes the first one: of the next matrix, or of this one for other rows.
  int64_t last = llvm::divideCeil(width, strategy.getColumns()) - 1;
  int64_t toFirst = (sharedDims.empty() ? 0 : strategy.getColumns() * depth) - last * panelStride;
  Value isLast =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, panel.number, constant(last));
  Value ahead =
      arith::SelectOp::create(builder, loc, isLast, constant(toFirst), constant(panelStride));
  return {arith::AddIOp::create(builder, loc, from, ahead), step};
}

// Both vectors of a panel's row at once, or so many lanes of each, from pairs of bf16: one of each
// vector. bf16 is the upper half of an f32, so a pair shifted left is the first one's and, with the
// lower half cleared, the second one's.
std::pair<Value, Value> ProductEmitter::widenPairs(Value panel, Value at, int64_t lanes) {
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
  return {arith::BitcastOp::create(builder, loc, vectorType(lanes), first),
          arith::BitcastOp::create(builder, loc, vectorType(lanes), second)};
}

SmallVector<Value> ProductEmitter::multiplyAdd(Position position, ArrayRef<Value> rowStarts,
                                               ArrayRef<Value> panelStarts, ArrayRef<Strip> all,
                                               SmallVector<Value> accumulators) {
  SmallVector<Value> columnVectors;
  bool tall = 2 * static_cast<int64_t>(rowStarts.size()) >= strategy.getRows();
  if (fetchesPanels && tall && panelStarts.size() == 1)
    prefetch(panelStarts[0], position.panel);
  if (stepsAhead > 0 && tall && panelStarts.size() == 1)
    prefetchStep(panelStarts[0], position.panel);
  Value second; // of the pairs that were read last
  for (const Strip &strip : all) {
    Value panel = panelStarts[strip.panel];
    if (matrixElementBits() == 16) {
      Value first = second;
      if (strip.first == 0)
        std::tie(first, second) = widenPairs(panel, position.panel, lanes);
      columnVectors.push_back(first);
      continue;
    }
    Value at = addIndex(builder, loc, position.panel, constant(strip.first));
    VectorType type = vectorType(strip.lanes);
    if (packed || strip.count == strip.lanes) {
      columnVectors.push_back(vector::LoadOp::create(builder, loc, type, panel, at));
      continue;
    }
    // Past the last column of a matrix that isn't padded lies what isn't ours.
    Value part = vector::LoadOp::create(builder, loc, vectorType(strip.count), panel, at);
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    columnVectors.push_back(vector::InsertStridedSliceOp::create(
        builder, loc, part, zero, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1}));
  }
  for (auto [i, row] : llvm::enumerate(rowStarts)) {
    Value element = memref::LoadOp::create(builder, loc, row, position.row);
    Value spread;
    for (auto [j, column] : llvm::enumerate(columnVectors)) {
      if (!spread || spread.getType() != column.getType())
        spread = vector::BroadcastOp::create(builder, loc, column.getType(), element);
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

// So many steps of the sum: one after the other for all strips but the last, which takes the terms
// side by side: column c of term t is lane t * lanes + c.
SmallVector<Value> ProductEmitter::multiplyAddTerms(Position position, int64_t count,
                                                    ArrayRef<Value> rowStarts,
                                                    ArrayRef<Value> panelStarts,
                                                    ArrayRef<Strip> all,
                                                    SmallVector<Value> accumulators) {
  const MergedLoop &inner = sumLoopsMerged.back();
  ArrayRef<Strip> wide = all.drop_back();
  const Strip &narrow = all.back();
  auto vectorsOf = [&](size_t row) {
    return MutableArrayRef(accumulators).slice(row * all.size(), all.size());
  };
  Value columns = zeros(terms * narrow.lanes);
  for (int64_t term = 0; term < count; ++term) {
    Position own = advance(position, constant(term), inner);
    SmallVector<Value> sums;
    for (size_t row = 0; row < rowStarts.size(); ++row)
      llvm::append_range(sums, vectorsOf(row).drop_back());
    sums = multiplyAdd(own, rowStarts, panelStarts, wide, std::move(sums));
    for (size_t row = 0; row < rowStarts.size(); ++row)
      llvm::copy(ArrayRef(sums).slice(row * wide.size(), wide.size()), vectorsOf(row).begin());
    Value panel = panelStarts[narrow.panel], part;
    if (matrixElementBits() == 16) {
      auto [first, second] = widenPairs(panel, own.panel, narrow.lanes);
      part = narrow.first == 0 ? first : second;
    } else {
      Value at = addIndex(builder, loc, own.panel, constant(narrow.first));
      part = vector::LoadOp::create(builder, loc, vectorType(narrow.lanes), panel, at);
    }
    columns = vector::InsertStridedSliceOp::create(
        builder, loc, part, columns, ArrayRef<int64_t>{term * narrow.lanes}, ArrayRef<int64_t>{1});
  }
  // Terms past the last are zeros on both sides: an infinite element must not meet one.
  SmallVector<int64_t> spread;
  for (int64_t term = 0; term < terms; ++term)
    spread.append(narrow.lanes, std::min(term, count));
  for (auto [row, start] : llvm::enumerate(rowStarts)) {
    Value elements = vector::LoadOp::create(builder, loc, vectorType(count), start, position.row);
    Value each = vector::ShuffleOp::create(builder, loc, elements, zeros(count), spread);
    Value &sum = vectorsOf(row).back();
    if (options.fusedMultiplyAdd)
      sum = vector::FMAOp::create(builder, loc, each, columns, sum);
    else
      sum = arith::AddFOp::create(builder, loc, sum,
                                  arith::MulFOp::create(builder, loc, each, columns));
  }
  return accumulators;
}
