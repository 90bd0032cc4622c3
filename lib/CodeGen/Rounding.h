//===- Rounding.h - division and rounding of sizes, up ----------------------*- C++ -*-===//

#ifndef WEIR_LIB_CODEGEN_ROUNDING_H
#define WEIR_LIB_CODEGEN_ROUNDING_H

#include <cstdint>

namespace weir {

/// Of numbers from 0 on, by one from 1 on.
constexpr int64_t divideUp(int64_t value, int64_t divisor) {
  return (value + divisor - 1) / divisor;
}
constexpr int64_t roundUp(int64_t value, int64_t multiple) {
  return divideUp(value, multiple) * multiple;
}

} // namespace weir

#endif // WEIR_LIB_CODEGEN_ROUNDING_H
