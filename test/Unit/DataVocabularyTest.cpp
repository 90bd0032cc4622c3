//===- DataVocabularyTest.cpp - Categories, ids and scales --------------------===//
#include "DataTestSupport.h"
#include "weir/Data/Vocabulary.h"
#include <cmath>

using namespace weir;
using namespace weir::test;
using Labels = std::vector<std::string>;

static Vocabulary ofColumn(const Table &table, std::string_view name, bool hasUnknown = true) {
  const Column *column = table.find(name);
  return Vocabulary::ofColumns({&column, 1}, allRows(table.rows()), hasUnknown);
}

static Labels labelsOf(const Vocabulary &vocabulary) {
  return {vocabulary.all().begin(), vocabulary.all().end()};
}

TEST(Vocabulary, OrdersNumbersByValueAndTextsByBytes) {
  Table table = tableOf("n,t,mixed,real\n10,b,10,4.5\n9,a,9,10\n-1,B,x,0.5\n9,\xC3\xA9,10,4.5\n"
                        "?,?,?,?\n");
  EXPECT_EQ(labelsOf(ofColumn(table, "n")), (Labels{"#na#", "-1", "9", "10"}));
  EXPECT_EQ(labelsOf(ofColumn(table, "t")), (Labels{"#na#", "B", "a", "b", "\xC3\xA9"}));
  EXPECT_EQ(labelsOf(ofColumn(table, "mixed")), (Labels{"#na#", "10", "9", "x"}));
  EXPECT_EQ(labelsOf(ofColumn(table, "real", false)), (Labels{"0.5", "4.5", "10"}));
}

TEST(Vocabulary, LearnsFromTheGivenRowsAndColumns) {
  Table table = tableOf("a,b\nx,p\ny,q\nz,x\n");
  const Column *columns[] = {table.find("a"), table.find("b")};
  EXPECT_EQ(labelsOf(Vocabulary::ofColumns(columns, std::vector<int64_t>{2, 0}, true)),
            (Labels{"#na#", "p", "x", "z"}));
}

TEST(Vocabulary, FindsIds) {
  Table table = tableOf("c\nred\ngreen\n#na#\n", {.missing = {}});
  Vocabulary open = ofColumn(table, "c"), closed = ofColumn(table, "c", false);
  EXPECT_EQ(open.size(), 3);
  EXPECT_EQ(open.find("green"), 1);
  EXPECT_EQ(open.find("red"), 2);
  EXPECT_EQ(open.find("blue"), 0);
  EXPECT_EQ(open.find("#na#"), 0);
  EXPECT_EQ(open.label(2), "red");
  EXPECT_EQ(closed.size(), 3); // where '#na#' is a class like any other
  EXPECT_EQ(closed.find("#na#"), 0);
  EXPECT_EQ(closed.find("blue"), -1);
  EXPECT_EQ(Vocabulary().find(""), 0);
  EXPECT_EQ(Vocabulary(false).find(""), -1);
}

TEST(Vocabulary, HoldsManyTexts) {
  Labels labels;
  for (int i = 0; i < 50000; ++i)
    labels.push_back(fmt::format("item{}", i));
  Result<Vocabulary> vocabulary = Vocabulary::create(labels, true);
  ASSERT_TRUE(vocabulary) << vocabulary.error().message;
  Vocabulary copy = *vocabulary;
  for (int i = 0; i < 50000; ++i) {
    ASSERT_EQ(copy.find(labels[static_cast<size_t>(i)]), i + 1);
    ASSERT_EQ(copy.label(i + 1), labels[static_cast<size_t>(i)]);
  }
  EXPECT_EQ(copy.find("item50000"), 0);
}

TEST(Vocabulary, RefusesWhatIsntAMap) {
  expectRefused(Vocabulary::create(Labels{"a", "b", "a"}, true), "the category 'a' is there twice");
  expectRefused(Vocabulary::create(Labels{"#na#"}, true), "stands for unknown categories");
  expectOk(Vocabulary::create(Labels{"#na#"}, false));
}

TEST(Vocabulary, TakesTheMostFrequentTokens) {
  std::vector<std::string_view> tokens = {"c", "a",    "b",    "b",    "a",   "d",
                                          "a", "#na#", "#na#", "#na#", "#na#"};
  EXPECT_EQ(labelsOf(Vocabulary::ofTokens(tokens, 4)), (Labels{"#na#", "a", "b", "c"}));
  EXPECT_EQ(labelsOf(Vocabulary::ofTokens(tokens, 1)), (Labels{"#na#"}));
  EXPECT_EQ(Vocabulary::ofTokens(tokens, 100).size(), 5);
}

TEST(NumberScale, MeasuresThePopulation) {
  NumberScale scale = NumberScale::of({1, 2, 3, 10});
  EXPECT_DOUBLE_EQ(scale.mean, 4);
  EXPECT_DOUBLE_EQ(scale.deviation, std::sqrt((9 + 4 + 1 + 36) / 4.0));
  EXPECT_DOUBLE_EQ(scale.fill, 2.5);
  EXPECT_DOUBLE_EQ(NumberScale::of({5, 1, 100}).fill, 5);
  EXPECT_FLOAT_EQ(scale.apply(10), static_cast<float>(6 / scale.deviation));
  EXPECT_NEAR(scale.undo(scale.apply(10)), 10, 1e-6);
  NumberScale constant = NumberScale::of({7, 7});
  EXPECT_EQ(constant.deviation, 1);
  EXPECT_EQ(constant.apply(7), 0);
  // The sum of these isn't finite, their mean is.
  NumberScale large = NumberScale::of({1.7e308, 1.7e308});
  EXPECT_TRUE(std::isfinite(large.mean));
  EXPECT_GT(large.deviation, 0);
}
