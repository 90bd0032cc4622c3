//===- Npz.h - NumPy's .npz archives ------------------------------------------===//
//
// A .npz is a zip archive of .npy files (numpy.savez, numpy.savez_compressed). The
// zip format: PKWARE's APPNOTE, without zip64's large sizes and encryption.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_DATA_NPZ_H
#define WEIR_DATA_NPZ_H

#include "weir/Runtime/Tensor.h"

namespace weir {

/// True if the bytes begin as a zip archive does.
bool isZip(std::span<const std::byte> bytes);

/// An archive in memory, which must outlive this view of it.
class NpzView {
public:
  /// Reads the archive's directory.
  static Result<NpzView> parse(std::span<const std::byte> bytes);

  /// The arrays' names, without ".npy", in the directory's order.
  std::vector<std::string> keys() const;

  /// The array of that name (with or without ".npy"). Checks sizes before it
  /// allocates and the checksum after it has unpacked.
  Result<Tensor> read(std::string_view key) const;

private:
  struct Member {
    std::string name;
    uint32_t method, flags, crc, packedSize, size, offset;
  };

  const Member *findMember(std::string_view name) const;

  std::span<const std::byte> bytes;
  uint64_t directory = 0; // where the directory begins and members end
  std::vector<Member> members;
};

/// The array `key` of a .npz file; messages begin with the path.
Result<Tensor> readNpz(const std::string &path, std::string_view key);

} // namespace weir

#endif
