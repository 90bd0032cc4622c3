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

/// The lines of an image, or its columns. The windows of result line `y` have kernel row `i` in
/// line `y * stride + i * dilation` of the image; those before `begin` and from `end` on are zeros.
struct PaddedAxis {
  int64_t resultDim, kernelDim; // the loops of y and i
  int64_t stride, dilation;
  int64_t begin, end;

  /// Whether the windows of result line `y` have kernel row `i` in a line of zeros.
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
/// `count` lines of `columns` results.
double shareLeftOut(const PaddedAxis &lines, int64_t count, int64_t columns, int64_t kernelRows,
                    int64_t height);

/// Neighbouring kernel columns that are more than padding for the same rows of a group.
struct KernelColumns {
  int64_t from, to; // before it
  llvm::SmallVector<int64_t> rows;
};

/// The terms of a group of `height` results of one line, of which the first is in column `first`,
/// in the order of the kernel's columns. Nothing if no row has any to leave out, or if a row has no
/// others.
llvm::SmallVector<KernelColumns> neededColumns(const PaddedAxis &columns, int64_t first,
                                               int64_t height, int64_t kernelColumns);

/// Where in a line of `count` results groups begin that have terms to leave out; nowhere if a line
/// isn't whole groups.
llvm::SmallVector<int64_t> placesWithZeros(const PaddedAxis &columns, int64_t count, int64_t height,
                                           int64_t kernelColumns);

/// How many of an example's terms are left out, from 0 to 1, if each row leaves out its own, as
/// neededColumns says. 0 where that would take much code.
double shareOfColumnsLeftOut(const PaddedAxis &columns, int64_t count, int64_t height,
                             int64_t kernelColumns);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_PADDEDLINES_H
