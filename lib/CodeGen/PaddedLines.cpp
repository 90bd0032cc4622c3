//===- PaddedLines.cpp - lines of an image that are known to be zeros ---------------------===//

#include "PaddedLines.h"

#include "ProductEmitter.h"

using namespace mlir;
using namespace weir;

// `axis` is the image's: batch, lines, columns, channels.
static std::optional<PaddedAxis> findPaddedAxis(linalg::GenericOp product, StringRef name,
                                                unsigned axis) {
  auto zeros = product->getAttrOfType<DenseI64ArrayAttr>(name);
  if (!zeros)
    return std::nullopt;
  AffineMap map = product.getIndexingMapsArray()[0];
  auto type = cast<ShapedType>(product.getInputs()[0].getType());
  if (zeros.size() != 2 || map.getNumResults() != 4 || !type.isDynamicDim(0) ||
      type.isDynamicDim(axis))
    return std::nullopt;
  AffineMap line = map.getSubMap({axis});
  SmallVector<int64_t> at(map.getNumDims(), 0);
  if (line.compose(at)[0] != 0)
    return std::nullopt;
  PaddedAxis padded{-1, -1, 0, 0, zeros[0], type.getDimSize(axis) - zeros[1]};
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim) {
    if (!line.isFunctionOfDim(dim))
      continue;
    at[dim] = 1;
    int64_t factor = line.compose(at)[0];
    at[dim] = 0;
    bool summed = product.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
    int64_t &found = summed ? padded.kernelDim : padded.resultDim;
    if (found >= 0)
      return std::nullopt;
    found = dim;
    (summed ? padded.dilation : padded.stride) = factor;
  }
  if (padded.resultDim < 0 || padded.kernelDim < 0)
    return std::nullopt;
  return padded;
}

std::optional<PaddedAxis> weir::findPaddedLines(linalg::GenericOp product) {
  return findPaddedAxis(product, "weir.zero_lines", 1);
}

std::optional<PaddedAxis> weir::findPaddedColumns(linalg::GenericOp product) {
  return findPaddedAxis(product, "weir.zero_columns", 2);
}

double weir::shareLeftOut(const PaddedAxis &lines, int64_t count, int64_t columns,
                          int64_t kernelRows, int64_t height) {
  int64_t results = count * columns, leftOut = 0;
  for (int64_t first = 0; first < results; first += height) {
    int64_t last = std::min(first + height, results) - 1;
    for (int64_t i = 0; i < kernelRows; ++i) {
      int64_t least = first / columns * lines.stride + i * lines.dilation;
      int64_t greatest = last / columns * lines.stride + i * lines.dilation;
      if (greatest < lines.begin || least >= lines.end)
        leftOut += last + 1 - first;
    }
  }
  return double(leftOut) / double(results * kernelRows);
}

// The kernel rows that have an element which isn't padding, of any row of the group. The rows
// are consecutive: the first and the last one have the least and the greatest line, except where
// the group reaches into the next example. A group as large as an example, or nearly so, has all
// lines.
std::pair<Value, Value> ProductEmitter::kernelRowsOf(const Rows &rows) {
  size_t axis = 0;
  while (rowLoops[axis].innermost() != paddedLines->resultDim)
    ++axis;
  int64_t kernelRows = sumLoopsMerged.front().size, perLine = 1;
  for (size_t inner = axis + 1; inner < rowLoops.size(); ++inner)
    perLine *= rowLoops[inner].size;
  if (rows.count - 1 > (rowLoops[axis].size - 1) * perLine)
    return {constant(0), constant(kernelRows)};
  auto lineOf = [&](Value row) { return splitRow(row)[axis]; };
  Value lastRow = addIndex(builder, loc, rows.first, constant(rows.count - 1));
  if (rows.last)
    lastRow = arith::MinUIOp::create(builder, loc, lastRow, rows.last);
  Value first = lineOf(rows.first), last = lineOf(lastRow);
  Value sameExample = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule, first, last);
  Value least = arith::SelectOp::create(builder, loc, sameExample, first, constant(0));
  Value greatest =
      arith::SelectOp::create(builder, loc, sameExample, last, constant(rowLoops[axis].size - 1));
  // The number of kernel rows before image line `bound`, in windows of result line `line`.
  auto rowsBefore = [&](int64_t bound, Value line) -> Value {
    Value left = arith::SubIOp::create(builder, loc, constant(bound),
                                       mulIndex(builder, loc, line, paddedLines->stride));
    left = arith::MaxSIOp::create(builder, loc, left, constant(0));
    left = addIndex(builder, loc, left, constant(paddedLines->dilation - 1));
    left = builder.createOrFold<arith::DivUIOp>(loc, left, constant(paddedLines->dilation));
    return arith::MinSIOp::create(builder, loc, left, constant(kernelRows));
  };
  return {rowsBefore(paddedLines->begin, greatest), rowsBefore(paddedLines->end, least)};
}
