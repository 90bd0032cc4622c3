//===- CommandLine.h - The options of one command -----------------------------===//
//
// Each command declares its options; parsing, help and messages about what isn't
// understood follow from the declarations. Smaller than llvm::cl, which mixes in the
// options of every LLVM library and can't show examples per command.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_COMMANDLINE_H
#define WEIR_TOOLS_WEIR_COMMANDLINE_H

#include "weir/Runtime/Result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class CommandLine {
public:
  /// `name` is the command ("run"), `purpose` one sentence; `details` and `examples`
  /// follow the options in the help.
  CommandLine(std::string name, std::string purpose, std::string details, std::string examples)
      : name(std::move(name)), purpose(std::move(purpose)), details(std::move(details)),
        examples(std::move(examples)) {}

  // Declarations. Spellings include the dashes; what they refer to must outlive parse().
  /// An argument without dashes that must be there.
  void positional(std::string metavar, std::string &value, std::string help);
  /// `--flag`
  void flag(std::string spelling, bool &value, std::string help);
  /// `--option VALUE` or `--option=VALUE`
  void text(std::string spelling, std::string metavar, std::string &value, std::string help);
  /// The same, may be repeated.
  void list(std::string spelling, std::string metavar, std::vector<std::string> &values,
            std::string help);
  /// A whole number in least..most.
  void integer(std::string spelling, std::string metavar, int64_t &value, int64_t least,
               int64_t most, std::string help);
  /// The same, may be repeated.
  void integers(std::string spelling, std::string metavar, std::vector<int64_t> &values,
                int64_t least, int64_t most, std::string help);
  /// One of a few words.
  void choice(std::string spelling, std::vector<std::string> words, std::string &value,
              std::string help);

  /// Reads the arguments after the command's name. An error is a mistake of the user.
  Result<void> parse(const std::vector<std::string> &arguments);

  /// Whether --help was among the arguments; everything else is unchecked then.
  bool helpWanted() const { return wantsHelp; }
  std::string help() const;

private:
  struct Option {
    std::string spelling;
    std::string metavar; // empty for a flag
    std::string help;
    bool repeatable = false;
    std::function<Result<void>(const std::string &)> accept;
    bool seen = false;
  };
  struct Positional {
    std::string metavar;
    std::string *value;
    std::string help;
  };

  void add(std::string spelling, std::string metavar, std::string help, bool repeatable,
           std::function<Result<void>(const std::string &)> accept);
  Option *find(std::string_view spelling);
  Error unknown(const std::string &spelling) const;

  std::string name, purpose, details, examples;
  std::vector<Option> options;
  std::vector<Positional> positionals;
  bool wantsHelp = false;
};

/// The two sides of "NAME=VALUE"; an error says what `option` expects.
Result<std::pair<std::string, std::string>>
splitAssignment(std::string_view option, std::string_view text, std::string_view expected);

} // namespace weir

#endif
