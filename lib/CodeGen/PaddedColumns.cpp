//===- PaddedColumns.cpp - terms of a sum that only some rows of a group have -------------===//
//
// Where a line of results is whole groups, it is known of each row of a group at the line's ends
// which kernel columns it has in the image's zero columns:
//
//   if the group begins a line, or ends one
//     for each kernel row, for each few kernel columns that the same rows need
//       for k: sums[row][strip] += a[row][k] * panel[k][strip]    for those rows
//   else all at once
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace weir;

SmallVector<KernelColumns> weir::neededColumns(const PaddedAxis &columns, int64_t first,
                                               int64_t height, int64_t kernelColumns) {
  SmallVector<KernelColumns> runs;
  SmallVector<bool> needsAny(height, false);
  bool leavesOut = false;
  for (int64_t j = 0; j < kernelColumns; ++j) {
    SmallVector<int64_t> rows;
    for (int64_t row = 0; row < height; ++row)
      if (!columns.isZero(first + row, j)) {
        rows.push_back(row);
        needsAny[row] = true;
      }
    leavesOut |= static_cast<int64_t>(rows.size()) < height;
    if (!runs.empty() && runs.back().to == j && runs.back().rows == rows)
      runs.back().to = j + 1;
    else if (!rows.empty())
      runs.push_back({j, j + 1, rows});
  }
  // Windows that lie in the padding altogether are seldom worth a thought, and sums that no term
  // is added to would go through the loop over kernel rows untouched, which MLIR's conversion to
  // LLVM (22.1) doesn't survive.
  if (!leavesOut || llvm::is_contained(needsAny, false))
    return {};
  return runs;
}

SmallVector<int64_t> weir::placesWithZeros(const PaddedAxis &columns, int64_t count, int64_t height,
                                           int64_t kernelColumns) {
  SmallVector<int64_t> places;
  if (count % height == 0)
    for (int64_t first = 0; first < count; first += height)
      if (!neededColumns(columns, first, height, kernelColumns).empty())
        places.push_back(first);
  return places;
}

double weir::shareOfColumnsLeftOut(const PaddedAxis &columns, int64_t count, int64_t height,
                                   int64_t kernelColumns) {
  // Each place has code of its own, each run of kernel columns a loop.
  constexpr size_t mostPlaces = 2, mostLoops = 8;
  SmallVector<int64_t> places = placesWithZeros(columns, count, height, kernelColumns);
  size_t loops = 0;
  int64_t leftOut = 0;
  for (int64_t first : places) {
    leftOut += height * kernelColumns;
    for (const KernelColumns &run : neededColumns(columns, first, height, kernelColumns)) {
      leftOut -= (run.to - run.from) * static_cast<int64_t>(run.rows.size());
      ++loops;
    }
  }
  if (places.size() > mostPlaces || loops > mostLoops)
    return 0;
  return double(leftOut) / double(count * kernelColumns);
}

// Writes the sum that begins with `start` for each place of a group in its line that leaves out
// terms of its own, and for all others.
SmallVector<Value> ProductEmitter::sumInLine(const Rows &rows, ValueRange start,
                                             llvm::function_ref<SmallVector<Value>()> sum) {
  int64_t lineSize = rowLoops.back().size, height = strategy.getRows();
  int64_t kernelColumns = op.getStaticLoopRanges()[paddedColumns->kernelDim];
  auto sumAt = [&](int64_t first) {
    llvm::SaveAndRestore<SmallVector<KernelColumns>> own(
        runs, neededColumns(*paddedColumns, first, height, kernelColumns));
    return sum();
  };
  SmallVector<int64_t> places = placesWithZeros(*paddedColumns, lineSize, height, kernelColumns);
  if (!places.empty() && lineSize == height)
    return sumAt(0);
  Value column = splitRow(rows.first).back();
  SmallVector<scf::IfOp> branches; // each in the one before, where that one's place isn't
  for (int64_t first : places) {
    Value isHere =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, column, constant(first));
    auto branch = scf::IfOp::create(builder, loc, start.getTypes(), isHere,
                                    /*addThenBlock=*/true, /*addElseBlock=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(builder, loc, sumAt(first));
    builder.setInsertionPointToStart(branch.elseBlock());
    branches.push_back(branch);
  }
  SmallVector<Value> sums = sum();
  for (scf::IfOp branch : llvm::reverse(branches)) {
    scf::YieldOp::create(builder, loc, sums);
    builder.setInsertionPointAfter(branch);
    sums.assign(branch.getResults().begin(), branch.getResults().end());
  }
  return sums;
}

// The loop over kernel columns, and what is one with it, as a loop for each run: it carries the
// sums of those rows that need it.
SmallVector<Value> ProductEmitter::sumByColumn(size_t level, Position position,
                                               SmallVector<Value> accumulators, SumBody body) {
  const MergedLoop &merged = sumLoopsMerged[level];
  int64_t perColumn = merged.size / op.getStaticLoopRanges()[paddedColumns->kernelDim];
  size_t perRow = accumulators.size() / strategy.getRows();
  auto sumsOf = [&](MutableArrayRef<Value> sums, size_t row) {
    return sums.slice(row * perRow, perRow);
  };
  for (const KernelColumns &run : runs) {
    llvm::SaveAndRestore<SmallVector<int64_t>> rows(needed, run.rows);
    SmallVector<Value> own;
    for (int64_t row : needed)
      llvm::append_range(own, sumsOf(accumulators, row));
    own = sumLoop(constant(run.from * perColumn), constant(run.to * perColumn), 1, own,
                  [&](Value index, SmallVector<Value> inner) {
                    return sumLoops(level + 1, advance(position, index, merged), std::move(inner),
                                    body);
                  });
    for (auto [i, row] : llvm::enumerate(needed))
      llvm::copy(sumsOf(own, i), sumsOf(accumulators, row).begin());
  }
  return accumulators;
}
