//===- ParameterFile.cpp - Named tensors in safetensors files -----------------===//
#include "weir/Runtime/ParameterFile.h"
#include "SafetensorsHeader.h"
#include "weir/Runtime/File.h"
#include <algorithm>
#include <cstring>

namespace weir {

/// The length that precedes the header.
static constexpr size_t prefixSize = 8;
/// The format's own limit.
static constexpr uint64_t maxHeaderSize = 100'000'000;

Result<void> ParameterFile::add(std::string name, Tensor tensor) {
  if (!places.emplace(name, tensors.size()).second)
    return fail("{} is there twice", inQuotes(name));
  tensors.push_back({std::move(name), std::move(tensor)});
  return {};
}

Tensor *ParameterFile::find(std::string_view name) {
  auto place = places.find(name);
  return place == places.end() ? nullptr : &tensors[place->second].tensor;
}

const Tensor *ParameterFile::find(std::string_view name) const {
  return const_cast<ParameterFile *>(this)->find(name);
}

/// Checks that the entries' bytes are what their shapes need, and that together they
/// cover the `available` bytes exactly once.
static Result<void> checkLayout(const std::vector<SafetensorsEntry> &entries, uint64_t available) {
  std::vector<const SafetensorsEntry *> byOffset;
  for (const SafetensorsEntry &entry : entries) {
    if (entry.begin > entry.end || entry.end > available)
      return fail("data_offsets [{}, {}] of {} lie outside the {} bytes of data", entry.begin,
                  entry.end, inQuotes(entry.name), available);
    Result<int64_t> count = elementCount(entry.shape);
    if (!count)
      return inside(inQuotes(entry.name), count.takeError());
    uint64_t needed = static_cast<uint64_t>(*count * byteSize(entry.type));
    if (entry.end - entry.begin != needed)
      return fail("shape {} of {} needs {} bytes, but data_offsets [{}, {}] hold {}",
                  shapeToString(entry.shape), inQuotes(entry.name), needed, entry.begin, entry.end,
                  entry.end - entry.begin);
    byOffset.push_back(&entry);
  }
  std::ranges::sort(byOffset, {}, [](const SafetensorsEntry *entry) {
    return std::pair(entry->begin, entry->end);
  });
  uint64_t covered = 0;
  std::string before = "the header";
  for (const SafetensorsEntry *entry : byOffset) {
    if (entry->begin < covered)
      return fail("{} begins at byte {} of the data, inside {}, which ends at {}",
                  inQuotes(entry->name), entry->begin, before, covered);
    if (entry->begin > covered)
      return fail("bytes {} to {} of the data, between {} and {}, belong to no tensor", covered,
                  entry->begin, before, inQuotes(entry->name));
    covered = entry->end;
    before = inQuotes(entry->name);
  }
  if (covered != available)
    return fail("the last {} bytes, after {}, belong to no tensor", available - covered, before);
  return {};
}

Result<ParameterFile> parseParameters(std::span<const std::byte> bytes) {
  if (bytes.size() < prefixSize)
    return fail("found {} bytes, too few for a safetensors file", bytes.size());
  uint64_t headerSize;
  std::memcpy(&headerSize, bytes.data(), prefixSize);
  uint64_t rest = bytes.size() - prefixSize;
  if (headerSize > maxHeaderSize)
    return fail("not a safetensors file: the header would have {} bytes, the limit is {}",
                headerSize, maxHeaderSize);
  if (headerSize > rest)
    return fail("the header has {} bytes, but only {} follow: the file is truncated", headerSize,
                rest);
  std::string_view json(reinterpret_cast<const char *>(bytes.data()) + prefixSize, headerSize);
  if (!json.starts_with('{'))
    return fail("not a safetensors file: the header begins with {}, expected '{{'",
                inQuotes(json.substr(0, 1)));

  Result<SafetensorsHeader> header = parseSafetensorsHeader(json);
  if (!header)
    return inside("header", header.takeError());
  std::span<const std::byte> data = bytes.subspan(prefixSize + headerSize);
  if (Result<void> layout = checkLayout(header->entries, data.size()); !layout)
    return layout.takeError();

  ParameterFile file;
  file.metadata = std::move(header->metadata);
  for (SafetensorsEntry &entry : header->entries) {
    Result<Tensor> tensor = readElements(entry.type, ByteOrder::Little, std::move(entry.shape),
                                         data.subspan(entry.begin, entry.end - entry.begin));
    if (!tensor)
      return inside(inQuotes(entry.name), tensor.takeError());
    if (Result<void> added = file.add(std::move(entry.name), std::move(*tensor)); !added)
      return added.takeError();
  }
  return file;
}

Result<ParameterFile> readParameters(const std::string &path) {
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  Result<ParameterFile> parameters = parseParameters(file->bytes());
  if (!parameters)
    return inside(path, parameters.takeError());
  return parameters;
}

Result<void> writeParameters(const std::string &path, const ParameterFile &parameters) {
  SafetensorsHeader header;
  header.metadata = parameters.metadata;
  for (const NamedTensor &named : parameters)
    header.entries.push_back({named.name,
                              named.tensor.dtype == DType::F32 ? FileType::F32 : FileType::I64,
                              named.tensor.shape});
  // The wider type first: readers that map the file want aligned elements.
  std::vector<std::span<const std::byte>> pieces(2);
  uint64_t end = 0;
  for (DType dtype : {DType::I64, DType::F32}) {
    auto entry = header.entries.begin();
    for (const NamedTensor &named : parameters) {
      if (named.tensor.dtype == dtype) {
        entry->begin = end;
        entry->end = end += static_cast<uint64_t>(named.tensor.byteCount());
        pieces.push_back(named.tensor.bytes());
      }
      ++entry;
    }
  }

  Result<std::string> text = printSafetensorsHeader(header);
  if (!text)
    return inside(path, text.takeError());
  text->append((8 - text->size() % 8) % 8, ' ');
  uint64_t headerSize = text->size();
  if (headerSize > maxHeaderSize)
    return fail("{}: the header would have {} bytes, the format's limit is {}", path, headerSize,
                maxHeaderSize);
  pieces[0] = std::as_bytes(std::span(&headerSize, 1));
  pieces[1] = std::as_bytes(std::span(text->data(), text->size()));
  return writeFile(path, pieces);
}

} // namespace weir
