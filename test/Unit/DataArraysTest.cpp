//===- DataArraysTest.cpp - Arrays as the command line names them -------------===//
#include "RuntimeTestSupport.h"
#include "weir/Data/Arrays.h"
#include "weir/Data/Idx.h"
#include "weir/Data/Npy.h"
#include "weir/Data/Npz.h"
#include "weir/Runtime/ParameterFile.h"

using namespace weir;
using namespace weir::test;

static const std::string corpus = WEIR_TEST_CORPUS "/";

TEST(Arrays, ReadsInlineNumbers) {
  expectIds(readArray("1,2,3"), {3}, {1, 2, 3});
  expectIds(readArray("-7"), {1}, {-7});
  expectIds(readArray(" 1 , +2 "), {2}, {1, 2});
  expectTensor(readArray("0.5,1.5"), {2}, {0.5f, 1.5f});
  expectTensor(readArray("1,2.5"), {2}, {1, 2.5f});
  expectTensor(readArray("1e3,-.5"), {2}, {1000, -0.5f});
  expectIds(readArray("1,2;3,4;5,6"), {3, 2}, {1, 2, 3, 4, 5, 6});
  expectTensor(readArray("1;2.5"), {2, 1}, {1, 2.5f});
  expectIds(readArray("9223372036854775807"), {1}, {INT64_MAX});
}

TEST(Arrays, RefusesBadInlineNumbers) {
  struct Case {
    std::string text, message;
  };
  for (const Case &c : std::vector<Case>{
           {"1,,2", "'1,,2': found '' as number 2 of the list, expected a number"},
           {"1,2,", "found '' as number 3"},
           {"1;", "found '' as number 2"},
           {"1,2;3", "row 2 has 1 numbers, the first has 2"},
           {"1-2", "found '1-2' as number 1"},
           {"1 2", "found '1 2' as number 1"},
           {"+-1", "found '+-1' as number 1"},
           {"1.2.3", "found '1.2.3' as number 1"},
           {"9223372036854775808", "too large or too small for a 64-bit integer"},
           {"1e99", "too large or too small for a float"},
       }) {
    SCOPED_TRACE(c.text);
    expectRefused(readArray(c.text), c.message);
  }
  expectRefused(readArray(""), "empty");
  expectRefused(readArray("1,2,x"), "1,2,x: cannot open");
}

TEST(Arrays, TellsFilesApartByTheirFirstBytes) {
  TemporaryFolder folder;
  // Names that say nothing, or the wrong thing.
  expectOk(writeNpy(folder.file("a.gz"), *makeTensor({2}, {1, 2})));
  expectTensor(readArray(folder.file("a.gz")), {2}, {1, 2});
  expectOk(
      writeFile(folder.file("b.npy"), std::string_view("\0\0\x08\2\0\0\0\1\0\0\0\2\0\xff", 14)));
  expectTensor(readArray(folder.file("b.npy")), {1, 2}, {0, 1});
  expectOk(writeFile(folder.file("c.npy"), "hello, world"));
  expectRefused(readArray(folder.file("c.npy")), "c.npy: not an array: expected a .npy, .npz");
  expectOk(writeFile(folder.file("d"), ""));
  expectRefused(readArray(folder.file("d")), "d: not an array");
}

TEST(Arrays, FindsKeysBehindColons) {
  TemporaryFolder folder;
  std::string archive = corpus + "npz/two.npz";
  expectTensor(readArray(archive + ":x"), {2, 3}, {0, 1, 2, 3, 4, 5});
  expectIds(readArray(archive + ":ids"), {2}, {7, -8});
  expectRefused(readArray(archive + ":y"),
                "two.npz: there is no 'y'; the archive holds 'x', 'ids'");
  expectRefused(readArray(archive), "the archive holds 2 arrays; name one as FILE:KEY: 'x', 'ids'");
  expectRefused(readArray(archive + ":"), "the key after ':' is empty");
  expectOk(writeNpy(folder.file("odd:name"), *makeIds({1}, {5})));
  expectIds(readArray(folder.file("odd:name")), {1}, {5});
  expectRefused(readArray(folder.file("odd:name:k")), "only a .npz file has keys such as 'k'");
  expectRefused(readArray(folder.file("none.npz:k")), "none.npz:k: cannot open");
}

TEST(Arrays, ReadsColumnsOfTables) {
  TemporaryFolder folder;
  std::string path = folder.file("a.csv");
  expectOk(writeFile(path, "user,\"a, b\",age\n3,1,20\n0,2,30.5\n-1,-3,+4\n"));
  expectIds(readArray(path + ":user"), {3}, {3, 0, -1});
  expectTensor(readArray(path + ":age"), {3}, {20, 30.5f, 4});
  expectIds(readArray(path + ":\"a, b\",user"), {3, 2}, {1, 3, 2, 0, -3, -1});
  expectTensor(readArray(path + ":user,age"), {3, 2}, {3, 20, 0, 30.5f, -1, 4});
  expectOk(writeFile(folder.file("b.tsv"), "x\ty\n1\t2\n"));
  expectIds(readArray(folder.file("b.tsv") + ":y"), {1}, {2});

  expectRefused(readArray(path), "a.csv is a table; name its columns as FILE:COLUMN");
  expectRefused(readArray(path + ":"), "the key after ':' is empty");
  expectRefused(readArray(path + ":film"), "there is no column 'film'; the columns are 'user'");
  expectRefused(readArray(path + ":user,"), "there is no column ''");
  expectOk(writeFile(path, "user\n1\nme\n"));
  expectRefused(readArray(path + ":user"), "a.csv:3: column 'user': found 'me', expected a number");
  expectOk(writeFile(path, "user,x\n1,2\n,3\n"));
  expectRefused(readArray(path + ":user"), "a.csv:3: column 'user': found '', expected a number");
}

TEST(Arrays, ReadsWhatNumpyWrote) {
  // Written by NumPy 2 and by the safetensors package.
  expectTensor(readNpy(corpus + "npy/f4.npy"), {2, 3}, {0, 1, 2, 3, 4, 5});
  expectTensor(readNpy(corpus + "npy/f8-fortran.npy"), {2, 3}, {0, 1, 2, 3, 4, 5});
  expectTensor(readNpy(corpus + "npy/f2-v2.npy"), {2}, {0.5f, -2});
  expectIds(readNpy(corpus + "npy/b1.npy"), {3}, {1, 0, 1});
  expectTensor(readNpz(corpus + "npz/packed.npz", "x"), {100}, std::vector<float>(100, 1.25f));
  Result<ParameterFile> file = readParameters(corpus + "safetensors/mixed.safetensors");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->metadata.at("format"), "np");
  expectTensor(file->find("w")->clone(), {2, 2}, {1, 2, 3, 4});
  expectTensor(file->find("h")->clone(), {2}, {0.5f, -1.5f});
  expectIds(file->find("n")->clone(), {}, {12});
}
