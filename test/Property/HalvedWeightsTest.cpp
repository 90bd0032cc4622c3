//===- HalvedWeightsTest.cpp - Weights in bf16: rounded once, and nothing else ------===//
//
// A cache of a few bytes makes every matrix a large one. What the compiled code rounds
// itself is held against what is rounded here.
//
//===----------------------------------------------------------------------===//

#include "OpsSupport.h"

#include "weir/Execution/Parameters.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace weir::property {
namespace {

struct Processor {
  int64_t bits, registers;
  bool fused;
};

// The nearest bf16, of two that are as near the even one.
float rounded(float value) {
  if (std::isnan(value))
    return value;
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  uint32_t below = bits & 0xffff, kept = bits >> 16;
  kept += below > 0x8000 || (below == 0x8000 && kept % 2 == 1);
  bits = kept << 16;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

float roundedIfBias(const std::string &name, float value) {
  return name.ends_with("bias") ? rounded(value) : value;
}
float roundedAlways(const std::string &, float value) { return rounded(value); }

class HalvedWeights : public testing::TestWithParam<Processor> {
protected:
  static CompileOptions options(WeightFormat weights) {
    CompileOptions options = testOptions();
    options.target.vectorBits = GetParam().bits;
    options.target.vectorRegisters = GetParam().registers;
    options.target.fusedMultiplyAdd &= GetParam().fused;
    options.target.cacheBytes = 64;
    options.weights = weights;
    return options;
  }

  static std::unique_ptr<Harness> compile(const ModelText &model, WeightFormat weights) {
    auto harness = Harness::create(model.text(), options(weights), /*seed=*/3);
    EXPECT_TRUE(harness.ok()) << harness.error().message;
    return harness.ok() ? std::move(*harness) : nullptr;
  }

  static std::vector<Tensor> inputsOf(const Harness &harness, int64_t batch) {
    return std::move(*makeRandomInputs(harness.signature(), batch, /*seed=*/batch));
  }

  static void expectSameBits(Harness &a, Harness &b, int64_t batch) {
    std::vector<Tensor> inputs = inputsOf(a, batch);
    auto left = a.run(inputs, batch), right = b.run(inputs, batch);
    ASSERT_TRUE(left.ok() && right.ok());
    for (size_t i = 0; i < left->size(); ++i)
      EXPECT_EQ(std::memcmp((*left)[i].data(), (*right)[i].data(), (*left)[i].byteCount()), 0)
          << "output " << i << ", batch " << batch;
  }
};

// Products whose matrices are wider than one vector of any processor here, and that have up
// to four rows: whole panels, narrow ones of one and of two vectors, windows of an image,
// what follows, and sums of two products.
const ModelText kTaken{{"x: f32[37]", "r: f32[70]", "rows: f32[3, 13]", "image: f32[5, 2, 1]"},
                       {"linear(x, 64)", "linear(x, 17)", "linear(x, 33, bias: false)",
                        "linear(relu(linear(x, 100)), 45)", "gelu(linear(x, 70)) * r",
                        "linear(concat(x, r), 39)", "linear(rows, 50) + 1", "linear(x, 70) + r",
                        "conv2d(image, 21, kernel: 3, stride: 2, padding: 1)"}};

TEST_P(HalvedWeights, AgreeWithTheReferenceOnRoundedWeights) {
  std::unique_ptr<Harness> model = compile(kTaken, WeightFormat::BF16);
  ASSERT_TRUE(model);
  ASSERT_TRUE(model->changeParameters(roundedAlways).ok());
  for (int64_t batch : {0, 1, 2, 3, 7, 13, 24}) {
    Result<void> good = model->check(batch, /*seed=*/batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

// Bit for bit what f32 gives with weights that were rounded beforehand.
TEST_P(HalvedWeights, OnlyRoundTheWeights) {
  std::unique_ptr<Harness> halved = compile(kTaken, WeightFormat::BF16);
  std::unique_ptr<Harness> whole = compile(kTaken, WeightFormat::F32);
  ASSERT_TRUE(halved && whole);
  EXPECT_LT(halved->model().preparedBytes(), whole->model().preparedBytes() * 6 / 10);
  ASSERT_TRUE(halved->changeParameters(roundedIfBias).ok());
  ASSERT_TRUE(whole->changeParameters(roundedAlways).ok());
  for (int64_t batch : {1, 2, 5, 13, 26})
    expectSameBits(*halved, *whole, batch);
}

// Matrices of one vector, images of many pixels, products of two inputs, tables and
// Winograd's convolutions keep all their bits.
TEST_P(HalvedWeights, LeaveTheRestAlone) {
  ModelText model{{"x: f32[37]", "rows: f32[5, 13]", "m: f32[2, 9]", "n: f32[9, 40]",
                   "image: f32[5, 6, 7]", "small: f32[16, 2, 2]", "id: index<90>"},
                  {"linear(x, 4)", "linear(rows, 50)", "m @ n",
                   "conv2d(image, 40, kernel: 3, padding: 1)",
                   "conv2d(small, 40, kernel: 3, padding: 1)", "embedding(id, 33)"}};
  CompileOptions halvedOptions = options(WeightFormat::BF16);
  CompileOptions wholeOptions = options(WeightFormat::F32);
  halvedOptions.rewrites.winograd = wholeOptions.rewrites.winograd = WinogradUse::Always;
  auto halved = Harness::create(model.text(), halvedOptions, /*seed=*/3);
  auto whole = Harness::create(model.text(), wholeOptions, /*seed=*/3);
  ASSERT_TRUE(halved.ok() && whole.ok());
  EXPECT_EQ((*halved)->model().preparedBytes(), (*whole)->model().preparedBytes());
  for (int64_t batch : {1, 13})
    expectSameBits(**halved, **whole, batch);
}

// An error of a sum is at most 2^-8 of the sum of its terms' sizes (half of the distance
// between 1 and the next bf16), besides what f32 rounds.
TEST_P(HalvedWeights, AreOffByNoMoreThanTheBound) {
  ModelText model{{"x: f32[173]"}, {"linear(x, 75, bias: false)"}};
  std::unique_ptr<Harness> halved = compile(model, WeightFormat::BF16);
  std::unique_ptr<Harness> sizes = compile(model, WeightFormat::F32);
  ASSERT_TRUE(halved && sizes);
  ASSERT_TRUE(
      sizes->changeParameters([](const std::string &, float value) { return std::fabs(value); })
          .ok());
  constexpr int64_t batch = 19;
  std::vector<Tensor> inputs = inputsOf(*halved, batch);
  auto outputs = halved->run(inputs, batch);
  auto expected = halved->expected(inputs, batch);
  for (int64_t i = 0, end = inputs[0].elements(); i < end; ++i)
    inputs[0].f32()[i] = std::fabs(inputs[0].f32()[i]);
  auto terms = sizes->expected(inputs, batch);
  ASSERT_TRUE(outputs.ok() && expected.ok() && terms.ok());
  double worst = 0;
  for (size_t i = 0; i < (*terms)[0].data.size(); ++i) {
    double error = std::fabs((*outputs)[0].f32()[i] - (*expected)[0].data[i]);
    worst = std::max(worst, error / (*terms)[0].data[i]);
  }
  EXPECT_LE(worst, 0x1p-8 + 1e-5);
  EXPECT_GT(worst, 1e-5) << "nothing was rounded";
}

// What is hard to round. With one input, of 1, an output is the weight that the code has.
TEST_P(HalvedWeights, RoundToNearestEven) {
  constexpr float least = std::numeric_limits<float>::denorm_min(),
                  most = std::numeric_limits<float>::max(),
                  infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> weights = {1,
                                      0x1.01p0f,
                                      0x1.03p0f,
                                      0x1.0101p0f,
                                      0x1.00ffp0f,
                                      -0x1.01p0f,
                                      -0x1.03p0f,
                                      0x1.fffp0f,
                                      0,
                                      least,
                                      0x1p-133f,
                                      0x1.8p-133f,
                                      0x1.4p-134f,
                                      0x1.01p-126f,
                                      0x1.fefffep-127f,
                                      -0x1.8p-134f,
                                      most,
                                      -most,
                                      0x1.fep127f,
                                      0x1.feffp127f,
                                      infinity,
                                      -infinity,
                                      nan,
                                      -nan};
  ModelText model{{"one: f32[1]"}, {fmt::format("linear(one, {}, bias: false)", weights.size())}};
  std::unique_ptr<Harness> halved = compile(model, WeightFormat::BF16);
  ASSERT_TRUE(halved);
  size_t next = 0;
  ASSERT_TRUE(
      halved->changeParameters([&](const std::string &, float) { return weights[next++]; }).ok());
  ASSERT_EQ(next, weights.size());
  std::vector<Tensor> inputs = inputsOf(*halved, 1);
  inputs[0].f32()[0] = 1;
  auto outputs = halved->run(inputs, 1);
  ASSERT_TRUE(outputs.ok());
  for (size_t i = 0; i < weights.size(); ++i) {
    float got = (*outputs)[0].f32()[i];
    if (std::isnan(weights[i]))
      EXPECT_TRUE(std::isnan(got)) << i;
    else
      EXPECT_EQ(got, rounded(weights[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Processors, HalvedWeights,
                         testing::Values(Processor{128, 16, false}, Processor{256, 16, true},
                                         Processor{512, 32, true}),
                         [](const auto &info) { return fmt::format("Bits{}", info.param.bits); });

} // namespace
} // namespace weir::property
