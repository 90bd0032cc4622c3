//===- Inflate.h - Unpacking of DEFLATE streams, in steps ---------------------===//
#ifndef WEIR_LIB_DATA_INFLATE_H
#define WEIR_LIB_DATA_INFLATE_H

#include "weir/Runtime/Result.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct z_stream_s;

namespace weir {

/// DEFLATE can't pack better than this (zlib's technical notes: 1032 to 1), so a file
/// that claims more is refused before memory is asked for.
inline constexpr uint64_t kMaxExpansion = 1032;

/// Unpacks a stream into buffers whose sizes the caller knows.
class Inflater {
public:
  enum class Wrapper { Raw, Gzip };

  /// `packed` must outlive the Inflater.
  Inflater(std::span<const std::byte> packed, Wrapper wrapper);
  ~Inflater();
  Inflater(const Inflater &) = delete;
  Inflater &operator=(const Inflater &) = delete;

  /// Unpacks the next bytes: as many as `buffer` holds, or less where the stream ends.
  Result<size_t> read(std::span<std::byte> buffer);

  /// Refuses a stream that holds more, and packed bytes after its end.
  Result<void> expectEnd();

private:
  std::span<const std::byte> packed; // what zlib hasn't been handed yet
  std::unique_ptr<z_stream_s> stream;
  bool ready = false; // zlib could allocate its state
  bool ended = false;
};

} // namespace weir

#endif
