//===- PaddedColumns.cpp - terms of a sum that only some rows of a group have -------------===//
//
// Where a line of results is whole groups, it is known of each row of a group at the line's ends
// which kernel columns it has in the image's zero columns:
//
//   if the group begins a line, or ends one
//     for each kernel row, for each kernel column
//       for k: sums[row][strip] += a[row][k] * panel[k][strip]    for the rows that need it
//   else all at once
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace weir;

double weir::shareOfColumnsLeftOut(const PaddedAxis &columns, int64_t count, int64_t kernelColumns,
                                   int64_t height) {
  if (count % height != 0)
    return 0;
  int64_t leftOut = 0;
  for (int64_t x = 0; x < count; ++x)
    for (int64_t j = 0; j < kernelColumns; ++j)
      leftOut += columns.isZero(x, j);
  return double(leftOut) / double(count * kernelColumns);
}

// Whether a group that begins with this column of its line has terms to leave out. A row that has
// no others, whose windows lie in the padding altogether, is seldom worth a thought, and its sums
// would go through the loop over kernel rows untouched, which MLIR's conversion to LLVM (22.1)
// doesn't survive.
bool ProductEmitter::hasZeroColumns(int64_t first) {
  int64_t kernelColumns = op.getStaticLoopRanges()[paddedColumns->kernelDim];
  bool any = false;
  for (int64_t x = first; x < first + strategy.getRows(); ++x) {
    int64_t zeros = 0;
    for (int64_t j = 0; j < kernelColumns; ++j)
      zeros += paddedColumns->isZero(x, j);
    if (zeros == kernelColumns)
      return false;
    any |= zeros > 0;
  }
  return any;
}

// Of a group that begins with `firstColumn`.
SmallVector<int64_t> ProductEmitter::rowsThatNeed(int64_t kernelColumn) {
  SmallVector<int64_t> rows;
  for (int64_t row = 0; row < strategy.getRows(); ++row)
    if (!paddedColumns->isZero(*firstColumn + row, kernelColumn))
      rows.push_back(row);
  return rows;
}

// Writes the sum for each place of a group in its line that leaves out terms of its own, and for
// all others.
SmallVector<Value> ProductEmitter::sumInLine(const Rows &rows,
                                             llvm::function_ref<SmallVector<Value>()> sum) {
  int64_t width = rowLoops.back().size, height = strategy.getRows();
  SmallVector<int64_t> places;
  for (int64_t first = 0; first < width; first += height)
    if (hasZeroColumns(first))
      places.push_back(first);
  Value column = splitRow(rows.first).back();
  std::function<SmallVector<Value>(ArrayRef<int64_t>)> write = [&](ArrayRef<int64_t> left) {
    llvm::SaveAndRestore<std::optional<int64_t>> place(firstColumn);
    firstColumn.reset();
    if (left.empty())
      return sum();
    if (width == height) {
      firstColumn = 0;
      return sum();
    }
    Value isHere = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, column,
                                         constant(left.front()));
    auto branch = scf::IfOp::create(
        builder, loc, isHere,
        [&](OpBuilder &, Location) {
          firstColumn = left.front();
          SmallVector<Value> sums = sum();
          scf::YieldOp::create(builder, loc, sums);
        },
        [&](OpBuilder &, Location) {
          SmallVector<Value> sums = write(left.drop_front());
          scf::YieldOp::create(builder, loc, sums);
        });
    return SmallVector<Value>(branch.getResults());
  };
  return write(places);
}

// The loop over kernel columns, and what is one with it, one kernel column after the other: each
// carries the sums of those rows that need it.
SmallVector<Value> ProductEmitter::sumByColumn(size_t level, Position position,
                                               SmallVector<Value> accumulators, SumBody body) {
  const MergedLoop &merged = sumLoopsMerged[level];
  int64_t kernelColumns = op.getStaticLoopRanges()[paddedColumns->kernelDim];
  int64_t length = merged.size / kernelColumns;
  size_t strips = accumulators.size() / strategy.getRows();
  auto sumsOf = [&](MutableArrayRef<Value> sums, size_t row) {
    return sums.slice(row * strips, strips);
  };
  for (int64_t j = 0; j < kernelColumns; ++j) {
    llvm::SaveAndRestore<SmallVector<int64_t>> rows(needed, rowsThatNeed(j));
    if (needed.empty())
      continue;
    SmallVector<Value> own;
    for (int64_t row : needed)
      llvm::append_range(own, sumsOf(accumulators, row));
    own = sumLoop(constant(j * length), constant((j + 1) * length), 1, own,
                  [&](Value index, SmallVector<Value> inner) {
                    return sumLoops(level + 1, advance(position, index, merged), std::move(inner),
                                    body);
                  });
    for (auto [i, row] : llvm::enumerate(needed))
      llvm::copy(sumsOf(own, i), sumsOf(accumulators, row).begin());
  }
  return accumulators;
}
