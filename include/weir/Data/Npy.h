//===- Npy.h - NumPy's .npy files ---------------------------------------------===//
//
// The format: numpy.lib.format, versions 1.0 to 3.0.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_NPY_H
#define WEIR_DATA_NPY_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// True if the bytes begin as a .npy file does.
bool isNpy(std::span<const std::byte> bytes);

/// The array of a .npy file in memory: little-endian floats of 2, 4 or 8 bytes as
/// F32; integers and booleans as I64. Fortran order is transposed to row-major.
/// Refuses other types, headers that aren't NumPy's, and missing or surplus bytes.
Result<Tensor> parseNpy(std::span<const std::byte> bytes);

/// The same from a file; messages begin with its path.
Result<Tensor> readNpy(const std::string &path);

/// Writes a version 1.0 file of '<f4' or '<i8', row-major; whole or not at all.
Result<void> writeNpy(const std::string &path, const Tensor &tensor);

} // namespace weir

#endif
