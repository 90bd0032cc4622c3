//===- RuntimeRandomTest.cpp - Counter-based random numbers -------------------===//
#include "RuntimeTestSupport.h"
#include "weir/Runtime/Random.h"
#include <cmath>

using namespace weir;
using namespace weir::test;

TEST(Random, PhiloxKnownAnswers) {
  // From the authors' Random123 distribution, kat_vectors, philox4x32 with 10 rounds.
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, StreamOfIsFnv1a) {
  EXPECT_EQ(streamOf(""), 0xcbf29ce484222325u);
  EXPECT_EQ(streamOf("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(streamOf("foobar"), 0x85944171f73967e8u);
}

/// Mean and deviation of n numbers.
template <class Number> static std::pair<double, double> moments(int n, Number number) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    double x = number(i);
    sum += x;
    squares += x * x;
  }
  double mean = sum / n;
  return {mean, std::sqrt(squares / n - mean * mean)};
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  constexpr int n = 200'000; // standard errors: 0.0006 and 0.0022
  auto [uniformMean, uniformDeviation] = moments(n, [](int i) { return uniform(1, 2, i); });
  EXPECT_NEAR(uniformMean, 0.5, 0.003);
  EXPECT_NEAR(uniformDeviation, std::sqrt(1.0 / 12), 0.003);
  auto [normalMean, normalDeviation] = moments(n, [](int i) { return normal(1, 2, i); });
  EXPECT_NEAR(normalMean, 0, 0.01);
  EXPECT_NEAR(normalDeviation, 1, 0.01);
  int beyondTwo = 0;
  for (int i = 0; i < n; ++i)
    beyondTwo += std::abs(normal(1, 2, i)) > 2;
  EXPECT_NEAR(beyondTwo / double(n), 0.0455, 0.002);
  for (int i = 0; i < n; ++i) {
    float u = uniform(3, 4, i);
    ASSERT_TRUE(u >= 0 && u < 1);
  }
}

TEST(Random, NumbersDifferBySeedStreamAndIndex) {
  EXPECT_NE(randomBits(0, 0, 0), randomBits(1, 0, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(1ull << 32, 0, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 1, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 1ull << 32, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 0, 1));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 0, 4));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 0, 1ull << 34));
}

TEST(Random, FillIsTheStreamOfTheName) {
  // Sizes that leave every remainder of a block of four.
  for (int64_t size : {1, 2, 3, 4, 5, 7, 1001}) {
    Result<Tensor> tensor = Tensor::zeros(DType::F32, {size});
    ASSERT_TRUE(tensor);
    uint64_t stream = streamOf("0.weight");
    fill(*tensor, Init::Normal, 0, 1, 42, "0.weight");
    for (int64_t i = 0; i < size; ++i)
      ASSERT_EQ(tensor->f32()[i], normal(42, stream, i));
    fill(*tensor, Init::Uniform, 0, 1, 42, "0.weight");
    for (int64_t i = 0; i < size; ++i)
      ASSERT_EQ(tensor->f32()[i], uniform(42, stream, i));
    fill(*tensor, Init::Constant, 2.5, 0, 42, "0.weight");
    for (int64_t i = 0; i < size; ++i)
      ASSERT_EQ(tensor->f32()[i], 2.5f);
  }
}

TEST(Random, FillScalesAndShifts) {
  Result<Tensor> tensor = Tensor::zeros(DType::F32, {100'000});
  ASSERT_TRUE(tensor);
  const float *values = tensor->f32();
  fill(*tensor, Init::Normal, 3, 0.5, 7, "a");
  auto [mean, deviation] = moments(100'000, [&](int i) { return values[i]; });
  EXPECT_NEAR(mean, 3, 0.01);
  EXPECT_NEAR(deviation, 0.5, 0.01);
  fill(*tensor, Init::Uniform, -0.25, 0.75, 7, "a");
  EXPECT_NEAR(*std::min_element(values, values + 100'000), -0.25, 1e-3);
  EXPECT_NEAR(*std::max_element(values, values + 100'000), 0.75, 1e-3);
}

TEST(Random, ParsesInitNames) {
  EXPECT_EQ(*parseInit("constant"), Init::Constant);
  EXPECT_EQ(*parseInit("normal"), Init::Normal);
  EXPECT_EQ(*parseInit("uniform"), Init::Uniform);
  expectRefused(parseInit("kaiming"), "unknown initializer 'kaiming'");
}
