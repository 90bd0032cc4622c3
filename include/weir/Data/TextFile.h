//===- TextFile.h - Text as files hold it -------------------------------------===//
#ifndef WEIR_DATA_TEXTFILE_H
#define WEIR_DATA_TEXTFILE_H

#include "weir/Runtime/File.h"

namespace weir {

/// A text in memory that its reader may rewrite in place.
struct TextBytes {
  FileBytes file;
  size_t begin = 0; ///< behind a byte order mark

  std::string_view text() const { return file.text().substr(begin); }
  std::span<char> writable() {
    return {reinterpret_cast<char *>(file.memory.get()) + begin, file.size - begin};
  }
};

/// Where in a text something is: "<source>:<line>", or "line <line>" if the text has
/// no name. Lines count from 1.
std::string placeInText(std::string_view source, size_t line);

/// The line of a byte, counted from 1.
size_t lineAt(std::string_view text, size_t offset);

/// The text of a file's bytes: unpacked if they are gzip, without a byte order mark.
/// Refuses, naming `source` and the line, what isn't UTF-8 and NUL bytes.
Result<TextBytes> decodeText(FileBytes bytes, std::string_view source);

/// A copy of `text`, checked the same way.
Result<TextBytes> decodeText(std::string_view text, std::string_view source);

/// The same from a file.
Result<TextBytes> readTextFile(const std::string &path);

} // namespace weir

#endif
