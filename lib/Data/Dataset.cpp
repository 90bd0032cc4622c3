//===- Dataset.cpp - Examples in memory, and batches of them ------------------===//
#include "weir/Data/Dataset.h"
#include <cstring>
#include <functional>
#include <numeric>

namespace weir {

const DataField *Dataset::find(std::string_view name) const {
  auto found = std::ranges::find(columns, name, &DataField::name);
  return found == columns.end() ? nullptr : &*found;
}

int64_t Dataset::bytesPerRow() const {
  int64_t bytes = 0;
  for (const DataField &field : columns)
    bytes += field.width * byteSize(field.dtype);
  return bytes;
}

Result<void> Dataset::append(DataField field, int64_t rows) {
  if (find(field.name))
    return fail("{} is there twice", inQuotes(field.name));
  if (!columns.empty() && rows != count)
    return fail("{} has {} examples, {} has {}", inQuotes(field.name), rows,
                inQuotes(columns[0].name), count);
  count = rows;
  columns.push_back(std::move(field));
  return {};
}

Result<void> Dataset::add(std::string name, Tensor values, bool target) {
  if (values.shape.empty())
    return fail("{} is a single number, expected an array of examples", inQuotes(name));
  int64_t rows = values.shape[0];
  DataField field;
  field.name = std::move(name);
  field.target = target;
  field.dtype = values.dtype;
  field.exampleShape.assign(values.shape.begin() + 1, values.shape.end());
  Result<int64_t> width = elementCount(field.exampleShape);
  if (!width)
    return inside(inQuotes(field.name), width.takeError());
  field.width = field.stride = *width;
  field.values = std::make_shared<const Tensor>(std::move(values));
  return append(std::move(field), rows);
}

Result<void> Dataset::add(std::string name, Tensor values, bool target,
                          std::span<const int64_t> exampleShape) {
  Result<Tensor> batch = asBatch(std::move(values), exampleShape);
  if (!batch)
    return inside(inQuotes(name), batch.takeError());
  return add(std::move(name), std::move(*batch), target);
}

Result<void> Dataset::addWindows(std::string name, std::shared_ptr<const Tensor> sequence,
                                 int64_t rows, int64_t offset, int64_t width, bool scalar,
                                 bool target) {
  assert(sequence->shape.size() == 1 && (!scalar || width == 1));
  if (rows < 0 || offset < 0 || width < 1 || rows + offset + width - 1 > sequence->shape[0])
    return fail("{} needs {} windows of {} from {} on; the sequence has {} elements",
                inQuotes(name), rows, width, offset, sequence->shape[0]);
  DataField field;
  field.name = std::move(name);
  field.target = target;
  field.dtype = sequence->dtype;
  if (!scalar)
    field.exampleShape = {width};
  field.values = std::move(sequence);
  field.offset = offset;
  field.width = width;
  return append(std::move(field), rows);
}

Result<std::vector<Tensor>> Dataset::makeBatch(int64_t rows) const {
  std::vector<Tensor> batch;
  for (const DataField &field : columns) {
    std::vector<int64_t> shape = {rows};
    shape.insert(shape.end(), field.exampleShape.begin(), field.exampleShape.end());
    Result<Tensor> tensor = Tensor::uninitialized(field.dtype, std::move(shape));
    if (!tensor)
      return inside(inQuotes(field.name), tensor.takeError());
    batch.push_back(std::move(*tensor));
  }
  return batch;
}

/// The common widths are loops of plain loads and stores; the rest are copies.
template <class T>
static void gatherRows(const DataField &field, const T *from, std::span<const int64_t> rows,
                       T *to) {
  from += field.offset;
  if (field.width == 1) {
    for (size_t i = 0; i < rows.size(); ++i)
      to[i] = from[rows[i] * field.stride];
    return;
  }
  if (field.width <= 8) {
    for (int64_t row : rows)
      for (int64_t k = 0; k < field.width; ++k)
        *to++ = from[row * field.stride + k];
    return;
  }
  for (int64_t row : rows) {
    std::memcpy(to, from + row * field.stride, static_cast<size_t>(field.width) * sizeof(T));
    to += field.width;
  }
}

void Dataset::gather(std::span<const int64_t> rows, std::span<Tensor> batch) const {
  assert(batch.size() == columns.size() && "the batch isn't one of this data set");
  for (size_t i = 0; i < columns.size(); ++i) {
    const DataField &field = columns[i];
    batch[i].shape[0] = static_cast<int64_t>(rows.size());
    if (field.dtype == DType::F32)
      gatherRows(field, field.values->f32(), rows, batch[i].f32());
    else
      gatherRows(field, field.values->i64(), rows, batch[i].i64());
  }
}

} // namespace weir
