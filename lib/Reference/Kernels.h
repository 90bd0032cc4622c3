//===- Kernels.h - One function per op, on whole tensors --------------------------===//
//
// What the dialect's ops compute, without the dialect: the batch is an axis like any
// other here, and axes are counted with it. Operands are taken as valid; the ops'
// verifiers have seen to that.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_LIB_REFERENCE_KERNELS_H
#define WEIR_LIB_REFERENCE_KERNELS_H

#include "weir/Reference/RefTensor.h"

namespace weir::reference {

using Shape = std::vector<int64_t>;

//===----------------------------------------------------------------------===//
// Shape.cpp: views and what is made of them
//===----------------------------------------------------------------------===//

/// The product of the sizes.
int64_t volume(const Shape &shape);

/// How far apart neighbours along each axis lie in row-major order.
Shape rowMajor(const Shape &shape);

/// A copy of the elements `data[start + sum of index[i] * steps[i]]`.
RefTensor view(const RefTensor &input, const Shape &shape, int64_t start, const Shape &steps);

/// The inverse: element `index` of `input` goes to `start + sum of index[i] * steps[i]`.
void place(const RefTensor &input, RefTensor &result, int64_t start, const Shape &steps);

RefTensor reshape(RefTensor input, const Shape &shape);
RefTensor broadcast(const RefTensor &input, const Shape &shape);
/// Axis i of the result is axis `permutation[i]` of the input.
RefTensor transpose(const RefTensor &input, const Shape &permutation);
/// Moves one axis elsewhere and leaves the others in their order.
RefTensor moveAxis(const RefTensor &input, int64_t from, int64_t to);
RefTensor slice(const RefTensor &input, const Shape &offsets, const Shape &sizes,
                const Shape &strides);
RefTensor pad(const RefTensor &input, const Shape &low, const Shape &high, double value);
RefTensor concat(const std::vector<const RefTensor *> &inputs, int64_t axis);
/// Zeros between the elements.
RefTensor dilate(const RefTensor &input, const Shape &factors);
/// The given axes from end to start.
RefTensor reverse(const RefTensor &input, const Shape &axes);

//===----------------------------------------------------------------------===//
// Elementwise.cpp
//===----------------------------------------------------------------------===//

using Unary = double (*)(double);
using Binary = double (*)(double, double);

RefTensor map(Unary function, RefTensor input);
/// Broadcasts as NumPy does.
RefTensor combine(Binary function, const RefTensor &lhs, const RefTensor &rhs);
/// onTrue where the condition isn't 0, else onFalse; all of one shape.
RefTensor select(const RefTensor &condition, const RefTensor &onTrue, const RefTensor &onFalse);

double relu(double x);
double sigmoid(double x);
double softplus(double x);
/// The larger, the smaller; a NaN, if either is one.
double larger(double a, double b);
double smaller(double a, double b);

//===----------------------------------------------------------------------===//
// Reduce.cpp
//===----------------------------------------------------------------------===//

enum class Reduction { Sum, Mean, Max };

/// Reduces `axes`; the result has the given shape, with or without them.
RefTensor reduce(Reduction reduction, const RefTensor &input, const Shape &axes,
                 const Shape &shape);
/// Over all axes but one: [size of that axis].
RefTensor channelMean(const RefTensor &input, int64_t axis);
/// The biased variance.
RefTensor channelVariance(const RefTensor &input, int64_t axis);
RefTensor softmax(const RefTensor &input, int64_t axis);
RefTensor logSoftmax(const RefTensor &input, int64_t axis);

//===----------------------------------------------------------------------===//
// Embedding.cpp
//===----------------------------------------------------------------------===//

RefTensor oneHot(const RefTensor &ids, int64_t cardinality);
RefTensor embedding(const RefTensor &ids, const RefTensor &table);
RefTensor embeddingBag(Reduction reduction, const RefTensor &ids, const RefTensor &table);
/// ids [...], gradient [..., length]: [rows, length].
RefTensor embeddingGradient(const RefTensor &ids, const RefTensor &gradient, int64_t rows);
/// The different ids in the order in which they first come up, and the position of each in them.
std::vector<RefTensor> unique(const RefTensor &ids);

//===----------------------------------------------------------------------===//
// Linear.cpp
//===----------------------------------------------------------------------===//

/// input [..., k], weight [n, k], bias [n] or null: [..., n].
RefTensor linear(const RefTensor &input, const RefTensor &weight, const RefTensor *bias);
/// lhs [a, b, m, k], rhs [c, d, k, n]: [max(a, c), max(b, d), m, n], where an axis of
/// size 1 among the first two is used for all.
RefTensor matmul(const RefTensor &lhs, const RefTensor &rhs);
/// rows [..., k...], matrix [k..., n], init [..., n] or null: [..., n].
RefTensor product(const RefTensor &rows, const RefTensor &matrix, const RefTensor *init);
/// rows [..., g, k], matrices [g, k, n]: [..., g, n].
RefTensor groupedProduct(const RefTensor &rows, const RefTensor &matrices);
/// rows [m..., k...], gradient [m..., n]: [k..., n], summed over m.
RefTensor productWeightGradient(const RefTensor &rows, const RefTensor &gradient);

//===----------------------------------------------------------------------===//
// Conv.cpp, Pool.cpp: images are [batch, channels, height, width]
//===----------------------------------------------------------------------===//

/// A window's way over an image, two entries each: rows, columns.
struct Window {
  Shape kernel, strides, low, high, dilations;
};

/// The result's height (axis 0) or width (axis 1).
int64_t positions(const Window &window, int64_t size, int64_t axis);

/// weight [outputs, channels / groups, height, width], bias [outputs] or null.
RefTensor conv2d(const RefTensor &input, const RefTensor &weight, const RefTensor *bias,
                 const Window &window, int64_t groups);
/// input [batch, height, width, channels], already padded:
/// [batch, rows, columns, kernel height, kernel width, channels].
RefTensor windows(const RefTensor &input, const Window &window);

/// input [batch, height, width, channels], already padded:
/// [batch, tile rows, tile columns, (tile + 2)^2, channels].
RefTensor winogradInput(const RefTensor &input, int64_t tile);
/// input [outputs, channels, 3, 3]: [(tile + 2)^2, channels, outputs].
RefTensor winogradWeight(const RefTensor &input, int64_t tile);
/// input [batch, tile rows, tile columns, (tile + 2)^2, channels]: [batch, height, width,
/// channels].
RefTensor winogradOutput(const RefTensor &input, int64_t tile, int64_t height, int64_t width);

/// input [batch, channels, height, width], gradient [batch, outputs, rows, columns]:
/// [outputs, channels / groups, kernel height, kernel width].
RefTensor conv2dWeightGradient(const RefTensor &input, const RefTensor &gradient,
                               const Window &window, int64_t groups);

RefTensor maxPool2d(const RefTensor &input, const Window &window);
/// Each element of the gradient goes to the first largest element of its window.
RefTensor maxPool2dGradient(const RefTensor &input, const RefTensor &gradient,
                            const Window &window);
RefTensor avgPool2d(const RefTensor &input, const Window &window, bool countIncludePad);

//===----------------------------------------------------------------------===//
// Norm.cpp
//===----------------------------------------------------------------------===//

RefTensor batchNorm(RefTensor input, const RefTensor &weight, const RefTensor &bias,
                    const RefTensor &mean, const RefTensor &variance, double epsilon, int64_t axis);
/// Over the last axes, as many as `weight` has.
RefTensor layerNorm(RefTensor input, const RefTensor &weight, const RefTensor &bias,
                    double epsilon);
/// 0 or 1 / (1 - probability), drawn for each element of a tensor of this shape.
RefTensor dropoutMask(const Shape &shape, uint64_t seed, uint64_t step, uint64_t layer,
                      double probability);

} // namespace weir::reference

#endif
