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

TEST(ThreadPool, CoversTheRangeOnceInPartsOfAShare) {
  weir_parallel_for parallelFor = ThreadPool::parallelFor;
  for (int threads : {1, 2, 3, 5}) {
    std::unique_ptr<ThreadPool> pool = makePool(threads);
    EXPECT_EQ(pool->threads(), threads);
    for (int64_t count : std::initializer_list<int64_t>{1, 2, 3, 4, 7, 100, INT64_MAX, 2}) {
      Record record;
      parallelFor(pool.get(), count, Record::body, &record);
      std::sort(record.ranges.begin(), record.ranges.end());
      int64_t next = 0;
      for (auto [begin, end] : record.ranges) {
        EXPECT_EQ(begin, next);
        EXPECT_LT(begin, end);
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
  struct Meeting : Record {
    std::atomic<int> here = 0;
  } meeting;
  pool->run(
      3,
      [](void *context, int64_t begin, int64_t end) {
        Record::body(static_cast<Record *>(static_cast<Meeting *>(context)), begin, end);
        auto *meeting = static_cast<Meeting *>(context);
        for (++meeting->here; meeting->here < 3;) // nobody leaves before all have come
          std::this_thread::yield();
      },
      &meeting);
  EXPECT_EQ(meeting.threads.size(), 3u);
  EXPECT_TRUE(meeting.threads.contains(std::this_thread::get_id()));
}

TEST(ThreadPool, WaitsForNoThreadThatHasNotBegun) {
  // One worker is kept inside the first part; the rest, its own share included, is done by
  // the caller, and only then is it let go.
  std::unique_ptr<ThreadPool> pool = makePool(2);
  struct Work {
    std::thread::id caller = std::this_thread::get_id();
    std::atomic<int64_t> left = 1000;
    std::atomic<bool> workerCame = false;
  } work;
  for (int round = 0; round < 20; ++round) {
    work.left = 1000;
    work.workerCame = false;
    pool->run(
        1000,
        [](void *context, int64_t begin, int64_t end) {
          auto *work = static_cast<Work *>(context);
          bool isCaller = std::this_thread::get_id() == work->caller;
          if (!isCaller)
            work->workerCame = true;
          while (isCaller && !work->workerCame)
            std::this_thread::yield();
          work->left -= end - begin;
          while (!isCaller && work->left > 0)
            std::this_thread::yield();
        },
        &work);
    ASSERT_EQ(work.left, 0);
  }
}

TEST(ThreadPool, ACallerThatSleepsIsWoken) {
  // The worker's part takes much longer than a caller looks for it.
  std::unique_ptr<ThreadPool> pool = makePool(2);
  struct Work {
    std::thread::id caller = std::this_thread::get_id();
    std::atomic<int> parts = 0;
    std::atomic<bool> workerCame = false;
  } work;
  pool->run(
      2,
      [](void *context, int64_t, int64_t) {
        auto *work = static_cast<Work *>(context);
        bool isCaller = std::this_thread::get_id() == work->caller;
        if (!isCaller) {
          work->workerCame = true;
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        while (isCaller && !work->workerCame)
          std::this_thread::yield();
        ++work->parts;
      },
      &work);
  EXPECT_EQ(work.parts, 2);
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

TEST(ThreadPool, WorkersThatComeTooLateDoNothing) {
  // Far more threads than processors, and jobs that are over before most of them wake.
  std::unique_ptr<ThreadPool> pool = makePool(16);
  constexpr int64_t rounds = 500'000;
  std::vector<int64_t> values(64, 0);
  for (int64_t round = 1; round <= rounds; ++round)
    pool->run(
        1 + round % 64,
        [](void *context, int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i)
            ++static_cast<int64_t *>(context)[i];
        },
        values.data());
  for (int64_t i = 0; i < 64; ++i) {
    int64_t expected = 0;
    for (int64_t round = 1; round <= rounds; ++round)
      expected += i < 1 + round % 64;
    EXPECT_EQ(values[i], expected) << i;
  }
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
