//===- PaddedLines.h - edges of an image that are known to be zeros ---------*- C++ -*-===//
//
// A convolution's product reads windows of a padded image. The first and the last lines and columns
// of the image are zeros, and what they are multiplied with adds nothing.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_PADDEDLINES_H
#define WEIR_LIB_CODEGEN_PADDEDLINES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weir {

/// The windows of result line `y` have kernel row `i` in line `y * stride + i * dilation` of the
/// image. Those before `begin` and from `end` on are zeros. The same of columns.
struct PaddedAxis {
  int64_t resultDim, kernelDim; // the loops of y and i
  int64_t stride, dilation;
  int64_t begin, end;

  /// Whether the windows of line `y` have kernel row `i` in a line of zeros.
  bool isZero(int64_t y, int64_t i) const {
    int64_t line = y * stride + i * dilation;
    return line < begin || line >= end;
  }
};

/// What `weir.zero_lines` says of the product; nothing if it isn't there, or if the lines aren't
/// reached in that way.
std::optional<PaddedAxis> findPaddedLines(mlir::linalg::GenericOp product);

/// The same of `weir.zero_columns`.
std::optional<PaddedAxis> findPaddedColumns(mlir::linalg::GenericOp product);

/// How many of an example's terms are left out, from 0 to 1, if results go in groups of `height`
/// and a kernel row is left out where it is in zero lines for all results of a group. There are
/// `lines` lines of `columns` results.
double shareLeftOut(const PaddedAxis &lines, int64_t count, int64_t columns, int64_t kernelRows,
                    int64_t height);

/// The same of columns, of which there are `count` in a line: each result of a group leaves out its
/// own, where a line is whole groups; else nothing is left out.
double shareOfColumnsLeftOut(const PaddedAxis &columns, int64_t count, int64_t kernelColumns,
                             int64_t height);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_PADDEDLINES_H
