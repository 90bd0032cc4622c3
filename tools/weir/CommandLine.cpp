//===- CommandLine.cpp - The options of one command ---------------------------===//

#include "CommandLine.h"

#include "llvm/ADT/StringRef.h"

namespace weir {

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

void CommandLine::add(std::string spelling, std::string metavar, std::string help, bool repeatable,
                      std::function<Result<void>(const std::string &)> accept) {
  options.push_back(
      {std::move(spelling), std::move(metavar), std::move(help), repeatable, std::move(accept)});
}

void CommandLine::positional(std::string metavar, std::string &value, std::string help) {
  positionals.push_back({std::move(metavar), &value, std::move(help)});
}

void CommandLine::flag(std::string spelling, bool &value, std::string help) {
  add(std::move(spelling), "", std::move(help), /*repeatable=*/true,
      [&value](const std::string &) -> Result<void> {
        value = true;
        return {};
      });
}

void CommandLine::text(std::string spelling, std::string metavar, std::string &value,
                       std::string help) {
  add(spelling, std::move(metavar), std::move(help), /*repeatable=*/false,
      [&value, spelling](const std::string &given) -> Result<void> {
        if (given.empty())
          return fail("{} needs a value that isn't empty", spelling);
        value = given;
        return {};
      });
}

void CommandLine::list(std::string spelling, std::string metavar, std::vector<std::string> &values,
                       std::string help) {
  add(std::move(spelling), std::move(metavar), std::move(help), /*repeatable=*/true,
      [&values](const std::string &given) -> Result<void> {
        values.push_back(given);
        return {};
      });
}

static Result<int64_t> parseInteger(const std::string &spelling, const std::string &given,
                                    int64_t least, int64_t most) {
  int64_t number;
  if (llvm::StringRef(given).getAsInteger(10, number) || number < least || number > most)
    return fail("{} takes a whole number from {} to {}, not {}", spelling, least, most,
                inQuotes(given));
  return number;
}

void CommandLine::integer(std::string spelling, std::string metavar, int64_t &value, int64_t least,
                          int64_t most, std::string help) {
  add(spelling, std::move(metavar), std::move(help), /*repeatable=*/false,
      [&value, spelling, least, most](const std::string &given) -> Result<void> {
        Result<int64_t> number = parseInteger(spelling, given, least, most);
        if (!number)
          return number.takeError();
        value = *number;
        return {};
      });
}

void CommandLine::integers(std::string spelling, std::string metavar, std::vector<int64_t> &values,
                           int64_t least, int64_t most, std::string help) {
  add(spelling, std::move(metavar), std::move(help), /*repeatable=*/true,
      [&values, spelling, least, most](const std::string &given) -> Result<void> {
        Result<int64_t> number = parseInteger(spelling, given, least, most);
        if (!number)
          return number.takeError();
        values.push_back(*number);
        return {};
      });
}

void CommandLine::choice(std::string spelling, std::vector<std::string> words, std::string &value,
                         std::string help) {
  std::string metavar = fmt::format("{}", fmt::join(words, "|"));
  add(spelling, metavar, std::move(help), /*repeatable=*/false,
      [&value, spelling, words = std::move(words)](const std::string &given) -> Result<void> {
        if (std::find(words.begin(), words.end(), given) == words.end())
          return fail("{} is one of {}, not {}", spelling, fmt::join(words, ", "), inQuotes(given));
        value = given;
        return {};
      });
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

CommandLine::Option *CommandLine::find(std::string_view spelling) {
  for (Option &option : options)
    if (option.spelling == spelling)
      return &option;
  return nullptr;
}

Error CommandLine::unknown(const std::string &spelling) const {
  std::string meant;
  unsigned best = 4;
  for (const Option &option : options) {
    unsigned distance = llvm::StringRef(spelling).edit_distance(option.spelling, true, best);
    if (distance < best && distance < spelling.size() / 2) {
      best = distance;
      meant = option.spelling;
    }
  }
  if (!meant.empty())
    return fail("`weir {}` has no option {}; did you mean {}?", name, inQuotes(spelling), meant);
  return fail("`weir {}` has no option {}; `weir {} --help` lists them", name, inQuotes(spelling),
              name);
}

Result<void> CommandLine::parse(const std::vector<std::string> &arguments) {
  for (const std::string &argument : arguments)
    if (argument == "--help" || argument == "-h")
      wantsHelp = true;
  if (wantsHelp)
    return {};

  size_t filled = 0;
  bool onlyPositionals = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string &argument = arguments[i];
    if (argument == "--" && !onlyPositionals) {
      onlyPositionals = true;
      continue;
    }
    if (onlyPositionals || argument.size() < 2 || argument[0] != '-') {
      if (filled == positionals.size())
        return fail("`weir {}` doesn't know what to do with {}; `weir {} --help` says what it "
                    "takes",
                    name, inQuotes(argument), name);
      *positionals[filled++].value = argument;
      continue;
    }
    size_t equals = argument.find('=');
    std::string spelling = argument.substr(0, equals);
    Option *option = find(spelling);
    if (!option)
      return unknown(spelling);
    if (option->seen && !option->repeatable)
      return fail("{} is given twice", spelling);
    option->seen = true;
    std::string value;
    if (option->metavar.empty()) {
      if (equals != std::string::npos)
        return fail("{} takes no value", spelling);
    } else if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return fail("{} needs a value: {} {}", spelling, spelling, option->metavar);
    }
    if (Result<void> accepted = option->accept(value); !accepted)
      return accepted;
  }
  if (filled < positionals.size())
    return fail("`weir {}` needs {}: {}", name, positionals[filled].metavar,
                positionals[filled].help);
  return {};
}

//===----------------------------------------------------------------------===//
// Help
//===----------------------------------------------------------------------===//

// Two columns; the right one is wrapped by hand: '\n' in `text` starts a new line.
static void appendRow(std::string &out, const std::string &left, const std::string &text) {
  constexpr size_t column = 28;
  out += "  " + left;
  out.append(left.size() + 4 > column ? 0 : column - left.size() - 2, ' ');
  if (left.size() + 4 > column)
    out += "\n" + std::string(column, ' ');
  for (char c : text) {
    out += c;
    if (c == '\n')
      out.append(column, ' ');
  }
  out += '\n';
}

std::string CommandLine::help() const {
  std::string out = fmt::format("{}\n\nusage: weir {}", purpose, name);
  for (const Positional &positional : positionals)
    out += " " + positional.metavar;
  out += " [options]\n\n";
  for (const Positional &positional : positionals)
    appendRow(out, positional.metavar, positional.help);
  for (const Option &option : options)
    appendRow(out,
              option.metavar.empty() ? option.spelling : option.spelling + " " + option.metavar,
              option.help + (option.repeatable && !option.metavar.empty() ? " (repeatable)" : ""));
  if (!details.empty())
    out += "\n" + details + "\n";
  if (!examples.empty())
    out += "\nexamples:\n" + examples + "\n";
  return out;
}

Result<std::pair<std::string, std::string>>
splitAssignment(std::string_view option, std::string_view text, std::string_view expected) {
  size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
    return fail("{} {} is not of the form {}", option, inQuotes(text), expected);
  return std::pair<std::string, std::string>(text.substr(0, equals), text.substr(equals + 1));
}

} // namespace weir
