//===- Arrays.h - Arrays as the command line names them -----------------------===//
#ifndef WEIR_DATA_ARRAYS_H
#define WEIR_DATA_ARRAYS_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// Reads the array that a command line names:
///
///   FILE        .npy, IDX or gzipped IDX, told apart by their first bytes;
///               IDX images are scaled to 0..1. A .npz if it holds one array.
///   FILE:KEY    the array KEY of a .npz
///   FILE:A,B    columns of numbers of a .csv, .tsv or .tab, gzipped or not: [rows] of
///               one, [rows, columns] of several; I64 if all are integers, else F32
///   1,2,3       inline: I64 if all are integers, else F32; shape [3]
///   1,2;3,4     inline rows: shape [2, 2]
///
/// Numbers are numbers even where a file of that name exists: write ./1 for the file.
Result<Tensor> readArray(std::string_view spec);

/// The array of a file in memory, told apart as above. `key` is empty or a .npz's.
Result<Tensor> parseArray(std::span<const std::byte> bytes, std::string_view key);

/// The inline form alone.
Result<Tensor> parseInlineArray(std::string_view text);

} // namespace weir

#endif
