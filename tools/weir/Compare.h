//===- Compare.h - How far two results are apart ------------------------------===//
#ifndef WEIR_TOOLS_WEIR_COMPARE_H
#define WEIR_TOOLS_WEIR_COMPARE_H

#include "weir/CodeGen/Passes.h"
#include "weir/Reference/RefTensor.h"

namespace weir {

/// The comparison of a tensor with the reference's.
struct Difference {
  double largest = 0;  // the largest magnitude that the reference has
  double absolute = 0; // the largest |got - expected|
  double relative = 0; // that, over `largest`
  /// Every |got - expected| <= 1e-5 * max(1, largest) + 1e-4 * |expected|, and 2^-6 * largest
  /// more where weights were rounded to bf16.
  bool within = true;
};

/// Compares as many elements as the expected tensor has with the first of `got`, whose
/// compiled code had its weights in `weights`. Elements that are infinite or not a number
/// must be so on both sides.
Difference compare(const Tensor &got, const RefTensor &expected, WeightFormat weights);

/// Whether two lists of tensors have the same shapes and the same bits.
bool sameBits(const std::vector<Tensor> &a, const std::vector<Tensor> &b);

} // namespace weir

#endif
