//===- DataTestSupport.h - What the tests of data sets share ------------------===//
#ifndef WEIR_TEST_UNIT_DATATESTSUPPORT_H
#define WEIR_TEST_UNIT_DATATESTSUPPORT_H

#include "RuntimeTestSupport.h"
#include "weir/Data/Csv.h"
#include "weir/Data/Dataset.h"
#include <zlib.h>

namespace weir::test {

inline std::string gzipped(const std::string &plain) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// The table of a text that has to be one.
inline Table tableOf(std::string_view text, const CsvOptions &options = {}) {
  Result<Table> table = parseCsv(text, options, "t.csv");
  EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().message);
  return table.ok() ? std::move(*table) : Table();
}

/// The cells of a column; missing ones as "<none>".
inline std::vector<std::string> cellsOf(const Table &table, std::string_view name) {
  const Column *column = table.find(name);
  EXPECT_NE(column, nullptr) << name;
  std::vector<std::string> cells;
  for (int64_t row = 0; column && row < column->rows(); ++row)
    cells.emplace_back(column->missing(row) ? "<none>" : column->text(row));
  return cells;
}

inline std::vector<int64_t> idsOf(const Tensor &tensor) {
  return {tensor.i64(), tensor.i64() + tensor.elements()};
}
inline std::vector<float> floatsOf(const Tensor &tensor) {
  return {tensor.f32(), tensor.f32() + tensor.elements()};
}

} // namespace weir::test

#endif
