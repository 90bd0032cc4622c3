//===- Compare.cpp - How far two results are apart ----------------------------===//

#include "Compare.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace weir {

Difference compare(const Tensor &got, const RefTensor &expected, WeightFormat weights) {
  constexpr double relativeTolerance = 1e-4, absoluteTolerance = 1e-5;
  // A weight is off by up to 2^-8 of itself, and errors of layers add up.
  const double ofLargest = weights == WeightFormat::BF16 ? 1.0 / 64 : 0;
  Difference result;
  assert(got.elements() >= static_cast<int64_t>(expected.data.size()));
  for (double value : expected.data)
    if (std::isfinite(value))
      result.largest = std::max(result.largest, std::fabs(value));
  const float *values = got.f32();
  for (size_t i = 0; i < expected.data.size(); ++i) {
    double want = expected.data[i], have = values[i];
    // What f32 can't hold is infinite there.
    if (!std::isfinite(want) || std::fabs(want) > std::numeric_limits<float>::max()) {
      bool same = std::isnan(want) ? std::isnan(have) : static_cast<double>(float(want)) == have;
      result.within &= same;
      continue;
    }
    double error = std::fabs(have - want);
    if (!(error <= absoluteTolerance * std::max(1.0, result.largest) + ofLargest * result.largest +
                       relativeTolerance * std::fabs(want)))
      result.within = false;
    if (!(error <= result.absolute)) // also when it isn't a number
      result.absolute = error;
  }
  result.relative = result.absolute == 0 ? 0 : result.absolute / result.largest;
  return result;
}

bool sameBits(const std::vector<Tensor> &a, const std::vector<Tensor> &b) {
  if (a.size() != b.size())
    return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].shape != b[i].shape || std::memcmp(a[i].data(), b[i].data(), a[i].byteCount()) != 0)
      return false;
  return true;
}

} // namespace weir
