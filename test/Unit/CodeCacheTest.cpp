//===- CodeCacheTest.cpp - what a cache of compiled models keeps -----------------------===//

#include "weir/Execution/CodeCache.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace weir;
namespace fs = std::filesystem;

namespace {

class CodeCacheTest : public testing::Test {
protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "weir-cache-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory = name;
  }
  void TearDown() override {
    std::error_code error;
    fs::remove_all(directory, error);
  }

  static std::vector<char> object(char fill) { return std::vector<char>(1000, fill); }
  void setAge(const std::string &name, int minutes) {
    fs::last_write_time(directory / name,
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  }
  void leave(const std::string &name, size_t bytes, int minutes) {
    std::ofstream(directory / name) << std::string(bytes, 'x');
    setAge(name, minutes);
  }

  fs::path directory;
};

TEST_F(CodeCacheTest, ReturnsWhatItKept) {
  CodeCache cache(directory);
  cache.store("a", object('a'));
  auto found = cache.find("a");
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(llvm::equal(*found, object('a')));
  EXPECT_FALSE(cache.find("b").has_value());
}

// Under one key an object and what was measured of it; both grow old.
TEST_F(CodeCacheTest, KeepsWhatWasMeasuredBesideObjects) {
  CodeCache cache(directory, 2500);
  cache.store("a", object('m'), KeptKind::Tuning);
  EXPECT_FALSE(cache.find("a").has_value());
  cache.store("a", object('a'));
  auto found = cache.find("a", KeptKind::Tuning);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(llvm::equal(*found, object('m')));
  setAge("a.tuning", 30);
  setAge("a.o", 20);
  cache.store("b", object('b'));
  EXPECT_FALSE(cache.find("a", KeptKind::Tuning).has_value());
  EXPECT_TRUE(cache.find("a").has_value());
}

TEST_F(CodeCacheTest, RemovesWhatWasUnusedForLongest) {
  CodeCache cache(directory, 2500);
  cache.store("a", object('a'));
  cache.store("b", object('b'));
  setAge("a.o", 30);
  setAge("b.o", 20);
  // Used now: b is the older one.
  EXPECT_TRUE(cache.find("a").has_value());
  cache.store("c", object('c'));
  EXPECT_TRUE(cache.find("a").has_value());
  EXPECT_FALSE(cache.find("b").has_value());
  EXPECT_TRUE(cache.find("c").has_value());
}

TEST_F(CodeCacheTest, RemovesWhatKilledRunsLeft) {
  CodeCache cache(directory);
  leave("a.o.123-0.tmp", 10, 61);
  leave("a.o.124-0.tmp", 10, 50);
  leave("notes.tmp", 10, 61);
  cache.store("b", object('b'));
  EXPECT_FALSE(fs::exists(directory / "a.o.123-0.tmp"));
  EXPECT_TRUE(fs::exists(directory / "a.o.124-0.tmp"));
  EXPECT_TRUE(fs::exists(directory / "notes.tmp"));
}

TEST_F(CodeCacheTest, CountsWhatIsBeingWritten) {
  CodeCache cache(directory, 2500);
  cache.store("a", object('a'));
  setAge("a.o", 30);
  leave("c.o.124-0.tmp", 1000, 1);
  cache.store("b", object('b'));
  EXPECT_FALSE(cache.find("a").has_value());
  EXPECT_TRUE(cache.find("b").has_value());
  EXPECT_TRUE(fs::exists(directory / "c.o.124-0.tmp"));
}

} // namespace
