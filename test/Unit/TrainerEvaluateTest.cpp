//===- TrainerEvaluateTest.cpp - Areas, rates, losses as written --------------===//

#include "TrainerTestSupport.h"

#include "weir/Training/FindRate.h"
#include "weir/Training/LossText.h"

#include <cmath>

using namespace weir;

TEST(TrainerEvaluate, areaUnderCurve) {
  EXPECT_EQ(areaUnderCurve({1, 2, 3, 4}, {0, 0, 1, 1}), 1.0);
  EXPECT_EQ(areaUnderCurve({4, 3, 2, 1}, {0, 0, 1, 1}), 0.0);
  EXPECT_EQ(areaUnderCurve({5, 5, 5, 5}, {0, 1, 0, 1}), 0.5);
  // Of the six pairs, four are in order and one is a tie.
  EXPECT_DOUBLE_EQ(areaUnderCurve({1, 3, 2, 3, 5}, {0, 0, 1, 1, 0}), (1 + 0 + 1 + 0.5) / 6);
  EXPECT_TRUE(std::isnan(areaUnderCurve({1, 2}, {1, 1})));
  EXPECT_TRUE(std::isnan(areaUnderCurve({1, NAN}, {1, 0})));
}

// A loss that falls along a parabola in the logarithm of the rate, then explodes.
TEST(TrainerEvaluate, theSteepestRateIsSuggested) {
  std::vector<RateSearch::Step> steps;
  for (int i = 0; i < 100; ++i) {
    double at = i / 99.0;
    steps.push_back({std::pow(10.0, -6 + 6 * at),
                     at < 0.8 ? 2 - 1 / (1 + std::exp(-30 * (at - 0.5))) : 1 + 40 * (at - 0.8)});
  }
  EXPECT_NEAR(std::log10(suggestRate(steps)), -3, 0.15);
  for (size_t i = 0; i < steps.size(); ++i)
    steps[i].loss = 1.0 + 0.01 * static_cast<double>(i);
  EXPECT_EQ(suggestRate(steps), 0.0) << "a loss that only grows suggests nothing";
}

TEST(TrainerEvaluate, aLossOfAnySignExplodes) {
  EXPECT_FALSE(hasExploded(3.9, 1.5, 1));
  EXPECT_TRUE(hasExploded(4.1, 1.5, 1));
  // One that is negative is no explosion, and may rise again by what it fell.
  EXPECT_FALSE(hasExploded(-1.9, -1, -2));
  EXPECT_FALSE(hasExploded(-1, -1, -2));
  EXPECT_FALSE(hasExploded(3.9, -1, -2));
  EXPECT_TRUE(hasExploded(4.1, -1, -2));
  // The least one may be next to nothing.
  EXPECT_FALSE(hasExploded(0.5, 1, 1e-9));
  EXPECT_TRUE(hasExploded(3.5, 1, 1e-9));
  EXPECT_TRUE(hasExploded(-INFINITY, -1, -2));
  EXPECT_TRUE(hasExploded(NAN, -1, -2));
}

TEST(TrainerEvaluate, theLossNamesItsOutputAndTarget) {
  std::string text = "model M() { input x: f32\n output y = x }\n"
                     "training M { target t: f32\n loss mse(y, t)\n optimizer sgd(lr: 1.0) }";
  std::optional<LossText> loss = readLossText(text, "M", {});
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->call, "mse");
  EXPECT_EQ(loss->output, "y");
  EXPECT_EQ(loss->target, "t");
  loss = readLossText(text, "M", {"epochs 3", "loss l1(z, t)"});
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->call, "l1");
  EXPECT_FALSE(readLossText(text, "M", {"loss mse(y, t) + 1.0"}));
  EXPECT_FALSE(readLossText(text, "Other", {}));
}
