//===- RuntimeParameterFileTest.cpp - safetensors files -----------------------===//
#include "RuntimeTestSupport.h"
#include "weir/Runtime/ParameterFile.h"

using namespace weir;
using namespace weir::test;

/// A file with that header text and as many data bytes.
static std::string safetensors(const std::string &header, const std::string &data) {
  return littleEndian<uint64_t>(header.size()) + header + data;
}

static Result<ParameterFile> parse(const std::string &file) {
  return parseParameters(bytesOf(file));
}

/// One well-formed entry, for headers that differ elsewhere.
static const std::string entryA = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

TEST(ParameterFile, ReadsInTheHeadersOrder) {
  Result<ParameterFile> file = parse(safetensors(
      R"({"__metadata__":{"format":"pt","k\u00e9y":"\n"},
          "z":{"shape":[2,1],"data_offsets":[3,11],"dtype":"F32"},
          "a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},
          "empty":{"dtype":"F16","shape":[0,5],"data_offsets":[11,11]},
          "scalar":{"dtype":"I64","shape":[],"data_offsets":[11,19]}}  )",
      "\1\2\3" + arrayBytes({1.5f, -2.5f}) + littleEndian<int64_t>(-7)));
  ASSERT_TRUE(file) << file.error().message;
  std::vector<std::string> names;
  for (const NamedTensor &named : *file)
    names.push_back(named.name);
  EXPECT_EQ(names, (std::vector<std::string>{"z", "a", "empty", "scalar"}));
  EXPECT_EQ(file->metadata,
            (std::map<std::string, std::string>{{"format", "pt"}, {"k\xc3\xa9y", "\n"}}));
  expectTensor(file->find("z")->clone(), {2, 1}, {1.5f, -2.5f});
  expectIds(file->find("a")->clone(), {3}, {1, 2, 3});
  expectTensor(file->find("empty")->clone(), {0, 5}, {});
  expectIds(file->find("scalar")->clone(), {}, {-7});
  EXPECT_EQ(file->find("b"), nullptr);
}

TEST(ParameterFile, WritesWhatItReads) {
  TemporaryFolder folder;
  std::string path = folder.file("w.safetensors");
  ParameterFile file;
  file.metadata = {{"format", "pt"}, {"quote\"d", "line\nbreak"}};
  expectOk(file.add("one \"float\" \xc3\xbc", *makeTensor({1}, {0.5f})));
  expectOk(file.add("ids", *makeIds({2}, {1, -2})));
  expectOk(file.add("", *makeTensor({}, {3})));
  expectOk(file.add("none", *makeTensor({2, 0}, {})));
  expectOk(writeParameters(path, file));
  EXPECT_EQ(folder.fileCount(), 1u);

  Result<ParameterFile> back = readParameters(path);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->metadata, file.metadata);
  ASSERT_EQ(back->size(), 4u);
  EXPECT_EQ(back->begin()->name, "one \"float\" \xc3\xbc");
  expectTensor(back->find("one \"float\" \xc3\xbc")->clone(), {1}, {0.5f});
  expectIds(back->find("ids")->clone(), {2}, {1, -2});
  expectTensor(back->find("")->clone(), {}, {3});
  expectTensor(back->find("none")->clone(), {2, 0}, {});

  // The header's padding and the order of the data keep every element aligned.
  Result<FileBytes> bytes = readFile(path);
  ASSERT_TRUE(bytes);
  uint64_t headerSize;
  std::memcpy(&headerSize, bytes->memory.get(), 8);
  EXPECT_EQ(headerSize % 8, 0u);
  EXPECT_NE(bytes->text().find(R"("ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]})"),
            std::string::npos);
}

TEST(ParameterFile, WritesAnEmptyFile) {
  TemporaryFolder folder;
  expectOk(writeParameters(folder.file("w"), ParameterFile()));
  Result<ParameterFile> back = readParameters(folder.file("w"));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->size(), 0u);
}

TEST(ParameterFile, RefusesToWriteBadNames) {
  TemporaryFolder folder;
  std::string path = folder.file("w");
  ParameterFile twice, notText, reserved, badMetadata;
  expectOk(twice.add("a", *makeTensor({}, {1})));
  expectRefused(twice.add("a", *makeTensor({}, {1})), "'a' is there twice");
  expectOk(notText.add("\xff", *makeTensor({}, {1})));
  expectRefused(writeParameters(path, notText), "isn't valid UTF-8");
  expectOk(reserved.add("__metadata__", *makeTensor({}, {1})));
  expectRefused(writeParameters(path, reserved), "can't be called __metadata__");
  badMetadata.metadata["a"] = "\xc3";
  expectRefused(writeParameters(path, badMetadata), "isn't valid UTF-8");
  EXPECT_EQ(folder.fileCount(), 0u);
}

TEST(ParameterFile, RefusesHostileHeaders) {
  auto field = [](const std::string &fields) { return R"({"a":{)" + fields + "}}"; };
  struct Case {
    std::string header, data, message;
  };
  std::string four(4, '\0'), eight(8, '\0');
  for (const Case &c : std::vector<Case>{
           // Not JSON, or not all of it.
           {"", "", "begins with '', expected '{'"},
           {"[]", "", "begins with '[', expected '{'"},
           {" {}", "", "begins with ' '"},
           {"{", "", "bad JSON at byte 2"},
           {"{}}", "", "bad JSON at byte 3"},
           {"{" + entryA + ",}", four, "bad JSON"},
           {"{'a':1}", "", "bad JSON"},
           {"{\"\xff\":1}", "", "bad JSON"},
           {"{\"a\":1e999}", "", "bad JSON"},
           // JSON of another form.
           {R"({"a":1})", "", "found 1 as the value of 'a', expected an object"},
           {R"({"a":null})", "", "found null as the value of 'a'"},
           {R"({"a":[]})", "", "found an array as the value of 'a'"},
           {R"({"__metadata__":3})", "", "found 3 as the value of '__metadata__'"},
           {R"({"__metadata__":{"k":3}})", "", "found 3 as the value of 'k' in __metadata__"},
           {R"({"__metadata__":{"k":{}}})", "", "found an object as the value of 'k'"},
           {R"({"__metadata__":{"k":"1","k":"2"}})", "", "key 'k' twice"},
           {R"({"__metadata__":{},"__metadata__":{}})", "", "'__metadata__' is there twice"},
           {field(R"("dtype":3)"), "", "found 3 as the dtype of 'a'"},
           {field(R"("dtype":{})"), "", "found an object as the dtype"},
           {field(R"("shape":3)"), "", "found 3 in the shape of 'a'"},
           {field(R"("shape":["1"])"), "", "found '1' in the shape"},
           {field(R"("shape":[[1]])"), "", "found an array in the shape"},
           {field(R"("shape":[-1])"), "", "found -1 in the shape"},
           {field(R"("shape":[1.5])"), "", "found '1.5' in the shape"},
           {field(R"("shape":[true])"), "", "found a boolean in the shape"},
           {field(R"("shape":[9223372036854775808])"), "", "9223372036854775808 in the shape"},
           {field(R"("shape":[99999999999999999999])"), "", "in the shape"},
           {field(R"("data_offsets":[0])"), "", "has 1 numbers, expected 2"},
           {field(R"("data_offsets":[0,1,2])"), "", "found 2 in the data_offsets"},
           {field(R"("data_offsets":[0,-1])"), "", "found -1 in the data_offsets"},
           {field(R"("dtype":"F32","dtype":"F32")"), "", "field dtype twice"},
           {field(R"("other":1)"), "", "unknown field 'other'"},
           {field(""), "", "'a' lacks dtype"},
           {field(R"("dtype":"F32")"), "", "'a' lacks shape"},
           {field(R"("dtype":"F32","shape":[])"), "", "'a' lacks data_offsets"},
           {field(R"("dtype":"F8_E4M3")"), "", "dtype 'F8_E4M3' of 'a' is not supported"},
           {"{" + entryA + "," + entryA + "}", four, "'a' is there twice"},
           {field(R"("shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1])"),
            "", "more than 32 axes"},
           // Offsets.
           {"{" + entryA + "}", "", "lie outside the 0 bytes"},
           {"{" + entryA + "}", eight, "the last 4 bytes, after 'a', belong to no tensor"},
           {"{}", four, "the last 4 bytes, after the header, belong to no tensor"},
           {field(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), four, "lie outside"},
           {field(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), four,
            "shape [2] of 'a' needs 8 bytes"},
           {field(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), eight,
            "bytes 0 to 4 of the data, between the header and 'a'"},
           {"{" + entryA + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
            std::string(6, '\0'), "'b' begins at byte 2 of the data, inside 'a'"},
           {"{" + entryA + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four,
            "'b' begins at byte 0 of the data, inside 'a'"},
           {"{" + entryA + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[6,10]}})",
            std::string(10, '\0'), "bytes 4 to 6 of the data, between 'a' and 'b'"},
           {field(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])"), "",
            "more elements than can be counted"},
           {field(R"("dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0])"), "",
            "more elements than can be counted"},
           {field(R"("dtype":"BOOL","shape":[1],"data_offsets":[0,1])"), "\2",
            "'a': element 0 is the byte 2"},
       }) {
    SCOPED_TRACE(c.header);
    expectRefused(parse(safetensors(c.header, c.data)), c.message);
  }
}

TEST(ParameterFile, RefusesBadPrefixes) {
  expectRefused(parse(""), "found 0 bytes");
  expectRefused(parse(std::string(7, '\0')), "found 7 bytes");
  expectRefused(parse(littleEndian<uint64_t>(3) + "{}"), "has 3 bytes, but only 2 follow");
  expectRefused(parse(littleEndian<uint64_t>(UINT64_MAX) + "{}"), "not a safetensors file");
  expectRefused(parse(littleEndian<uint64_t>(100'000'001) + "{}"), "the limit is 100000000");
}

TEST(ParameterFile, SurvivesDeepNesting) {
  expectRefused(parse(safetensors(R"({"a":)" + std::string(100'000, '['), "")), "found an array");
  std::string nested = "{";
  for (int i = 0; i < 100'000; ++i)
    nested += R"("a":{)";
  expectRefused(parse(safetensors(nested, "")), "unknown field 'a'");
}

TEST(ParameterFile, SurvivesDamage) {
  std::string file = safetensors(
      R"({"__metadata__":{"f":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})",
      std::string(8, 'x'));
  ASSERT_TRUE(parse(file));
  expectSurvivesDamage(file, [](auto bytes) { return parseParameters(bytes).ok(); });
}

TEST(ParameterFile, NamesTheFileInMessages) {
  TemporaryFolder folder;
  expectOk(writeFile(folder.file("bad"), "xxxxxxxx"));
  expectRefused(readParameters(folder.file("bad")), folder.file("bad") + ": not a safetensors");
  expectRefused(readParameters(folder.file("missing")), "missing: cannot open");
}
