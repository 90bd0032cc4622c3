//===- DataDatasetTest.cpp - Examples, batches and splits ---------------------===//
#include "DataTestSupport.h"
#include <algorithm>
#include <limits>
#include <map>

using namespace weir;
using namespace weir::test;
using Rows = std::vector<int64_t>;

static Tensor counting(DType dtype, std::vector<int64_t> shape) {
  Result<Tensor> tensor = Tensor::uninitialized(dtype, std::move(shape));
  EXPECT_TRUE(tensor.ok());
  for (int64_t i = 0; i < tensor->elements(); ++i)
    if (dtype == DType::F32)
      tensor->f32()[i] = static_cast<float>(i);
    else
      tensor->i64()[i] = i;
  return std::move(*tensor);
}

TEST(Dataset, GathersEveryWidth) {
  for (int64_t width : {1, 2, 3, 8, 9, 40})
    for (DType dtype : {DType::F32, DType::I64}) {
      Dataset data;
      expectOk(data.add("x", counting(dtype, {10, width})));
      EXPECT_EQ(data.rows(), 10);
      EXPECT_EQ(data.bytesPerRow(), width * byteSize(dtype));
      Result<std::vector<Tensor>> batch = data.makeBatch(4);
      ASSERT_TRUE(batch) << batch.error().message;
      EXPECT_EQ((*batch)[0].shape, (Rows{4, width}));
      for (const Rows &rows : {Rows{7, 0, 9, 7}, Rows{3}, Rows{}}) {
        data.gather(rows, *batch);
        const Tensor &x = (*batch)[0];
        ASSERT_EQ(x.shape, (Rows{static_cast<int64_t>(rows.size()), width}));
        for (int64_t i = 0; i < x.elements(); ++i) {
          int64_t expected = rows[static_cast<size_t>(i / width)] * width + i % width;
          EXPECT_EQ(dtype == DType::F32 ? static_cast<int64_t>(x.f32()[i]) : x.i64()[i], expected);
        }
      }
    }
}

TEST(Dataset, TakesArraysOfManyShapes) {
  Dataset data;
  int64_t image[] = {1, 2, 3};
  expectOk(data.add("image", counting(DType::F32, {5, 2, 3}), false, image));
  expectOk(data.add("label", counting(DType::I64, {5}), true));
  EXPECT_EQ(data.find("image")->exampleShape, (Rows{1, 2, 3}));
  EXPECT_TRUE(data.find("label")->exampleShape.empty());
  EXPECT_TRUE(data.find("label")->target);
  Result<std::vector<Tensor>> batch = data.makeBatch(2);
  ASSERT_TRUE(batch) << batch.error().message;
  data.gather(Rows{4, 1}, *batch);
  EXPECT_EQ((*batch)[0].shape, (Rows{2, 1, 2, 3}));
  EXPECT_EQ(floatsOf((*batch)[0])[0], 24);
  EXPECT_EQ(idsOf((*batch)[1]), (Rows{4, 1}));
}

TEST(Dataset, RefusesWhatDoesntFit) {
  Dataset data;
  expectOk(data.add("a", counting(DType::F32, {5, 2})));
  expectRefused(data.add("a", counting(DType::F32, {5})), "'a' is there twice");
  expectRefused(data.add("b", counting(DType::F32, {4})), "'b' has 4 examples, 'a' has 5");
  expectRefused(data.add("b", counting(DType::F32, {})), "'b' is a single number");
  int64_t shape[] = {3};
  expectRefused(data.add("b", counting(DType::F32, {5, 2}), false, shape),
                "'b': found shape [5, 2]");
  EXPECT_EQ(data.fields().size(), 1u);
}

TEST(Dataset, SharesTheMemoryOfWindows) {
  auto sequence = std::make_shared<const Tensor>(counting(DType::I64, {10}));
  Dataset data;
  expectOk(data.addWindows("x", sequence, 7, 0, 3, false, false));
  expectOk(data.addWindows("y", sequence, 7, 3, 1, true, true));
  EXPECT_EQ(data.find("x")->values.get(), sequence.get());
  Result<std::vector<Tensor>> batch = data.makeBatch(2);
  ASSERT_TRUE(batch) << batch.error().message;
  data.gather(Rows{6, 2}, *batch);
  EXPECT_EQ((*batch)[0].shape, (Rows{2, 3}));
  EXPECT_EQ(idsOf((*batch)[0]), (Rows{6, 7, 8, 2, 3, 4}));
  EXPECT_EQ((*batch)[1].shape, (Rows{2}));
  EXPECT_EQ(idsOf((*batch)[1]), (Rows{9, 5}));
  Dataset other;
  expectRefused(other.addWindows("x", sequence, 8, 0, 4, false, false), "needs 8 windows of 4");
  expectRefused(other.addWindows("x", sequence, 8, 3, 1, true, false), "from 3 on");
  expectOk(other.addWindows("x", sequence, 7, 0, 4, false, false));
}

TEST(Split, ByFraction) {
  Result<Split> split = splitByFraction(1000, 0.2, 42), again = splitByFraction(1000, 0.2, 42),
                other = splitByFraction(1000, 0.2, 43);
  ASSERT_TRUE(split && again && other);
  EXPECT_EQ(split->valid.size(), 200u);
  EXPECT_EQ(split->train.size(), 800u);
  EXPECT_TRUE(std::ranges::is_sorted(split->train));
  EXPECT_TRUE(std::ranges::is_sorted(split->valid));
  Rows both = split->train;
  both.insert(both.end(), split->valid.begin(), split->valid.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, allRows(1000));
  EXPECT_EQ(split->valid, again->valid);
  EXPECT_NE(split->valid, other->valid);
  // Not the tail, but all over the place.
  EXPECT_LT(split->valid[100], 650);
  EXPECT_GT(split->valid[100], 350);
  for (double bad : {0.0, 1.0, -0.5, 2.0, std::numeric_limits<double>::quiet_NaN()})
    expectRefused(splitByFraction(10, bad, 1), "as the fraction to hold out");
  expectRefused(splitByFraction(3, 0.1, 1), "leaves none to measure with");
  expectRefused(splitByFraction(3, 0.9, 1), "leaves none to learn from");
}

TEST(Split, TailAndColumn) {
  Result<Split> tail = splitTail(5, 2);
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->train, (Rows{0, 1, 2}));
  EXPECT_EQ(tail->valid, (Rows{3, 4}));
  expectRefused(splitTail(5, 5), "expected 1 to 4");
  expectRefused(splitTail(5, 0), "found 0");

  Table table = tableOf("x,part\n1,train\n2,valid\n3,\n4,test\n");
  const Column &part = *table.find("part");
  Result<Split> split = splitByColumn(part, std::vector<std::string>{"valid", "test"});
  ASSERT_TRUE(split) << split.error().message;
  EXPECT_EQ(split->train, (Rows{0, 2}));
  EXPECT_EQ(split->valid, (Rows{1, 3}));
  expectRefused(splitByColumn(part, std::vector<std::string>{"dev"}),
                "no row of column 'part' is dev");
  expectRefused(splitByColumn(*table.find("x"), std::vector<std::string>{"1", "2", "3", "4"}),
                "every row of column 'x' is 1 or 2 or 3 or 4");
}

TEST(Split, ShufflesEvenly) {
  Rows first = allRows(100), same = first, epoch = first, seed = first;
  shuffleRows(first, 7, 0);
  shuffleRows(same, 7, 0);
  shuffleRows(epoch, 7, 1);
  shuffleRows(seed, 8, 0);
  EXPECT_EQ(first, same);
  EXPECT_NE(first, epoch);
  EXPECT_NE(first, seed);
  std::ranges::sort(epoch);
  EXPECT_EQ(epoch, allRows(100));
  // Each of the 24 orders of four comes up about as often: chi-square, 23 degrees.
  std::map<Rows, int> counts;
  for (uint64_t e = 0; e < 24000; ++e) {
    Rows four = allRows(4);
    shuffleRows(four, 1, e);
    ++counts[four];
  }
  ASSERT_EQ(counts.size(), 24u);
  double square = 0;
  for (const auto &[order, count] : counts)
    square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(square, 60);
  EXPECT_GT(square, 5);
  Rows none, one = {5};
  shuffleRows(none, 1, 1);
  shuffleRows(one, 1, 1);
  EXPECT_EQ(one, (Rows{5}));
}
