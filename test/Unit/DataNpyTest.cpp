//===- DataNpyTest.cpp - NumPy's .npy files -----------------------------------===//
#include "RuntimeTestSupport.h"
#include "weir/Data/Npy.h"

using namespace weir;
using namespace weir::test;

/// A .npy file of that version with that header text.
static std::string npy(const std::string &header, const std::string &data, char version = 1) {
  std::string file = "\x93NUMPY";
  file += {version, '\0'};
  file += version == 1 ? littleEndian(static_cast<uint16_t>(header.size()))
                       : littleEndian(static_cast<uint32_t>(header.size()));
  return file + header + data;
}

static std::string header(const std::string &descr, const std::string &shape,
                          const std::string &fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

static Result<Tensor> parse(const std::string &file) { return parseNpy(bytesOf(file)); }

TEST(Npy, ReadsEveryTypeAndVersion) {
  for (char version : {1, 2, 3})
    expectTensor(parse(npy(header("<f4", "(2, 1)"), arrayBytes({1.5f, 2.5f}), version)), {2, 1},
                 {1.5f, 2.5f});
  expectTensor(parse(npy(header("<f8", "(1,)"), arrayBytes({1.5}))), {1}, {1.5f});
  expectTensor(parse(npy(header("<f2", "(1,)"), arrayBytes<uint16_t>({0x3E00}))), {1}, {1.5f});
  expectIds(parse(npy(header("<i8", "()"), arrayBytes<int64_t>({-3}))), {}, {-3});
  expectIds(parse(npy(header("<i4", "(1,)"), arrayBytes<int32_t>({-3}))), {1}, {-3});
  expectIds(parse(npy(header("<i2", "(1,)"), arrayBytes<int16_t>({-3}))), {1}, {-3});
  expectIds(parse(npy(header("|i1", "(1,)"), arrayBytes<int8_t>({-3}))), {1}, {-3});
  expectIds(parse(npy(header("<u8", "(1,)"), arrayBytes<uint64_t>({3}))), {1}, {3});
  expectIds(parse(npy(header("<u4", "(1,)"), arrayBytes<uint32_t>({UINT32_MAX}))), {1},
            {UINT32_MAX});
  expectIds(parse(npy(header("<u2", "(1,)"), arrayBytes<uint16_t>({65535}))), {1}, {65535});
  expectIds(parse(npy(header("|u1", "(1,)"), arrayBytes<uint8_t>({255}))), {1}, {255});
  expectIds(parse(npy(header("|b1", "(2,)"), arrayBytes<uint8_t>({1, 0}))), {2}, {1, 0});
  expectTensor(parse(npy(header("<f4", "(3, 0)"), "")), {3, 0}, {});
}

TEST(Npy, ReadsHeadersAsPythonWouldWriteThem) {
  expectIds(parse(npy("{\"shape\":(1),'fortran_order':False,'descr':'|u1'}\n", "\7")), {1}, {7});
  expectIds(
      parse(npy("{ 'shape' : ( 1 , ) , 'fortran_order' : False , 'descr' : '|u1' , }   \n", "\7")),
      {1}, {7});
}

TEST(Npy, TransposesFortranOrder) {
  // Element [i, j, k] is 100 i + 10 j + k; in the file the first axis runs fastest.
  std::string data;
  for (int64_t k = 0; k < 4; ++k)
    for (int64_t j = 0; j < 3; ++j)
      for (int64_t i = 0; i < 2; ++i)
        data += littleEndian(100 * i + 10 * j + k);
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 3; ++j)
      for (int64_t k = 0; k < 4; ++k)
        expected.push_back(100 * i + 10 * j + k);
  expectIds(parse(npy(header("<i8", "(2, 3, 4)", "True"), data)), {2, 3, 4}, expected);
  expectTensor(parse(npy(header("<f4", "(2, 2)", "True"), arrayBytes({1.f, 2.f, 3.f, 4.f}))),
               {2, 2}, {1, 3, 2, 4});
  expectTensor(parse(npy(header("<f4", "(2,)", "True"), arrayBytes({1.f, 2.f}))), {2}, {1, 2});
  // No elements, and strides that no integer could hold.
  std::string huge = std::to_string(int64_t{1} << 62);
  EXPECT_TRUE(parse(npy(header("<f4", "(" + huge + ", " + huge + ", 0, 2)", "True"), "")));
}

TEST(Npy, RefusesHostileFiles) {
  std::string eight(8, '\0');
  struct Case {
    std::string file, message;
  };
  for (const Case &c : std::vector<Case>{
           {"", "not a .npy file"},
           {"\x93NUMP", "not a .npy file"},
           {"\x93NUMPY", "header is truncated"},
           {"\x93NUMPY\1", "header is truncated"},
           {std::string("\x93NUMPY\1\0x", 9), "header is truncated"},
           {std::string("\x93NUMPY\2\0xxx", 11), "header is truncated"},
           {npy(header("<f4", "(2,)"), eight, 4), "version 4 of the .npy format"},
           {npy(header("<f4", "(2,)"), eight, 0), "version 0 of the .npy format"},
           {std::string("\x93NUMPY\1\0\x20\0{}", 12), "has 32 bytes, but only 2 follow"},
           {npy(std::string(70000, ' '), "", 2), "at most 65536"},
           // The header's form.
           {npy("", ""), "expected '{' at character 0 of the header, found its end"},
           {npy("{}", ""), "lacks 'descr'"},
           {npy("{'descr': '<f4'}", ""), "lacks 'fortran_order'"},
           {npy("{'descr': '<f4', 'fortran_order': False}", ""), "lacks 'shape'"},
           {npy("{'descr': '<f4', 'descr': '<f4'}", ""), "has 'descr' twice"},
           {npy("{'shape': (), 'shape': ()}", ""), "has 'shape' twice"},
           {npy("{'fortran_order': True, 'fortran_order': True}", ""), "'fortran_order' twice"},
           {npy("{'x': 1}", ""), "unknown key 'x'"},
           {npy("{descr: 1}", ""), "expected a key in quotes at character 1"},
           {npy("{'descr", ""), "expected a key in quotes"},
           {npy("{'descr' '<f4'}", ""), "expected ':'"},
           {npy("{'descr': <f4}", ""), "expected a type in quotes"},
           {npy("{'descr': '<f4' 'shape': ()}", ""), "expected ',' or '}'"},
           {npy("{'descr': '<f4',", ""), "expected a key in quotes"},
           {npy("{'fortran_order': 0}", ""), "expected True or False"},
           {npy("{'shape': [1]}", ""), "expected '('"},
           {npy("{'shape': (1", ""), "expected ',' or ')'"},
           {npy("{'shape': (-1,)}", ""), "expected a size of 0 or more"},
           {npy("{'shape': (x,)}", ""), "expected a size of 0 or more"},
           {npy("{'shape': (1.5,)}", ""), "expected ',' or ')'"},
           {npy("{'shape': (99999999999999999999,)}", ""), "too large"},
           {npy(header("<f4", "(2,)") + "x", eight), "expected nothing after '}'"},
           {npy("{'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
                ""),
            "more than 32 axes"},
           // Types.
           {npy(header(">f4", "(2,)"), eight), "element type '>f4' is not supported"},
           {npy(header("|f4", "(2,)"), eight), "element type '|f4' is not supported"},
           {npy(header("<c8", "(1,)"), eight), "element type '<c8' is not supported"},
           {npy(header("|O", "(1,)"), eight), "element type '|O' is not supported"},
           {npy(header("<U2", "(1,)"), eight), "element type '<U2' is not supported"},
           {npy(header("", "(1,)"), eight), "element type '' is not supported"},
           {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", eight),
            "structured"},
           {npy(header("|b1", "(1,)"), "\2"), "element 0 is the byte 2"},
           // Sizes.
           {npy(header("<f4", "(3,)"), eight), "shape [3] of 4-byte elements needs 12 bytes"},
           {npy(header("<f4", "(1,)"), eight), "needs 4 bytes, found 8"},
           {npy(header("<f4", "(4294967296, 4294967296)"), eight), "can be counted"},
           {npy(header("<f8", "(2305843009213693952,)"), eight), "can be counted"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(parse(c.file), c.message);
  }
}

TEST(Npy, WritesWhatItReads) {
  TemporaryFolder folder;
  std::string path = folder.file("a.npy");
  expectOk(writeNpy(path, *makeTensor({2, 3}, {1, 2, 3, 4, 5, 6.5f})));
  expectTensor(readNpy(path), {2, 3}, {1, 2, 3, 4, 5, 6.5f});
  expectOk(writeNpy(path, *makeIds({2}, {1, -2})));
  expectIds(readNpy(path), {2}, {1, -2});
  // NumPy's own words for one axis and for none, its alignment and its line end.
  Result<FileBytes> file = readFile(path);
  ASSERT_TRUE(file);
  EXPECT_NE(file->text().find("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"),
            std::string::npos);
  EXPECT_EQ((file->size - 16) % 64, 0u);
  EXPECT_EQ(file->text()[file->size - 17], '\n');
  expectOk(writeNpy(path, *makeTensor({}, {7})));
  expectTensor(readNpy(path), {}, {7});
  expectOk(writeNpy(path, *makeTensor({0, 4}, {})));
  expectTensor(readNpy(path), {0, 4}, {});
  EXPECT_EQ(folder.fileCount(), 1u);
}

TEST(Npy, NamesTheFileInMessages) {
  TemporaryFolder folder;
  expectOk(writeFile(folder.file("bad.npy"), "x"));
  expectRefused(readNpy(folder.file("bad.npy")), "bad.npy: not a .npy file");
  expectRefused(readNpy(folder.file("none.npy")), "none.npy: cannot open");
}

TEST(Npy, SurvivesDamage) {
  std::string file = npy(header("<f4", "(2, 1)", "True"), arrayBytes({1.f, 2.f}));
  expectSurvivesDamage(file, [](auto bytes) { return parseNpy(bytes).ok(); });
}
