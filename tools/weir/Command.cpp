//===- Command.cpp - What all commands share ----------------------------------===//

#include "Command.h"

#include <chrono>
#include <cstdio>

namespace weir {

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

static void say(std::string_view kind, std::string_view text) {
  say(fmt::format("weir: {}: {}\n", kind, text));
}

int userError(const Error &error) {
  say("error", error.message);
  return kUserError;
}

int bug(const Error &error) {
  say("internal error", error.message);
  say("This is a bug in Weir, not in your model. Please report it with the model and the "
      "command line.\n");
  return kBug;
}

int bug(llvm::Error error) { return bug(Error{llvm::toString(std::move(error))}); }

void note(std::string_view text) { say("note", text); }

std::optional<int> parseOrExit(CommandLine &line, const Arguments &arguments) {
  if (Result<void> parsed = line.parse(arguments); !parsed)
    return userError(parsed.error());
  if (line.helpWanted())
    return writeResult(line.help());
  return std::nullopt;
}

int writeResult(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return kDone;
  return userError(fail("standard output can't be written to"));
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string withCommas(int64_t number) {
  std::string digits = std::to_string(number);
  size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

} // namespace weir
