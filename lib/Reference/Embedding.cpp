//===- Embedding.cpp - Rows of tables ---------------------------------------------===//

#include "Kernels.h"
#include <algorithm>

namespace weir::reference {

RefTensor oneHot(const RefTensor &ids, int64_t cardinality) {
  RefTensor result{ids.shape, std::vector<double>(ids.data.size() * cardinality, 0.0)};
  result.shape.push_back(cardinality);
  for (size_t i = 0; i < ids.data.size(); ++i)
    result.data[i * cardinality + static_cast<int64_t>(ids.data[i])] = 1.0;
  return result;
}

RefTensor embedding(const RefTensor &ids, const RefTensor &table) {
  int64_t length = table.shape[1];
  RefTensor result{ids.shape, std::vector<double>(ids.data.size() * length)};
  result.shape.push_back(length);
  for (size_t i = 0; i < ids.data.size(); ++i)
    std::copy_n(table.data.begin() + static_cast<int64_t>(ids.data[i]) * length, length,
                result.data.begin() + i * length);
  return result;
}

RefTensor embeddingBag(Reduction reduction, const RefTensor &ids, const RefTensor &table) {
  RefTensor rows = embedding(ids, table);
  int64_t bag = static_cast<int64_t>(ids.shape.size()) - 1;
  Shape shape = rows.shape;
  shape.erase(shape.begin() + bag);
  return reduce(reduction, rows, {bag}, shape);
}

RefTensor embeddingGradient(const RefTensor &ids, const RefTensor &gradient, int64_t rows) {
  int64_t length = gradient.shape.back();
  RefTensor result{{rows, length}, std::vector<double>(rows * length, 0.0)};
  for (size_t i = 0; i < ids.data.size(); ++i)
    for (int64_t j = 0; j < length; ++j)
      result.data[static_cast<int64_t>(ids.data[i]) * length + j] += gradient.data[i * length + j];
  return result;
}

std::vector<RefTensor> unique(const RefTensor &ids) {
  RefTensor unique{{0}, {}}, inverse{ids.shape, {}};
  for (double id : ids.data) {
    auto found = std::find(unique.data.begin(), unique.data.end(), id);
    inverse.data.push_back(static_cast<double>(found - unique.data.begin()));
    if (found == unique.data.end())
      unique.data.push_back(id);
  }
  unique.shape = {static_cast<int64_t>(unique.data.size())};
  return {unique, inverse};
}

} // namespace weir::reference
