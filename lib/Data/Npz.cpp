//===- Npz.cpp - NumPy's .npz archives ----------------------------------------===//
#include "weir/Data/Npz.h"
#include "Inflate.h"
#include "weir/Data/Npy.h"
#include "weir/Runtime/File.h"
#include <algorithm>
#include <set>
#include <zlib.h>

namespace weir {

// The zip format's records: signatures and fixed sizes.
static constexpr uint32_t localSignature = 0x04034b50, memberSignature = 0x02014b50,
                          endSignature = 0x06054b50;
static constexpr size_t localSize = 30, memberSize = 46, endSize = 22, maxCommentSize = 65535;
static constexpr std::string_view extension = ".npy";

static uint32_t field(std::span<const std::byte> bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<uint32_t>(bytes[at + i]);
  return value;
}
static uint32_t u16(std::span<const std::byte> bytes, size_t at) { return field(bytes, at, 2); }
static uint32_t u32(std::span<const std::byte> bytes, size_t at) { return field(bytes, at, 4); }

bool isZip(std::span<const std::byte> bytes) {
  return bytes.size() >= endSize &&
         (u32(bytes, 0) == localSignature || u32(bytes, 0) == endSignature);
}

/// Where the end record is: the last one whose comment reaches to the file's end.
static Result<size_t> findEnd(std::span<const std::byte> bytes) {
  if (bytes.size() >= endSize) {
    size_t last = bytes.size() - endSize;
    size_t first = last > maxCommentSize ? last - maxCommentSize : 0;
    for (size_t at = last + 1; at-- > first;)
      if (u32(bytes, at) == endSignature && at + endSize + u16(bytes, at + 20) == bytes.size())
        return at;
  }
  return fail("not a zip archive, or a truncated one: it has no end record");
}

Result<NpzView> NpzView::parse(std::span<const std::byte> bytes) {
  if (!isZip(bytes))
    return fail("not a .npz file: it doesn't begin as a zip archive does");
  Result<size_t> end = findEnd(bytes);
  if (!end)
    return end.takeError();
  uint32_t count = u16(bytes, *end + 10), size = u32(bytes, *end + 12);
  uint32_t offset = u32(bytes, *end + 16);
  if (count == 0xFFFF || size == 0xFFFFFFFF || offset == 0xFFFFFFFF)
    return fail("the archive uses zip64's large sizes, which are not supported");
  if (u16(bytes, *end + 4) != 0 || u16(bytes, *end + 6) != 0 || u16(bytes, *end + 8) != count)
    return fail("the archive is split over several files, which is not supported");
  if (uint64_t{offset} + size != *end)
    return fail("the directory is at {} with {} bytes, expected it to end at {}", offset, size,
                *end);

  NpzView view;
  view.bytes = bytes;
  view.directory = offset;
  std::set<std::string> names;
  std::span<const std::byte> rest = bytes.subspan(offset, size);
  for (uint32_t i = 0; i < count; ++i) {
    if (rest.size() < memberSize || u32(rest, 0) != memberSignature)
      return fail("entry {} of {} of the directory is damaged", i + 1, count);
    uint32_t nameSize = u16(rest, 28);
    size_t whole = memberSize + nameSize + u16(rest, 30) + u16(rest, 32);
    if (whole > rest.size())
      return fail("entry {} of {} of the directory is truncated", i + 1, count);
    Member member = {{reinterpret_cast<const char *>(rest.data()) + memberSize, nameSize},
                     u16(rest, 10),
                     u16(rest, 8),
                     u32(rest, 16),
                     u32(rest, 20),
                     u32(rest, 24),
                     u32(rest, 42)};
    if (member.packedSize == 0xFFFFFFFF || member.size == 0xFFFFFFFF || member.offset == 0xFFFFFFFF)
      return fail("{} uses zip64's large sizes, which are not supported", inQuotes(member.name));
    if (!names.insert(member.name).second)
      return fail("{} is there twice", inQuotes(member.name));
    view.members.push_back(std::move(member));
    rest = rest.subspan(whole);
  }
  if (!rest.empty())
    return fail("{} bytes of the directory belong to no entry", rest.size());
  return view;
}

std::vector<std::string> NpzView::keys() const {
  std::vector<std::string> result;
  for (const Member &member : members) {
    std::string_view name = member.name;
    if (name.ends_with(extension))
      name.remove_suffix(extension.size());
    result.emplace_back(name);
  }
  return result;
}

const NpzView::Member *NpzView::findMember(std::string_view name) const {
  auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

Result<Tensor> NpzView::read(std::string_view key) const {
  const Member *member = findMember(key);
  if (!member)
    member = findMember(std::string(key) + std::string(extension));
  if (!member) {
    std::string known;
    for (const std::string &other : keys())
      known += (known.empty() ? "" : ", ") + inQuotes(other);
    return fail("there is no {}; the archive holds {}", inQuotes(key),
                known.empty() ? "nothing" : known);
  }
  auto refused = [&](Error error) { return inside(inQuotes(member->name), std::move(error)); };

  if (member->flags & 1)
    return refused(fail("is encrypted"));
  if (member->method != 0 && member->method != 8)
    return refused(
        fail("is packed by method {}; expected 0 (stored) or 8 (deflate)", member->method));
  if (member->offset + uint64_t{localSize} > directory ||
      u32(bytes, member->offset) != localSignature)
    return refused(fail("has no local header at byte {}", member->offset));
  uint64_t start = member->offset + localSize + u16(bytes, member->offset + 26) +
                   u16(bytes, member->offset + 28);
  if (start + member->packedSize > directory)
    return refused(fail("has {} bytes from byte {}, which reach into the directory at {}",
                        member->packedSize, start, directory));
  std::span<const std::byte> packed = bytes.subspan(start, member->packedSize);
  std::span<const std::byte> plain = packed;
  AlignedBytes unpacked;
  if (member->method == 0) {
    if (member->size != member->packedSize)
      return refused(
          fail("is stored as {} bytes, but its size is {}", member->packedSize, member->size));
  } else {
    if (member->size > member->packedSize * kMaxExpansion)
      return refused(fail("claims {} bytes, more than {} packed bytes can hold", member->size,
                          member->packedSize));
    Result<AlignedBytes> memory = allocateAligned(member->size);
    if (!memory)
      return refused(memory.takeError());
    unpacked = std::move(*memory);
    Inflater inflater(packed, Inflater::Wrapper::Raw);
    Result<size_t> got = inflater.read({unpacked.get(), member->size});
    if (!got)
      return refused(got.takeError());
    if (*got != member->size)
      return refused(fail("unpacks to {} bytes, expected {}", *got, member->size));
    if (Result<void> end = inflater.expectEnd(); !end)
      return refused(end.takeError());
    plain = {unpacked.get(), member->size};
  }
  uint32_t crc = static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef *>(plain.data()), plain.size()));
  if (crc != member->crc)
    return refused(fail("is damaged: its checksum is {:08x}, expected {:08x}", crc, member->crc));

  Result<Tensor> tensor = parseNpy(plain);
  if (!tensor)
    return refused(tensor.takeError());
  return tensor;
}

Result<Tensor> readNpz(const std::string &path, std::string_view key) {
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  Result<NpzView> view = NpzView::parse(file->bytes());
  if (!view)
    return inside(path, view.takeError());
  Result<Tensor> tensor = view->read(key);
  if (!tensor)
    return inside(path, tensor.takeError());
  return tensor;
}

} // namespace weir
