//===- ReferenceTest.cpp - The reference interpreter, op by op ----------------===//
//
// Every op that isn't a window over an image, on numbers worked out by hand.
// Results are not symmetric in anything: swapped operands or axes would show.
//
//===----------------------------------------------------------------------===//

#include "ReferenceTestSupport.h"
#include <cmath>
#include <limits>

namespace weir::test {
namespace {

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

std::vector<double> unary(const std::string &name, std::vector<double> values) {
  RefTensor x{{1, static_cast<int64_t>(values.size())}, values};
  std::string type = fmt::format("tensor<?x{}xf32>", values.size());
  return evaluate("%x: " + type, "%r = weir." + name + " %x : " + type, type, {x}, 1).data;
}

void expectNear(const std::vector<double> &found, const std::vector<double> &expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-12) << "element " << i;
}

TEST(ReferenceElementwise, FunctionsOfOneVariable) {
  expectNear(unary("neg", {1.5, -2.0}), {-1.5, 2.0});
  expectNear(unary("abs", {1.5, -2.0}), {1.5, 2.0});
  expectNear(unary("exp", {0.0, 1.0}), {1.0, 2.718281828459045});
  expectNear(unary("log", {1.0, 10.0}), {0.0, 2.302585092994046});
  expectNear(unary("log1p", {0.0, 1.0, 1e-15}), {0.0, 0.6931471805599453, 1e-15});
  expectNear(unary("sqrt", {9.0, 2.0}), {3.0, 1.4142135623730951});
  expectNear(unary("rsqrt", {4.0, 0.25}), {0.5, 2.0});
  expectNear(unary("erf", {0.0, 1.0, -0.5}), {0.0, 0.8427007929497149, -0.5204998778130465});
  expectNear(unary("tanh", {0.0, 1.0}), {0.0, 0.7615941559557649});
  expectNear(unary("sigmoid", {0.0, 2.0, -2.0}), {0.5, 0.8807970779778823, 0.11920292202211755});
  expectNear(unary("relu", {3.0, -3.0, 0.0}), {3.0, 0.0, 0.0});
}

TEST(ReferenceElementwise, SoftplusDoesNotOverflow) {
  expectNear(unary("softplus", {0.0, 1000.0, -1000.0}), {0.6931471805599453, 1000.0, 0.0});
}

std::vector<double> binary(const std::string &name, std::vector<double> a, std::vector<double> b) {
  int64_t size = a.size();
  std::string type = fmt::format("tensor<?x{}xf32>", size);
  return evaluate("%a: " + type + ", %b: " + type,
                  fmt::format("%r = weir.{0} %a, %b : ({1}, {1}) -> {1}", name, type), type,
                  {{{1, size}, a}, {{1, size}, b}}, 1)
      .data;
}

TEST(ReferenceElementwise, FunctionsOfTwoVariables) {
  expectNear(binary("add", {5.0, -1.0}, {2.0, 4.0}), {7.0, 3.0});
  expectNear(binary("sub", {5.0, -1.0}, {2.0, 4.0}), {3.0, -5.0});
  expectNear(binary("mul", {5.0, -1.0}, {2.0, 4.0}), {10.0, -4.0});
  expectNear(binary("div", {5.0, -1.0}, {2.0, 4.0}), {2.5, -0.25});
  expectNear(binary("maximum", {5.0, -1.0}, {2.0, 4.0}), {5.0, 4.0});
  expectNear(binary("minimum", {5.0, -1.0}, {2.0, 4.0}), {2.0, -1.0});
  expectNear(binary("pow", {5.0, 2.0}, {2.0, 4.0}), {25.0, 16.0});
}

TEST(ReferenceElementwise, NanIsKept) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  for (const char *name : {"maximum", "minimum"}) {
    EXPECT_TRUE(std::isnan(binary(name, {nan}, {1.0})[0])) << name;
    EXPECT_TRUE(std::isnan(binary(name, {1.0}, {nan})[0])) << name;
  }
  EXPECT_TRUE(std::isnan(unary("relu", {nan})[0]));
}

TEST(ReferenceElementwise, BatchIsNotBroadcastAgainstExamples) {
  // Two batched operands of different ranks: [2, 3] with the examples' [3] of a batch of 2.
  RefTensor r =
      evaluate("%a: tensor<?x2x3xf32>, %b: tensor<?x3xf32>",
               "%r = weir.sub %a, %b : (tensor<?x2x3xf32>, tensor<?x3xf32>) -> tensor<?x2x3xf32>",
               "tensor<?x2x3xf32>", {counted({2, 2, 3}), {{2, 3}, {1, 2, 3, 10, 20, 30}}}, 2);
  expectTensor(r, {2, 2, 3}, {0, 0, 0, 3, 3, 3, -3, -12, -21, 0, -9, -18});
}

TEST(ReferenceElementwise, UnbatchedOperandServesAllExamples) {
  RefTensor r =
      evaluate("%a: tensor<?x1x2xf32>, %b: tensor<2x1xf32>",
               "%r = weir.sub %b, %a : (tensor<2x1xf32>, tensor<?x1x2xf32>) -> tensor<?x2x2xf32>",
               "tensor<?x2x2xf32>", {counted({3, 1, 2}), {{2, 1}, {10, 20}}}, 3);
  expectTensor(r, {3, 2, 2}, {9, 8, 19, 18, 7, 6, 17, 16, 5, 4, 15, 14});
}

TEST(ReferenceElementwise, ScalarConstant) {
  RefTensor r =
      evaluate("%x: tensor<?x3xf32>",
               "%c = weir.constant dense<[5.5, 1.0, 2.0]> : tensor<3xf32>\n"
               "%s = weir.constant dense<2.0> : tensor<f32>\n"
               "%t = weir.mul %x, %c : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>\n"
               "%r = weir.div %t, %s : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>",
               "tensor<?x3xf32>", {counted({1, 3})}, 1);
  expectTensor(r, {1, 3}, {2.75, 1.0, 3.0});
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

TEST(ReferenceReduce, SumMeanMax) {
  auto reduce = [](const std::string &name, const std::string &axes, const std::string &type) {
    return evaluate("%x: tensor<?x2x3xf32>",
                    fmt::format("%r = weir.{} %x {{axes = array<i64: {}>}} : "
                                "(tensor<?x2x3xf32>) -> {}",
                                name, axes, type),
                    type, {{{2, 2, 3}, {1, 5, 2, 7, 3, 6, -1, -5, -2, -7, -3, -6}}}, 2);
  };
  expectTensor(reduce("sum", "0", "tensor<?x3xf32>"), {2, 3}, {8, 8, 8, -8, -8, -8});
  expectTensor(reduce("sum", "1", "tensor<?x2xf32>"), {2, 2}, {8, 16, -8, -16});
  expectTensor(reduce("mean", "0, 1", "tensor<?xf32>"), {2}, {4, -4});
  expectTensor(reduce("max", "1", "tensor<?x2xf32>"), {2, 2}, {5, 7, -1, -3});
}

TEST(ReferenceReduce, KeepDims) {
  RefTensor r = evaluate("%x: tensor<2x3xf32>",
                         "%r = weir.mean %x {axes = array<i64: 0>, keep_dims} : "
                         "(tensor<2x3xf32>) -> tensor<1x3xf32>",
                         "tensor<1x3xf32>", {counted({2, 3})}, 5);
  expectTensor(r, {1, 3}, {2.5, 3.5, 4.5});
}

TEST(ReferenceReduce, SoftmaxAlongTheNamedAxis) {
  double a = std::exp(1.0) / (std::exp(1.0) + std::exp(2.0));
  RefTensor x = {{1, 2, 3}, {1001, 2, 0, 1002, 1, 0}};
  RefTensor r =
      evaluate("%x: tensor<?x2x3xf32>", "%r = weir.softmax %x {axis = 0 : i64} : tensor<?x2x3xf32>",
               "tensor<?x2x3xf32>", {x}, 1);
  expectTensor(r, {1, 2, 3}, {a, 1 - a, 0.5, 1 - a, a, 0.5});
  r = evaluate("%x: tensor<?x2x3xf32>",
               "%r = weir.log_softmax %x {axis = 0 : i64} : tensor<?x2x3xf32>", "tensor<?x2x3xf32>",
               {x}, 1);
  expectTensor(
      r, {1, 2, 3},
      {std::log(a), std::log(1 - a), std::log(0.5), std::log(1 - a), std::log(a), std::log(0.5)});
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

TEST(ReferenceShape, Reshape) {
  RefTensor r = evaluate("%x: tensor<?x2x3xf32>",
                         "%r = weir.reshape %x : (tensor<?x2x3xf32>) -> tensor<?x3x2xf32>",
                         "tensor<?x3x2xf32>", {counted({2, 2, 3})}, 2);
  expectTensor(r, {2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST(ReferenceShape, TransposeIsNotItsInverse) {
  // Axis i of the result is axis permutation[i] of the operand.
  RefTensor r = evaluate("%x: tensor<?x1x2x3xf32>",
                         "%r = weir.transpose %x {permutation = array<i64: 1, 2, 0>} : "
                         "(tensor<?x1x2x3xf32>) -> tensor<?x2x3x1xf32>",
                         "tensor<?x2x3x1xf32>", {counted({1, 1, 2, 3})}, 1);
  expectTensor(r, {1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  r = evaluate("%x: tensor<?x2x3x2xf32>",
               "%r = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : "
               "(tensor<?x2x3x2xf32>) -> tensor<?x2x2x3xf32>",
               "tensor<?x2x2x3xf32>", {counted({1, 2, 3, 2})}, 1);
  expectTensor(r, {1, 2, 2, 3}, {1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12});
}

TEST(ReferenceShape, SliceOfNumbersAndOfIds) {
  RefTensor r = evaluate("%x: tensor<?x3x5xf32>",
                         "%r = weir.slice %x {offsets = array<i64: 0, 1>, sizes = array<i64: 2, "
                         "2>, strides = array<i64: 2, 3>} : (tensor<?x3x5xf32>) -> "
                         "tensor<?x2x2xf32>",
                         "tensor<?x2x2xf32>", {counted({2, 3, 5})}, 2);
  expectTensor(r, {2, 2, 2}, {2, 5, 12, 15, 17, 20, 27, 30});
  r = evaluate("%x: tensor<?x3x!weir.index<4>>, %t: tensor<4x1xf32>",
               "%i = weir.slice %x {offsets = array<i64: 1>, sizes = array<i64: 2>, strides = "
               "array<i64: 1>} : (tensor<?x3x!weir.index<4>>) -> tensor<?x2x!weir.index<4>>\n"
               "%r = weir.embedding %i, %t : (tensor<?x2x!weir.index<4>>, tensor<4x1xf32>) -> "
               "tensor<?x2x1xf32>",
               "tensor<?x2x1xf32>", {{{1, 3}, {0, 3, 2}}, {{4, 1}, {10, 11, 12, 13}}}, 1);
  expectTensor(r, {1, 2, 1}, {13, 12});
}

TEST(ReferenceShape, PadByDifferentWidths) {
  RefTensor r = evaluate("%x: tensor<?x1x2xf32>",
                         "%r = weir.pad %x {low = array<i64: 1, 0>, high = array<i64: 0, 2>, value "
                         "= -1.0 : f32} : (tensor<?x1x2xf32>) -> tensor<?x2x4xf32>",
                         "tensor<?x2x4xf32>", {counted({2, 1, 2})}, 2);
  expectTensor(r, {2, 2, 4}, {-1, -1, -1, -1, 1, 2, -1, -1, -1, -1, -1, -1, 3, 4, -1, -1});
}

TEST(ReferenceShape, ConcatAlongEitherAxis) {
  RefTensor r = evaluate("%a: tensor<?x2x1xf32>, %b: tensor<?x2x2xf32>",
                         "%r = weir.concat %a, %b {axis = 1 : i64} : (tensor<?x2x1xf32>, "
                         "tensor<?x2x2xf32>) -> tensor<?x2x3xf32>",
                         "tensor<?x2x3xf32>", {counted({2, 2, 1}), counted({2, 2, 2}, 11)}, 2);
  expectTensor(r, {2, 2, 3}, {1, 11, 12, 2, 13, 14, 3, 15, 16, 4, 17, 18});
  r = evaluate("%a: tensor<?x1x2xf32>, %b: tensor<?x2x2xf32>",
               "%r = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x1x2xf32>, "
               "tensor<?x2x2xf32>) -> tensor<?x3x2xf32>",
               "tensor<?x3x2xf32>", {counted({2, 1, 2}), counted({2, 2, 2}, 11)}, 2);
  expectTensor(r, {2, 3, 2}, {1, 2, 11, 12, 13, 14, 3, 4, 15, 16, 17, 18});
}

//===----------------------------------------------------------------------===//
// Embeddings
//===----------------------------------------------------------------------===//

TEST(ReferenceEmbedding, OneHotAndRows) {
  RefTensor r = evaluate("%i: tensor<?x!weir.index<3>>",
                         "%r = weir.one_hot %i : (tensor<?x!weir.index<3>>) -> tensor<?x3xf32>",
                         "tensor<?x3xf32>", {{{2}, {2, 0}}}, 2);
  expectTensor(r, {2, 3}, {0, 0, 1, 1, 0, 0});
  r = evaluate("%i: tensor<?x2x!weir.index<3>>, %t: tensor<3x2xf32>",
               "%r = weir.embedding %i, %t : (tensor<?x2x!weir.index<3>>, tensor<3x2xf32>) -> "
               "tensor<?x2x2xf32>",
               "tensor<?x2x2xf32>", {{{1, 2}, {2, 1}}, counted({3, 2})}, 1);
  expectTensor(r, {1, 2, 2}, {5, 6, 3, 4});
}

TEST(ReferenceEmbedding, Bags) {
  auto bag = [](const std::string &mode) {
    return evaluate("%i: tensor<?x3x!weir.index<4>>, %t: tensor<4x2xf32>",
                    "%r = weir.embedding_bag %i, %t {mode = #weir<bag_mode " + mode +
                        ">} : (tensor<?x3x!weir.index<4>>, tensor<4x2xf32>) -> tensor<?x2xf32>",
                    "tensor<?x2xf32>",
                    {{{2, 3}, {3, 0, 3, 1, 2, 0}}, {{4, 2}, {1, -8, 2, -6, 3, -4, 10, -2}}}, 2);
  };
  expectTensor(bag("sum"), {2, 2}, {21, -12, 6, -18});
  expectTensor(bag("mean"), {2, 2}, {7, -4, 2, -6});
  expectTensor(bag("max"), {2, 2}, {10, -2, 3, -4});
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

TEST(ReferenceLinear, WeightIsTransposed) {
  RefTensor r = evaluate(
      "%x: tensor<?x3xf32>, %w: tensor<2x3xf32>, %b: tensor<2xf32>",
      "%r = weir.linear %x, %w bias %b : (tensor<?x3xf32>, tensor<2x3xf32>, "
      "tensor<2xf32>) -> tensor<?x2xf32>",
      "tensor<?x2xf32>",
      {{{2, 3}, {1, 2, 3, 4, 5, 6}}, {{2, 3}, {1, 10, 100, 2, 0, -1}}, {{2}, {1000, 0.5}}}, 2);
  expectTensor(r, {2, 2}, {1321, -0.5, 1654, 2.5});
}

TEST(ReferenceLinear, NoBiasAndMoreAxes) {
  RefTensor r = evaluate("%x: tensor<?x2x1xf32>, %w: tensor<2x1xf32>",
                         "%r = weir.linear %x, %w : (tensor<?x2x1xf32>, tensor<2x1xf32>) -> "
                         "tensor<?x2x2xf32>",
                         "tensor<?x2x2xf32>", {counted({1, 2, 1}), {{2, 1}, {3, 5}}}, 1);
  expectTensor(r, {1, 2, 2}, {3, 5, 6, 10});
}

RefTensor matmul(const std::string &lhs, const std::string &rhs, const std::string &type,
                 const RefTensor &a, const RefTensor &b, int64_t batch) {
  return evaluate("%a: " + lhs + ", %b: " + rhs,
                  fmt::format("%r = weir.matmul %a, %b : ({}, {}) -> {}", lhs, rhs, type), type,
                  {a, b}, batch);
}

TEST(ReferenceLinear, MatmulOfVectorsMatricesAndStacks) {
  // A vector per example with one matrix for all.
  expectTensor(matmul("tensor<?x2xf32>", "tensor<2x2xf32>", "tensor<?x2xf32>",
                      {{2, 2}, {1, 2, 3, 4}}, {{2, 2}, {1, 10, 100, 1000}}, 2),
               {2, 2}, {201, 2010, 403, 4030});
  // A matrix per example on both sides.
  expectTensor(matmul("tensor<?x1x2xf32>", "tensor<?x2x1xf32>", "tensor<?x1x1xf32>",
                      {{2, 1, 2}, {1, 2, 3, 4}}, {{2, 2, 1}, {1, 10, 100, 1000}}, 2),
               {2, 1, 1}, {21, 4300});
  // An unbatched matrix on the left, a stack of two per example on the right.
  expectTensor(matmul("tensor<1x2xf32>", "tensor<?x2x2x1xf32>", "tensor<?x2x1x1xf32>",
                      {{1, 2}, {1, 10}}, counted({2, 2, 2, 1}), 2),
               {2, 2, 1, 1}, {21, 43, 65, 87});
  // Stacks on both sides, batched on the left only.
  expectTensor(matmul("tensor<?x2x1x1xf32>", "tensor<2x1x2xf32>", "tensor<?x2x1x2xf32>",
                      counted({2, 2, 1, 1}), {{2, 1, 2}, {1, 10, 100, 1000}}, 2),
               {2, 2, 1, 2}, {1, 10, 200, 2000, 3, 30, 400, 4000});
}

TEST(ReferenceLinear, ProductOverSeveralAxesWithStart) {
  RefTensor r = evaluate(
      "%x: tensor<?x2x1x2xf32>, %m: tensor<1x2x3xf32>, %i: tensor<?x2x3xf32>",
      "%r = weir.product %x, %m init %i : (tensor<?x2x1x2xf32>, tensor<1x2x3xf32>, "
      "tensor<?x2x3xf32>) -> tensor<?x2x3xf32>",
      "tensor<?x2x3xf32>",
      {counted({1, 2, 1, 2}), {{1, 2, 3}, {1, 2, 3, 10, 20, 30}}, counted({1, 2, 3}, 100, 100)}, 1);
  expectTensor(r, {1, 2, 3}, {121, 242, 363, 443, 586, 729});
}

//===----------------------------------------------------------------------===//
// Normalization
//===----------------------------------------------------------------------===//

TEST(ReferenceNorm, BatchNormPerChannel) {
  // Channel 0: (x - 1) / 2 * 10 + 0.5; channel 1: (x - 2) / 4 * 100 - 0.5.
  RefTensor r = evaluate(
      "%x: tensor<?x2x2xf32>, %w: tensor<2xf32>, %b: tensor<2xf32>, %m: tensor<2xf32>, "
      "%v: tensor<2xf32>",
      "%r = weir.batch_norm %x, %w, %b, %m, %v {epsilon = 1.0 : f64, axis = 0 : i64} : "
      "(tensor<?x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> "
      "tensor<?x2x2xf32>",
      "tensor<?x2x2xf32>",
      {counted({1, 2, 2}), {{2}, {10, 100}}, {{2}, {0.5, -0.5}}, {{2}, {1, 2}}, {{2}, {3, 15}}}, 1);
  expectTensor(r, {1, 2, 2}, {0.5, 5.5, 24.5, 49.5});
}

TEST(ReferenceNorm, BatchNormOfTheLastAxis) {
  RefTensor r = evaluate(
      "%x: tensor<?x2x2xf32>, %w: tensor<2xf32>, %b: tensor<2xf32>, %m: tensor<2xf32>, "
      "%v: tensor<2xf32>",
      "%r = weir.batch_norm %x, %w, %b, %m, %v {epsilon = 1.0 : f64, axis = 1 : i64} : "
      "(tensor<?x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> "
      "tensor<?x2x2xf32>",
      "tensor<?x2x2xf32>",
      {counted({1, 2, 2}), {{2}, {10, 100}}, {{2}, {0.5, -0.5}}, {{2}, {1, 2}}, {{2}, {3, 15}}}, 1);
  expectTensor(r, {1, 2, 2}, {0.5, -0.5, 10.5, 49.5});
}

TEST(ReferenceNorm, LayerNormUsesTheBiasedVariance) {
  // Over {1, 3} and {4, 8}: mean 2, variance 1, and mean 6, variance 4.
  RefTensor r = evaluate(
      "%x: tensor<?x2xf32>, %w: tensor<2xf32>, %b: tensor<2xf32>",
      "%r = weir.layer_norm %x, %w, %b {epsilon = 0.44 : f64} : (tensor<?x2xf32>, tensor<2xf32>, "
      "tensor<2xf32>) -> tensor<?x2xf32>",
      "tensor<?x2xf32>", {{{2, 2}, {1, 3, 4, 8}}, {{2}, {1, 10}}, {{2}, {0, 100}}}, 2);
  double second = 2.0 / std::sqrt(4.44);
  expectTensor(r, {2, 2}, {-1 / 1.2, 100 + 10 / 1.2, -second, 100 + 10 * second});
}

TEST(ReferenceNorm, LayerNormOverTwoAxes) {
  RefTensor r = evaluate(
      "%x: tensor<?x2x2xf32>, %w: tensor<2x2xf32>, %b: tensor<2x2xf32>",
      "%r = weir.layer_norm %x, %w, %b {epsilon = 0.25 : f64} : (tensor<?x2x2xf32>, "
      "tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>",
      "tensor<?x2x2xf32>", {{{1, 2, 2}, {0, 1, 2, 5}}, counted({2, 2}), {{2, 2}, {0, 0, 0, 1}}}, 1);
  double deviation = std::sqrt(3.5 + 0.25);
  expectTensor(r, {1, 2, 2}, {-2 / deviation, -2 / deviation, 0, 1 + 12 / deviation});
}

TEST(ReferenceNorm, DropoutIsTheIdentity) {
  RefTensor r = evaluate("%x: tensor<?x3xf32>",
                         "%r = weir.dropout %x {probability = 0.5 : f64} : tensor<?x3xf32>",
                         "tensor<?x3xf32>", {counted({1, 3})}, 1);
  expectTensor(r, {1, 3}, {1, 2, 3});
}

//===----------------------------------------------------------------------===//
// Whole models
//===----------------------------------------------------------------------===//

const char *const tiny = R"(
func.func @Tiny(%user: tensor<?x2x!weir.index<5>> {weir.name = "user"},
                %x: tensor<?x1xf32> {weir.name = "x"})
    -> (tensor<?x2x1xf32> {weir.name = "y"}, tensor<?x2x1xf32> {weir.name = "z"}) {
  %t = weir.param "table.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>}
      : tensor<5x1xf32>
  %e = weir.embedding %user, %t
      : (tensor<?x2x!weir.index<5>>, tensor<5x1xf32>) -> tensor<?x2x1xf32>
  %y = weir.mul %e, %x : (tensor<?x2x1xf32>, tensor<?x1xf32>) -> tensor<?x2x1xf32>
  return %y, %e : tensor<?x2x1xf32>, tensor<?x2x1xf32>
})";

RefParameters tinyParameters() {
  RefParameters parameters;
  parameters["table.weight"] = {{5, 1}, {10, 11, 12, 13, 14}};
  return parameters;
}

TEST(ReferenceInterpreter, ParametersAndSeveralOutputs) {
  auto outputs = execute(tiny, {{{2, 2}, {4, 0, 1, 1}}, {{2, 1}, {2, -1}}}, 2, tinyParameters());
  ASSERT_TRUE(outputs.ok());
  expectTensor((*outputs)[0], {2, 2, 1}, {28, 20, -11, -11});
  expectTensor((*outputs)[1], {2, 2, 1}, {14, 10, 11, 11});
}

TEST(ReferenceInterpreter, EmptyBatch) {
  auto outputs = execute(tiny, {{{0, 2}, {}}, {{0, 1}, {}}}, 0, tinyParameters());
  ASSERT_TRUE(outputs.ok());
  expectTensor((*outputs)[0], {0, 2, 1}, {});
}

std::string refusal(const std::vector<RefTensor> &inputs, int64_t batch,
                    const RefParameters &parameters) {
  auto outputs = execute(tiny, inputs, batch, parameters);
  return outputs.ok() ? "accepted" : outputs.error().message;
}

TEST(ReferenceInterpreter, Refusals) {
  RefTensor x = {{2, 1}, {2, -1}};
  RefParameters good = tinyParameters();
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 2, 5}}, x}, 2, good),
            "input 'user', example 1, position 1: the id 5 is outside 0..4");
  EXPECT_EQ(refusal({{{2, 2}, {-1, 1, 2, 3}}, x}, 2, good),
            "input 'user', example 0, position 0: the id -1 is outside 0..4");
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 1e30, 3}}, x}, 2, good),
            "input 'user', example 1, position 0: the id 9223372036854775807 is outside 0..4");
  EXPECT_EQ(refusal({{{2, 2}, {0, 0.5, 1, 3}}, x}, 2, good), "input 'user': 0.5 is not an id");
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 2, 3}}}, 2, good),
            "model 'Tiny' takes 2 inputs, 1 were given");
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 2, 3}}, {{1, 2}, {2, -1}}}, 2, good),
            "input 'x' has shape [1, 2], expected [2, 1]");
  EXPECT_EQ(refusal({}, -1, good), "a batch of -1 examples");
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 2, 3}}, x}, 2, {}), "parameter 'table.weight' is missing");
  good["table.weight"].shape = {1, 5};
  EXPECT_EQ(refusal({{{2, 2}, {0, 1, 2, 3}}, x}, 2, good),
            "parameter 'table.weight' has shape [1, 5], expected [5, 1]");
}

TEST(ReferenceInterpreter, ConversionsKeepValues) {
  Result<Tensor> ids = Tensor::uninitialized(DType::I64, {2});
  ASSERT_TRUE(ids.ok());
  ids->i64()[0] = 7;
  ids->i64()[1] = -1;
  expectTensor(toReference(*ids), {2}, {7, -1});
  Result<Tensor> back = fromReference({{1, 2}, {0.1, -3.0}});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->dtype, DType::F32);
  EXPECT_EQ(back->shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(back->f32()[0], 0.1f);
  expectTensor(toReference(*back), {1, 2}, {static_cast<double>(0.1f), -3.0});
}

} // namespace
} // namespace weir::test
