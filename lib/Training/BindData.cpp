//===- BindData.cpp - Which columns are which inputs -----------------------===//

#include "weir/Training/BindData.h"

#include "weir/Training/Fingerprint.h"

#include <charconv>
#include <map>

namespace weir {

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

// A column's name stands between quotes where it has a comma, as in a table: "a ""b"", c".
// Takes it off the front of `text` up to the comma behind it; false if the quotes don't end.
static bool takeColumn(std::string_view &text, std::string &name) {
  text = trimmed(text);
  name.clear();
  if (!text.starts_with('"')) {
    size_t end = std::min(text.find(','), text.size());
    name = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return true;
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"' && text.substr(i + 1, 1) != "\"") {
      text = trimmed(text.substr(i + 1));
      return text.empty() || text.starts_with(',');
    }
    name += text[i];
    i += text[i] == '"';
  }
  return false;
}

static std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

Result<TrainingPlan::DataBinding> parseBind(const std::string &text) {
  size_t equals = text.find('=');
  std::string_view columns = text;
  if (equals == std::string::npos || equals == 0)
    return fail("--bind {}: expected NAME=COLUMN[,COLUMN...]", inQuotes(text));
  TrainingPlan::DataBinding binding;
  binding.name = std::string(trimmed(columns.substr(0, equals)));
  columns = trimmed(columns.substr(equals + 1));
  if (std::string_view word = " standardize"; columns.ends_with(word)) {
    binding.standardize = true;
    columns.remove_suffix(word.size());
  }
  while (true) {
    std::string &column = binding.columns.emplace_back();
    if (!takeColumn(columns, column))
      return fail("--bind {}: expected a quote and a comma at the end of a name that begins with a "
                  "quote",
                  inQuotes(text));
    if (column.empty())
      return fail("--bind {}: a column's name is empty; expected NAME=COLUMN[,COLUMN...]",
                  inQuotes(text));
    if (columns.empty())
      return binding;
    columns.remove_prefix(1);
  }
}

// The unit of running text that the arguments or the training block ask for; "" if none.
static std::string textUnit(const DataArguments &arguments, const Outline &outline) {
  if (!arguments.text.empty())
    return arguments.text;
  for (const TrainingPlan::DataBinding &binding : outline.data)
    if (!binding.text.empty())
      return binding.text;
  return "";
}

static const char *kindOf(const Port &port) { return port.target ? "target" : "input"; }

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static Result<Port> portOf(const InputOutline &input) {
  Port port;
  port.name = input.name;
  port.target = input.target;
  port.isIndex = input.isIndex;
  port.cardinality = input.cardinality.value_or(0);
  for (const std::optional<int64_t> &size : input.shape) {
    if (!size)
      return fail("the shape of {} '{}' isn't known: bind the model's sizes that it is made of by "
                  "--set NAME=VALUE",
                  kindOf(port), port.name);
    port.shape.push_back(*size);
  }
  return port;
}

const InputOutline &DataBinder::outlineOf(const Port &port) const {
  return *std::ranges::find(outline.inputs, port.name, &InputOutline::name);
}

// How many columns the arguments or the training block bind to an input; 0 if neither does.
static size_t columnsOf(const std::string &name, const DataArguments &arguments,
                        const Outline &outline) {
  for (const std::string &text : arguments.binds)
    if (Result<TrainingPlan::DataBinding> bind = parseBind(text); bind && bind->name == name)
      return bind->columns.size();
  auto written = std::ranges::find(outline.data, name, &TrainingPlan::DataBinding::name);
  return written == outline.data.end() ? 0 : written->columns.size();
}

// A size without a value that stands alone in the shape of an input, as n of f32[n], is
// as large as its columns make it.
void DataBinder::bindWidths(const DataArguments &arguments) {
  constexpr int64_t most = int64_t{1} << 31;
  for (InputOutline &input : outline.inputs) {
    int64_t known = 1;
    std::vector<size_t> missing;
    for (size_t axis = 0; axis < input.shape.size(); ++axis)
      if (input.shape[axis])
        known = std::min(known * *input.shape[axis], most);
      else
        missing.push_back(axis);
    if (missing.size() != 1 || input.shapeParameters[missing[0]].empty())
      continue;
    const std::string &size = input.shapeParameters[missing[0]];
    auto columns = static_cast<int64_t>(columnsOf(input.name, arguments, outline));
    if (!learned.contains(size) && columns > 0 && columns % known == 0)
      learned[size] = columns / known;
    if (auto found = learned.find(size); found != learned.end())
      input.shape[missing[0]] = found->second;
  }
}

Result<DataBinder> DataBinder::create(const DataArguments &arguments, const Outline &outline) {
  DataBinder binder;
  binder.outline = outline;
  binder.bindWidths(arguments);
  for (const InputOutline &input : binder.outline.inputs) {
    Result<Port> port = portOf(input);
    if (!port)
      return port.takeError();
    binder.ports.push_back(std::move(*port));
  }
  std::string unitName = textUnit(arguments, outline);
  TextUnit unit = unitName == "characters" ? TextUnit::Characters : TextUnit::Words;
  Result<DataKind> kind = kindOfData(arguments.data, binder.ports, unitName);
  if (!kind)
    return kind.takeError();
  Result<RawData> raw = readRawData(arguments.data, binder.ports, *kind, unit, arguments.limit);
  if (!raw)
    return raw.takeError();
  binder.raw = std::move(*raw);
  if (!arguments.valid.empty()) {
    Result<RawData> valid = readRawData(arguments.valid, binder.ports, *kind, unit, 0);
    if (!valid)
      return inside("--valid", valid.takeError());
    binder.rawValid = std::move(*valid);
  }
  if (*kind != DataKind::Table && !arguments.binds.empty())
    return fail("--bind {}: only tables have columns, but {} is {}", arguments.binds[0],
                arguments.data[0], *kind == DataKind::Text ? "a text" : "an array");

  Result<void> bound;
  if (*kind == DataKind::Table) {
    binder.rows = binder.raw.table->rows();
    bound = binder.readSplit(arguments); // the vocabularies are those of the training rows
    if (bound)
      bound = binder.bindTable(arguments.binds);
  } else {
    bound = *kind == DataKind::Text ? binder.bindText(unit) : binder.bindArrays();
    if (bound)
      bound = binder.readSplit(arguments);
  }
  if (!bound)
    return bound.takeError();
  return binder;
}

static Result<double> parseFraction(const std::string &text) {
  double fraction = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), fraction);
  if (code != std::errc() || end != text.data() + text.size() || !(fraction > 0 && fraction < 1))
    return fail("--split {}: expected a number between 0 and 1, as 0.2 for a fifth",
                inQuotes(text));
  return fraction;
}

static Result<Split> splitByColumnName(const std::string &spec, const RawData &raw) {
  if (!raw.table)
    return fail("--split-column {}: only tables have columns", inQuotes(spec));
  size_t equals = spec.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail("--split-column {}: expected NAME=MARK, MARK being what the cells of the rows to "
                "hold out say",
                inQuotes(spec));
  Result<const Column *> column = raw.table->column(spec.substr(0, equals));
  if (!column)
    return inside("--split-column", column.takeError());
  return splitByColumn(**column, splitList(std::string_view(spec).substr(equals + 1)));
}

Result<void> DataBinder::readSplit(const DataArguments &arguments) {
  if (arguments.limit && raw.kind != DataKind::Text)
    rows = std::min(rows, arguments.limit);
  int ways = !arguments.valid.empty() + !arguments.splitFraction.empty() +
             !arguments.splitColumn.empty() + (arguments.splitTail > 0);
  if (ways > 1)
    return fail("--valid, --split, --split-column and --split-tail exclude each other: each says "
                "what to measure with");
  Split split;
  if (!arguments.splitFraction.empty()) {
    Result<double> fraction = parseFraction(arguments.splitFraction);
    if (!fraction)
      return fraction.takeError();
    Result<Split> drawn = splitByFraction(rows, *fraction, arguments.seed);
    if (!drawn)
      return inside("--split", drawn.takeError());
    split = std::move(*drawn);
  } else if (!arguments.splitColumn.empty()) {
    Result<Split> marked = splitByColumnName(arguments.splitColumn, raw);
    if (!marked)
      return marked.takeError();
    split = std::move(*marked);
    auto beyond = [&](int64_t row) { return row >= rows; };
    std::erase_if(split.train, beyond);
    std::erase_if(split.valid, beyond);
    if (split.train.empty() || split.valid.empty())
      return fail("--split-column {}: the first {} rows, which --limit leaves, are all on one side",
                  arguments.splitColumn, rows);
  } else if (arguments.splitTail > 0) {
    Result<Split> tail = splitTail(rows, arguments.splitTail);
    if (!tail)
      return inside("--split-tail", tail.takeError());
    split = std::move(*tail);
  } else {
    split.train = allRows(rows);
  }
  trainRows = std::move(split.train);
  validRows = std::move(split.valid);
  return {};
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

// An input may have spare ids, a target's classes are all that there are.
Result<void> DataBinder::learn(const Port &port, int64_t needed, std::string_view what) {
  const InputOutline &written = outlineOf(port);
  if (!written.fixed) {
    int64_t &value = learned[written.sizeParameter];
    value = std::max(value, needed);
    return {};
  }
  if (port.target ? port.cardinality == needed : port.cardinality >= needed)
    return {};
  if (written.sizeParameter.empty())
    return fail("{} '{}' is index<{}>, but {}: write index<{}>, or a size, which the data binds",
                kindOf(port), port.name, port.cardinality, what, needed);
  return fail("--set {}={} doesn't fit {} '{}': {}. Leave --set {} out, and the data decides",
              written.sizeParameter, port.cardinality, kindOf(port), port.name, what,
              written.sizeParameter);
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static std::string columnsOf(const Table &table) {
  std::string names;
  for (const Column &column : table.all())
    names += (names.empty() ? "" : ", ") + inQuotes(column.name());
  return names;
}

// `bind` is what a command line or a training block says; null where nothing does.
Result<FieldSpec> DataBinder::specOf(const Port &port,
                                     const TrainingPlan::DataBinding *bind) const {
  FieldSpec spec;
  spec.name = port.name;
  spec.target = port.target;
  spec.kind = !port.isIndex ? FieldKind::Number
              : port.target ? FieldKind::Class
                            : FieldKind::Category;
  spec.columns = bind ? bind->columns : std::vector<std::string>{port.name};
  spec.standardize = bind && bind->standardize;
  spec.exampleShape = port.shape;
  if (!bind && !raw.table->find(port.name))
    return fail("{}: {} '{}' has no column of its name; say which it is by --bind {}={}. The "
                "columns are {}",
                raw.source, kindOf(port), port.name, port.name,
                port.shape.empty() ? "COLUMN" : "COLUMN,COLUMN,...", columnsOf(*raw.table));
  if (spec.standardize && port.isIndex)
    return fail("{} '{}' is made of categories; only numbers can be standardized", kindOf(port),
                port.name);
  Result<int64_t> width = elementCount(port.shape);
  if (!width)
    return width.takeError();
  size_t count = spec.columns.size();
  if (port.shape.empty() && count != 1)
    return fail("{} '{}' takes one column, but {} are bound to it ({}); see --bind", kindOf(port),
                port.name, count, fmt::join(spec.columns, ", "));
  if (*width != static_cast<int64_t>(count))
    return fail("{} '{}' {} needs {} columns, but {} {} bound to it ({}); see --bind", kindOf(port),
                port.name, shapeToString(port.shape), *width, count, count == 1 ? "is" : "are",
                fmt::join(spec.columns, ", "));
  return spec;
}

static Result<std::map<std::string, TrainingPlan::DataBinding>>
parseBinds(const std::vector<std::string> &binds, const std::vector<Port> &ports) {
  std::map<std::string, TrainingPlan::DataBinding> result;
  for (const std::string &text : binds) {
    Result<TrainingPlan::DataBinding> binding = parseBind(text);
    if (!binding)
      return binding.takeError();
    if (std::ranges::find(ports, binding->name, &Port::name) == ports.end()) {
      std::vector<std::string> names;
      for (const Port &port : ports)
        names.push_back(port.name);
      return fail("--bind {}: the model has no input or target {}; they are {}", text,
                  inQuotes(binding->name), fmt::join(names, ", "));
    }
    std::string name = binding->name;
    if (!result.emplace(name, std::move(*binding)).second)
      return fail("--bind {}: '{}' is already bound", text, name);
  }
  return result;
}

Result<void> DataBinder::bindTable(const std::vector<std::string> &binds) {
  auto given = parseBinds(binds, ports);
  if (!given)
    return given.takeError();
  std::vector<FieldSpec> specs;
  for (const Port &port : ports) {
    auto written = std::ranges::find(outline.data, port.name, &TrainingPlan::DataBinding::name);
    const TrainingPlan::DataBinding *bind = written == outline.data.end() ? nullptr : &*written;
    if (auto found = given->find(port.name); found != given->end())
      bind = &found->second;
    Result<FieldSpec> spec = specOf(port, bind);
    if (!spec)
      return spec.takeError();
    specs.push_back(std::move(*spec));
  }
  Result<Encoder> encoder = Encoder::fit(std::move(specs), *raw.table, trainRows);
  if (!encoder)
    return encoder.takeError();
  for (const Port &port : ports) {
    if (!port.isIndex)
      continue;
    const Field &field = *encoder->find(port.name);
    std::string columns = fmt::format("{} {}", field.columns.size() == 1 ? "column" : "the columns",
                                      fmt::join(field.columns, ", "));
    std::string have = field.columns.size() == 1 ? "has" : "have";
    int64_t needed = field.cardinality();
    std::string what =
        port.target
            ? fmt::format("{} {} {} classes", columns, have, needed)
            : fmt::format("{} {} {} categories, which with 0 for what is unknown makes {} ids",
                          columns, have, needed - 1, needed);
    if (Result<void> fits = learn(port, needed, what); !fits)
      return fits;
  }
  format = DataFormat(std::move(*encoder));
  return {};
}

//===----------------------------------------------------------------------===//
// Text and arrays
//===----------------------------------------------------------------------===//

Result<void> DataBinder::bindText(TextUnit unit) {
  const Port *input = nullptr, *target = nullptr;
  for (const Port &port : ports)
    (port.target ? target : input) = &port;
  bool fits = ports.size() == 2 && input && target && input->isIndex && target->isIndex &&
              input->shape.size() == 1 && target->shape.empty();
  if (!fits)
    return fail("{} is running text, which gives a window of tokens and the one behind it: the "
                "model needs one input index<n>[k] and one target index<n>",
                raw.source);
  const InputOutline &written = outlineOf(*input);
  if (!written.cardinality)
    return fail("a text doesn't say how many different tokens to tell apart: give --set {}=2000",
                written.sizeParameter);
  Result<TextEncoder> encoder = TextEncoder::fit(
      raw.tokens, {unit, input->cardinality, input->shape[0], input->name, target->name});
  if (!encoder)
    return inside(raw.source, encoder.takeError());
  int64_t needed = encoder->vocabulary().size();
  if (!written.fixed)
    learned[written.sizeParameter] = needed;
  const InputOutline &classes = outlineOf(*target);
  if (classes.fixed && target->cardinality < needed)
    return fail("target '{}' is index<{}>, but the text's vocabulary has {} tokens", target->name,
                target->cardinality, needed);
  if (!classes.fixed)
    learned[classes.sizeParameter] = needed;
  rows = static_cast<int64_t>(raw.tokens.all.size()) - input->shape[0];
  if (rows < 1)
    return fail("{}: the text has {} tokens, expected more than the window's {}", raw.source,
                raw.tokens.all.size(), input->shape[0]);
  format = DataFormat(std::move(*encoder));
  return {};
}

// Ids in arrays are what they are: only sizes that nothing says follow from them.
Result<void> DataBinder::bindArrays() {
  bool first = true;
  for (const Port &port : ports) {
    auto found = raw.arrays.find(port.name);
    if (found == raw.arrays.end())
      return fail("{} '{}' is missing; give it as --data {}=FILE", kindOf(port), port.name,
                  port.name);
    const Tensor &tensor = found->second;
    int64_t count = tensor.shape.empty() ? 1 : tensor.shape[0];
    if (count == 0)
      return fail("--data {}: the array holds no examples", port.name);
    rows = first ? count : std::min(rows, count);
    first = false;
    const InputOutline &written = outlineOf(port);
    if (!port.isIndex || written.fixed || written.hasDefault || tensor.dtype != DType::I64)
      continue;
    int64_t largest = *std::max_element(tensor.i64(), tensor.i64() + tensor.elements());
    int64_t &value = learned[written.sizeParameter];
    value = std::max({value, largest + 1, int64_t{1}});
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Examples
//===----------------------------------------------------------------------===//

Result<TrainingData> DataBinder::encode(const std::vector<Port> &finalPorts) && {
  TrainingData data;
  std::string source = raw.source;
  Result<Dataset> dataset = format.encode(raw, finalPorts, /*withTargets=*/true);
  if (!dataset)
    return dataset.takeError();
  if (rows > dataset->rows()) // arrays without a batch axis
    return fail("{}: {} examples, expected {}", source, dataset->rows(), rows);
  data.dataset = std::move(*dataset);
  data.trainRows = std::move(trainRows);
  data.validRows = std::move(validRows);
  if (rawValid) {
    Result<Dataset> valid = format.encode(*rawValid, finalPorts, /*withTargets=*/true);
    if (!valid)
      return inside("--valid", valid.takeError());
    data.validRows = allRows(valid->rows());
    data.validDataset = std::move(*valid);
  }
  if (data.trainRows.empty())
    return fail("{}: there are no examples to learn from", source);
  data.fingerprint = mixExamples(1, data.dataset, data.trainRows);
  data.fingerprint = mixExamples(data.fingerprint, data.validation(), data.validRows);
  data.format = std::move(format);
  return data;
}

} // namespace weir
