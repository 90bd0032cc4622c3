//===- Json.cpp - JSON from checkpoints ---------------------------------------===//
#include "Json.h"
#include <set>

namespace weir {

namespace {

/// Sees the text once before a tree is built from it.
class Inspector {
public:
  std::string message; // why the parse stopped

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(int64_t) { return true; }
  bool number_unsigned(uint64_t) { return true; }
  bool number_float(double, const std::string &) { return true; }
  bool string(std::string &) { return true; }
  bool binary(nlohmann::json::binary_t &) { return true; }
  bool start_object(size_t) { return enter(); }
  bool end_object() { return leave(); }
  bool start_array(size_t) { return enter(); }
  bool end_array() { return leave(); }

  bool key(std::string &text) {
    if (keys.back().insert(text).second)
      return true;
    message = fmt::format("the key {} is there twice", inQuotes(text));
    return false;
  }

  bool parse_error(size_t position, const std::string &, const nlohmann::json::exception &) {
    message = fmt::format("bad JSON at byte {}", position);
    return false;
  }

private:
  static constexpr size_t maxDepth = 8;

  bool enter() {
    keys.emplace_back();
    if (keys.size() <= maxDepth)
      return true;
    message = fmt::format("the JSON is nested deeper than {}", maxDepth);
    return false;
  }
  bool leave() {
    keys.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys; // of the open objects and arrays
};

} // namespace

Result<nlohmann::json> parseJson(std::string_view text) {
  Inspector inspector;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &inspector))
    return Error{std::move(inspector.message)};
  return nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
}

JsonReader::JsonReader(const nlohmann::json &value, std::string name)
    : object(value), what(std::move(name)) {
  if (!object.is_object())
    refuse(fail("{}: found {}, expected an object", what, object.type_name()));
}

void JsonReader::refuse(Error refusal) {
  if (!error)
    error = std::move(refusal);
}

void JsonReader::expected(const char *key, const nlohmann::json &found, std::string_view type) {
  refuse(fail("{}: found {} as {}, expected {}", what, found.type_name(), inQuotes(key), type));
}

const nlohmann::json *JsonReader::take(const char *key) {
  if (error)
    return nullptr;
  auto found = object.find(key);
  if (found == object.end()) {
    refuse(fail("{}: {} is missing", what, inQuotes(key)));
    return nullptr;
  }
  ++taken;
  return &*found;
}

std::string JsonReader::text(const char *key) {
  const nlohmann::json *value = take(key);
  if (value && value->is_string())
    return value->get_ref<const std::string &>();
  if (value)
    expected(key, *value, "a text");
  return {};
}

bool JsonReader::boolean(const char *key) {
  const nlohmann::json *value = take(key);
  if (value && value->is_boolean())
    return value->get<bool>();
  if (value)
    expected(key, *value, "true or false");
  return false;
}

/// True for what an int64_t holds.
static bool isInt64(const nlohmann::json &value) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX);
}

int64_t JsonReader::integer(const char *key) {
  const nlohmann::json *value = take(key);
  if (value && isInt64(*value))
    return value->get<int64_t>();
  if (value)
    expected(key, *value, "a 64-bit integer");
  return 0;
}

std::vector<const nlohmann::json *> JsonReader::values(const char *key) {
  std::vector<const nlohmann::json *> elements;
  const nlohmann::json *value = take(key);
  if (value && !value->is_array())
    expected(key, *value, "a list");
  else if (value)
    for (const nlohmann::json &element : *value)
      elements.push_back(&element);
  return elements;
}

std::vector<std::string> JsonReader::texts(const char *key) {
  std::vector<std::string> result;
  for (const nlohmann::json *element : values(key)) {
    if (!element->is_string()) {
      expected(key, *element, "a list of texts");
      return {};
    }
    result.push_back(element->get_ref<const std::string &>());
  }
  return result;
}

std::vector<int64_t> JsonReader::integers(const char *key) {
  std::vector<int64_t> result;
  for (const nlohmann::json *element : values(key)) {
    if (!isInt64(*element)) {
      expected(key, *element, "a list of 64-bit integers");
      return {};
    }
    result.push_back(element->get<int64_t>());
  }
  return result;
}

std::vector<double> JsonReader::numbers(const char *key) {
  std::vector<double> result;
  for (const nlohmann::json *element : values(key)) {
    if (!element->is_number()) {
      expected(key, *element, "a list of numbers");
      return {};
    }
    result.push_back(element->get<double>());
  }
  return result;
}

Result<void> JsonReader::finish() {
  if (!error && object.size() != taken)
    error = fail("{}: found {} members, expected {}", what, object.size(), taken);
  if (error)
    return std::move(*error);
  return {};
}

} // namespace weir
