//===- RuntimeFileTest.cpp - Whole files in, whole files out ------------------===//
#include "RuntimeTestSupport.h"
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace weir;
using namespace weir::test;

TEST(File, WritesAndReads) {
  TemporaryFolder folder;
  std::string path = folder.file("a");
  for (std::string_view text : {"first", "", "second, longer"}) {
    expectOk(writeFile(path, text));
    Result<FileBytes> file = readFile(path);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->text(), text);
    EXPECT_EQ(folder.fileCount(), 1u);
  }
}

TEST(File, RefusesWhatIsntAFile) {
  TemporaryFolder folder;
  expectRefused(readFile(folder.file("missing")), "missing: cannot open: No such file");
  expectRefused(readFile(folder.path), "is a folder");
  expectRefused(readFile("/dev/null"), "not a regular file");
  expectRefused(readFile(""), "empty");
  expectRefused(writeFile(folder.path, "x"), "is a folder");
  expectRefused(writeFile(folder.file("no/such/folder"), "x"), "cannot create: No such file");
  expectRefused(writeFile("", "x"), "empty");
}

TEST(File, DoesntReplaceDevicesAndLinks) {
  TemporaryFolder folder;
  expectOk(writeFile("/dev/null", "x"));
  struct stat status;
  ASSERT_EQ(stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));

  expectOk(writeFile(folder.file("target"), "old"));
  ASSERT_EQ(symlink("target", folder.file("link").c_str()), 0);
  expectOk(writeFile(folder.file("link"), "new"));
  EXPECT_EQ(readFile(folder.file("target"))->text(), "new");
  ASSERT_EQ(lstat(folder.file("link").c_str(), &status), 0);
  EXPECT_TRUE(S_ISLNK(status.st_mode));
}

TEST(File, KeepsPermissions) {
  TemporaryFolder folder;
  std::string path = folder.file("a");
  expectOk(writeFile(path, "old"));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  expectOk(writeFile(path, "new"));
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(File, FailedWriteLeavesTheOldFileAndNoOther) {
  TemporaryFolder folder;
  std::string path = folder.file("a");
  expectOk(writeFile(path, "old"));
  // A full disk, as far as the process can tell.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = {4096, before.rlim_max};
  auto oldHandler = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<void> result = writeFile(path, std::string(10000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, oldHandler);
  expectRefused(result, "cannot write");
  EXPECT_EQ(readFile(path)->text(), "old");
  EXPECT_EQ(folder.fileCount(), 1u);
}

TEST(File, LeftoversOfTheKilledGo) {
  test::TemporaryFolder folder;
  std::string path = folder.file("model.safetensors");
  // No process has the greatest number; ours is running.
  std::string dead = std::to_string(std::numeric_limits<pid_t>::max());
  std::string own = std::to_string(::getpid());
  for (const std::string &name :
       {path, path + "." + own + "-3.tmp", path + "." + dead + ".tmp", path + "." + dead + "-x.tmp",
        path + "." + dead + "-1.tmp.gz", path + "x." + dead + "-1.tmp", path + ".-1-1.tmp",
        path + ".0-1.tmp"})
    ASSERT_TRUE(writeFile(name, "kept").ok());
  size_t kept = folder.fileCount();
  for (const char *count : {"0", "17"})
    ASSERT_TRUE(writeFile(path + "." + dead + "-" + count + ".tmp", "left").ok());
  removeLeftovers(path);
  EXPECT_EQ(folder.fileCount(), kept);
  removeLeftovers(folder.file("nowhere/at all"));
  removeLeftovers("");
  EXPECT_EQ(folder.fileCount(), kept);

  // The name alone, in the folder in which the process is.
  std::filesystem::path before = std::filesystem::current_path();
  ASSERT_TRUE(writeFile(path + "." + dead + "-5.tmp", "left").ok());
  std::filesystem::current_path(std::filesystem::path(path).parent_path());
  removeLeftovers("model.safetensors");
  std::filesystem::current_path(before);
  EXPECT_EQ(folder.fileCount(), kept);
}
