//===- Norm.cpp - Normalization ---------------------------------------------------===//

#include "Kernels.h"
#include "weir/Runtime/Random.h"
#include <cmath>

namespace weir::reference {

RefTensor batchNorm(RefTensor input, const RefTensor &weight, const RefTensor &bias,
                    const RefTensor &mean, const RefTensor &variance, double epsilon,
                    int64_t axis) {
  int64_t channels = input.shape[axis];
  int64_t step = rowMajor(input.shape)[axis];
  for (size_t i = 0; i < input.data.size(); ++i) {
    int64_t channel = static_cast<int64_t>(i) / step % channels;
    double normalized =
        (input.data[i] - mean.data[channel]) / std::sqrt(variance.data[channel] + epsilon);
    input.data[i] = normalized * weight.data[channel] + bias.data[channel];
  }
  return input;
}

RefTensor layerNorm(RefTensor input, const RefTensor &weight, const RefTensor &bias,
                    double epsilon) {
  size_t run = weight.data.size();
  for (size_t first = 0; first < input.data.size(); first += run) {
    double *x = &input.data[first];
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < run; ++i)
      mean += x[i] / static_cast<double>(run);
    for (size_t i = 0; i < run; ++i)
      variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(run);
    for (size_t i = 0; i < run; ++i)
      x[i] = (x[i] - mean) / std::sqrt(variance + epsilon) * weight.data[i] + bias.data[i];
  }
  return input;
}

RefTensor dropoutMask(const Shape &shape, uint64_t seed, uint64_t step, uint64_t layer,
                      double probability) {
  float limit = static_cast<float>(probability);
  float kept = 1.0f / (1.0f - limit);
  RefTensor result{shape, std::vector<double>(volume(shape))};
  for (size_t i = 0; i < result.data.size(); ++i)
    result.data[i] = uniform(seed, step + (layer << 32), i) < limit ? 0.0 : kept;
  return result;
}

} // namespace weir::reference
