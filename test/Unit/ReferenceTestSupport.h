//===- ReferenceTestSupport.h - Models as text, run by the reference ----------===//
//
// Keeps MLIR out of the tests themselves, so that they compile fast.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TEST_UNIT_REFERENCETESTSUPPORT_H
#define WEIR_TEST_UNIT_REFERENCETESTSUPPORT_H

#include "weir/Execution/Signature.h"
#include "weir/Reference/RefTensor.h"
#include <gtest/gtest.h>

namespace weir::test {

/// The model's outputs, or why it was refused; `text` is a module of the dialect.
Result<std::vector<RefTensor>> execute(const std::string &text,
                                       const std::vector<RefTensor> &inputs, int64_t batch,
                                       const RefParameters &parameters = {});

/// The one output of a model whose body is `body`, with `%r` its result, for instance
/// evaluate("%x: tensor<?x2xf32>", "%r = weir.neg %x : tensor<?x2xf32>", "tensor<?x2xf32>", ...)
RefTensor evaluate(const std::string &arguments, const std::string &body,
                   const std::string &resultType, const std::vector<RefTensor> &inputs,
                   int64_t batch);

/// The signature of a module of the dialect.
Signature signatureOf(const std::string &text);

/// Expects this shape and, within 1e-12, these elements.
void expectTensor(const RefTensor &tensor, const std::vector<int64_t> &shape,
                  const std::vector<double> &data);

/// start, start + step, ... in row-major order.
RefTensor counted(std::vector<int64_t> shape, double start = 1.0, double step = 1.0);

/// Non-uniform numbers between -1 and 1.
RefTensor scattered(std::vector<int64_t> shape, uint64_t seed);

} // namespace weir::test

#endif
