//===- TextFile.cpp - Text as files hold it -----------------------------------===//
#include "weir/Data/TextFile.h"
#include "Inflate.h"
#include "Utf8.h"
#include "weir/Data/Idx.h"
#include <cstring>

namespace weir {

size_t utf8Length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty())
    return 0;
  unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length)
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
  unsigned second = byte(1);
  bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  bool surrogate = lead == 0xED && second >= 0xA0;
  bool beyond = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

size_t findBadUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    uint64_t word;
    while (at + sizeof(word) <= text.size()) { // eight ASCII bytes at a time
      std::memcpy(&word, text.data() + at, sizeof(word));
      if (word & 0x8080808080808080)
        break;
      at += sizeof(word);
    }
    if (at == text.size())
      break;
    size_t length = utf8Length(text.substr(at));
    if (length == 0)
      return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string placeInText(std::string_view source, size_t line) {
  return source.empty() ? fmt::format("line {}", line) : fmt::format("{}:{}", source, line);
}

size_t lineAt(std::string_view text, size_t offset) {
  return 1 + static_cast<size_t>(std::count(text.begin(), text.begin() + offset, '\n'));
}

static Error named(std::string_view source, Error error) {
  return source.empty() ? std::move(error) : inside(source, std::move(error));
}

/// Unpacks a whole gzip file. Its last four bytes say how much to expect, modulo 2^32,
/// and aren't believed.
static Result<FileBytes> unpack(std::span<const std::byte> packed) {
  uint32_t claimed = 0;
  if (packed.size() >= sizeof(claimed))
    std::memcpy(&claimed, packed.data() + packed.size() - sizeof(claimed), sizeof(claimed));
  size_t capacity = std::min<uint64_t>(claimed, packed.size() * kMaxExpansion) + 1;
  Result<AlignedBytes> memory = allocateAligned(capacity);
  if (!memory)
    return memory.takeError();
  FileBytes result{std::move(*memory), 0};
  Inflater inflater(packed, Inflater::Wrapper::Gzip);
  while (true) {
    Result<size_t> got = inflater.read({result.memory.get() + result.size, capacity - result.size});
    if (!got)
      return got.takeError();
    result.size += *got;
    if (result.size < capacity)
      break;
    capacity *= 2;
    memory = allocateAligned(capacity);
    if (!memory)
      return memory.takeError();
    std::memcpy(memory->get(), result.memory.get(), result.size);
    result.memory = std::move(*memory);
  }
  if (Result<void> end = inflater.expectEnd(); !end)
    return end.takeError();
  return result;
}

Result<TextBytes> decodeText(FileBytes bytes, std::string_view source) {
  if (isGzip(bytes.bytes())) {
    Result<FileBytes> unpacked = unpack(bytes.bytes());
    if (!unpacked)
      return named(source, unpacked.takeError());
    bytes = std::move(*unpacked);
  }
  std::string_view text = bytes.text();
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return named(source, fail("begins as UTF-16 does; expected UTF-8"));
  size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  if (size_t zero = text.find('\0'); zero != std::string_view::npos)
    return inside(placeInText(source, lineAt(text, zero)),
                  fail("found a NUL byte, expected text (UTF-8)"));
  if (size_t bad = findBadUtf8(text); bad != std::string_view::npos)
    return inside(placeInText(source, lineAt(text, bad)),
                  fail("found the byte {:02x}, which isn't UTF-8; convert the file, say with "
                       "iconv -f latin1 -t utf-8",
                       static_cast<unsigned char>(text[bad])));
  return TextBytes{std::move(bytes), begin};
}

Result<TextBytes> decodeText(std::string_view text, std::string_view source) {
  Result<AlignedBytes> memory = allocateAligned(text.size());
  if (!memory)
    return memory.takeError();
  std::copy(text.begin(), text.end(), reinterpret_cast<char *>(memory->get()));
  return decodeText(FileBytes{std::move(*memory), text.size()}, source);
}

Result<TextBytes> readTextFile(const std::string &path) {
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  return decodeText(std::move(*file), path);
}

} // namespace weir
