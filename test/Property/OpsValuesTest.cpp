//===- OpsValuesTest.cpp - Special values, and how exact functions are --------===//

#include "OpsSupport.h"

#include "weir/Reference/Interpreter.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace weir::property {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Tensor tensorOf(std::vector<int64_t> shape, const std::vector<float> &values) {
  Result<Tensor> tensor = Tensor::zeros(DType::F32, std::move(shape));
  assert(tensor && tensor->elements() == static_cast<int64_t>(values.size()));
  std::copy(values.begin(), values.end(), tensor->f32());
  return std::move(*tensor);
}

// A batch of examples of `width` numbers; the values are repeated as often as needed.
Tensor batchOf(int64_t width, std::vector<float> values) {
  size_t count = values.size();
  while (values.size() % width != 0)
    values.push_back(values[values.size() % count]);
  int64_t batch = values.size() / width;
  return tensorOf({batch, width}, values);
}

void expectAgreesOn(const ModelText &model, Tensor input) {
  int64_t batch = input.shape[0];
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(input));
  for (const CompileOptions &options : {testOptions(), plainOptions()}) {
    auto harness = Harness::create(model.text(), options, /*seed=*/1);
    ASSERT_TRUE(harness.ok()) << harness.error().message;
    Result<void> good = (*harness)->check(inputs, batch);
    EXPECT_TRUE(good.ok()) << good.error().message << "\n" << model.text();
  }
}

//===----------------------------------------------------------------------===//
// Special values
//===----------------------------------------------------------------------===//

const std::vector<float> specials = {0.0f,   -0.0f,   1.0f,   -1.0f,   nan,    infinity, -infinity,
                                     1e-45f, -1e-45f, 1e-39f, -1e-39f, 1e-20f, -1e-20f,  3e38f,
                                     -3e38f, 88.0f,   -88.0f, 89.0f,   -89.0f, 104.0f,   -104.0f,
                                     1e4f,   -1e4f,   0.5f,   -0.5f,   20.0f,  -20.0f};

// One function per test: what is infinite in one must not loosen the tolerance of
// another.
class SpecialValuesTest : public testing::TestWithParam<const char *> {};

TEST_P(SpecialValuesTest, AreThoseOfTheReference) {
  std::string expression = fmt::format(fmt::runtime(GetParam()), "x");
  // Whole vectors, and a rest.
  expectAgreesOn({{"x: f32[19]"}, {expression}}, batchOf(19, specials));
  // The batch alone.
  expectAgreesOn({{"x: f32[1]"}, {expression}}, batchOf(1, specials));
}

INSTANTIATE_TEST_SUITE_P(Functions, SpecialValuesTest,
                         testing::Values("relu({})", "leaky_relu({})", "elu({})", "gelu({})",
                                         "silu({})", "mish({})", "hardsigmoid({})", "hardswish({})",
                                         "relu6({})", "sigmoid({})", "tanh({})", "softplus({})",
                                         "exp({})", "log1p({})", "sqrt({})", "rsqrt({})", "erf({})",
                                         "abs({})", "-{}", "maximum({}, 0)", "minimum({}, 0)",
                                         "maximum(0, {})", "clamp({}, -1.0, 1.0)", "pow({}, 2)",
                                         "pow({}, 3)", "pow({}, 0.5)", "pow({}, 0)", "pow({}, -1)",
                                         "pow(2.0 + {0}, {0})", "{} * 0", "{0} + {0}", "{0} - {0}",
                                         "{0} / {0}", "1 / {}", "max({})", "min({})", "sum({})",
                                         "mean({})", "softmax({})", "log_softmax({})"));

// The logarithm's polynomial takes what is smaller than the smallest normal number as
// that number. Anything else is as the reference has it.
TEST(LogTest, TakesDenormalsAsTheSmallestNormal) {
  std::vector<float> normals;
  for (float value : specials)
    if (value <= 0 || value >= 1e-37f || std::isnan(value))
      normals.push_back(value);
  expectAgreesOn({{"x: f32[11]"}, {"log(x)"}}, batchOf(11, normals));

  auto harness =
      Harness::create("model Test() { input x: f32[2] output y = log(x) }", testOptions(), 1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  std::vector<Tensor> inputs;
  inputs.push_back(batchOf(2, {1e-45f, 1e-39f}));
  auto outputs = (*harness)->model().run(inputs, 1);
  ASSERT_TRUE(outputs.ok()) << outputs.error().message;
  EXPECT_NEAR((*outputs)[0].f32()[0], -87.3365, 1e-3);
  EXPECT_NEAR((*outputs)[0].f32()[1], -87.3365, 1e-3);
}

// Infinities and what isn't a number, where a whole row sees them. Not with rows whose
// sums or squares f32 can't hold.
class SpecialRowsTest : public testing::TestWithParam<const char *> {};

TEST_P(SpecialRowsTest, AreThoseOfTheReference) {
  const std::vector<std::vector<float>> rows = {
      {1, 2, 3, infinity, 5},
      {1, 2, 3, -infinity, 5},
      {1, 2, 3, 4, infinity},
      {nan, 2, 3, 4, 5},
      {1, 2, 3, 4, nan},
      {-infinity, -infinity, -infinity, -infinity, -infinity},
      {infinity, -infinity, 0, 1, 2},
      {1000, 1001, 999, 1000, -1000},
      {0, -0.0f, 0, -0.0f, 0}};
  ModelText model{{"x: f32[5]"}, {GetParam()}};
  for (const CompileOptions &options : {testOptions(), plainOptions()}) {
    auto harness = Harness::create(model.text(), options, /*seed=*/1);
    ASSERT_TRUE(harness.ok()) << harness.error().message;
    // Each row on its own, so that one's numbers don't loosen another's tolerance.
    for (size_t i = 0; i < rows.size(); ++i) {
      std::vector<Tensor> inputs;
      inputs.push_back(batchOf(5, rows[i]));
      Result<void> good = (*harness)->check(inputs, 1);
      EXPECT_TRUE(good.ok()) << "row " << i << ": " << good.error().message;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Functions, SpecialRowsTest,
                         testing::Values("softmax(x)", "log_softmax(x)", "softmax(x * 1e35)",
                                         "max(x)", "min(x)",
                                         "max_pool1d(reshape(x, 1, 5), 2, stride: 1)",
                                         "max_pool1d(reshape(x, 1, 5), 3, stride: 1, padding: 1)",
                                         "mean(x)", "layer_norm(x)", "normalize(x)",
                                         "adaptive_max_pool1d(reshape(x, 1, 5), 2)",
                                         "concat(x, pad(x, (1,)))[2..9]", "linear(x, 3)",
                                         // Last columns that fill a part of a vector.
                                         "linear(x, 19)", "linear(x, 39)",
                                         "conv1d(reshape(x, 1, 5), 2, kernel: 3, padding: 1)"));

//===----------------------------------------------------------------------===//
// Exactness
//===----------------------------------------------------------------------===//

struct Exactness {
  const char *function;
  double low, high; // of the argument, spread evenly over the exponents
  double allowed;   // relative
};

class ExactnessTest : public testing::TestWithParam<Exactness> {};

// Relative to the value itself, however small it is.
TEST_P(ExactnessTest, IsGood) {
  const Exactness &param = GetParam();
  constexpr int64_t count = 4001;
  Result<Tensor> input = Tensor::zeros(DType::F32, {count, 1});
  ASSERT_TRUE(input.ok());
  bool isSymmetric = param.low < 0;
  double low = std::log(isSymmetric ? 1e-6 : param.low), high = std::log(param.high);
  for (int64_t i = 0; i < count; ++i) {
    double magnitude = std::exp(low + (high - low) * static_cast<double>(i) / (count - 1));
    input->f32()[i] = static_cast<float>(isSymmetric && i % 2 ? -magnitude : magnitude);
  }
  ModelText model{{"x: f32[1]"}, {fmt::format(fmt::runtime(param.function), "x")}};
  for (const CompileOptions &options : {testOptions(), plainOptions()}) {
    auto harness = Harness::create(model.text(), options, 1);
    ASSERT_TRUE(harness.ok()) << harness.error().message;
    std::vector<Tensor> inputs;
    Result<Tensor> copy = input->clone();
    ASSERT_TRUE(copy.ok());
    inputs.push_back(std::move(*copy));
    auto got = (*harness)->model().run(inputs, count);
    ASSERT_TRUE(got.ok());
    auto want = (*harness)->expected(inputs, count);
    ASSERT_TRUE(want.ok());
    double worst = 0, at = 0;
    for (int64_t i = 0; i < count; ++i) {
      double expected = (*want)[0].data[i];
      double error = std::fabs((*got)[0].f32()[i] - expected) / std::fabs(expected);
      if (!(error <= worst))
        worst = error, at = input->f32()[i];
    }
    EXPECT_LE(worst, param.allowed) << "at " << at;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Functions, ExactnessTest,
    testing::Values(
        Exactness{"exp({})", -80, 80, 5e-7}, Exactness{"log({})", 1e-30, 0.9, 5e-7},
        Exactness{"log({})", 1.1, 1e30, 5e-7}, Exactness{"log1p({})", 1e-8, 1e8, 5e-7},
        Exactness{"tanh({})", -20, 20, 1e-6}, Exactness{"erf({})", -6, 6, 1e-6},
        Exactness{"sigmoid({})", -40, 40, 1e-6}, Exactness{"softplus({})", -40, 40, 2e-6},
        Exactness{"sqrt({})", 1e-30, 1e30, 2e-7}, Exactness{"rsqrt({})", 1e-30, 1e30, 5e-7},
        Exactness{"pow({}, 1.7)", 1e-10, 1e10, 1e-6}, Exactness{"pow({}, -2.5)", 1e-6, 1e6, 1e-6}));

// Of two roots one may be computed by estimate and corrections: the bits are those of the
// instruction, for whole vectors of ordinary numbers and for those with others between.
TEST(RootsTest, AreRoundedCorrectlySideBySide) {
  constexpr size_t examples = 1 << 14, columns = 16;
  auto harness = Harness::create(
      "model Test() { input x: f32[16] input y: f32[16] output z = sqrt(x) - sqrt(y) }",
      testOptions(), 1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  std::mt19937 random(1);
  std::vector<float> values(examples * columns), zeros(values.size(), 0.0f);
  // Finite, from 2^-100 on; every fourth vector also has numbers that the estimate doesn't serve.
  for (float &value : values)
    value = std::bit_cast<float>(uint32_t(0x0d800000 + random() % 0x72000000));
  for (size_t row = 0; row < examples; row += 4)
    values[row * columns + random() % columns] = specials[random() % specials.size()];
  for (bool first : {true, false}) {
    std::vector<Tensor> inputs;
    inputs.push_back(batchOf(columns, first ? values : zeros));
    inputs.push_back(batchOf(columns, first ? zeros : values));
    auto got = (*harness)->model().run(inputs, examples);
    ASSERT_TRUE(got.ok()) << got.error().message;
    for (size_t i = 0; i < values.size(); ++i) {
      float root = std::sqrt(values[i]), expected = first ? root - 0.0f : 0.0f - root;
      float computed = (*got)[0].f32()[i];
      ASSERT_TRUE(computed == expected || (std::isnan(computed) && std::isnan(expected)))
          << "root of " << values[i] << ", " << (first ? "first" : "second");
    }
  }
}

} // namespace
} // namespace weir::property
