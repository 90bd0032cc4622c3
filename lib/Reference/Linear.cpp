//===- Linear.cpp - Matrix products -----------------------------------------------===//

#include "Kernels.h"
#include <algorithm>

namespace weir::reference {

// result [m, n] += lhs [m, k] @ rhs [k, n]. The innermost loop runs along contiguous
// rows of `rhs` and `result`, which is all the speed that is needed here.
static void multiplyAdd(const double *lhs, const double *rhs, double *result, int64_t m, int64_t k,
                        int64_t n) {
  for (int64_t row = 0; row < m; ++row)
    for (int64_t i = 0; i < k; ++i) {
      double factor = lhs[row * k + i];
      const double *from = rhs + i * n;
      double *to = result + row * n;
      for (int64_t column = 0; column < n; ++column)
        to[column] += factor * from[column];
    }
}

RefTensor linear(const RefTensor &input, const RefTensor &weight, const RefTensor *bias) {
  Shape shape = input.shape;
  shape.back() = weight.shape[0];
  RefTensor matrix = transpose(weight, {1, 0});
  if (!bias)
    return product(input, matrix, nullptr);
  RefTensor init = broadcast(*bias, shape);
  return product(input, matrix, &init);
}

RefTensor matmul(const RefTensor &lhs, const RefTensor &rhs) {
  assert(lhs.shape.size() == 4 && rhs.shape.size() == 4 && lhs.shape[3] == rhs.shape[2]);
  int64_t m = lhs.shape[2], k = lhs.shape[3], n = rhs.shape[3];
  auto stretched = [](int64_t left, int64_t right) { return left == 1 ? right : left; };
  Shape shape = {stretched(lhs.shape[0], rhs.shape[0]), stretched(lhs.shape[1], rhs.shape[1]), m,
                 n};
  RefTensor left = broadcast(lhs, {shape[0], shape[1], m, k});
  RefTensor right = broadcast(rhs, {shape[0], shape[1], k, n});
  RefTensor result{shape, std::vector<double>(volume(shape), 0.0)};
  for (int64_t i = 0; i < shape[0] * shape[1]; ++i)
    multiplyAdd(left.data.data() + i * m * k, right.data.data() + i * k * n,
                result.data.data() + i * m * n, m, k, n);
  return result;
}

RefTensor product(const RefTensor &rows, const RefTensor &matrix, const RefTensor *init) {
  size_t reduced = matrix.shape.size() - 1;
  Shape shape(rows.shape.begin(), rows.shape.end() - reduced);
  int64_t m = volume(shape), n = matrix.shape.back();
  int64_t k = volume(Shape(matrix.shape.begin(), matrix.shape.end() - 1));
  shape.push_back(n);
  RefTensor result{shape, init ? init->data : std::vector<double>(m * n, 0.0)};
  multiplyAdd(rows.data.data(), matrix.data.data(), result.data.data(), m, k, n);
  return result;
}

RefTensor groupedProduct(const RefTensor &rows, const RefTensor &matrices) {
  int64_t groups = matrices.shape[0], k = matrices.shape[1], n = matrices.shape[2];
  Shape shape = rows.shape;
  shape.back() = n;
  RefTensor result{shape, std::vector<double>(volume(shape), 0.0)};
  for (int64_t row = 0, end = volume(shape) / n; row < end; ++row)
    multiplyAdd(rows.data.data() + row * k, matrices.data.data() + row % groups * k * n,
                result.data.data() + row * n, 1, k, n);
  return result;
}

RefTensor productWeightGradient(const RefTensor &rows, const RefTensor &gradient) {
  size_t leading = gradient.shape.size() - 1;
  Shape shape(rows.shape.begin() + leading, rows.shape.end());
  int64_t k = volume(shape), n = gradient.shape.back();
  int64_t m = volume(Shape(gradient.shape.begin(), gradient.shape.end() - 1));
  shape.push_back(n);
  RefTensor columns = transpose(reshape(rows, {m, k}), {1, 0});
  RefTensor result{shape, std::vector<double>(k * n, 0.0)};
  multiplyAdd(columns.data.data(), gradient.data.data(), result.data.data(), k, m, n);
  return result;
}

} // namespace weir::reference
