//===- EncoderJson.cpp - Encoders in checkpoints ------------------------------===//
#include "EncoderCheck.h"
#include "Json.h"
#include <cmath>

namespace weir {

static constexpr const char *formatName = "weir.table";
static constexpr int64_t formatVersion = 1;

std::string Encoder::toJson() const {
  nlohmann::json fields = nlohmann::json::array();
  for (const Field &field : all) {
    nlohmann::json entry = {{"name", field.name},
                            {"target", field.target},
                            {"kind", toString(field.kind)},
                            {"columns", field.columns},
                            {"shape", field.exampleShape}};
    if (field.kind == FieldKind::Id) {
      entry["limit"] = field.limit;
    } else if (field.kind == FieldKind::Number) {
      std::vector<double> means, deviations, fills;
      for (const NumberScale &scale : field.scales) {
        means.push_back(scale.mean);
        deviations.push_back(scale.deviation);
        fills.push_back(scale.fill);
      }
      entry["standardize"] = field.standardize;
      entry["mean"] = means;
      entry["deviation"] = deviations;
      entry["fill"] = fills;
    } else {
      std::span<const std::string> labels = field.vocabulary.all();
      if (field.vocabulary.hasUnknown())
        labels = labels.subspan(1);
      entry["labels"] = std::vector<std::string>(labels.begin(), labels.end());
    }
    fields.push_back(std::move(entry));
  }
  nlohmann::json json = {
      {"format", formatName}, {"version", formatVersion}, {"fields", std::move(fields)}};
  // Cells come from checked text; names may not, and are mended rather than refused.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

static Result<void> readScales(JsonReader &reader, Field &field) {
  field.standardize = reader.boolean("standardize");
  std::vector<double> means = reader.numbers("mean"), deviations = reader.numbers("deviation"),
                      fills = reader.numbers("fill");
  if (Result<void> finished = reader.finish(); !finished)
    return finished;
  size_t width = field.columns.size();
  if (means.size() != width || deviations.size() != width || fills.size() != width)
    return fail("{} has {} columns, but {} means, {} deviations and {} fills", inQuotes(field.name),
                width, means.size(), deviations.size(), fills.size());
  for (size_t i = 0; i < width; ++i) {
    if (!std::isfinite(means[i]) || !std::isfinite(deviations[i]) || !std::isfinite(fills[i]) ||
        deviations[i] <= 0)
      return fail("{} has the scale {}, {}, {}; expected finite numbers, the deviation positive",
                  inQuotes(field.name), means[i], deviations[i], fills[i]);
    field.scales.push_back({means[i], deviations[i], fills[i]});
  }
  return {};
}

static Result<Field> readField(const nlohmann::json &json, size_t index) {
  JsonReader reader(json, fmt::format("field {}", index + 1));
  Field field;
  field.name = reader.text("name");
  field.target = reader.boolean("target");
  std::string kind = reader.text("kind");
  field.columns = reader.texts("columns");
  field.exampleShape = reader.integers("shape");
  bool known = false;
  for (FieldKind candidate :
       {FieldKind::Category, FieldKind::Class, FieldKind::Id, FieldKind::Number})
    if (kind == toString(candidate)) {
      field.kind = candidate;
      known = true;
    }
  if (!known)
    reader.refuse(fail("field {}: found the kind {}, expected 'category', 'class', 'id' or "
                       "'number'",
                       index + 1, inQuotes(kind)));

  Result<void> finished;
  if (known && field.kind == FieldKind::Number) {
    finished = readScales(reader, field);
  } else if (known && field.kind == FieldKind::Id) {
    field.limit = reader.integer("limit");
    finished = reader.finish();
  } else {
    std::vector<std::string> labels = known ? reader.texts("labels") : std::vector<std::string>();
    finished = reader.finish();
    if (finished) {
      Result<Vocabulary> vocabulary = Vocabulary::create(labels, field.kind == FieldKind::Category);
      if (!vocabulary)
        return inside(fmt::format("field {}", inQuotes(field.name)), vocabulary.takeError());
      field.vocabulary = std::move(*vocabulary);
    }
  }
  if (!finished)
    return finished.takeError();
  if (Result<void> checked = checkSpec(field); !checked)
    return checked.takeError();
  return field;
}

Result<Encoder> Encoder::fromJson(std::string_view text) {
  Result<nlohmann::json> json = parseJson(text);
  if (!json)
    return json.takeError();
  JsonReader reader(*json, "the encoder");
  if (std::string format = reader.text("format"); format != formatName)
    reader.refuse(fail("the encoder: found the format {}, expected {}", inQuotes(format),
                       inQuotes(formatName)));
  if (int64_t version = reader.integer("version"); version != formatVersion)
    reader.refuse(fail("the encoder: found version {}, expected {}", version, formatVersion));
  std::vector<const nlohmann::json *> fields = reader.values("fields");
  if (Result<void> finished = reader.finish(); !finished)
    return finished.takeError();
  Encoder encoder;
  for (const nlohmann::json *entry : fields) {
    Result<Field> field = readField(*entry, encoder.all.size());
    if (!field)
      return field.takeError();
    if (encoder.find(field->name))
      return fail("field {} is there twice", inQuotes(field->name));
    encoder.all.push_back(std::move(*field));
  }
  return encoder;
}

} // namespace weir
