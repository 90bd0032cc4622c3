//===- Encoder.cpp - From the cells of a table to inputs and targets ----------===//
#include "weir/Data/Encoder.h"
#include "EncoderCheck.h"
#include "weir/Data/Csv.h"
#include <charconv>
#include <cmath>

namespace weir {

const char *toString(FieldKind kind) {
  switch (kind) {
  case FieldKind::Category:
    return "category";
  case FieldKind::Class:
    return "class";
  case FieldKind::Id:
    return "id";
  case FieldKind::Number:
    return "number";
  }
  return "";
}

int64_t Field::cardinality() const {
  return kind == FieldKind::Id ? limit : kind == FieldKind::Number ? 0 : vocabulary.size();
}

Result<void> checkSpec(const FieldSpec &spec) {
  if (spec.name.empty())
    return fail("a field has no name");
  if (spec.columns.empty())
    return fail("field {} has no columns", inQuotes(spec.name));
  Result<int64_t> width = elementCount(spec.exampleShape);
  if (!width)
    return inside(fmt::format("field {}", inQuotes(spec.name)), width.takeError());
  if (*width != static_cast<int64_t>(spec.columns.size()))
    return fail("field {} has {} columns for the {} elements of {}", inQuotes(spec.name),
                spec.columns.size(), *width, shapeToString(spec.exampleShape));
  if (spec.target && spec.kind == FieldKind::Category)
    return fail("target {} is of kind 'category', which has an id for the unknown; expected "
                "'class'",
                inQuotes(spec.name));
  if (spec.standardize && spec.kind != FieldKind::Number)
    return fail("field {} is of kind '{}'; only numbers can be standardized", inQuotes(spec.name),
                toString(spec.kind));
  if (spec.kind == FieldKind::Id ? spec.limit < 1 : spec.limit != 0)
    return fail("field {} of kind '{}' has the limit {}; expected {}", inQuotes(spec.name),
                toString(spec.kind), spec.limit, spec.kind == FieldKind::Id ? "1 or more" : "none");
  return {};
}

/// A refusal of one cell: where it is, what it holds, what was expected.
static Error refuseCell(const Table &table, const Column &column, int64_t row,
                        std::string_view expected) {
  std::string_view text = column.text(row);
  return fail("{}: column {}: found {}, expected {}", table.place(row), inQuotes(column.name()),
              text.empty() ? "nothing" : inQuotes(text), expected);
}

static Result<std::vector<const Column *>> columnsOf(const FieldSpec &spec, const Table &table) {
  std::vector<const Column *> columns;
  for (const std::string &name : spec.columns) {
    Result<const Column *> column = table.column(name);
    if (!column)
      return column.takeError();
    columns.push_back(*column);
  }
  return columns;
}

static Result<NumberScale> fitScale(const FieldSpec &spec, const Table &table, const Column &column,
                                    std::span<const int64_t> rows) {
  std::vector<double> numbers;
  numbers.reserve(rows.size());
  for (int64_t row : rows) {
    if (column.missing(row))
      continue;
    std::optional<double> number = parseNumber(column.text(row));
    if (!number)
      return refuseCell(table, column, row, "a number");
    numbers.push_back(*number);
  }
  if (numbers.empty()) {
    Error error = fail("column {} holds no number", inQuotes(column.name()));
    return table.source().empty() ? error : inside(table.source(), std::move(error));
  }
  NumberScale scale = NumberScale::of(std::move(numbers));
  if (!spec.standardize) {
    scale.mean = 0;
    scale.deviation = 1;
  }
  return scale;
}

Result<Encoder> Encoder::fit(std::vector<FieldSpec> specs, const Table &table) {
  return fit(std::move(specs), table, allRows(table.rows()));
}

Result<Encoder> Encoder::fit(std::vector<FieldSpec> specs, const Table &table,
                             std::span<const int64_t> rows) {
  Encoder encoder;
  if (rows.empty()) {
    Error error = fail("there are no rows to learn from");
    return table.source().empty() ? error : inside(table.source(), std::move(error));
  }
  std::vector<int64_t> everyRow = allRows(table.rows());
  for (FieldSpec &spec : specs) {
    if (Result<void> checked = checkSpec(spec); !checked)
      return checked.takeError();
    if (encoder.find(spec.name))
      return fail("field {} is there twice", inQuotes(spec.name));
    Result<std::vector<const Column *>> columns = columnsOf(spec, table);
    if (!columns)
      return columns.takeError();
    Field field{std::move(spec), Vocabulary(), {}};
    if (field.kind == FieldKind::Category)
      field.vocabulary = Vocabulary::ofColumns(*columns, rows, true);
    else if (field.kind == FieldKind::Class)
      field.vocabulary = Vocabulary::ofColumns(*columns, everyRow, false);
    else if (field.kind == FieldKind::Number)
      for (const Column *column : *columns) {
        Result<NumberScale> scale = fitScale(field, table, *column, rows);
        if (!scale)
          return scale.takeError();
        field.scales.push_back(*scale);
      }
    encoder.all.push_back(std::move(field));
  }
  return encoder;
}

Result<void> Encoder::addCategories(std::string_view name, std::span<const std::string> labels) {
  auto field = std::find_if(all.begin(), all.end(), [&](const Field &f) { return f.name == name; });
  if (field == all.end() || field->kind != FieldKind::Category)
    return fail("there is no input {} of categories", inQuotes(name));
  const std::vector<std::string> missing = CsvOptions().missing;
  std::vector<std::string> known(field->vocabulary.all().begin() + 1,
                                 field->vocabulary.all().end());
  for (const std::string &label : labels) {
    if (std::find(missing.begin(), missing.end(), label) != missing.end())
      return fail("{} means that the value isn't known, expected a category of {}", inQuotes(label),
                  inQuotes(name));
    if (field->vocabulary.find(label) != 0)
      return fail("{} is a known category of {} already", inQuotes(label), inQuotes(name));
    known.push_back(label);
  }
  Result<Vocabulary> extended = Vocabulary::create(known, /*hasUnknown=*/true);
  if (!extended)
    return inside(fmt::format("input {}", inQuotes(name)), extended.takeError());
  field->vocabulary = std::move(*extended);
  return {};
}

const Field *Encoder::find(std::string_view name) const {
  auto found = std::ranges::find(all, name, &Field::name);
  return found == all.end() ? nullptr : &*found;
}

/// Writes the ids of a column to every `stride`th element.
static Result<void> encodeIds(const Field &field, const Table &table, const Column &column,
                              int64_t *ids, size_t stride) {
  for (int64_t row = 0; row < column.rows(); ++row, ids += stride) {
    std::string_view text = column.text(row);
    if (field.kind == FieldKind::Id) {
      auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), *ids);
      if (code != std::errc() || end != text.data() + text.size() || *ids < 0 ||
          *ids >= field.limit)
        return refuseCell(table, column, row, fmt::format("an id in 0..{}", field.limit - 1));
    } else if (column.missing(row)) {
      if (field.kind == FieldKind::Class)
        return refuseCell(table, column, row, "a class");
      *ids = 0;
    } else {
      *ids = field.vocabulary.find(text);
      if (*ids < 0)
        return refuseCell(
            table, column, row,
            fmt::format("one of the {} classes of the training data", field.vocabulary.size()));
    }
  }
  return {};
}

static Result<void> encodeNumbers(const Field &field, const NumberScale &scale, const Table &table,
                                  const Column &column, float *numbers, size_t stride) {
  for (int64_t row = 0; row < column.rows(); ++row, numbers += stride) {
    double number = scale.fill;
    if (!column.missing(row)) {
      std::optional<double> parsed = parseNumber(column.text(row));
      if (!parsed)
        return refuseCell(table, column, row, "a number");
      number = *parsed;
    } else if (field.target) {
      return refuseCell(table, column, row, "a number, since it is to be learned");
    }
    *numbers = scale.apply(number);
    if (!std::isfinite(*numbers))
      return refuseCell(table, column, row, "a number that fits a float");
  }
  return {};
}

Result<Dataset> Encoder::encode(const Table &table, bool withTargets) const {
  Dataset dataset;
  for (const Field &field : all) {
    if (field.target && !withTargets)
      continue;
    Result<std::vector<const Column *>> columns = columnsOf(field, table);
    if (!columns)
      return columns.takeError();
    std::vector<int64_t> shape = {table.rows()};
    shape.insert(shape.end(), field.exampleShape.begin(), field.exampleShape.end());
    bool numbers = field.kind == FieldKind::Number;
    Result<Tensor> tensor =
        Tensor::uninitialized(numbers ? DType::F32 : DType::I64, std::move(shape));
    if (!tensor)
      return tensor.takeError();
    size_t width = columns->size();
    for (size_t i = 0; i < width; ++i) {
      const Column &column = *(*columns)[i];
      Result<void> encoded =
          numbers ? encodeNumbers(field, field.scales[i], table, column, tensor->f32() + i, width)
                  : encodeIds(field, table, column, tensor->i64() + i, width);
      if (!encoded)
        return encoded.takeError();
    }
    if (Result<void> added = dataset.add(field.name, std::move(*tensor), field.target); !added)
      return added.takeError();
  }
  return dataset;
}

} // namespace weir
