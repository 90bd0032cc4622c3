//===- DataPrefetcherTest.cpp - Batches, ready when asked for -----------------===//
#include "DataTestSupport.h"
#include "weir/Data/Prefetcher.h"
#include "weir/Runtime/ThreadPool.h"
#include <algorithm>

using namespace weir;
using namespace weir::test;
using Rows = std::vector<int64_t>;

/// Examples whose number is their only element.
static Dataset numbered(int64_t rows) {
  Dataset data;
  Rows numbers = allRows(rows);
  Result<Tensor> ids = makeIds({rows}, numbers);
  EXPECT_TRUE(ids.ok());
  expectOk(data.add("id", std::move(*ids)));
  return data;
}

struct Drawn {
  int64_t epoch, step;
  Rows ids;
  bool operator==(const Drawn &) const = default;
};

static std::vector<Drawn> draw(const Dataset &data, Rows rows, BatchPlan plan, int ahead) {
  std::vector<Drawn> drawn;
  Result<std::unique_ptr<Prefetcher>> source =
      Prefetcher::create(data, std::move(rows), plan, ahead);
  EXPECT_TRUE(source.ok()) << (source.ok() ? "" : source.error().message);
  if (!source)
    return drawn;
  EXPECT_EQ((*source)->usesThread(), ahead > 0);
  while (const Batch *batch = (*source)->next()) {
    drawn.push_back({batch->epoch, batch->step, idsOf(batch->tensors[0])});
    EXPECT_EQ(drawn.back().ids, batch->indices);
    EXPECT_EQ(batch->rows, static_cast<int64_t>(batch->indices.size()));
  }
  EXPECT_EQ((*source)->next(), nullptr);
  EXPECT_EQ((*source)->totalBatches(), static_cast<int64_t>(drawn.size()));
  return drawn;
}

TEST(Prefetcher, DrawsInOrder) {
  Dataset data = numbered(8);
  EXPECT_EQ(draw(data, {5, 1, 7, 2, 0}, {.batch = 2, .shuffle = false, .epochs = 2}, 0),
            (std::vector<Drawn>{{0, 0, {5, 1}},
                                {0, 1, {7, 2}},
                                {0, 2, {0}},
                                {1, 0, {5, 1}},
                                {1, 1, {7, 2}},
                                {1, 2, {0}}}));
  EXPECT_EQ(draw(data, {3, 4}, {.batch = 100, .shuffle = false}, 0),
            (std::vector<Drawn>{{0, 0, {3, 4}}}));
}

TEST(Prefetcher, ShufflesEachEpochDifferently) {
  Dataset data = numbered(50);
  std::vector<Drawn> drawn = draw(data, allRows(50), {.batch = 7, .seed = 3, .epochs = 2}, 0);
  ASSERT_EQ(drawn.size(), 16u);
  Rows epochs[2];
  for (const Drawn &batch : drawn)
    epochs[batch.epoch].insert(epochs[batch.epoch].end(), batch.ids.begin(), batch.ids.end());
  EXPECT_EQ(drawn[7].ids.size(), 1u);
  EXPECT_NE(epochs[0], epochs[1]);
  for (Rows &epoch : epochs) {
    EXPECT_NE(epoch, allRows(50));
    std::ranges::sort(epoch);
    EXPECT_EQ(epoch, allRows(50));
  }
}

TEST(Prefetcher, DrawsTheSameWithAndWithoutThread) {
  Dataset data = numbered(1000);
  for (BatchPlan plan : {BatchPlan{.batch = 3, .seed = 9, .epochs = 5},
                         BatchPlan{.batch = 1000, .seed = 9, .epochs = 20},
                         BatchPlan{.batch = 64, .shuffle = false, .epochs = 3}}) {
    std::vector<Drawn> expected = draw(data, allRows(1000), plan, 0);
    for (int ahead : {2, 3, 4, 7, 64})
      EXPECT_EQ(draw(data, allRows(1000), plan, ahead), expected) << ahead;
  }
}

TEST(Prefetcher, ResumesAnywhere) {
  Dataset data = numbered(20);
  BatchPlan plan = {.batch = 6, .seed = 5, .epochs = 3};
  std::vector<Drawn> whole = draw(data, allRows(20), plan, 0);
  ASSERT_EQ(whole.size(), 12u);
  for (size_t done = 0; done < whole.size(); ++done) {
    plan.firstEpoch = static_cast<int64_t>(done) / 4;
    plan.firstStep = static_cast<int64_t>(done) % 4;
    for (int ahead : {0, 2})
      EXPECT_EQ(draw(data, allRows(20), plan, ahead),
                std::vector<Drawn>(whole.begin() + static_cast<ptrdiff_t>(done), whole.end()));
  }
}

TEST(Prefetcher, StopsAtAnyTime) {
  Dataset data = numbered(100);
  for (int taken = 0; taken < 20; ++taken) {
    Result<std::unique_ptr<Prefetcher>> source =
        Prefetcher::create(data, allRows(100), {.batch = 2, .epochs = 1000}, 4);
    ASSERT_TRUE(source) << source.error().message;
    for (int i = 0; i < taken; ++i)
      ASSERT_NE((*source)->next(), nullptr);
  }
}

TEST(Prefetcher, UsesAThreadForLargeBatches) {
  if (ThreadPool::hardwareThreads() < 2)
    GTEST_SKIP() << "there is one processor";
  for (auto [width, threaded] : {std::pair<int64_t, bool>{1, false}, {4096, true}}) {
    Dataset data;
    Result<Tensor> values = Tensor::zeros(DType::F32, {64, width});
    ASSERT_TRUE(values.ok());
    expectOk(data.add("x", std::move(*values)));
    Result<std::unique_ptr<Prefetcher>> source = Prefetcher::create(data, allRows(64), {});
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->usesThread(), threaded);
  }
}

TEST(Prefetcher, RefusesBadPlans) {
  Dataset data = numbered(10);
  struct Case {
    Rows rows;
    BatchPlan plan;
    int ahead;
    std::string message;
  };
  for (const Case &c : std::vector<Case>{
           {{}, {}, 0, "there are no examples"},
           {{10}, {}, 0, "example 10 is beyond the data set's 10"},
           {{-1}, {}, 0, "example -1 is beyond"},
           {{1}, {.batch = 0}, 0, "found a batch size of 0"},
           {{1}, {}, 1, "found 1 batches to prepare ahead, expected 0 or 2 to 1024"},
           {{1}, {}, 1025, "found 1025 batches"},
           {{1}, {}, -2, "found -2 batches"},
           {{1}, {.epochs = 0}, 0, "found 0 epochs"},
           {{1}, {.epochs = INT64_MAX}, 0, "epochs, expected 1 to"},
           {{1, 2}, {.batch = 1, .firstEpoch = 1}, 0, "step 0 of epoch 1 isn't within 1 epochs"},
           {{1, 2}, {.batch = 1, .firstStep = 2}, 0, "step 2 of epoch 0 isn't within"},
           {{1, 2}, {.batch = 1, .firstStep = -1}, 0, "step -1 of epoch 0"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(Prefetcher::create(data, c.rows, c.plan, c.ahead), c.message);
  }
}
