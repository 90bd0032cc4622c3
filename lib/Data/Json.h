//===- Json.h - JSON from checkpoints, which nobody vouches for ---------------===//
//
// Users of this header must test a value's type before they take it: with exceptions
// off, nlohmann's accessors abort on a wrong one. JsonReader does so.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_LIB_DATA_JSON_H
#define WEIR_LIB_DATA_JSON_H

#include "weir/Runtime/Result.h"
#include <cstdint>
#include <vector>
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

namespace weir {

/// Parses JSON, refusing keys that come twice and nesting deeper than 8.
Result<nlohmann::json> parseJson(std::string_view text);

/// Takes the members of an object, all of them and no others. Errors are kept: the first
/// one is what `finish` returns.
class JsonReader {
public:
  /// `what` names the object in messages.
  JsonReader(const nlohmann::json &value, std::string what);

  std::string text(const char *key);
  bool boolean(const char *key);
  int64_t integer(const char *key);
  /// A list's elements; empty after an error.
  std::vector<std::string> texts(const char *key);
  std::vector<int64_t> integers(const char *key);
  std::vector<double> numbers(const char *key);
  /// The elements of a list of any values.
  std::vector<const nlohmann::json *> values(const char *key);

  void refuse(Error error);
  /// Refuses members that weren't taken.
  Result<void> finish();

private:
  const nlohmann::json *take(const char *key);
  void expected(const char *key, const nlohmann::json &found, std::string_view what);

  const nlohmann::json &object;
  std::string what;
  size_t taken = 0;
  std::optional<Error> error;
};

} // namespace weir

#endif
