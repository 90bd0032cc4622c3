//===- Diagnostics.cpp - Messages about a user's text ---------------------===//

#include "weir/Frontend/Diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace llvm;

namespace weir {

Diagnostic &Diagnostic::note(SMRange where, const Twine &text) {
  notes.push_back({where, text.str()});
  return *this;
}

Diagnostic &Diagnostic::fix(const Twine &text) {
  if (help.empty())
    help = text.str();
  return *this;
}

Diagnostic &Diagnostics::insert(Diagnostic diagnostic) {
  bool isError = diagnostic.severity == Severity::Error;
  if (!seen.insert({diagnostic.range.Start.getPointer(), diagnostic.message}).second ||
      (isError && full())) {
    // `full` only counts what is new; a repetition is silently the same.
    if (isError && full())
      ++droppedCount;
    dropped = std::move(diagnostic);
    return dropped;
  }
  ++(isError ? errorCount : warningCount);
  diagnostics.push_back(std::move(diagnostic));
  return diagnostics.back();
}

Diagnostic &Diagnostics::error(SMRange range, const Twine &message) {
  return insert({Severity::Error, range, message.str(), {}, {}});
}

Diagnostic &Diagnostics::warning(SMRange range, const Twine &message) {
  return insert({Severity::Warning, range, message.str(), {}, {}});
}

void Diagnostics::add(Diagnostic diagnostic) { insert(std::move(diagnostic)); }

void Diagnostics::clear() {
  diagnostics.clear();
  seen.clear();
  errorCount = warningCount = droppedCount = 0;
}

void Diagnostics::truncate(size_t size) {
  while (diagnostics.size() > size) {
    --(diagnostics.back().severity == Severity::Error ? errorCount : warningCount);
    diagnostics.pop_back();
  }
}

namespace {

/// The longest piece of a source line that is shown, in columns.
constexpr size_t maxShown = 100;

/// A source line made printable: tabs become spaces, what can't be shown
/// becomes '?'. `columnOf[i]` is the display column of byte i.
struct ShownLine {
  std::string text;
  std::vector<size_t> columnOf;
  std::vector<size_t> byteOf; // text offset of byte i
};

} // namespace

static ShownLine makeShown(StringRef line) {
  ShownLine shown;
  size_t column = 0;
  for (size_t i = 0; i < line.size();) {
    unsigned char c = line[i];
    size_t length = 1;
    if (c >= 0xC0)
      length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    length = std::min(length, line.size() - i);
    StringRef bytes = line.substr(i, length);
    int width = sys::unicode::columnWidthUTF8(bytes);
    std::string text = bytes.str();
    if (c == '\t') {
      width = 4 - column % 4;
      text = std::string(width, ' ');
    } else if (width < 0 || (c < 0x80 && !isPrint(c)) || (c >= 0x80 && c < 0xC0)) {
      text = "?";
      width = 1;
      length = 1;
    }
    for (size_t k = 0; k < length; ++k) {
      shown.columnOf.push_back(column);
      shown.byteOf.push_back(shown.text.size());
    }
    shown.text += text;
    column += width;
    i += length;
  }
  shown.columnOf.push_back(column);
  shown.byteOf.push_back(shown.text.size());
  return shown;
}

/// Characters (not bytes) before `offset`, from 1.
static size_t characterColumn(StringRef line, size_t offset) {
  size_t column = 1;
  for (char c : line.take_front(offset))
    column += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return column;
}

/// Writes `place: severity: message` and the source line with the underline.
static void renderOne(raw_ostream &os, const SourceMgr *sources, SMRange range, StringRef severity,
                      StringRef message) {
  unsigned buffer = 0;
  if (sources && range.isValid())
    buffer = sources->FindBufferContainingLoc(range.Start);
  if (!buffer) {
    os << "weir: " << severity << ": " << message << '\n';
    return;
  }
  const MemoryBuffer *memory = sources->getMemoryBuffer(buffer);
  StringRef text = memory->getBuffer();
  size_t start = range.Start.getPointer() - text.data();
  size_t lineStart = text.rfind('\n', start);
  lineStart = lineStart == StringRef::npos ? 0 : lineStart + 1;
  size_t lineEnd = std::min(text.find('\n', start), text.size());
  StringRef line = text.slice(lineStart, lineEnd).rtrim('\r');
  size_t from = std::min(start - lineStart, line.size());
  size_t to = from + 1;
  if (range.End.isValid() && range.End.getPointer() > range.Start.getPointer())
    to = range.End.getPointer() - text.data() - lineStart;
  to = std::clamp(to, from, line.size());
  // A range that goes on in the next line is underlined to the end of this.
  to = std::max(from + line.slice(from, to).rtrim().size(), std::min(from + 1, line.size()));

  unsigned lineNumber = sources->getLineAndColumn(range.Start, buffer).first;
  os << memory->getBufferIdentifier() << ':' << lineNumber << ':' << characterColumn(line, from)
     << ": " << severity << ": " << message << '\n';

  // Cut long lines to a window around the place, in bytes of the line.
  size_t windowStart = 0, windowEnd = line.size();
  if (line.size() > maxShown) {
    windowStart = from > maxShown / 2 ? from - maxShown / 2 : 0;
    while (windowStart > 0 && (static_cast<unsigned char>(line[windowStart]) & 0xC0) == 0x80)
      --windowStart;
    windowEnd = std::min(line.size(), windowStart + maxShown);
    while (windowEnd < line.size() && (static_cast<unsigned char>(line[windowEnd]) & 0xC0) == 0x80)
      ++windowEnd;
  }
  ShownLine shown = makeShown(line.slice(windowStart, windowEnd));
  bool cutLeft = windowStart > 0, cutRight = windowEnd < line.size();
  size_t first = shown.columnOf[from - windowStart];
  size_t last = shown.columnOf[std::min(to, windowEnd) - windowStart];
  std::string number = std::to_string(lineNumber);
  os << "  " << number << " | " << (cutLeft ? "..." : "") << shown.text << (cutRight ? "..." : "")
     << '\n';
  os << "  " << std::string(number.size(), ' ') << " | " << (cutLeft ? "   " : "")
     << std::string(first, ' ') << '^' << std::string(last > first + 1 ? last - first - 1 : 0, '~')
     << '\n';
}

void Diagnostics::render(raw_ostream &os) const {
  for (const Diagnostic &diagnostic : diagnostics) {
    renderOne(os, sources, diagnostic.range,
              diagnostic.severity == Severity::Error ? "error" : "warning", diagnostic.message);
    for (const Diagnostic::Note &note : diagnostic.notes)
      renderOne(os, sources, note.range, "note", note.message);
    if (!diagnostic.help.empty())
      os << "  help: " << diagnostic.help << '\n';
  }
  if (droppedCount)
    os << "weir: error: too many errors; the rest is not shown\n";
}

std::string Diagnostics::str() const {
  std::string text;
  raw_string_ostream os(text);
  render(os);
  return text;
}

StringRef nearestWord(StringRef word, ArrayRef<StringRef> candidates) {
  StringRef best;
  // Two letters swapped are two edits, so words of five letters may have two. Where
  // both ends are right, as of `leaner` for `linear`, half of the letters may be wrong.
  unsigned limit = word.size() < 5 ? 1 : std::max<size_t>(2, word.size() / 3);
  unsigned most = std::max<unsigned>(limit, word.size() / 2);
  unsigned bestDistance = most + 1;
  for (StringRef candidate : candidates) {
    bool sameEnds = !word.empty() && !candidate.empty() && word.front() == candidate.front() &&
                    word.back() == candidate.back();
    unsigned distance = StringRef(word.lower()).edit_distance(candidate.lower(), true, most + 1);
    if (distance <= (sameEnds ? most : limit) && distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  // `maxpool2d` for `max_pool2d`, `Linear` for `linear`: case and underscores
  // count for less than letters do, so try without them.
  if (best.empty()) {
    auto bare = [](StringRef text) {
      std::string out;
      for (char c : text)
        if (c != '_')
          out += toLower(c);
      return out;
    };
    for (StringRef candidate : candidates)
      if (bare(candidate) == bare(word))
        return candidate;
  }
  return best;
}

} // namespace weir
