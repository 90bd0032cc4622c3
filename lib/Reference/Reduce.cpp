//===- Reduce.cpp - Sums, means, maxima, softmax ----------------------------------===//

#include "Kernels.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::reference {

RefTensor reduce(Reduction reduction, const RefTensor &input, const Shape &axes,
                 const Shape &shape) {
  // With the reduced axes last, each result comes from one run of elements.
  Shape permutation;
  int64_t run = 1;
  for (size_t axis = 0; axis < input.shape.size(); ++axis)
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(axis)) == axes.end())
      permutation.push_back(axis);
  for (int64_t axis : axes) {
    permutation.push_back(axis);
    run *= input.shape[axis];
  }
  RefTensor ordered = transpose(input, permutation);
  RefTensor result{shape, {}};
  for (int64_t i = 0, count = volume(shape); i < count; ++i) {
    const double *elements = &ordered.data[i * run];
    double total = reduction == Reduction::Max ? -std::numeric_limits<double>::infinity() : 0.0;
    for (int64_t j = 0; j < run; ++j)
      total = reduction == Reduction::Max ? larger(total, elements[j]) : total + elements[j];
    result.data.push_back(reduction == Reduction::Mean ? total / static_cast<double>(run) : total);
  }
  return result;
}

// Applies the function to every run of elements along the axis.
template <class Function>
static RefTensor alongAxis(const RefTensor &input, int64_t axis, Function function) {
  int64_t last = static_cast<int64_t>(input.shape.size()) - 1;
  int64_t run = input.shape[axis];
  RefTensor ordered = moveAxis(input, axis, last);
  for (size_t i = 0; i < ordered.data.size(); i += run)
    function(&ordered.data[i], run);
  return moveAxis(ordered, last, axis);
}

RefTensor softmax(const RefTensor &input, int64_t axis) {
  return alongAxis(input, axis, [](double *x, int64_t run) {
    double largest = *std::max_element(x, x + run);
    double sum = 0.0;
    for (int64_t i = 0; i < run; ++i)
      sum += x[i] = std::exp(x[i] - largest);
    for (int64_t i = 0; i < run; ++i)
      x[i] /= sum;
  });
}

RefTensor logSoftmax(const RefTensor &input, int64_t axis) {
  return alongAxis(input, axis, [](double *x, int64_t run) {
    double largest = *std::max_element(x, x + run);
    double sum = 0.0;
    for (int64_t i = 0; i < run; ++i)
      sum += std::exp(x[i] - largest);
    for (int64_t i = 0; i < run; ++i)
      x[i] -= largest + std::log(sum);
  });
}

static Shape allAxesBut(const RefTensor &input, int64_t kept) {
  Shape axes;
  for (int64_t axis = 0; axis < static_cast<int64_t>(input.shape.size()); ++axis)
    if (axis != kept)
      axes.push_back(axis);
  return axes;
}

RefTensor channelMean(const RefTensor &input, int64_t axis) {
  return reduce(Reduction::Mean, input, allAxesBut(input, axis), {input.shape[axis]});
}

RefTensor channelVariance(const RefTensor &input, int64_t axis) {
  RefTensor mean = channelMean(input, axis);
  RefTensor squares = input;
  int64_t step = rowMajor(input.shape)[axis];
  for (size_t i = 0; i < squares.data.size(); ++i) {
    double centered = input.data[i] - mean.data[static_cast<int64_t>(i) / step % input.shape[axis]];
    squares.data[i] = centered * centered;
  }
  return channelMean(squares, axis);
}

} // namespace weir::reference
