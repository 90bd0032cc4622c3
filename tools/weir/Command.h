//===- Command.h - The commands of `weir` -------------------------------------===//
//
// One function per command, each in a file of its own. They take the arguments after
// the command's name and return the exit code. Standard output carries results only.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_COMMAND_H
#define WEIR_TOOLS_WEIR_COMMAND_H

#include "CommandLine.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace weir {

/// What a command gives back to the shell.
/// `kInterrupted` is what shells give to a process that Ctrl-C ends.
enum ExitCode { kDone = 0, kUserError = 1, kBug = 2, kInterrupted = 130 };

using Arguments = std::vector<std::string>;

int checkCommand(const Arguments &arguments);
int compileCommand(const Arguments &arguments);
int runCommand(const Arguments &arguments);
int verifyCommand(const Arguments &arguments);
int benchCommand(const Arguments &arguments);
int profileCommand(const Arguments &arguments);
int explainCommand(const Arguments &arguments);
int trainCommand(const Arguments &arguments);
int adaptCommand(const Arguments &arguments);
int exploreCommand(const Arguments &arguments);
int evalCommand(const Arguments &arguments);
int predictCommand(const Arguments &arguments);

/// Parses; prints help or the mistake. The exit code if the command ends here.
std::optional<int> parseOrExit(CommandLine &line, const Arguments &arguments);

/// Says on standard error what is wrong with what the user gave: returns kUserError.
int userError(const Error &error);
/// Says on standard error that Weir itself is wrong: returns kBug.
int bug(const Error &error);
int bug(llvm::Error error);
/// Something that the user should know, on standard error.
void note(std::string_view text);
/// Text on standard error as it is. What can't be written there is lost: a full disk
/// behind `2> log` must not end a training.
void say(std::string_view text);

/// Writes results to standard output. kDone, or kUserError if it can't be written to.
int writeResult(std::string_view text);

/// Seconds since some moment in the past.
double now();

/// "1,234,567".
std::string withCommas(int64_t number);

} // namespace weir

#endif
