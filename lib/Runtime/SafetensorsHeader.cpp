//===- SafetensorsHeader.cpp - The JSON header of a safetensors file ----------===//
//
// nlohmann's event parser keeps no tree, so nothing deep or large is built from a
// hostile header, and duplicate keys are seen. It reports errors as events; this
// file must not use those of its functions that throw.
//
//===----------------------------------------------------------------------===//
#include "SafetensorsHeader.h"
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace weir {

static constexpr std::pair<std::string_view, FileType> typeNames[] = {
    {"F64", FileType::F64},   {"F32", FileType::F32}, {"F16", FileType::F16},
    {"BF16", FileType::BF16}, {"I64", FileType::I64}, {"I32", FileType::I32},
    {"I16", FileType::I16},   {"I8", FileType::I8},   {"U64", FileType::U64},
    {"U32", FileType::U32},   {"U16", FileType::U16}, {"U8", FileType::U8},
    {"BOOL", FileType::Bool}};

static constexpr std::string_view metadataKey = "__metadata__";

namespace {

/// Takes the parser's events and accepts exactly
///   { "__metadata__": {string: string, ...},
///     name: {"dtype": string, "shape": [n, ...], "data_offsets": [begin, end]}, ... }
class HeaderReader {
public:
  SafetensorsHeader header;
  std::string message; // why the parse stopped

  // The events. False stops the parser.
  bool null() { return found("null"); }
  bool boolean(bool) { return found("a boolean"); }
  bool number_integer(int64_t value) { return found(fmt::to_string(value)); }
  bool number_float(double, const std::string &text) { return found(inQuotes(text)); }
  bool binary(nlohmann::json::binary_t &) { return found("binary data"); }

  bool number_unsigned(uint64_t value) {
    if (state == State::Shape) {
      if (value > INT64_MAX)
        return refuse("size {} in the shape of {} is too large", value, inQuotes(entry.name));
      if (entry.shape.size() == kMaxRank)
        return refuse("{} has more than {} axes", inQuotes(entry.name), kMaxRank);
      entry.shape.push_back(static_cast<int64_t>(value));
      return true;
    }
    if (state == State::Offsets && offsets.size() < 2) {
      offsets.push_back(value);
      return true;
    }
    return found(fmt::to_string(value));
  }

  bool string(std::string &value) {
    if (state == State::Metadata) {
      header.metadata[lastKey] = value;
      return true;
    }
    if (state != State::Type)
      return found(inQuotes(value));
    for (auto [text, type] : typeNames)
      if (text == value) {
        entry.type = type;
        state = State::Entry;
        return true;
      }
    std::vector<std::string_view> known;
    for (auto [text, type] : typeNames)
      known.push_back(text);
    return refuse("dtype {} of {} is not supported; expected one of {}", inQuotes(value),
                  inQuotes(entry.name), fmt::join(known, ", "));
  }

  bool start_object(size_t) {
    switch (state) {
    case State::Start:
      state = State::Names;
      return true;
    case State::Name:
      state = lastKey == metadataKey ? State::Metadata : State::Entry;
      entry = {};
      entry.name = lastKey;
      seenFields = 0;
      return true;
    default:
      return found("an object");
    }
  }

  bool key(std::string &text) {
    lastKey = text;
    switch (state) {
    case State::Names:
      if (!names.insert(lastKey).second)
        return refuse("{} is there twice", inQuotes(lastKey));
      state = State::Name;
      return true;
    case State::Metadata:
      if (header.metadata.contains(lastKey))
        return refuse("{} has the key {} twice", metadataKey, inQuotes(lastKey));
      return true;
    default:
      if (lastKey == "dtype")
        return field(State::Type, 1);
      if (lastKey == "shape")
        return field(State::ShapeStart, 2);
      if (lastKey == "data_offsets")
        return field(State::OffsetsStart, 4);
      return refuse("{} has the unknown field {}; expected dtype, shape and data_offsets",
                    inQuotes(entry.name), inQuotes(lastKey));
    }
  }

  bool end_object() {
    if (state == State::Names) {
      state = State::Done;
      return true;
    }
    if (state == State::Entry) {
      if (seenFields != 7)
        return refuse("{} lacks {}", inQuotes(entry.name),
                      !(seenFields & 1)   ? "dtype"
                      : !(seenFields & 2) ? "shape"
                                          : "data_offsets");
      header.entries.push_back(std::move(entry));
    }
    state = State::Names;
    return true;
  }

  bool start_array(size_t) {
    if (state == State::ShapeStart) {
      state = State::Shape;
      return true;
    }
    if (state == State::OffsetsStart) {
      state = State::Offsets;
      offsets.clear();
      return true;
    }
    return found("an array");
  }

  bool end_array() {
    if (state == State::Offsets) {
      if (offsets.size() != 2)
        return refuse("data_offsets of {} has {} numbers, expected 2", inQuotes(entry.name),
                      offsets.size());
      entry.begin = offsets[0];
      entry.end = offsets[1];
    }
    state = State::Entry;
    return true;
  }

  bool parse_error(size_t position, const std::string &, const nlohmann::json::exception &error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 5: ..."
    std::string_view what = error.what();
    if (size_t start = what.find("] "); start != std::string_view::npos)
      what.remove_prefix(start + 2);
    if (size_t start = what.find(": "); start != std::string_view::npos)
      what.remove_prefix(start + 2);
    return refuse("bad JSON at byte {}: {}", position, inQuotes(what));
  }

private:
  enum class State {
    Start,    // before the outer {
    Names,    // before a name or the outer }
    Name,     // after a name
    Metadata, // in the metadata's object
    Entry,    // in a tensor's object, before a field or }
    Type,     // before a field's value ...
    ShapeStart,
    OffsetsStart,
    Shape, // in its array ...
    Offsets,
    Done
  };

  template <class... Args> bool refuse(fmt::format_string<Args...> format, Args &&...args) {
    message = fmt::format(format, std::forward<Args>(args)...);
    return false;
  }

  bool field(State next, unsigned bit) {
    if (seenFields & bit)
      return refuse("{} has the field {} twice", inQuotes(entry.name), lastKey);
    seenFields |= bit;
    state = next;
    return true;
  }

  /// Refuses a value that doesn't belong where it is.
  bool found(std::string_view what) {
    switch (state) {
    case State::Start:
      return refuse("found {}, expected an object", what);
    case State::Name:
      return refuse("found {} as the value of {}, expected an object", what, inQuotes(lastKey));
    case State::Metadata:
      return refuse("found {} as the value of {} in {}, expected a string", what, inQuotes(lastKey),
                    metadataKey);
    case State::Type:
      return refuse("found {} as the dtype of {}, expected a string", what, inQuotes(entry.name));
    case State::ShapeStart:
    case State::Shape:
      return refuse("found {} in the shape of {}, expected sizes of 0 or more", what,
                    inQuotes(entry.name));
    default:
      return refuse("found {} in the data_offsets of {}, expected two numbers of 0 or more", what,
                    inQuotes(entry.name));
    }
  }

  State state = State::Start;
  std::set<std::string> names;
  std::string lastKey;
  SafetensorsEntry entry;
  std::vector<uint64_t> offsets;
  unsigned seenFields = 0; // a bit per field
};

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json) {
  HeaderReader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
    return Error{std::move(reader.message)};
  return std::move(reader.header);
}

/// The text as a JSON string, or nothing if it isn't UTF-8.
static std::optional<std::string> toJson(const std::string &text) {
  using Handler = nlohmann::json::error_handler_t;
  nlohmann::json value = text;
  std::string dropped = value.dump(-1, ' ', false, Handler::ignore);
  // Bad bytes are dropped by one and replaced by the other.
  if (dropped != value.dump(-1, ' ', false, Handler::replace))
    return std::nullopt;
  return dropped;
}

Result<std::string> printSafetensorsHeader(const SafetensorsHeader &header) {
  std::string text = "{";
  const char *separator = "";
  if (!header.metadata.empty()) {
    text += fmt::format("\"{}\":{{", metadataKey);
    for (const auto &[key, value] : header.metadata) {
      std::optional<std::string> keyText = toJson(key), valueText = toJson(value);
      if (!keyText || !valueText)
        return fail("the metadata {} isn't valid UTF-8", inQuotes(key));
      text += fmt::format("{}{}:{}", separator, *keyText, *valueText);
      separator = ",";
    }
    text += "}";
    separator = ",";
  }
  for (const SafetensorsEntry &entry : header.entries) {
    std::optional<std::string> name = toJson(entry.name);
    if (!name)
      return fail("the name {} isn't valid UTF-8", inQuotes(entry.name));
    if (entry.name == metadataKey)
      return fail("a tensor can't be called {}", metadataKey);
    text += fmt::format("{}{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                        separator, *name, entry.type == FileType::F32 ? "F32" : "I64",
                        fmt::join(entry.shape, ","), entry.begin, entry.end);
    separator = ",";
  }
  return text + "}";
}

} // namespace weir
