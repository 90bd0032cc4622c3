//===- File.h - Whole files in, whole files out -------------------------------===//
//
// Every file that Weir reads is read whole, and every file that it writes appears
// whole or not at all.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_FILE_H
#define WEIR_RUNTIME_FILE_H

#include "weir/Runtime/Tensor.h"
#include <initializer_list>

namespace weir {

/// A file's bytes.
struct FileBytes {
  AlignedBytes memory;
  size_t size = 0;

  std::span<const std::byte> bytes() const { return {memory.get(), size}; }
  std::string_view text() const { return {reinterpret_cast<const char *>(memory.get()), size}; }
};

/// True if `path` is a regular file, or a link to one.
bool isRegularFile(const std::string &path);

/// Reads a regular file. Errors name the path and say why.
Result<FileBytes> readFile(const std::string &path);

/// Writes the pieces, one after the other, to a temporary file beside `path`,
/// syncs it and renames it to `path`. If anything fails, the temporary is removed
/// and what was at `path` is untouched. Links are followed; a terminal, a pipe or
/// a device is written to as it is.
Result<void> writeFile(const std::string &path, std::span<const std::span<const std::byte>> pieces);

/// The same for text.
Result<void> writeFile(const std::string &path, std::string_view text);

/// Removes the temporary files that writers of `path` left when they were killed. Those of
/// processes that are running stay.
void removeLeftovers(const std::string &path);

} // namespace weir

#endif
