//===- DataNpzTest.cpp - NumPy's .npz archives --------------------------------===//
#include "RuntimeTestSupport.h"
#include "weir/Data/Npz.h"
#include <zlib.h>

using namespace weir;
using namespace weir::test;

namespace {

/// The .npy file of a byte vector.
std::string byteArray(const std::string &bytes) {
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" +
                       std::to_string(bytes.size()) + ",), }";
  return std::string("\x93NUMPY\1\0", 8) + littleEndian(static_cast<uint16_t>(header.size())) +
         header + bytes;
}

std::string deflated(const std::string &plain) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// A member as the directory describes it; a test bends one field.
struct Member {
  std::string name, data; // data as it lies in the file
  uint16_t method = 0, flags = 0;
  uint32_t crc = 0, packedSize = 0, size = 0;
  std::string extra = {};
  int64_t offset = -1; // where the directory says it is; -1: where it is

  static Member stored(const std::string &name, const std::string &plain) {
    return {name, plain, 0, 0, checksum(plain), uint32_t(plain.size()), uint32_t(plain.size())};
  }
  static Member packed(const std::string &name, const std::string &plain) {
    std::string data = deflated(plain);
    return {name, data, 8, 0, checksum(plain), uint32_t(data.size()), uint32_t(plain.size())};
  }
  static uint32_t checksum(const std::string &plain) {
    return static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef *>(plain.data()), static_cast<uInt>(plain.size())));
  }
};

struct Archive {
  std::vector<Member> members;
  std::string comment = {};
  int count = -1; // -1: the truth
  int64_t directorySize = -1, directoryOffset = -1;
  uint16_t disk = 0;

  std::string bytes() const {
    std::string file, directory;
    for (const Member &m : members) {
      uint32_t offset = static_cast<uint32_t>(m.offset < 0 ? int64_t(file.size()) : m.offset);
      std::string common = littleEndian(m.flags) + littleEndian(m.method) + std::string(4, '\0') +
                           littleEndian(m.crc) + littleEndian(m.packedSize) + littleEndian(m.size) +
                           littleEndian(uint16_t(m.name.size())) +
                           littleEndian(uint16_t(m.extra.size()));
      file += "PK\3\4" + littleEndian<uint16_t>(20) + common + m.name + m.extra + m.data;
      directory += "PK\1\2" + littleEndian<uint16_t>(20) + littleEndian<uint16_t>(20) + common +
                   std::string(10, '\0') + littleEndian(offset) + m.name + m.extra;
    }
    uint16_t entries = static_cast<uint16_t>(count < 0 ? int(members.size()) : count);
    uint32_t size =
        static_cast<uint32_t>(directorySize < 0 ? int64_t(directory.size()) : directorySize);
    uint32_t offset =
        static_cast<uint32_t>(directoryOffset < 0 ? int64_t(file.size()) : directoryOffset);
    return file + directory + "PK\5\6" + littleEndian(disk) + littleEndian(disk) +
           littleEndian(entries) + littleEndian(entries) + littleEndian(size) +
           littleEndian(offset) + littleEndian(uint16_t(comment.size())) + comment;
  }
};

Result<Tensor> read(const std::string &file, std::string_view key) {
  Result<NpzView> view = NpzView::parse(bytesOf(file));
  if (!view)
    return view.takeError();
  return view->read(key);
}

Result<Tensor> readOne(const Member &member) { return read(Archive{{member}}.bytes(), "a"); }

const std::string small = byteArray("\1\2\3");

} // namespace

TEST(Npz, ReadsStoredAndPacked) {
  Archive archive{{Member::stored("a.npy", small), Member::packed("b.npy", byteArray("\4\5"))},
                  "a comment"};
  std::string file = archive.bytes();
  for (std::string key : {"a", "a.npy"})
    expectIds(read(file, key), {3}, {1, 2, 3});
  expectIds(read(file, "b"), {2}, {4, 5});
  Result<NpzView> view = NpzView::parse(bytesOf(file));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->keys(), (std::vector<std::string>{"a", "b"}));
}

TEST(Npz, PrefersTheExactName) {
  Archive archive{{Member::stored("a.npy", byteArray("\1")), Member::stored("a", byteArray("\2"))}};
  expectIds(read(archive.bytes(), "a"), {1}, {2});
}

TEST(Npz, FindsTheEndBehindAMisleadingComment) {
  // The comment holds an end record's signature.
  Archive archive{{Member::stored("a.npy", small)}, "PK\5\6" + std::string(30, '\1')};
  expectIds(read(archive.bytes(), "a"), {3}, {1, 2, 3});
}

TEST(Npz, ReadsAnEmptyArchive) {
  expectRefused(read(Archive().bytes(), "a"), "there is no 'a'; the archive holds nothing");
}

TEST(Npz, RefusesHostileArchives) {
  auto with = [](auto change) {
    Archive archive{{Member::stored("a.npy", small)}};
    change(archive);
    return archive.bytes();
  };
  std::string valid = with([](Archive &) {});
  struct Case {
    std::string file, message;
  };
  for (const Case &c : std::vector<Case>{
           {"", "doesn't begin as a zip archive"},
           {"PK\3\4", "doesn't begin as a zip archive"},
           {valid.substr(0, valid.size() - 1), "no end record"},
           {valid + "x", "no end record"},
           {with([](Archive &a) { a.disk = 1; }), "split over several files"},
           {with([](Archive &a) { a.count = 0xFFFF; }), "zip64"},
           {with([](Archive &a) { a.directorySize = 0xFFFFFFFF; }), "zip64"},
           {with([](Archive &a) { a.directoryOffset = 0xFFFFFFFF; }), "zip64"},
           {with([](Archive &a) { a.directoryOffset = 0; }), "expected it to end at"},
           {with([](Archive &a) { a.directorySize = 5; }), "expected it to end at"},
           {with([](Archive &a) { a.count = 2; }), "entry 2 of 2 of the directory is damaged"},
           {with([](Archive &a) { a.count = 0; }), "bytes of the directory belong to no entry"},
           {with([](Archive &a) { a.members.push_back(a.members[0]); }), "'a.npy' is there twice"},
           {with([](Archive &a) { a.members[0].packedSize = 0xFFFFFFFF; }), "zip64"},
           {with([](Archive &a) { a.members[0].size = 0xFFFFFFFF; }), "zip64"},
           {with([](Archive &a) { a.members[0].offset = 0xFFFFFFFF; }), "zip64"},
           {with([](Archive &a) { a.members[0].name = "b.npy"; }),
            "there is no 'a'; the archive holds 'b'"},
           {with([](Archive &a) { a.members[0].flags = 1; }), "'a.npy': is encrypted"},
           {with([](Archive &a) { a.members[0].method = 12; }), "packed by method 12"},
           {with([](Archive &a) { a.members[0].offset = 1; }), "no local header at byte 1"},
           {with([](Archive &a) { a.members[0].offset = 0xFFFFFFF0; }), "no local header"},
           {with([](Archive &a) { a.members[0].packedSize += 1; }), "reach into the directory"},
           {with([](Archive &a) { a.members[0].packedSize = 0xFFFFFFF0; }),
            "reach into the directory"},
           {with([](Archive &a) { a.members[0].size += 1; }), "is stored as"},
           {with([](Archive &a) { a.members[0].crc ^= 1; }), "is damaged: its checksum"},
           {with([](Archive &a) { a.members[0] = Member::stored("a.npy", "text"); }),
            "'a.npy': not a .npy file"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(read(c.file, "a"), c.message);
  }

  // A directory whose entry claims a longer name than there is room for.
  std::string longName = valid;
  size_t entry = longName.find("PK\1\2");
  longName[entry + 28] = '\xFF';
  expectRefused(read(longName, "a"), "entry 1 of 1 of the directory is truncated");
}

TEST(Npz, RefusesDamagedPackedData) {
  Member member = Member::packed("a.npy", byteArray(std::string(1000, '\7')));
  expectOk(readOne(member));
  Member bomb = member;
  bomb.size = 0xFFFFFFF0;
  expectRefused(readOne(bomb), "claims 4294967280 bytes, more than");
  Member longer = member;
  longer.size += 1;
  expectRefused(readOne(longer), "unpacks to");
  Member shorter = member;
  shorter.size -= 1;
  expectRefused(readOne(shorter), "holds more than its declared size");
  Member truncated = member;
  truncated.packedSize -= 2;
  expectRefused(readOne(truncated), "ends too early");
  Member surplus = member;
  surplus.data += "xyz";
  surplus.packedSize += 3;
  expectRefused(readOne(surplus), "3 bytes follow the packed data");
  Member damaged = member;
  damaged.data[0] = '\x07'; // the reserved block type
  expectRefused(readOne(damaged), "the packed data is damaged");
  Member other = member;
  other.crc ^= 1;
  expectRefused(readOne(other), "its checksum is");
}

TEST(Npz, SurvivesDamage) {
  std::string file =
      Archive{{Member::packed("a.npy", small), Member::stored("b.npy", small)}}.bytes();
  expectSurvivesDamage(file, [](auto bytes) {
    Result<NpzView> view = NpzView::parse(bytes);
    bool ok = view.ok();
    if (ok)
      for (const std::string &key : view->keys())
        ok &= view->read(key).ok();
    return ok;
  });
}

TEST(Npz, NamesTheFileInMessages) {
  TemporaryFolder folder;
  expectOk(writeFile(folder.file("a.npz"), Archive{{Member::stored("a.npy", small)}}.bytes()));
  expectIds(readNpz(folder.file("a.npz"), "a"), {3}, {1, 2, 3});
  expectRefused(readNpz(folder.file("a.npz"), "b"), "a.npz: there is no 'b'");
  expectRefused(readNpz(folder.file("none.npz"), "b"), "none.npz: cannot open");
}
