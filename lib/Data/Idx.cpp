//===- Idx.cpp - IDX files ----------------------------------------------------===//
#include "weir/Data/Idx.h"
#include "Inflate.h"
#include "weir/Runtime/Elements.h"
#include "weir/Runtime/File.h"
#include <algorithm>
#include <optional>

namespace weir {

static std::optional<FileType> idxType(std::byte code) {
  switch (static_cast<unsigned>(code)) {
  case 0x08:
    return FileType::U8;
  case 0x09:
    return FileType::I8;
  case 0x0B:
    return FileType::I16;
  case 0x0C:
    return FileType::I32;
  case 0x0D:
    return FileType::F32;
  case 0x0E:
    return FileType::F64;
  default:
    return std::nullopt;
  }
}

bool isIdx(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && bytes[0] == std::byte{0} && bytes[1] == std::byte{0} &&
         idxType(bytes[2]);
}

bool isGzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

namespace {

/// The uncompressed bytes of a file in memory, gzipped or not, read in order.
class Source {
public:
  explicit Source(std::span<const std::byte> bytes) : plain(bytes) {
    if (isGzip(bytes))
      inflater.emplace(bytes, Inflater::Wrapper::Gzip);
    limit = inflater ? bytes.size() * kMaxExpansion : bytes.size();
  }

  /// No more bytes than this can come.
  uint64_t mostBytes() const { return limit; }

  /// Exactly buffer.size() bytes.
  Result<void> read(std::span<std::byte> buffer, std::string_view what) {
    size_t got = std::min(buffer.size(), plain.size());
    if (inflater) {
      Result<size_t> unpacked = inflater->read(buffer);
      if (!unpacked)
        return unpacked.takeError();
      got = *unpacked;
    } else {
      std::copy_n(plain.begin(), got, buffer.begin());
      plain = plain.subspan(got);
    }
    if (got != buffer.size())
      return fail("{} needs {} bytes, found {}: the file is truncated", what, buffer.size(), got);
    return {};
  }

  Result<void> expectEnd() {
    if (inflater)
      return inflater->expectEnd();
    if (!plain.empty())
      return fail("{} bytes follow the last element", plain.size());
    return {};
  }

private:
  std::span<const std::byte> plain;
  std::optional<Inflater> inflater;
  uint64_t limit;
};

} // namespace

static Result<Tensor> scaled(std::vector<int64_t> shape, std::span<const std::byte> bytes) {
  Result<Tensor> tensor = Tensor::uninitialized(DType::F32, std::move(shape));
  if (tensor)
    std::ranges::transform(bytes, tensor->f32(),
                           [](std::byte b) { return static_cast<float>(b) / 255.0f; });
  return tensor;
}

Result<Tensor> parseIdx(std::span<const std::byte> bytes, IdxBytes mode) {
  Source source(bytes);
  std::byte magic[4];
  if (Result<void> read = source.read(magic, "the IDX header"); !read)
    return read.takeError();
  if (!isIdx(magic))
    return fail("not an IDX file: it begins with the bytes {:02x} {:02x} {:02x}, expected 00 00 "
                "and a type of 08, 09, 0b, 0c, 0d or 0e",
                static_cast<unsigned>(magic[0]), static_cast<unsigned>(magic[1]),
                static_cast<unsigned>(magic[2]));
  FileType type = *idxType(magic[2]);
  size_t rank = static_cast<size_t>(magic[3]);
  if (rank > kMaxRank)
    return fail("{} axes; at most {} are supported", rank, kMaxRank);
  std::byte sizes[4 * kMaxRank];
  if (Result<void> read = source.read(std::span(sizes, 4 * rank), "the IDX header"); !read)
    return read.takeError();
  std::vector<int64_t> shape;
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t size = 0;
    for (size_t i = 0; i < 4; ++i)
      size = size << 8 | static_cast<int64_t>(sizes[4 * axis + i]);
    shape.push_back(size);
  }

  Result<int64_t> count = elementCount(shape);
  if (!count)
    return count.takeError();
  uint64_t needed = static_cast<uint64_t>(*count * byteSize(type));
  if (needed > source.mostBytes())
    return fail("shape {} needs {} bytes, more than a file of {} bytes can hold",
                shapeToString(shape), needed, bytes.size());
  Result<AlignedBytes> memory = allocateAligned(needed);
  if (!memory)
    return memory.takeError();
  std::span<std::byte> data(memory->get(), needed);
  if (Result<void> read = source.read(data, fmt::format("shape {}", shapeToString(shape))); !read)
    return read.takeError();
  if (Result<void> end = source.expectEnd(); !end)
    return end.takeError();
  bool scale = mode == IdxBytes::Scaled || (mode == IdxBytes::ScaledImages && rank >= 2);
  if (type == FileType::U8 && scale)
    return scaled(std::move(shape), data);
  return readElements(type, ByteOrder::Big, std::move(shape), data);
}

Result<Tensor> readIdx(const std::string &path, IdxBytes mode) {
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  Result<Tensor> tensor = parseIdx(file->bytes(), mode);
  if (!tensor)
    return inside(path, tensor.takeError());
  return tensor;
}

} // namespace weir
