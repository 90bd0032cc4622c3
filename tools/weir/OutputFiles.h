//===- OutputFiles.h - What is known of files before they are written ---------===//
#ifndef WEIR_TOOLS_WEIR_OUTPUTFILES_H
#define WEIR_TOOLS_WEIR_OUTPUTFILES_H

#include "weir/Runtime/Result.h"

#include <span>
#include <string>
#include <vector>

namespace weir {

/// A file that a command will write, and what names it: "-o".
struct OutputFile {
  std::string option, path;
};

/// The files that arguments as those of --data may mean: FILE, NAME=FILE, FILE.npz:KEY,
/// FILE.csv:COLUMNS. Some of these don't exist.
std::vector<std::string> filesOf(std::span<const std::string> arguments);

/// Refuses, before any work is done, a file whose folder doesn't exist, that is a folder, that
/// is one of those that are read, or that is written twice, and '-'. An empty path is an option
/// that wasn't given. Devices, as /dev/null, may be.
Result<void> checkOutputs(std::span<const OutputFile> outputs, std::span<const std::string> read);

} // namespace weir

#endif
