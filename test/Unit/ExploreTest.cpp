//===- ExploreTest.cpp - Components and neighbours ----------------------------===//

#include "RuntimeTestSupport.h"
#include "weir/Explore/Nearest.h"
#include "weir/Explore/PrincipalComponents.h"
#include "weir/Runtime/Random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

using namespace weir;
using weir::test::expectRefused;

static std::vector<int64_t> all(const RowTable &table) {
  std::vector<int64_t> rows(static_cast<size_t>(table.rows));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

static RowTable tableOf(const std::vector<float> &values, int64_t width) {
  return {values.data(), static_cast<int64_t>(values.size()) / width, width};
}

static const std::vector<float> five = {2, 0, 1, 0, 1, 3, 4, 1, -1, 1, 5, 2, 3, 2, 0.5};

TEST(PrincipalComponents, OfALine) {
  // (1, 2) * t for t = -1, 0, 3: the direction is (1, 2) / sqrt(5), the variance of t 13/3.
  std::vector<float> values = {-1, -2, 0, 0, 3, 6};
  RowTable table = tableOf(values, 2);
  auto found = findPrincipalComponents(table, all(table), 2);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_NEAR(found->directions[0], 1 / std::sqrt(5), 1e-15);
  EXPECT_NEAR(found->directions[1], 2 / std::sqrt(5), 1e-15);
  EXPECT_NEAR(found->variances[0], 13.0 / 3 * 5, 1e-13);
  EXPECT_NEAR(found->variances[1], 0, 1e-14);
  EXPECT_NEAR(found->share(0), 1, 1e-15);
  EXPECT_NEAR(found->coordinate(table.row(2), 0), (3 - 2.0 / 3) * std::sqrt(5), 1e-13);
}

// From numpy.linalg.eigh(numpy.cov(table.T)).
TEST(PrincipalComponents, AreNumPys) {
  RowTable table = tableOf(five, 3);
  auto found = findPrincipalComponents(table, all(table), 3);
  ASSERT_TRUE(found.ok());
  const double variances[] = {5.44343171, 3.03414709, 0.02242121};
  const double directions[] = {0.6112429654532527,  -0.5258728722296783,  -0.5914725348119064,
                               0.38748390356971707, 0.8504819501478658,   -0.3557199417337429,
                               0.690100182334629,   -0.01175477458700147, 0.7236183825858218};
  const double first[] = {1.0057184234946117, -1.925585449265385, 2.8852765517952514,
                          -2.8263614379189392, 0.8609519118944611};
  for (size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(found->variances[k], variances[k], 1e-8);
  for (size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(found->directions[i], directions[i], 1e-13);
  for (int64_t row = 0; row < 5; ++row)
    EXPECT_NEAR(found->coordinate(table.row(row), 0), first[row], 1e-13);
  EXPECT_NEAR(found->total, 8.5, 1e-14);
}

TEST(PrincipalComponents, OnlyTheGivenRowsCount) {
  std::vector<float> values = {-1, -2, 1e6f, -7, 0, 0, 3, 6};
  RowTable table = tableOf(values, 2);
  auto found = findPrincipalComponents(table, std::vector<int64_t>{0, 2, 3}, 1);
  ASSERT_TRUE(found.ok());
  EXPECT_NEAR(found->directions[1], 2 / std::sqrt(5), 1e-15);
}

TEST(PrincipalComponents, WideTables) {
  constexpr int64_t width = 150;
  std::vector<float> values(300 * width);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = normal(1, 2, i) * static_cast<float>(1 + i % width % 7);
  RowTable table = tableOf(values, width);
  auto found = findPrincipalComponents(table, all(table), width);
  ASSERT_TRUE(found.ok());
  double sum = 0;
  for (size_t k = 0; k < width; ++k) {
    sum += found->variances[k];
    if (k)
      EXPECT_LE(found->variances[k], found->variances[k - 1]);
    // The variance of the coordinates, which are uncorrelated.
    for (size_t other : {k, (k + 1) % width}) {
      double product = 0;
      for (int64_t row = 0; row < table.rows; ++row)
        product += found->coordinate(table.row(row), k) * found->coordinate(table.row(row), other);
      EXPECT_NEAR(product / 299, other == k ? found->variances[k] : 0, 1e-9);
    }
  }
  EXPECT_NEAR(sum, found->total, 1e-9 * sum);
}

TEST(PrincipalComponents, EqualRowsHaveNone) {
  std::vector<float> values = {1, 2, 1, 2, 1, 2};
  RowTable table = tableOf(values, 2);
  auto found = findPrincipalComponents(table, all(table), 2);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->share(0), 0);
  EXPECT_EQ(found->coordinate(table.row(0), 0), 0);
}

TEST(PrincipalComponents, Refusals) {
  RowTable table = tableOf(five, 3);
  expectRefused(findPrincipalComponents(table, std::vector<int64_t>{0}, 1), "there are 1 rows");
  expectRefused(findPrincipalComponents(table, all(table), 4), "1 to 3 components, not 4");
  expectRefused(findPrincipalComponents(table, all(table), 0), "1 to 3 components, not 0");
  std::vector<float> values = five;
  values[7] = NAN;
  expectRefused(findPrincipalComponents(tableOf(values, 3), all(table), 1), "row 2 holds nan");
}

TEST(Nearest, CosineAndDistance) {
  RowTable table = tableOf(five, 3);
  std::vector<Neighbour> found = findNearest(table, all(table), 0, Closeness::Cosine, 3);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].row, 4);
  EXPECT_NEAR(found[0].measure, 0.7985836518841365, 1e-15);
  EXPECT_EQ(found[1].row, 2);
  EXPECT_EQ(found[2].row, 1);

  found = findNearest(table, all(table), 0, Closeness::Euclidean, 100);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].row, 4);
  EXPECT_NEAR(found[0].measure, 2.29128784747792, 1e-14);
  EXPECT_EQ(found[1].row, 1); // as far away as row 2
  EXPECT_EQ(found[2].row, 2);
  EXPECT_EQ(found[3].row, 3);
}

TEST(Nearest, OddRows) {
  std::vector<float> values = {0, 0, 1, 1, NAN, 1, -2, -2, 3e38f, 3e38f};
  RowTable table = tableOf(values, 2);
  std::vector<Neighbour> found = findNearest(table, all(table), 1, Closeness::Cosine, 9);
  ASSERT_EQ(found.size(), 3u); // not the NaN
  EXPECT_EQ(found[0].row, 4);
  EXPECT_NEAR(found[0].measure, 1, 1e-15);
  EXPECT_EQ(found[1].row, 0);
  EXPECT_EQ(found[1].measure, 0);
  EXPECT_NEAR(found[2].measure, -1, 1e-15);
  EXPECT_TRUE(findNearest(table, std::vector<int64_t>{1}, 1, Closeness::Cosine, 9).empty());
}
