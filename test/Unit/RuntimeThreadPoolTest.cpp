//===- RuntimeThreadPoolTest.cpp - Threads that sleep until there is work -----===//
#include "RuntimeTestSupport.h"
#include "weir/Runtime/ThreadPool.h"
#include "weir/Runtime/weir_runtime.h"
#include <algorithm>
#include <ctime>
#include <set>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

/// What the bodies of one call saw.
struct Record {
  std::mutex mutex;
  std::vector<std::pair<int64_t, int64_t>> ranges;
  std::set<std::thread::id> threads;

  static void body(void *context, int64_t begin, int64_t end) {
    auto *record = static_cast<Record *>(context);
    std::lock_guard<std::mutex> lock(record->mutex);
    record->ranges.emplace_back(begin, end);
    record->threads.insert(std::this_thread::get_id());
  }
};

std::unique_ptr<ThreadPool> makePool(int threads) {
  Result<std::unique_ptr<ThreadPool>> pool = ThreadPool::create(threads);
  EXPECT_TRUE(pool);
  return std::move(*pool);
}

double processSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

} // namespace

TEST(ThreadPool, CutsTheRangeEvenlyAndCoversItOnce) {
  weir_parallel_for parallelFor = ThreadPool::parallelFor;
  for (int threads : {1, 2, 3, 5}) {
    std::unique_ptr<ThreadPool> pool = makePool(threads);
    EXPECT_EQ(pool->threads(), threads);
    for (int64_t count : std::initializer_list<int64_t>{1, 2, 3, 4, 7, 100, INT64_MAX}) {
      Record record;
      parallelFor(pool.get(), count, Record::body, &record);
      std::sort(record.ranges.begin(), record.ranges.end());
      ASSERT_EQ(int64_t(record.ranges.size()), std::min<int64_t>(threads, count));
      int64_t next = 0;
      for (auto [begin, end] : record.ranges) {
        EXPECT_EQ(begin, next);
        EXPECT_LE(end - begin - 1, count / threads);
        next = end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

TEST(ThreadPool, CallsNothingForAnEmptyRange) {
  std::unique_ptr<ThreadPool> pool = makePool(2);
  for (int64_t count : {0, -1}) {
    Record record;
    pool->run(count, Record::body, &record);
    EXPECT_TRUE(record.ranges.empty());
  }
}

TEST(ThreadPool, UsesAllItsThreadsAndTheCaller) {
  std::unique_ptr<ThreadPool> pool = makePool(3);
  Record record;
  pool->run(3, Record::body, &record);
  EXPECT_EQ(record.threads.size(), 3u);
  EXPECT_TRUE(record.threads.contains(std::this_thread::get_id()));
}

TEST(ThreadPool, OneThreadIsTheCaller) {
  std::unique_ptr<ThreadPool> pool = makePool(1);
  Record record;
  pool->run(100, Record::body, &record);
  EXPECT_EQ(record.threads, std::set<std::thread::id>{std::this_thread::get_id()});
  EXPECT_EQ(record.ranges.size(), 1u);
}

TEST(ThreadPool, OrdersMemoryBetweenJobsAndCaller) {
  // Plain memory and many short jobs whose cuts differ, so that elements change
  // threads: a missing order loses increments, and TSan sees it.
  std::unique_ptr<ThreadPool> pool = makePool(3);
  std::vector<int64_t> values(1000, 0);
  for (int64_t round = 1; round <= 2000; ++round) {
    for (int64_t count : {1000, 500})
      pool->run(
          count,
          [](void *context, int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i)
              ++static_cast<int64_t *>(context)[i];
          },
          values.data());
    ASSERT_EQ(values.front(), 2 * round);
    ASSERT_EQ(values.back(), round);
  }
  EXPECT_EQ(std::count(values.begin(), values.begin() + 500, 4000), 500);
  EXPECT_EQ(std::count(values.begin() + 500, values.end(), 2000), 500);
}

TEST(ThreadPool, NestedCallsRunOnTheirThread) {
  std::unique_ptr<ThreadPool> pool = makePool(3);
  struct Context {
    ThreadPool *pool;
    std::atomic<int64_t> sum = 0;
    std::atomic<bool> moved = false;
  } context{pool.get()};
  pool->run(
      30,
      [](void *c, int64_t begin, int64_t end) {
        auto *context = static_cast<Context *>(c);
        for (int64_t i = begin; i < end; ++i) {
          struct Inner {
            Context *context;
            std::thread::id thread;
          } inner{context, std::this_thread::get_id()};
          context->pool->run(
              10,
              [](void *c, int64_t begin, int64_t end) {
                auto *inner = static_cast<Inner *>(c);
                inner->context->sum += end - begin;
                if (inner->thread != std::this_thread::get_id())
                  inner->context->moved = true;
              },
              &inner);
        }
      },
      &context);
  EXPECT_EQ(context.sum, 300);
  EXPECT_FALSE(context.moved);
}

TEST(ThreadPool, SeveralCallersTakeTurns) {
  std::unique_ptr<ThreadPool> pool = makePool(2);
  std::atomic<int> inside = 0, most = 0;
  struct Context {
    std::atomic<int> &inside, &most;
    std::vector<int> values;
  };
  auto call = [&] {
    Context context{inside, most, std::vector<int>(100, 0)};
    for (int round = 0; round < 200; ++round)
      pool->run(
          100,
          [](void *c, int64_t begin, int64_t end) {
            auto *context = static_cast<Context *>(c);
            int now = ++context->inside, seen = context->most;
            while (now > seen && !context->most.compare_exchange_weak(seen, now)) {
            }
            for (int64_t i = begin; i < end; ++i)
              ++context->values[i];
            --context->inside;
          },
          &context);
    EXPECT_EQ(std::count(context.values.begin(), context.values.end(), 200), 100);
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back(call);
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_LE(most, 2); // never more bodies at once than the pool has threads
}

TEST(ThreadPool, IdleThreadsSleep) {
  std::unique_ptr<ThreadPool> pool = makePool(4);
  Record record;
  pool->run(4, Record::body, &record);
  double before = processSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  // Spinning threads would take a core's 200 ms, or several.
  EXPECT_LT(processSeconds() - before, 0.05);
}

TEST(ThreadPool, RefusesImpossibleCounts) {
  for (int threads : {0, -3, ThreadPool::kMaxThreads + 1})
    EXPECT_FALSE(ThreadPool::create(threads));
  EXPECT_GE(ThreadPool::hardwareThreads(), 1);
}
