//===- Text.cpp - Running text as ids -----------------------------------------===//
#include "weir/Data/Text.h"
#include "Json.h"
#include "Utf8.h"

namespace weir {

static constexpr const char *formatName = "weir.text";
static constexpr int64_t formatVersion = 1;

/// The token that begins at `at` or behind it, which is moved there; empty at the end.
static std::string_view nextWord(std::string_view text, size_t &at) {
  auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
  while (at < text.size() && !isLetter(text[at]))
    ++at;
  size_t end = at;
  while (end < text.size() && isLetter(text[end]))
    ++end;
  return text.substr(at, end - at);
}

static std::string_view nextCharacter(std::string_view text, size_t &at) {
  size_t length = 0;
  while (at < text.size() && (length = utf8Length(text.substr(at))) == 0)
    ++at;
  return text.substr(at, length);
}

Tokens tokenize(std::string_view text, TextUnit unit, int64_t limit) {
  Tokens tokens;
  tokens.memory.assign(text.begin(), text.end());
  if (unit == TextUnit::Words)
    for (char &c : tokens.memory)
      if (c >= 'A' && c <= 'Z')
        c += 'a' - 'A';
  std::string_view lower(tokens.memory.data(), tokens.memory.size());
  for (size_t at = 0; limit == 0 || static_cast<int64_t>(tokens.all.size()) < limit;) {
    std::string_view token =
        unit == TextUnit::Words ? nextWord(lower, at) : nextCharacter(lower, at);
    if (token.empty())
      break;
    tokens.all.push_back(token);
    at += token.size();
  }
  return tokens;
}

static Result<void> checkSpec(const TextSpec &spec) {
  if (spec.vocabulary < 1 || spec.vocabulary > INT32_MAX)
    return fail("found a vocabulary of {} ids, expected 1 to {}", spec.vocabulary, INT32_MAX);
  if (spec.window < 1 || spec.window > INT32_MAX)
    return fail("found a window of {} tokens, expected 1 to {}", spec.window, INT32_MAX);
  if (spec.input == spec.target || spec.input.empty() || spec.target.empty())
    return fail("found the names {} and {} for a text's input and target, expected two",
                inQuotes(spec.input), inQuotes(spec.target));
  return {};
}

Result<TextEncoder> TextEncoder::fit(const Tokens &tokens, TextSpec spec) {
  if (Result<void> checked = checkSpec(spec); !checked)
    return checked.takeError();
  if (tokens.all.empty())
    return fail("the text has no {}", spec.unit == TextUnit::Words ? "words" : "characters");
  TextEncoder encoder;
  encoder.map = Vocabulary::ofTokens(tokens.all, spec.vocabulary);
  encoder.how = std::move(spec);
  return encoder;
}

Result<Tensor> TextEncoder::encode(const Tokens &tokens) const {
  Result<Tensor> ids = Tensor::uninitialized(DType::I64, {static_cast<int64_t>(tokens.all.size())});
  if (ids)
    std::ranges::transform(tokens.all, ids->i64(),
                           [&](std::string_view token) { return map.find(token); });
  return ids;
}

Result<Dataset> TextEncoder::windows(const Tokens &tokens) const {
  int64_t rows = static_cast<int64_t>(tokens.all.size()) - how.window;
  if (rows < 1)
    return fail("the text has {} {}, expected more than the window's {}", tokens.all.size(),
                how.unit == TextUnit::Words ? "words" : "characters", how.window);
  Result<Tensor> ids = encode(tokens);
  if (!ids)
    return ids.takeError();
  auto sequence = std::make_shared<const Tensor>(std::move(*ids));
  Dataset dataset;
  Result<void> added = dataset.addWindows(how.input, sequence, rows, 0, how.window, false, false);
  if (added)
    added = dataset.addWindows(how.target, sequence, rows, how.window, 1, true, true);
  if (!added)
    return added.takeError();
  return dataset;
}

std::string TextEncoder::toJson() const {
  std::span<const std::string> labels = map.all().subspan(1);
  nlohmann::json json = {{"format", formatName},
                         {"version", formatVersion},
                         {"unit", how.unit == TextUnit::Words ? "words" : "characters"},
                         {"vocabulary", how.vocabulary},
                         {"window", how.window},
                         {"input", how.input},
                         {"target", how.target},
                         {"labels", std::vector<std::string>(labels.begin(), labels.end())}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<TextEncoder> TextEncoder::fromJson(std::string_view text) {
  Result<nlohmann::json> json = parseJson(text);
  if (!json)
    return json.takeError();
  JsonReader reader(*json, "the encoder");
  if (std::string format = reader.text("format"); format != formatName)
    reader.refuse(fail("the encoder: found the format {}, expected {}", inQuotes(format),
                       inQuotes(formatName)));
  if (int64_t version = reader.integer("version"); version != formatVersion)
    reader.refuse(fail("the encoder: found version {}, expected {}", version, formatVersion));
  TextEncoder encoder;
  std::string unit = reader.text("unit");
  if (unit != "words" && unit != "characters")
    reader.refuse(
        fail("the encoder: found the unit {}, expected 'words' or 'characters'", inQuotes(unit)));
  encoder.how.unit = unit == "words" ? TextUnit::Words : TextUnit::Characters;
  encoder.how.vocabulary = reader.integer("vocabulary");
  encoder.how.window = reader.integer("window");
  encoder.how.input = reader.text("input");
  encoder.how.target = reader.text("target");
  std::vector<std::string> labels = reader.texts("labels");
  if (Result<void> finished = reader.finish(); !finished)
    return finished.takeError();
  if (Result<void> checked = checkSpec(encoder.how); !checked)
    return checked.takeError();
  if (static_cast<int64_t>(labels.size()) >= encoder.how.vocabulary)
    return fail("the encoder has {} labels besides the unknown, expected less than {}",
                labels.size(), encoder.how.vocabulary);
  Result<Vocabulary> vocabulary = Vocabulary::create(labels, true);
  if (!vocabulary)
    return vocabulary.takeError();
  encoder.map = std::move(*vocabulary);
  return encoder;
}

} // namespace weir
