// Fuzzes the readers of encoders, whose JSON comes from checkpoints: what they accept
// can be written and read again, and encodes a table.
#include "weir/Data/Csv.h"
#include "weir/Data/Encoder.h"
#include "weir/Data/Text.h"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view json(reinterpret_cast<const char *>(data), size);
  static Result<Table> table = parseCsv("a,b\nx,1\ny,?\n");
  if (Result<Encoder> encoder = Encoder::fromJson(json)) {
    if (!Encoder::fromJson(encoder->toJson()))
      __builtin_trap();
    (void)encoder->encode(*table).ok();
  }
  if (Result<TextEncoder> encoder = TextEncoder::fromJson(json)) {
    if (!TextEncoder::fromJson(encoder->toJson()))
      __builtin_trap();
    (void)encoder->windows(tokenize("a b c d", encoder->spec().unit)).ok();
  }
  return 0;
}
