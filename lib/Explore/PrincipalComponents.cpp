//===- PrincipalComponents.cpp - The directions in which rows differ most -----===//

#include "weir/Explore/PrincipalComponents.h"

#include <cmath>
#include <numeric>

namespace weir {

double PrincipalComponents::coordinate(std::span<const float> row, size_t component) const {
  const double *direction = directions.data() + component * static_cast<size_t>(width);
  double sum = 0;
  for (size_t i = 0; i < row.size(); ++i)
    sum += (row[i] - mean[i]) * direction[i];
  return sum;
}

//===----------------------------------------------------------------------===//
// Eigenvectors
//===----------------------------------------------------------------------===//

namespace {
// Jacobi's method (1846), cyclic by rows: rotations in the planes (p, q) that make the
// entries (p, q) zero, over and over, until the symmetric matrix is diagonal. Slower than
// tridiagonal methods, accurate and short.
class SymmetricMatrix {
public:
  SymmetricMatrix(std::vector<double> entries, size_t n) : a(std::move(entries)), v(n * n), n(n) {
    for (size_t i = 0; i < n; ++i)
      v[i * n + i] = 1;
  }

  void diagonalize() {
    double whole = 0;
    for (double entry : a)
      whole += entry * entry;
    for (int sweep = 0; sweep < 60; ++sweep) {
      double off = 0;
      for (size_t p = 0; p < n; ++p)
        for (size_t q = p + 1; q < n; ++q)
          off += a[p * n + q] * a[p * n + q];
      if (off <= 1e-30 * whole)
        return;
      for (size_t p = 0; p < n; ++p)
        for (size_t q = p + 1; q < n; ++q)
          rotate(p, q);
    }
  }

  double eigenvalue(size_t i) const { return a[i * n + i]; }
  const double *eigenvector(size_t i) const { return &v[i * n]; } // a row of v

private:
  void rotate(size_t p, size_t q) {
    double entry = a[p * n + q];
    if (entry == 0)
      return;
    // The smaller of the two angles that make the entry zero.
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * entry);
    double t = std::copysign(1 / (std::abs(theta) + std::hypot(theta, 1.0)), theta);
    double c = 1 / std::sqrt(t * t + 1), s = t * c;
    rotateRows(&a[p * n], &a[q * n], c, s);
    for (size_t i = 0; i < n; ++i) {
      double x = a[i * n + p], y = a[i * n + q];
      a[i * n + p] = c * x - s * y;
      a[i * n + q] = s * x + c * y;
    }
    a[p * n + q] = a[q * n + p] = 0;
    rotateRows(&v[p * n], &v[q * n], c, s);
  }

  void rotateRows(double *x, double *y, double c, double s) {
    for (size_t i = 0; i < n; ++i) {
      double xi = x[i], yi = y[i];
      x[i] = c * xi - s * yi;
      y[i] = s * xi + c * yi;
    }
  }

  std::vector<double> a, v;
  size_t n;
};
} // namespace

//===----------------------------------------------------------------------===//
// Covariance
//===----------------------------------------------------------------------===//

// The covariance [width, width] of the rows around their mean.
static std::vector<double> covariance(const RowTable &table, std::span<const int64_t> rows,
                                      const std::vector<double> &mean) {
  size_t n = mean.size();
  std::vector<double> matrix(n * n), centred(n);
  for (int64_t row : rows) {
    std::span<const float> values = table.row(row);
    for (size_t i = 0; i < n; ++i)
      centred[i] = values[i] - mean[i];
    for (size_t i = 0; i < n; ++i)
      for (size_t j = i; j < n; ++j)
        matrix[i * n + j] += centred[i] * centred[j];
  }
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i; j < n; ++j)
      matrix[j * n + i] = matrix[i * n + j] /= static_cast<double>(rows.size() - 1);
  return matrix;
}

Result<PrincipalComponents> findPrincipalComponents(const RowTable &table,
                                                    std::span<const int64_t> rows, int64_t count) {
  if (rows.size() < 2)
    return fail("there are {} rows, expected at least 2 to find how they differ", rows.size());
  if (table.width > 2048)
    return fail("the rows have {} numbers, expected at most 2048", table.width);
  if (count < 1 || count > table.width)
    return fail("rows of {} numbers have 1 to {} components, not {}", table.width, table.width,
                count);
  auto n = static_cast<size_t>(table.width);
  PrincipalComponents found;
  found.width = table.width;
  found.mean.resize(n);
  for (int64_t row : rows)
    for (size_t i = 0; float value : table.row(row)) {
      if (!std::isfinite(value))
        return fail("row {} holds {}, expected finite numbers", row, value);
      found.mean[i++] += value;
    }
  for (double &value : found.mean)
    value /= static_cast<double>(rows.size());

  SymmetricMatrix matrix(covariance(table, rows, found.mean), n);
  matrix.diagonalize();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) {
    double first = matrix.eigenvalue(i), second = matrix.eigenvalue(j);
    return first != second ? first > second : i < j;
  });
  for (size_t i = 0; i < n; ++i)
    found.total += std::max(matrix.eigenvalue(i), 0.0);
  for (size_t k = 0; k < static_cast<size_t>(count); ++k) {
    const double *direction = matrix.eigenvector(order[k]);
    size_t largest = 0;
    for (size_t i = 1; i < n; ++i)
      if (std::abs(direction[i]) > std::abs(direction[largest]))
        largest = i;
    for (size_t i = 0; i < n; ++i)
      found.directions.push_back(direction[largest] < 0 ? -direction[i] : direction[i]);
    found.variances.push_back(std::max(matrix.eigenvalue(order[k]), 0.0));
  }
  return found;
}

} // namespace weir
