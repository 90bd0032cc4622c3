//===- Examples.h - The inputs that a command feeds a model -------------------===//
#ifndef WEIR_TOOLS_WEIR_EXAMPLES_H
#define WEIR_TOOLS_WEIR_EXAMPLES_H

#include "weir/Execution/Signature.h"
#include "weir/Runtime/Tensor.h"

#include <map>

namespace weir {

/// A batch of examples: one tensor per input, in the signature's order.
struct Examples {
  std::vector<Tensor> inputs;
  int64_t count = 0;
};

/// Reads "NAME=SPEC" for every input (see readArray for SPEC) and checks types,
/// shapes, and that all hold the same number of examples.
Result<Examples> readExamples(const Signature &signature, const std::vector<std::string> &specs);

/// The examples from `begin` on, `count` of them; a copy.
Result<std::vector<Tensor>> cutExamples(const Signature &signature, const Examples &examples,
                                        int64_t begin, int64_t count);

} // namespace weir

#endif
