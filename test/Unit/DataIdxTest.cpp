//===- DataIdxTest.cpp - IDX files --------------------------------------------===//
#include "RuntimeTestSupport.h"
#include "weir/Data/Idx.h"
#include <zlib.h>

using namespace weir;
using namespace weir::test;

static std::string idx(unsigned type, std::vector<uint32_t> sizes, const std::string &data) {
  std::string file = {'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (uint32_t size : sizes)
    file += bigEndian(size);
  return file + data;
}

static std::string gzipped(const std::string &plain) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

static Result<Tensor> parse(const std::string &file, IdxBytes mode = IdxBytes::AsIs) {
  return parseIdx(bytesOf(file), mode);
}

TEST(Idx, ReadsEveryType) {
  expectIds(parse(idx(0x08, {2}, "\1\xff")), {2}, {1, 255});
  expectIds(parse(idx(0x09, {2}, "\1\xff")), {2}, {1, -1});
  expectIds(parse(idx(0x0B, {1}, bigEndian<int16_t>(-300))), {1}, {-300});
  expectIds(parse(idx(0x0C, {1}, bigEndian<int32_t>(-70000))), {1}, {-70000});
  expectTensor(parse(idx(0x0D, {1}, bigEndian(1.5f))), {1}, {1.5f});
  expectTensor(parse(idx(0x0E, {1, 1}, bigEndian(1.5))), {1, 1}, {1.5f});
  expectIds(parse(idx(0x08, {}, "\5")), {}, {5});
  expectIds(parse(idx(0x08, {0, 28}, "")), {0, 28}, {});
}

TEST(Idx, ScalesImagesWhenAsked) {
  std::string images = idx(0x08, {1, 3}, std::string("\0\x33\xff", 3)),
              labels = idx(0x08, {1}, "\3");
  expectIds(parse(images, IdxBytes::AsIs), {1, 3}, {0, 51, 255});
  for (IdxBytes mode : {IdxBytes::Scaled, IdxBytes::ScaledImages})
    expectTensor(parse(images, mode), {1, 3}, {0, 51 / 255.0f, 1});
  expectTensor(parse(labels, IdxBytes::Scaled), {1}, {3 / 255.0f});
  expectIds(parse(labels, IdxBytes::ScaledImages), {1}, {3});
  // Only bytes are scaled.
  expectIds(parse(idx(0x09, {1, 1}, "\3"), IdxBytes::Scaled), {1, 1}, {3});
}

TEST(Idx, ReadsGzip) {
  std::string data;
  for (int i = 0; i < 6000; ++i)
    data += static_cast<char>(i * 7 % 251);
  Result<Tensor> plain = parse(idx(0x08, {20, 300}, data)),
                 packed = parse(gzipped(idx(0x08, {20, 300}, data)));
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->shape, plain->shape);
  EXPECT_TRUE(std::equal(plain->i64(), plain->i64() + 6000, packed->i64()));
}

TEST(Idx, RefusesHostileFiles) {
  std::string packed = gzipped(idx(0x08, {3}, "\1\2\3"));
  std::string badChecksum = packed, badSize = packed, badMethod = packed;
  badChecksum[packed.size() - 8] ^= 1;
  badSize[packed.size() - 4] ^= 1;
  badMethod[2] = 7;
  struct Case {
    std::string file, message;
  };
  for (const Case &c : std::vector<Case>{
           {"", "the IDX header needs 4 bytes, found 0"},
           {idx(0x08, {3}, "").substr(0, 6), "the IDX header needs 4 bytes, found 2"},
           {std::string("\1\0\x08\1", 4), "not an IDX file: it begins with the bytes 01 00 08"},
           {idx(0x0A, {1}, "\1"), "begins with the bytes 00 00 0a"},
           {idx(0x08, {3}, "\1\2"), "shape [3] needs 3 bytes, found 2"},
           {idx(0x08, {3}, "\1\2\3\4"), "1 bytes follow the last element"},
           {idx(0x08, {0xFFFFFFFF}, "\1"), "more than a file of 9 bytes can hold"},
           {idx(0x08, {0xFFFFFFFF, 0xFFFFFFFF}, "\1"), "more elements than can be counted"},
           {idx(0x08, std::vector<uint32_t>(33, 1), "\1"), "33 axes; at most 32"},
           {gzipped(idx(0x08, {0x10000000}, "\1")), "can hold"},
           {gzipped(idx(0x08, {3}, "\1\2")), "shape [3] needs 3 bytes, found 2"},
           {gzipped(idx(0x08, {3}, "\1\2\3\4")), "holds more than its declared size"},
           {gzipped("text"), "not an IDX file"},
           {packed.substr(0, packed.size() - 1), "ends too early"},
           {packed.substr(0, 12), "ends too early"},
           {packed + "x", "1 bytes follow the packed data"},
           {badChecksum, "incorrect data check"},
           {badSize, "incorrect length check"},
           {badMethod, "unknown compression method"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(parse(c.file), c.message);
  }
}

TEST(Idx, SurvivesDamage) {
  std::string plain = idx(0x08, {2, 2}, "\1\2\3\4");
  for (const std::string &file : {plain, gzipped(plain)})
    expectSurvivesDamage(file, [](auto bytes) { return parseIdx(bytes, IdxBytes::Scaled).ok(); });
}

TEST(Idx, ReadsFashionMnist) {
  // Debian's package dataset-fashion-mnist.
  std::string folder = "/usr/share/datasets/fashion-mnist/";
  if (!isRegularFile(folder + "t10k-images-idx3-ubyte.gz"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  Result<Tensor> images = readIdx(folder + "t10k-images-idx3-ubyte.gz", IdxBytes::ScaledImages);
  ASSERT_TRUE(images) << images.error().message;
  ASSERT_EQ(images->dtype, DType::F32);
  EXPECT_EQ(images->shape, (std::vector<int64_t>{10000, 28, 28}));
  auto [least, most] = std::minmax_element(images->f32(), images->f32() + images->elements());
  EXPECT_EQ(*least, 0.0f);
  EXPECT_EQ(*most, 1.0f);
  Result<Tensor> labels = readIdx(folder + "t10k-labels-idx1-ubyte.gz", IdxBytes::ScaledImages);
  ASSERT_TRUE(labels) << labels.error().message;
  ASSERT_EQ(labels->dtype, DType::I64);
  std::vector<int> counts(10, 0);
  for (int64_t i = 0; i < 10000; ++i) {
    ASSERT_TRUE(labels->i64()[i] >= 0 && labels->i64()[i] < 10);
    ++counts[labels->i64()[i]];
  }
  EXPECT_EQ(counts, std::vector<int>(10, 1000));
}
