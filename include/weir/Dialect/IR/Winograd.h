//===- Winograd.h - the matrices of Winograd's convolution ---------------*- C++ -*-===//
//
// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015), for a
// kernel of 3 and `tile` results per axis: with n = tile + 2,
//
//   results [tile] = A^T ((G kernel[3]) * (B^T pixels[n])),   * element by element,
//
// and along two axes A^T ((G g G^T) * (B^T d B)) A.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_IR_WINOGRAD_H
#define WEIR_DIALECT_IR_WINOGRAD_H

#include <cstdint>
#include <vector>

namespace weir {

/// A matrix of `rows` times `columns`, row-major.
struct WinogradMatrix {
  int64_t rows, columns;
  std::vector<double> values;
};

/// Whether there are matrices for this tile.
inline bool isWinogradTile(int64_t tile) { return tile == 2 || tile == 4; }

/// B^T, [tile + 2, tile + 2]. `tile` is 2 or 4, here and below.
WinogradMatrix winogradInputMatrix(int64_t tile);
/// G, [tile + 2, 3].
WinogradMatrix winogradWeightMatrix(int64_t tile);
/// A^T, [tile, tile + 2].
WinogradMatrix winogradOutputMatrix(int64_t tile);

} // namespace weir

#endif // WEIR_DIALECT_IR_WINOGRAD_H
