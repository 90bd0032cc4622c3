//===- RuntimeTestSupport.h - What the tests of the readers share -------------===//
#ifndef WEIR_TEST_UNIT_RUNTIMETESTSUPPORT_H
#define WEIR_TEST_UNIT_RUNTIMETESTSUPPORT_H

#include "weir/Runtime/File.h"
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace weir::test {

inline std::span<const std::byte> bytesOf(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The bytes of a number, lowest first.
template <class T> std::string littleEndian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T> std::string bigEndian(T value) {
  std::string bytes = littleEndian(value);
  return {bytes.rbegin(), bytes.rend()};
}

template <class T> std::string arrayBytes(std::initializer_list<T> values) {
  std::string bytes;
  for (T value : values)
    bytes += littleEndian(value);
  return bytes;
}

/// Expects success; the message of a failure is shown.
template <class T> void expectOk(const Result<T> &result) {
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
}

/// Expects a refusal whose message contains `part`.
template <class T> void expectRefused(const Result<T> &result, std::string_view part) {
  ASSERT_FALSE(result.ok()) << "expected to be refused: " << part;
  EXPECT_NE(result.error().message.find(part), std::string::npos)
      << "message: " << result.error().message << "\nexpected part: " << part;
}

inline Result<Tensor> makeTensor(std::vector<int64_t> shape, std::vector<float> values) {
  Result<Tensor> tensor = Tensor::uninitialized(DType::F32, std::move(shape));
  if (tensor)
    std::copy(values.begin(), values.end(), tensor->f32());
  return tensor;
}

inline Result<Tensor> makeIds(std::vector<int64_t> shape, std::vector<int64_t> values) {
  Result<Tensor> tensor = Tensor::uninitialized(DType::I64, std::move(shape));
  if (tensor)
    std::copy(values.begin(), values.end(), tensor->i64());
  return tensor;
}

/// Expects a tensor of that type, shape and contents.
inline void expectTensor(const Result<Tensor> &tensor, std::vector<int64_t> shape,
                         std::vector<float> values) {
  ASSERT_TRUE(tensor.ok()) << tensor.error().message;
  ASSERT_EQ(tensor->dtype, DType::F32);
  EXPECT_EQ(tensor->shape, shape);
  EXPECT_EQ(std::vector<float>(tensor->f32(), tensor->f32() + tensor->elements()), values);
}

inline void expectIds(const Result<Tensor> &tensor, std::vector<int64_t> shape,
                      std::vector<int64_t> values) {
  ASSERT_TRUE(tensor.ok()) << tensor.error().message;
  ASSERT_EQ(tensor->dtype, DType::I64);
  EXPECT_EQ(tensor->shape, shape);
  EXPECT_EQ(std::vector<int64_t>(tensor->i64(), tensor->i64() + tensor->elements()), values);
}

/// A folder that is removed at the end.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string file(std::string_view name) const { return path + "/" + std::string(name); }
  size_t fileCount() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator(path))
      ++count;
    return count;
  }

  std::string path;
};

/// Parses every prefix of `valid` and every single-byte corruption of it. `parse` must
/// refuse the prefixes; of the corruptions it is only asked to survive them.
template <class Parse> void expectSurvivesDamage(const std::string &valid, Parse parse) {
  for (size_t size = 0; size < valid.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees a read beyond it.
    std::string prefix = valid.substr(0, size);
    EXPECT_FALSE(parse(bytesOf(prefix))) << "accepted the first " << size << " bytes";
  }
  for (size_t at = 0; at < valid.size(); ++at)
    for (int flip : {0x01, 0x80, 0xFF}) {
      std::string damaged = valid;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      (void)parse(bytesOf(damaged));
    }
}

} // namespace weir::test

#endif
