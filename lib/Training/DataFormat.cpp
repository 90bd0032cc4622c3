//===- DataFormat.cpp - From files to a model's inputs and targets --------===//

#include "weir/Training/DataFormat.h"

#include "weir/Data/Arrays.h"
#include "weir/Data/Csv.h"

namespace weir {

//===----------------------------------------------------------------------===//
// What --data names
//===----------------------------------------------------------------------===//

static std::string namesOf(const std::vector<Port> &ports) {
  std::string names;
  for (const Port &port : ports)
    names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

// Where "NAME=FILE" has its equals sign, if it names a port or could be meant to.
static size_t nameEnd(const std::string &spec) {
  size_t end = spec.find('=');
  if (end == std::string::npos || end == 0 || isRegularFile(spec))
    return std::string::npos;
  bool isName = std::all_of(spec.begin(), spec.begin() + static_cast<ptrdiff_t>(end),
                            [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  return isName ? end : std::string::npos;
}

static bool isTextFile(std::string_view path) {
  return path.ends_with(".txt") || path.ends_with(".txt.gz");
}

Result<DataKind> kindOfData(const std::vector<std::string> &specs, const std::vector<Port> &ports,
                            const std::string &text) {
  if (specs.empty())
    return fail("there is no data: give --data FILE.csv, --data FILE.txt for running text, or "
                "--data NAME=FILE for each of {}",
                namesOf(ports));
  size_t arrays = 0;
  for (const std::string &spec : specs) {
    size_t end = nameEnd(spec);
    if (end == std::string::npos)
      continue;
    ++arrays;
    std::string name = spec.substr(0, end);
    if (std::ranges::find(ports, name, &Port::name) == ports.end())
      return fail("--data {}: the model has no input or target {}; they are {}", spec,
                  inQuotes(name), namesOf(ports));
  }
  if (arrays == specs.size())
    return DataKind::Arrays;
  if (arrays)
    return fail("--data names both arrays (NAME=FILE) and a file without a name; expected one "
                "table, one text, or NAME=FILE for each of {}",
                namesOf(ports));
  if (specs.size() > 1)
    return fail("--data is given {} times; expected one table or text, or NAME=FILE for each of {}",
                specs.size(), namesOf(ports));
  return !text.empty() || isTextFile(specs[0]) ? DataKind::Text : DataKind::Table;
}

Result<RawData> readRawData(const std::vector<std::string> &specs, const std::vector<Port> &ports,
                            DataKind kind, TextUnit unit, int64_t limit) {
  Result<DataKind> given = kindOfData(specs, ports, kind == DataKind::Text ? "words" : "");
  if (!given)
    return given.takeError();
  if (*given != kind)
    return fail("{} is {}, expected {} as the training data was", specs[0],
                *given == DataKind::Arrays ? "an array" : "no array",
                kind == DataKind::Arrays  ? "NAME=FILE for each array,"
                : kind == DataKind::Table ? "a table"
                                          : "a text");
  RawData raw;
  raw.kind = kind;
  raw.source = specs[0];
  if (kind == DataKind::Table) {
    Result<Table> table = readCsv(specs[0]);
    if (!table)
      return table.takeError();
    if (table->rows() == 0)
      return fail("{}: the table has no rows", specs[0]);
    raw.table = std::move(*table);
  } else if (kind == DataKind::Text) {
    Result<TextBytes> text = readTextFile(specs[0]);
    if (!text)
      return text.takeError();
    raw.tokens = tokenize(text->text(), unit, limit);
    if (raw.tokens.all.empty())
      return fail("{}: the text has no {}", specs[0],
                  unit == TextUnit::Words ? "words" : "characters");
  } else {
    for (const std::string &spec : specs) {
      size_t end = nameEnd(spec);
      Result<Tensor> tensor = readArray(spec.substr(end + 1));
      if (!tensor)
        return inside("--data " + spec, tensor.takeError());
      if (!raw.arrays.emplace(spec.substr(0, end), std::move(*tensor)).second)
        return fail("--data {}: {} is already given", spec, inQuotes(spec.substr(0, end)));
    }
  }
  return raw;
}

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

DataKind DataFormat::kind() const {
  return table ? DataKind::Table : text ? DataKind::Text : DataKind::Arrays;
}

std::span<const std::string> DataFormat::labels(std::string_view port) const {
  if (text)
    return text->vocabulary().all();
  const Field *field = table ? table->find(port) : nullptr;
  if (!field || (field->kind != FieldKind::Category && field->kind != FieldKind::Class))
    return {};
  return field->vocabulary.all();
}

std::span<const std::string> DataFormat::columns(std::string_view port) const {
  const Field *field = table ? table->find(port) : nullptr;
  return field ? std::span<const std::string>(field->columns) : std::span<const std::string>();
}

double DataFormat::undo(std::string_view port, size_t element, double value) const {
  const Field *field = table ? table->find(port) : nullptr;
  if (!field || element >= field->scales.size())
    return value;
  return field->scales[element].undo(value);
}

static Result<void> checkIds(const Port &port, const Dataset &dataset) {
  const DataField *field = dataset.find(port.name);
  const int64_t *ids = field->values->i64();
  for (int64_t i = 0, count = field->values->elements(); i < count; ++i)
    if (ids[i] < 0 || ids[i] >= port.cardinality)
      return Error{describeBadId(port, i, ids[i])};
  return {};
}

static Result<Dataset> encodeArrays(RawData &data, const std::vector<Port> &ports,
                                    bool withTargets) {
  Dataset dataset;
  for (const Port &port : ports) {
    if (port.target && !withTargets)
      continue;
    auto found = data.arrays.find(port.name);
    if (found == data.arrays.end())
      return fail("{} '{}' is missing; give it as --data {}=FILE", port.target ? "target" : "input",
                  port.name, port.name);
    Result<Tensor> tensor =
        convertTo(std::move(found->second), port.isIndex ? DType::I64 : DType::F32);
    if (!tensor)
      return inside("--data " + port.name, tensor.takeError());
    if (Result<void> added = dataset.add(port.name, std::move(*tensor), port.target, port.shape);
        !added)
      return inside("--data " + port.name, added.takeError());
    if (port.isIndex)
      if (Result<void> good = checkIds(port, dataset); !good)
        return good.takeError();
  }
  return dataset;
}

static Result<Dataset> encodeText(const TextEncoder &encoder, const RawData &data,
                                  const std::vector<Port> &ports, bool withTargets) {
  if (withTargets) {
    Result<Dataset> windows = encoder.windows(data.tokens);
    return windows ? std::move(windows) : inside(data.source, windows.takeError());
  }
  const TextSpec &spec = encoder.spec();
  int64_t rows = static_cast<int64_t>(data.tokens.all.size()) - spec.window + 1;
  if (rows < 1)
    return fail("{}: the text has {} {}, expected a window of {}", data.source,
                data.tokens.all.size(), spec.unit == TextUnit::Words ? "words" : "characters",
                spec.window);
  Result<Tensor> ids = encoder.encode(data.tokens);
  if (!ids)
    return ids.takeError();
  Dataset dataset;
  auto sequence = std::make_shared<const Tensor>(std::move(*ids));
  if (Result<void> added =
          dataset.addWindows(spec.input, sequence, rows, 0, spec.window, false, false);
      !added)
    return added.takeError();
  return dataset;
}

Result<Dataset> DataFormat::encode(RawData &data, const std::vector<Port> &ports,
                                   bool withTargets) const {
  if (data.kind == DataKind::Arrays)
    return encodeArrays(data, ports, withTargets);
  Result<Dataset> dataset =
      text ? encodeText(*text, data, ports, withTargets) : table->encode(*data.table, withTargets);
  if (!dataset)
    return dataset;
  size_t wanted = 0;
  for (const Port &port : ports) {
    if (port.target && !withTargets)
      continue;
    if (wanted >= dataset->fields().size() || dataset->fields()[wanted].name != port.name)
      return fail("the data's fields aren't the model's: there is none for '{}'", port.name);
    const DataField &field = dataset->fields()[wanted++];
    if (field.exampleShape != port.shape || (field.dtype == DType::I64) != port.isIndex)
      return fail("the data of '{}' is {} {}, the model wants {} {}", port.name,
                  field.dtype == DType::I64 ? "index" : "f32", shapeToString(field.exampleShape),
                  port.isIndex ? "index" : "f32", shapeToString(port.shape));
    if (port.isIndex)
      if (Result<void> good = checkIds(port, *dataset); !good)
        return good.takeError();
  }
  return dataset;
}

//===----------------------------------------------------------------------===//
// In checkpoints
//===----------------------------------------------------------------------===//

static constexpr std::string_view arraysJson = R"({"format":"weir.arrays","version":1})";

std::string DataFormat::toJson() const {
  return table ? table->toJson() : text ? text->toJson() : std::string(arraysJson);
}

Result<DataFormat> DataFormat::fromJson(std::string_view json) {
  if (json == arraysJson)
    return DataFormat();
  // Each reader refuses the other's format, so the first words decide who reads.
  if (json.find("\"weir.text\"") != std::string_view::npos &&
      json.find("\"weir.table\"") == std::string_view::npos) {
    Result<TextEncoder> encoder = TextEncoder::fromJson(json);
    if (!encoder)
      return encoder.takeError();
    return DataFormat(std::move(*encoder));
  }
  Result<Encoder> encoder = Encoder::fromJson(json);
  if (!encoder)
    return encoder.takeError();
  return DataFormat(std::move(*encoder));
}

} // namespace weir
