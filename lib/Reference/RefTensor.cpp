//===- RefTensor.cpp - The reference interpreter's values -------------------------===//

#include "weir/Reference/RefTensor.h"

namespace weir {

RefTensor toReference(const Tensor &tensor) {
  int64_t count = tensor.elements();
  if (tensor.dtype == DType::F32)
    return {tensor.shape, std::vector<double>(tensor.f32(), tensor.f32() + count)};
  RefTensor result{tensor.shape, std::vector<double>(count)};
  for (int64_t i = 0; i < count; ++i)
    result.data[i] = static_cast<double>(tensor.i64()[i]);
  return result;
}

RefParameters toReference(const ParameterFile &parameters) {
  RefParameters result;
  for (const NamedTensor &parameter : parameters)
    result.emplace(parameter.name, toReference(parameter.tensor));
  return result;
}

Result<Tensor> fromReference(const RefTensor &tensor) {
  Result<Tensor> result = Tensor::uninitialized(DType::F32, tensor.shape);
  if (result)
    for (size_t i = 0; i < tensor.data.size(); ++i)
      result->f32()[i] = static_cast<float>(tensor.data[i]);
  return result;
}

} // namespace weir
