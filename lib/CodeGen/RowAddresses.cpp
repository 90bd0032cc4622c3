//===- RowAddresses.cpp - where the rows of a group lie ----------------------------------===//
//
// Rows are numbered through all their axes. Of the first row of a group, its number is
// divided by the axes' sizes. The rows after it lie evenly spaced up to the end of its line,
// and past that as far ahead as the line's end is from the next line's start: a comparison
// and an addition, where a division for each would take as long as eight steps of the sum.
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

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

// How much further than an even spacing would have it the line after that of `positions`
// begins; one is the first of an image, or of an example, where the axes before end too.
Value ProductEmitter::lineEnd(const FlatAccess &access, ArrayRef<Value> positions) {
  auto jump = [&](size_t axis) {
    return access.factors[rowLoops[axis - 1].innermost()] -
           rowLoops[axis].size * access.factors[rowLoops[axis].innermost()];
  };
  Value isLast, total = constant(jump(rowLoops.size() - 1));
  for (size_t axis = rowLoops.size() - 1; axis-- > 1;) {
    Value ends = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, positions[axis],
                                       constant(rowLoops[axis].size - 1));
    isLast = isLast ? Value(arith::AndIOp::create(builder, loc, isLast, ends)) : ends;
    Value more = arith::SelectOp::create(builder, loc, isLast, constant(jump(axis)), constant(0));
    total = addIndex(builder, loc, total, more);
  }
  return total;
}

// Where each row begins, in elements from the buffer's start.
SmallVector<Value> ProductEmitter::rowBases(const FlatAccess &access, const Rows &rows) {
  SmallVector<Value> bases;
  auto number = [&](int64_t i) { return addIndex(builder, loc, rows.first, constant(i)); };
  bool oneEnd = rowLoops.size() > 1 && rowLoops.back().size >= rows.count - 1;
  if (rows.last || !oneEnd) {
    for (int64_t i = 0; i < rows.count; ++i) {
      Value row = number(i);
      if (rows.last && i > 0)
        row = arith::MinUIOp::create(builder, loc, row, rows.last);
      bases.push_back(rowBase(access, splitRow(row)));
    }
    return bases;
  }
  SmallVector<Value> positions = splitRow(rows.first);
  Value first = rowBase(access, positions), jump = lineEnd(access, positions);
  Value left =
      arith::SubIOp::create(builder, loc, constant(rowLoops.back().size), positions.back());
  int64_t step = access.factors[rowLoops.back().innermost()];
  for (int64_t i = 0; i < rows.count; ++i) {
    Value base = addIndex(builder, loc, first, constant(i * step));
    if (i > 0) {
      Value past =
          arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::uge, constant(i), left);
      base = addIndex(builder, loc, base,
                      arith::SelectOp::create(builder, loc, past, jump, constant(0)));
    }
    bases.push_back(base);
  }
  return bases;
}
