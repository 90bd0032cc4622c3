//===- AutodiffTestSupport.h - Gradients against finite differences -----------===//
//
// Keeps MLIR out of the tests themselves, so that they compile fast.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TEST_UNIT_AUTODIFFTESTSUPPORT_H
#define WEIR_TEST_UNIT_AUTODIFFTESTSUPPORT_H

#include "weir/Reference/RefTensor.h"
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace weir::test {

/// An operand of the op under test.
struct Operand {
  /// The example shape.
  std::vector<int64_t> shape;
  /// Whether it has a batch. A batched operand is a batched input times a parameter of the
  /// example shape, so that the parameter's gradient shows the operand's, example by example.
  bool batched = true;
  /// Where its values lie. If `low` is negative they lie between high / 3 and high,
  /// with either sign, and so, if batched, do the two factors.
  double low = -1.5, high = 1.5;
  /// Above 0: ids below this number instead, which are no parameter.
  int64_t ids = 0;
};

/// An op, its operands as %x0, %x1, ... and its result as %r.
struct GradientCase {
  std::vector<Operand> operands;
  /// Ops without their types' suffix, for instance "%r = weir.neg %x0 : tensor<?x3xf32>".
  std::string body;
  /// The example shape of %r.
  std::vector<int64_t> result;
  bool resultBatched = true;
};

/// `tensor<?x3x4xf32>`.
std::string typeOf(const std::vector<int64_t> &shape, bool batched);
std::string typeOf(const Operand &operand);

/// The module whose `@train` returns the loss sum(%r * %v) of a case, with a batched input %v.
std::string moduleOf(const GradientCase &test);

/// The gradients that the passes build, by parameter, and those by central differences.
struct Gradients {
  std::map<std::string, RefTensor> built, measured;
  /// The largest difference between measurements with two steps, relative to the
  /// gradient's size: large at a kink, where the test would measure nothing.
  double roughness = 0.0;
};

/// Where the values of an input or parameter lie, by name; see Operand.
using Ranges = std::map<std::string, std::pair<double, double>>;

/// Runs weir-training-form, weir-differentiate and weir-expand-batch-statistics on the
/// module, and the reference interpreter on the result.
Gradients gradientsOf(const std::string &module, int64_t batch, uint64_t seed,
                      const Ranges &ranges = {});

/// Whether the built gradients are those measured, within 1e-6 of their size.
testing::AssertionResult agree(const Gradients &gradients);

/// Expects the gradients of all operands of the case to agree, for batches of 1, 2 and 5.
void expectGradients(const GradientCase &test);

/// The results of the module's function after weir-training-form and
/// weir-expand-batch-statistics: losses first, then buffers' new values.
std::vector<RefTensor> runInTraining(const std::string &module, const RefParameters &parameters,
                                     const std::vector<RefTensor> &inputs, int64_t batch);

/// What the passes say of a module that they refuse, or "" if they don't.
std::string refusalOf(const std::string &module);

} // namespace weir::test

#endif
