//===- RuntimeTensorTest.cpp - Tensors, element types, messages ---------------===//
#include "RuntimeTestSupport.h"
#include "weir/Runtime/Elements.h"
#include <cmath>
#include <limits>

using namespace weir;
using namespace weir::test;

// Under AddressSanitizer, memory that can't be had is a null pointer, as without it.
extern "C" const char *__asan_default_options() { return "allocator_may_return_null=1"; }

TEST(Result, HoldsValueOrError) {
  Result<std::string> value = std::string("x");
  Result<std::string> error = fail("{} is {}", "a", 1);
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, "x");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().message, "a is 1");
  EXPECT_EQ(inside("file", error.takeError()).message, "file: a is 1");
  EXPECT_TRUE(Result<void>());
  EXPECT_FALSE(Result<void>(fail("no")));
}

TEST(Result, QuotesHostileText) {
  EXPECT_EQ(inQuotes("a\x1b[2Jb\n"), "'a\\x1b[2Jb\\x0a'");
  EXPECT_EQ(inQuotes("gr\xc3\xbc\xc3\x9f"), "'gr\xc3\xbc\xc3\x9f'");
  EXPECT_EQ(inQuotes(std::string(100, 'x')), "'" + std::string(80, 'x') + "...'");
  // The cut doesn't fall inside a two-byte character.
  EXPECT_EQ(inQuotes(std::string(79, 'x') + "\xc3\xbc!"), "'" + std::string(79, 'x') + "...'");
}

TEST(Tensor, AllocatesAlignedMemory) {
  for (int64_t size : {0, 1, 15, 16, 17, 1000}) {
    Result<Tensor> tensor = Tensor::zeros(DType::F32, {size, 3});
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->elements(), 3 * size);
    EXPECT_NE(tensor->data(), nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->data()) % kAlignment, 0u);
    EXPECT_TRUE(
        std::all_of(tensor->f32(), tensor->f32() + 3 * size, [](float x) { return x == 0; }));
  }
  Result<Tensor> scalar = Tensor::zeros(DType::I64, {});
  ASSERT_TRUE(scalar);
  EXPECT_EQ(scalar->elements(), 1);
  EXPECT_EQ(scalar->byteCount(), 8);
}

TEST(Tensor, RefusesImpossibleShapes) {
  int64_t huge = std::numeric_limits<int64_t>::max();
  expectRefused(Tensor::zeros(DType::F32, {2, -1}), "negative");
  expectRefused(Tensor::zeros(DType::F32, {huge}), "can be counted");
  expectRefused(Tensor::zeros(DType::F32, {1 << 30, 1 << 30, 1 << 30}), "can be counted");
  expectRefused(Tensor::zeros(DType::F32, std::vector<int64_t>(kMaxRank + 1, 1)), "axes");
  expectRefused(Tensor::uninitialized(DType::I64, {huge / 16}), "out of memory");
  // Nothing, however large the other sizes are.
  Result<Tensor> empty = Tensor::zeros(DType::F32, {huge, huge, 0});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->elements(), 0);
}

TEST(Tensor, ClonesAndConverts) {
  Result<Tensor> ids = makeIds({3}, {1, -2, 1 << 24});
  ASSERT_TRUE(ids);
  Result<Tensor> copy = ids->clone();
  ASSERT_TRUE(copy);
  ids->i64()[0] = 7;
  expectIds(copy, {3}, {1, -2, 1 << 24});
  Result<Tensor> floats = convertTo(std::move(*copy), DType::F32);
  expectTensor(floats, {3}, {1, -2, 1 << 24});
  expectRefused(convertTo(std::move(*floats), DType::I64), "floating-point");
}

TEST(Tensor, AsBatch) {
  struct Case {
    std::vector<int64_t> shape, example, expected;
  };
  for (const Case &c : std::vector<Case>{{{5, 28, 28}, {1, 28, 28}, {5, 1, 28, 28}}, // images
                                         {{5, 784}, {1, 28, 28}, {5, 1, 28, 28}},
                                         {{1, 28, 28}, {1, 28, 28}, {1, 1, 28, 28}}, // one example
                                         {{28, 28}, {1, 28, 28}, {1, 1, 28, 28}},
                                         {{0, 28, 28}, {28, 28}, {0, 28, 28}}, // none
                                         {{3}, {}, {3}},                       // ids
                                         {{}, {}, {1}},
                                         {{3}, {3}, {1, 3}},
                                         {{3}, {1}, {3, 1}},
                                         {{4, 1}, {}, {4}}}) {
    Result<Tensor> tensor = Tensor::zeros(DType::F32, c.shape);
    ASSERT_TRUE(tensor);
    Result<Tensor> batch = asBatch(std::move(*tensor), c.example);
    ASSERT_TRUE(batch) << shapeToString(c.shape);
    EXPECT_EQ(batch->shape, c.expected) << shapeToString(c.shape);
  }
  expectRefused(asBatch(*Tensor::zeros(DType::F32, {5, 27, 28}), std::vector<int64_t>{1, 28, 28}),
                "found shape [5, 27, 28]; expected a batch of [1, 28, 28], that is [N, 1, 28, 28]");
  int64_t huge = int64_t{1} << 60;
  expectRefused(asBatch(*Tensor::zeros(DType::F32, {0, huge, huge}), std::vector<int64_t>{2}),
                "found shape");
}

TEST(Elements, ReadsEveryType) {
  auto read = [](FileType type, const std::string &bytes, std::vector<int64_t> shape) {
    return readElements(type, ByteOrder::Little, std::move(shape), bytesOf(bytes));
  };
  expectTensor(read(FileType::F64, arrayBytes({1.5, -2.25, 0.1}), {3}), {3}, {1.5f, -2.25f, 0.1f});
  expectTensor(read(FileType::F32, arrayBytes({1.5f, -2.25f}), {1, 2}), {1, 2}, {1.5f, -2.25f});
  expectTensor(read(FileType::BF16, arrayBytes<uint16_t>({0x3FC0, 0xC010}), {2}), {2},
               {1.5f, -2.25f});
  expectIds(read(FileType::I64, arrayBytes<int64_t>({-5, INT64_MIN}), {2}), {2}, {-5, INT64_MIN});
  expectIds(read(FileType::I32, arrayBytes<int32_t>({-5, INT32_MAX}), {2}), {2}, {-5, INT32_MAX});
  expectIds(read(FileType::I16, arrayBytes<int16_t>({-5, 300}), {2}), {2}, {-5, 300});
  expectIds(read(FileType::I8, arrayBytes<int8_t>({-5, 100}), {2}), {2}, {-5, 100});
  expectIds(read(FileType::U64, arrayBytes<uint64_t>({5, INT64_MAX}), {2}), {2}, {5, INT64_MAX});
  expectIds(read(FileType::U32, arrayBytes<uint32_t>({5, UINT32_MAX}), {2}), {2}, {5, UINT32_MAX});
  expectIds(read(FileType::U16, arrayBytes<uint16_t>({5, 65535}), {2}), {2}, {5, 65535});
  expectIds(read(FileType::U8, arrayBytes<uint8_t>({5, 255}), {2}), {2}, {5, 255});
  expectIds(read(FileType::Bool, arrayBytes<uint8_t>({1, 0}), {2}), {2}, {1, 0});
  expectIds(
      readElements(FileType::I32, ByteOrder::Big, {2}, bytesOf({"\0\0\1\2\xff\xff\xff\xfe", 8})),
      {2}, {258, -2});
}

TEST(Elements, ReadsEveryHalf) {
  // The compiler's own conversion is the reference for all 65,536 of them.
  std::string bytes;
  for (uint32_t bits = 0; bits < 65536; ++bits)
    bytes += littleEndian(static_cast<uint16_t>(bits));
  Result<Tensor> tensor = readElements(FileType::F16, ByteOrder::Little, {65536}, bytesOf(bytes));
  ASSERT_TRUE(tensor);
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    float found = tensor->f32()[bits];
    float expected = static_cast<float>(std::bit_cast<_Float16>(static_cast<uint16_t>(bits)));
    if (std::isnan(expected))
      ASSERT_TRUE(std::isnan(found)) << bits;
    else
      ASSERT_EQ(std::bit_cast<uint32_t>(found), std::bit_cast<uint32_t>(expected)) << bits;
  }
}

TEST(Elements, RefusesWhatDoesntFit) {
  auto read = [](FileType type, const std::string &bytes, std::vector<int64_t> shape) {
    return readElements(type, ByteOrder::Little, std::move(shape), bytesOf(bytes));
  };
  expectRefused(read(FileType::F32, std::string(7, 'x'), {2}), "needs 8 bytes, found 7");
  expectRefused(read(FileType::F32, std::string(9, 'x'), {2}), "needs 8 bytes, found 9");
  expectRefused(read(FileType::U64, arrayBytes<uint64_t>({1, 1ull << 63}), {2}),
                "element 1 is 9223372036854775808");
  expectRefused(read(FileType::Bool, arrayBytes<uint8_t>({1, 2}), {2}), "element 1 is the byte 2");
}
