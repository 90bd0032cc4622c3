//===- RowsTest.cpp - Reductions and norms of rows of all lengths -------------===//
//
// Rows of fewer elements than a vector, of a few vectors, and of more than are summed at once,
// each with and without a rest.
//
//===----------------------------------------------------------------------===//

#include "OpsSupport.h"

namespace weir::property {
namespace {

constexpr int64_t lengths[] = {1, 3, 8, 15, 16, 33, 127, 128, 145, 300, 1027};

class RowsTest : public testing::TestWithParam<bool> {
protected:
  // Every expression of an input x, for rows of every length.
  void expectAgreesOnRows(const std::vector<const char *> &expressions, const char *before = "") {
    for (int64_t length : lengths) {
      ModelText model{{fmt::format("x: f32[{}{}]", before, length)}, {}};
      model.expressions.assign(expressions.begin(), expressions.end());
      expectAgrees(model, GetParam() ? plainOptions() : testOptions());
    }
  }
};

TEST_P(RowsTest, Reductions) {
  const std::vector<const char *> reductions = {"sum(x)", "max(x * -3)", "mean(x * x)",
                                                "sum(exp(x))", "max(x) - min(x)"};
  expectAgreesOnRows(reductions);
  expectAgreesOnRows(reductions, "3, ");
  expectAgreesOnRows({"sum(x, axis: -1)", "max(x, axis: -1)", "sum(abs(x), axis: -1, keep: true)",
                      "sum(x, axis: (0, 2))"},
                     "2, 3, ");
}

TEST_P(RowsTest, Norms) {
  const std::vector<const char *> norms = {"softmax(x * 3)", "softmax(x * 30)",   "log_softmax(x)",
                                           "layer_norm(x)",  "layer_norm(x + 9)", "normalize(x)"};
  expectAgreesOnRows(norms);
  expectAgreesOnRows(norms, "3, ");
}

// What one computes is read by several, or by another of its kind, or stays in place.
TEST_P(RowsTest, NormsOfNorms) {
  const std::vector<const char *> chains = {
      "softmax(layer_norm(x))",          "layer_norm(relu(softmax(x * 3)))",
      "x + softmax(x) * layer_norm(x)",  "softmax(x) - exp(log_softmax(x))",
      "sum(softmax(x * x), axis: -1)",   "exp(x - max(x, axis: -1, keep: true))",
      "layer_norm(layer_norm(abs(x)))",  "log_softmax(softmax(x)) * mean(x, axis: -1, keep: true)",
      "softmax(x[..] + max(softmax(x)))"};
  expectAgreesOnRows(chains);
  expectAgreesOnRows(chains, "2, 3, ");
}

INSTANTIATE_TEST_SUITE_P(Targets, RowsTest, testing::Bool(),
                         [](const auto &info) { return info.param ? "Plain" : "Native"; });

} // namespace
} // namespace weir::property
