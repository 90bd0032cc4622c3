//===- RefTensor.h - The reference interpreter's values ---------------------------===//
#ifndef WEIR_REFERENCE_REFTENSOR_H
#define WEIR_REFERENCE_REFTENSOR_H

#include "weir/Runtime/ParameterFile.h"
#include <map>

namespace weir {

/// A dense row-major array in double precision; ids are whole numbers in it.
struct RefTensor {
  std::vector<int64_t> shape;
  std::vector<double> data;
};

/// Tensors by parameter name.
using RefParameters = std::map<std::string, RefTensor, std::less<>>;

/// The same tensor in double precision.
RefTensor toReference(const Tensor &tensor);
RefParameters toReference(const ParameterFile &parameters);

/// The tensor as F32, each element rounded to nearest. Fails only for lack of memory.
Result<Tensor> fromReference(const RefTensor &tensor);

} // namespace weir

#endif
