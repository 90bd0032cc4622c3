//===- AutodiffElementwiseTest.cpp - Reverse rules, element by element --------===//
//
// Values stay away from the kinks of relu and abs, as operands' values do that are
// negative or positive (see Operand); two operands of a maximum are equal by accident at
// most, and then the measurement itself says so. What the rules do at the kinks is
// tested apart.
//
//===----------------------------------------------------------------------===//

#include "AutodiffTestSupport.h"

#include "weir/Runtime/Result.h"

namespace weir::test {
namespace {

std::string unary(const std::string &op, const std::string &type) {
  return fmt::format("%r = weir.{} %x0 : {}", op, type);
}

void expectUnary(const std::string &op, double low, double high) {
  SCOPED_TRACE(op);
  expectGradients({{{{3, 2}, true, low, high}}, unary(op, "tensor<?x3x2xf32>"), {3, 2}});
  // Unbatched, as on weights; the result is broadcast over the batch.
  expectGradients({{{{5}, false, low, high}}, unary(op, "tensor<5xf32>"), {5}, false});
}

TEST(AutodiffElementwise, UnaryOps) {
  for (const char *op : {"neg", "abs", "exp", "erf", "tanh", "sigmoid", "relu", "softplus"})
    expectUnary(op, -1.5, 1.5);
  for (const char *op : {"log", "sqrt", "rsqrt"})
    expectUnary(op, 0.3, 2.0);
  expectUnary("log1p", 0.0, 2.0);
  expectUnary("sigmoid", -9.0, 9.0);
  expectUnary("softplus", -9.0, 9.0);
}

void expectBinary(const std::string &op, double low = -1.5, double high = 1.5) {
  SCOPED_TRACE(op);
  auto body = [&](const char *types) {
    return fmt::format("%r = weir.{} %x0, %x1 : {}", op, types);
  };
  auto operand = [&](std::vector<int64_t> shape, bool batched) {
    return Operand{std::move(shape), batched, low, high};
  };
  expectGradients({{operand({3, 2}, true), operand({3, 2}, true)},
                   body("(tensor<?x3x2xf32>, tensor<?x3x2xf32>) -> tensor<?x3x2xf32>"),
                   {3, 2}});
  // An unbatched operand of lower rank, on either side.
  expectGradients({{operand({4, 3}, true), operand({3}, false)},
                   body("(tensor<?x4x3xf32>, tensor<3xf32>) -> tensor<?x4x3xf32>"),
                   {4, 3}});
  expectGradients({{operand({}, false), operand({3}, true)},
                   body("(tensor<f32>, tensor<?x3xf32>) -> tensor<?x3xf32>"),
                   {3}});
  // Both operands stretch, and a batched one lacks axes.
  expectGradients({{operand({4, 1}, true), operand({1, 3}, false)},
                   body("(tensor<?x4x1xf32>, tensor<1x3xf32>) -> tensor<?x4x3xf32>"),
                   {4, 3}});
  expectGradients({{operand({2, 1, 3}, false), operand({4, 1}, true)},
                   body("(tensor<2x1x3xf32>, tensor<?x4x1xf32>) -> tensor<?x2x4x3xf32>"),
                   {2, 4, 3}});
  expectGradients({{operand({2, 3}, false), operand({3}, false)},
                   body("(tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>"),
                   {2, 3},
                   false});
}

TEST(AutodiffElementwise, BinaryOps) {
  for (const char *op : {"add", "sub", "mul", "div", "maximum", "minimum"})
    expectBinary(op);
  expectBinary("pow", 0.3, 2.0);
}

// A whole exponent of negative numbers, as in a square.
TEST(AutodiffElementwise, PowerOfNegativeNumbers) {
  for (const char *exponent : {"2.0", "3.0", "-1.0", "0.0"})
    expectGradients({{{{4}}},
                     fmt::format("%e = weir.constant dense<{}> : tensor<f32>\n"
                                 "%r = weir.pow %x0, %e : (tensor<?x4xf32>, tensor<f32>) -> "
                                 "tensor<?x4xf32>",
                                 exponent),
                     {4}});
}

TEST(AutodiffElementwise, Select) {
  // The condition's own gradient is zero: it only chooses.
  expectGradients({{{{3, 2}}, {{3, 2}}, {{2}, false}},
                   "%zero = weir.constant dense<0.0> : tensor<f32>\n"
                   "%c = weir.greater %x0, %zero : (tensor<?x3x2xf32>, tensor<f32>) -> "
                   "tensor<?x3x2xf32>\n"
                   "%r = weir.select %c, %x1, %x2 : (tensor<?x3x2xf32>, tensor<?x3x2xf32>, "
                   "tensor<2xf32>) -> tensor<?x3x2xf32>",
                   {3, 2}});
}

TEST(AutodiffElementwise, ManyUses) {
  expectGradients({{{{4}}},
                   "%a = weir.mul %x0, %x0 : (tensor<?x4xf32>, tensor<?x4xf32>) -> "
                   "tensor<?x4xf32>\n"
                   "%b = weir.exp %x0 : tensor<?x4xf32>\n"
                   "%c = weir.add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>\n"
                   "%r = weir.div %c, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>",
                   {4}});
}

//===----------------------------------------------------------------------===//
// At the kinks
//===----------------------------------------------------------------------===//

// The gradient of "w", which is `value` everywhere, of the mean over a batch of one.
std::vector<double> gradientAt(double value, const std::string &body) {
  std::string module =
      "func.func @train(%v: tensor<?x2xf32>) -> (tensor<?xf32> {weir.name = \"loss\"}) {\n"
      "%w = weir.param \"w\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>} : "
      "tensor<2xf32>\n"
      "%zero = weir.constant dense<0.0> : tensor<f32>\n" +
      body +
      "\n%y = weir.mul %r, %v : (tensor<2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>\n"
      "%loss = weir.sum %y {axes = array<i64: 0>} : (tensor<?x2xf32>) -> tensor<?xf32>\n"
      "return %loss : tensor<?xf32>\n}\n";
  return gradientsOf(module, 1, 1, {{"w", {value, value}}, {"input0", {1.0, 1.0}}})
      .built.at("w")
      .data;
}

TEST(AutodiffElementwise, KinksAsInPyTorch) {
  EXPECT_EQ(gradientAt(0.0, "%r = weir.relu %w : tensor<2xf32>"), (std::vector<double>{0, 0}));
  EXPECT_EQ(gradientAt(0.0, "%r = weir.abs %w : tensor<2xf32>"), (std::vector<double>{0, 0}));
  for (const char *op : {"maximum", "minimum"})
    EXPECT_EQ(gradientAt(0.0, fmt::format("%r = weir.{} %w, %zero : (tensor<2xf32>, tensor<f32>) "
                                          "-> tensor<2xf32>",
                                          op)),
              (std::vector<double>{0.5, 0.5}));
  // Equal operands that are one value: two halves.
  EXPECT_EQ(gradientAt(0.0, "%r = weir.maximum %w, %w : (tensor<2xf32>, tensor<2xf32>) -> "
                            "tensor<2xf32>"),
            (std::vector<double>{1, 1}));
  EXPECT_EQ(gradientAt(0.0, "%two = weir.constant dense<2.0> : tensor<f32>\n%r = weir.pow %w, "
                            "%two : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>"),
            (std::vector<double>{0, 0}));
  EXPECT_EQ(gradientAt(0.0, "%r = weir.pow %w, %zero : (tensor<2xf32>, tensor<f32>) -> "
                            "tensor<2xf32>"),
            (std::vector<double>{0, 0}));
}

} // namespace
} // namespace weir::test
