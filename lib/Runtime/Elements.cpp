//===- Elements.cpp - Element types of files, and their conversion ------------===//
#include "weir/Runtime/Elements.h"
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

static_assert(std::endian::native == std::endian::little,
              "files are little-endian and are read as they are");

namespace weir {

int64_t byteSize(FileType type) {
  switch (type) {
  case FileType::F64:
  case FileType::I64:
  case FileType::U64:
    return 8;
  case FileType::F32:
  case FileType::I32:
  case FileType::U32:
    return 4;
  case FileType::F16:
  case FileType::BF16:
  case FileType::I16:
  case FileType::U16:
    return 2;
  case FileType::I8:
  case FileType::U8:
  case FileType::Bool:
    return 1;
  }
  return 0;
}

DType readAs(FileType type) {
  switch (type) {
  case FileType::F64:
  case FileType::F32:
  case FileType::F16:
  case FileType::BF16:
    return DType::F32;
  default:
    return DType::I64;
  }
}

namespace {

/// IEEE 754 binary16 and bfloat16, as their bits.
struct Half {
  uint16_t bits;
};
struct BFloat {
  uint16_t bits;
};

float toElement(Half half, float *) {
  uint32_t sign = uint32_t(half.bits & 0x8000) << 16;
  uint32_t exponent = (half.bits >> 10) & 0x1F;
  uint32_t fraction = half.bits & 0x3FF;
  if (exponent == 0) { // zero or subnormal: fraction * 2^-24, exact in a float
    float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  uint32_t wide = exponent == 0x1F ? 0xFF : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float toElement(BFloat value, float *) { return std::bit_cast<float>(uint32_t(value.bits) << 16); }

template <class From, class To> To toElement(From value, To *) { return static_cast<To>(value); }

/// The element at `bytes`, which may be unaligned.
template <class T> T load(const std::byte *bytes, ByteOrder order) {
  T value;
  if (order == ByteOrder::Little) {
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }
  std::byte reversed[sizeof(T)];
  std::reverse_copy(bytes, bytes + sizeof(T), reversed);
  std::memcpy(&value, reversed, sizeof(T));
  return value;
}

template <class From, class To>
void convert(ByteOrder order, std::span<const std::byte> bytes, To *to) {
  if (std::is_same_v<From, To> && order == ByteOrder::Little) {
    if (!bytes.empty())
      std::memcpy(to, bytes.data(), bytes.size());
    return;
  }
  for (size_t i = 0, n = bytes.size() / sizeof(From); i < n; ++i)
    to[i] =
        toElement(load<From>(bytes.data() + i * sizeof(From), order), static_cast<To *>(nullptr));
}

} // namespace

/// Refuses what the target type can't say.
static Result<void> checkValues(FileType type, std::span<const int64_t> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (type == FileType::U64 && values[i] < 0)
      return fail("element {} is {}, above the largest supported integer {}", i,
                  static_cast<uint64_t>(values[i]), std::numeric_limits<int64_t>::max());
    if (type == FileType::Bool && (values[i] < 0 || values[i] > 1))
      return fail("element {} is the byte {}; a boolean is 0 or 1", i, values[i]);
  }
  return {};
}

Result<Tensor> readElements(FileType type, ByteOrder order, std::vector<int64_t> shape,
                            std::span<const std::byte> bytes) {
  Result<int64_t> count = elementCount(shape);
  if (!count)
    return count.takeError();
  if (static_cast<uint64_t>(*count * byteSize(type)) != bytes.size())
    return fail("shape {} of {}-byte elements needs {} bytes, found {}", shapeToString(shape),
                byteSize(type), *count * byteSize(type), bytes.size());
  Result<Tensor> tensor = Tensor::uninitialized(readAs(type), std::move(shape));
  if (!tensor)
    return tensor;

  switch (type) {
  case FileType::F64:
    convert<double>(order, bytes, tensor->f32());
    break;
  case FileType::F32:
    convert<float>(order, bytes, tensor->f32());
    break;
  case FileType::F16:
    convert<Half>(order, bytes, tensor->f32());
    break;
  case FileType::BF16:
    convert<BFloat>(order, bytes, tensor->f32());
    break;
  case FileType::I64:
  case FileType::U64: // the same bits; checkValues refuses those that differ
    convert<int64_t>(order, bytes, tensor->i64());
    break;
  case FileType::I32:
    convert<int32_t>(order, bytes, tensor->i64());
    break;
  case FileType::I16:
    convert<int16_t>(order, bytes, tensor->i64());
    break;
  case FileType::I8:
    convert<int8_t>(order, bytes, tensor->i64());
    break;
  case FileType::U32:
    convert<uint32_t>(order, bytes, tensor->i64());
    break;
  case FileType::U16:
    convert<uint16_t>(order, bytes, tensor->i64());
    break;
  case FileType::U8:
  case FileType::Bool:
    convert<uint8_t>(order, bytes, tensor->i64());
    break;
  }
  if (type == FileType::U64 || type == FileType::Bool)
    if (Result<void> checked =
            checkValues(type, {tensor->i64(), static_cast<size_t>(tensor->elements())});
        !checked)
      return checked.takeError();
  return tensor;
}

} // namespace weir
