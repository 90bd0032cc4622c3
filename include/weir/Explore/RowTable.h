//===- RowTable.h - An embedding's rows ---------------------------------------===//
#ifndef WEIR_EXPLORE_ROWTABLE_H
#define WEIR_EXPLORE_ROWTABLE_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// A table [rows, width] that lives elsewhere.
struct RowTable {
  const float *values = nullptr;
  int64_t rows = 0, width = 0;

  std::span<const float> row(int64_t i) const {
    return {values + i * width, static_cast<size_t>(width)};
  }
  /// The table that a tensor [rows, width] is, F32.
  static RowTable of(const Tensor &tensor) {
    assert(tensor.dtype == DType::F32 && tensor.shape.size() == 2);
    return {tensor.f32(), tensor.shape[0], tensor.shape[1]};
  }
};

} // namespace weir

#endif
