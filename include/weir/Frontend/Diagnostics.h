//===- Diagnostics.h - Messages about a user's text -----------------------===//
//
// Collects errors, warnings and notes with their source ranges and renders
// them with the source line, an underline, notes and a suggested fix. Nothing
// here prints; the caller chooses the stream.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_DIAGNOSTICS_H
#define WEIR_FRONTEND_DIAGNOSTICS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/SMLoc.h"

#include <deque>
#include <set>
#include <string>

namespace llvm {
class SourceMgr;
class raw_ostream;
} // namespace llvm

namespace weir {

enum class Severity { Error, Warning };

/// One message. An invalid range means that the message is about the whole
/// file or the command line.
struct Diagnostic {
  struct Note {
    llvm::SMRange range;
    std::string message;
  };

  Severity severity = Severity::Error;
  llvm::SMRange range;
  std::string message;
  llvm::SmallVector<Note, 2> notes;
  std::string help;

  /// Adds a second place that helps to understand the message.
  Diagnostic &note(llvm::SMRange where, const llvm::Twine &text);
  /// Sets the suggested fix; the first one wins.
  Diagnostic &fix(const llvm::Twine &text);
};

/// The messages of one run. At most `maxErrors` errors are kept; the rest is
/// counted. The same message at the same place is kept once, so that a block
/// that is built many times reports its mistake once.
class Diagnostics {
public:
  static constexpr unsigned maxErrors = 20;

  /// Without a source manager (as for throw-away trial runs) nothing can be
  /// rendered but bare messages.
  explicit Diagnostics(const llvm::SourceMgr *sources = nullptr) : sources(sources) {}

  /// Adds a message. The reference stays valid until the next call of
  /// `clear`.
  Diagnostic &error(llvm::SMRange range, const llvm::Twine &message);
  Diagnostic &warning(llvm::SMRange range, const llvm::Twine &message);
  /// Adds a finished message (notes and fix included).
  void add(Diagnostic diagnostic);

  bool hasErrors() const { return errorCount != 0; }
  /// True once no further error would be kept.
  bool full() const { return errorCount >= maxErrors; }
  unsigned errors() const { return errorCount; }
  unsigned warnings() const { return warningCount; }
  const std::deque<Diagnostic> &all() const { return diagnostics; }
  size_t size() const { return diagnostics.size(); }
  Diagnostic &operator[](size_t index) { return diagnostics[index]; }
  void clear();
  /// Forgets all messages from this one on.
  void truncate(size_t size);

  /// Writes all messages: `file:line:column: error: text`, the source line
  /// with an underline, notes, and the fix. Columns count characters from 1.
  void render(llvm::raw_ostream &os) const;
  std::string str() const;

private:
  Diagnostic &insert(Diagnostic diagnostic);

  const llvm::SourceMgr *sources;
  std::deque<Diagnostic> diagnostics;
  std::set<std::pair<const char *, std::string>> seen;
  Diagnostic dropped;
  unsigned errorCount = 0, warningCount = 0, droppedCount = 0;
};

/// The candidate nearest to `word` by edit distance, or an empty string if
/// none is near enough to be what was meant.
llvm::StringRef nearestWord(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace weir

#endif
