//===- PrintTensor.h - A tensor for people ------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_PRINTTENSOR_H
#define WEIR_TOOLS_WEIR_PRINTTENSOR_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// Appends "NAME [shape]" and the elements to `out`: a line per example, the elements
/// of an example in row-major order. Tensors of more than a thousand elements are
/// shortened; returns whether this one was.
bool printTensor(const std::string &name, const Tensor &tensor, bool batched, std::string &out);

} // namespace weir

#endif
