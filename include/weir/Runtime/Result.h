//===- Result.h - A value or a sentence that says why not ---------------------===//
//
// Weir is built without exceptions. What can fail because of a user's file or
// machine returns a Result; what can fail only through a bug is an assert.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_RESULT_H
#define WEIR_RUNTIME_RESULT_H

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace weir {

/// Why something was refused: one sentence, without a final full stop or newline.
struct Error {
  std::string message;
};

/// An Error from a format string: `return fail("{}: {} bytes are missing", path, n);`
template <class... Args>
[[nodiscard]] Error fail(fmt::format_string<Args...> format, Args &&...args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}

/// The same error, said of a place: "<where>: <message>".
[[nodiscard]] inline Error inside(std::string_view where, Error error) {
  return fail("{}: {}", where, error.message);
}

/// Text from a file as a message may show it: in single quotes, control characters
/// escaped, cut after 80 bytes.
[[nodiscard]] inline std::string inQuotes(std::string_view text) {
  std::string result = "'";
  size_t end = std::min<size_t>(text.size(), 80);
  bool cut = end < text.size();
  while (cut && end > 77 && (text[end] & 0xC0) == 0x80) // not within a character
    --end;
  for (unsigned char c : text.substr(0, end)) {
    if (c < 0x20 || c == 0x7F)
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", c);
    else
      result += static_cast<char>(c);
  }
  return result + (cut ? "...'" : "'");
}

/// A T, or the Error that prevented it. Test it before use.
template <class T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state.index() == 0; }
  explicit operator bool() const { return ok(); }

  T &operator*() & { return *value(); }
  const T &operator*() const & { return *value(); }
  T &&operator*() && { return std::move(*value()); }
  T *operator->() { return value(); }
  const T *operator->() const { return value(); }

  const Error &error() const {
    assert(!ok() && "there is no error");
    return *std::get_if<1>(&state);
  }
  Error takeError() {
    assert(!ok() && "there is no error");
    return std::move(*std::get_if<1>(&state));
  }

private:
  T *value() {
    assert(ok() && "the Result holds an error");
    return std::get_if<0>(&state);
  }
  const T *value() const {
    assert(ok() && "the Result holds an error");
    return std::get_if<0>(&state);
  }

  std::variant<T, Error> state;
};

/// Success, or the Error that prevented it: `return {};` means success.
template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failure(std::move(error)) {}

  bool ok() const { return !failure.has_value(); }
  explicit operator bool() const { return ok(); }

  const Error &error() const {
    assert(!ok() && "there is no error");
    return *failure;
  }
  Error takeError() {
    assert(!ok() && "there is no error");
    return std::move(*failure);
  }

private:
  std::optional<Error> failure;
};

} // namespace weir

#endif
