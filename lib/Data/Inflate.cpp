//===- Inflate.cpp - Unpacking of DEFLATE streams, in steps -------------------===//
#include "Inflate.h"
#include <algorithm>
#include <limits>
#include <zlib.h>

namespace weir {

Inflater::Inflater(std::span<const std::byte> packed, Wrapper wrapper)
    : packed(packed), stream(std::make_unique<z_stream>()) {
  ready = inflateInit2(stream.get(), wrapper == Wrapper::Raw ? -MAX_WBITS : MAX_WBITS + 16) == Z_OK;
}

Inflater::~Inflater() {
  if (ready)
    inflateEnd(stream.get());
}

Result<size_t> Inflater::read(std::span<std::byte> buffer) {
  if (!ready)
    return fail("out of memory for unpacking");
  constexpr size_t step = std::numeric_limits<uInt>::max();
  size_t filled = 0;
  while (filled < buffer.size() && !ended) {
    if (stream->avail_in == 0) {
      size_t given = std::min(packed.size(), step);
      stream->next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data()));
      stream->avail_in = static_cast<uInt>(given);
      packed = packed.subspan(given);
    }
    size_t room = std::min(buffer.size() - filled, step);
    stream->next_out = reinterpret_cast<Bytef *>(buffer.data() + filled);
    stream->avail_out = static_cast<uInt>(room);
    int code = inflate(stream.get(), Z_NO_FLUSH);
    filled += room - stream->avail_out;
    if (code == Z_STREAM_END)
      ended = true;
    else if (code == Z_BUF_ERROR)
      return fail("the packed data ends too early: the file is truncated");
    else if (code != Z_OK)
      return fail("the packed data is damaged: {}",
                  stream->msg ? stream->msg : "it needs a dictionary");
  }
  return filled;
}

Result<void> Inflater::expectEnd() {
  std::byte surplus;
  Result<size_t> got = read({&surplus, 1});
  if (!got)
    return got.takeError();
  if (*got != 0)
    return fail("the packed data holds more than its declared size");
  if (stream->avail_in + packed.size() != 0)
    return fail("{} bytes follow the packed data", stream->avail_in + packed.size());
  return {};
}

} // namespace weir
