// Fuzzes the reader of CSV files and what is made of them: every cell is looked at, and
// columns are encoded as categories and, where they are, numbers.
#include "weir/Data/Csv.h"
#include "weir/Data/Encoder.h"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  for (bool header : {true, false}) {
    Result<Table> table = parseCsv(text, {.header = header});
    if (!table)
      continue;
    size_t bytes = 0;
    for (const Column &column : table->all())
      for (int64_t row = 0; row < column.rows(); ++row)
        bytes += column.text(row).size();
    if (bytes > size)
      __builtin_trap();
    if (table->rows() > 0)
      (void)table->place(table->rows() - 1);
    const std::string &first = table->all().front().name();
    for (FieldKind kind : {FieldKind::Category, FieldKind::Number}) {
      Result<Encoder> encoder =
          Encoder::fit({{.name = "x", .kind = kind, .columns = {first}}}, *table);
      if (!encoder)
        continue;
      // What has been learned survives the checkpoint, and knows its own table.
      Result<Encoder> back = Encoder::fromJson(encoder->toJson());
      if (!back || (kind == FieldKind::Category && !back->encode(*table)))
        __builtin_trap();
      (void)back->encode(*table).ok();
    }
  }
  return 0;
}
