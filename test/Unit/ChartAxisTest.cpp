//===- ChartAxisTest.cpp - Ranges and ticks -----------------------------------===//

#include "weir/Chart/Axis.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <set>

using namespace weir;

static std::vector<std::string> texts(const std::vector<Tick> &ticks) {
  std::vector<std::string> out;
  for (const Tick &tick : ticks)
    out.push_back(tick.text);
  return out;
}

using Texts = std::vector<std::string>;

TEST(ChartAxis, LinearTicksAreRound) {
  EXPECT_EQ(texts(makeTicks({0, 10}, Scale::Linear, 5)), (Texts{"0", "2", "4", "6", "8", "10"}));
  EXPECT_EQ(texts(makeTicks({-0.13, 0.21}, Scale::Linear, 4)), (Texts{"-0.1", "0", "0.1", "0.2"}));
  EXPECT_EQ(texts(makeTicks({1, 2500}, Scale::Linear, 5)),
            (Texts{"500", "1,000", "1,500", "2,000", "2,500"}));
  EXPECT_EQ(texts(makeTicks({0, 5e-3}, Scale::Linear, 5)),
            (Texts{"0", "0.001", "0.002", "0.003", "0.004", "0.005"}));
  EXPECT_EQ(texts(makeTicks({0, 3e9}, Scale::Linear, 3)), (Texts{"0", "1e9", "2e9", "3e9"}));
  EXPECT_EQ(texts(makeTicks({-1e300, 1e300}, Scale::Linear, 2)), (Texts{"-1e300", "0", "1e300"}));
  EXPECT_EQ(texts(makeTicks({0, 2e-9}, Scale::Linear, 2)), (Texts{"0", "1e-9", "2e-9"}));
}

TEST(ChartAxis, LogarithmicTicksArePowersOfTen) {
  EXPECT_EQ(texts(makeTicks({1e-5, 10}, Scale::Log, 8)),
            (Texts{"1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"}));
  // So many powers that not all of them fit.
  EXPECT_EQ(texts(makeTicks({1e-300, 1e300}, Scale::Log, 6)),
            (Texts{"1e-300", "1e-200", "1e-100", "1", "1e100", "1e200", "1e300"}));
  // So few that there is room between them.
  EXPECT_EQ(texts(makeTicks({0.4, 60}, Scale::Log, 6)),
            (Texts{"0.5", "1", "2", "5", "10", "20", "50"}));
  // Less than two: round numbers as on a linear axis.
  EXPECT_EQ(texts(makeTicks({2, 6}, Scale::Log, 5)), (Texts{"2", "3", "4", "5", "6"}));
}

TEST(ChartAxis, RangesOfOddNumbers) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  double infinite = std::numeric_limits<double>::infinity();
  auto range = [](Scale scale, std::vector<double> numbers) {
    Range found = fitRange(Axis{"", scale}, numbers);
    EXPECT_LT(found.low, found.high);
    EXPECT_TRUE(std::isfinite(placeIn(found, scale, found.low)));
    EXPECT_DOUBLE_EQ(placeIn(found, scale, found.high), 1);
    std::vector<Tick> ticks = makeTicks(found, scale, 6);
    EXPECT_GE(ticks.size(), 2u);
    EXPECT_LE(ticks.size(), 20u);
    std::set<std::string> different;
    for (const Tick &tick : ticks) {
      EXPECT_TRUE(different.insert(tick.text).second) << tick.text;
      EXPECT_GE(placeIn(found, scale, tick.at), -1e-6);
      EXPECT_LE(placeIn(found, scale, tick.at), 1 + 1e-6);
    }
    return found;
  };
  for (Scale scale : {Scale::Linear, Scale::Log}) {
    range(scale, {});
    range(scale, {nan, infinite, -infinite});
    range(scale, {0});
    range(scale, {-3});
    range(scale, {1e-300, 1e300});
    range(scale, {5e-324});
    range(scale, {1.7e308, -1.7e308});
    range(scale, {1e300, 1e300});
    range(scale, {1, 1 + 1e-15});
    range(scale, {1, 1 + 1e-8});
    range(scale, {7, 7, 7, nan});
  }
  Range plain = range(Scale::Linear, {3, nan, -1, 2});
  EXPECT_EQ(plain.low, -1);
  EXPECT_EQ(plain.high, 3);
  Range log = range(Scale::Log, {100, 0, -5, 0.1});
  EXPECT_EQ(log.low, 0.1);
  EXPECT_EQ(log.high, 100);
}

TEST(ChartAxis, GivenLimitsHold) {
  Range range = fitRange(Axis{"", Scale::Linear, 0, 4}, std::vector<double>{1, 1e6});
  EXPECT_EQ(range.low, 0);
  EXPECT_EQ(range.high, 4);
  // A limit that the scale has no place for is none.
  range = fitRange(Axis{"", Scale::Log, 0}, std::vector<double>{1, 10});
  EXPECT_EQ(range.low, 1);
}

TEST(ChartAxis, RoundsOutToTicks) {
  Range range = roundOut({0.62, 8.1}, Scale::Linear, 5);
  EXPECT_DOUBLE_EQ(range.low, 0);
  EXPECT_DOUBLE_EQ(range.high, 10);
  range = roundOut({2, 6}, Scale::Linear, 4); // nothing to extend
  EXPECT_DOUBLE_EQ(range.low, 2);
  EXPECT_DOUBLE_EQ(range.high, 6);
}
