//===- Elementwise.cpp - Arithmetic and activations -------------------------------===//

#include "Kernels.h"
#include <algorithm>
#include <cmath>

namespace weir::reference {

RefTensor map(Unary function, RefTensor input) {
  for (double &x : input.data)
    x = function(x);
  return input;
}

static Shape broadcastShape(const Shape &lhs, const Shape &rhs) {
  Shape result(std::max(lhs.size(), rhs.size()));
  for (size_t fromEnd = 1; fromEnd <= result.size(); ++fromEnd) {
    int64_t left = fromEnd <= lhs.size() ? lhs[lhs.size() - fromEnd] : 1;
    int64_t right = fromEnd <= rhs.size() ? rhs[rhs.size() - fromEnd] : 1;
    assert((left == right || left == 1 || right == 1) && "shapes must broadcast");
    result[result.size() - fromEnd] = left == 1 ? right : left;
  }
  return result;
}

RefTensor combine(Binary function, const RefTensor &lhs, const RefTensor &rhs) {
  Shape shape = broadcastShape(lhs.shape, rhs.shape);
  RefTensor result = broadcast(lhs, shape);
  RefTensor right = broadcast(rhs, shape);
  for (size_t i = 0; i < result.data.size(); ++i)
    result.data[i] = function(result.data[i], right.data[i]);
  return result;
}

double relu(double x) { return x < 0.0 ? 0.0 : x; }
double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
double larger(double a, double b) { return std::isnan(a) || a > b ? a : b; }
double smaller(double a, double b) { return std::isnan(a) || a < b ? a : b; }

RefTensor select(const RefTensor &condition, const RefTensor &onTrue, const RefTensor &onFalse) {
  RefTensor result = onTrue;
  for (size_t i = 0; i < result.data.size(); ++i)
    if (condition.data[i] == 0.0)
      result.data[i] = onFalse.data[i];
  return result;
}

} // namespace weir::reference
