//===- Csv.cpp - Comma-separated values ---------------------------------------===//
#include "weir/Data/Csv.h"
#include <cstring>
#include <unordered_set>

namespace weir {

/// Fills a Table from its text. Doubled quotes are undone in place, since a cell only
/// gets shorter.
class CsvParser {
public:
  CsvParser(TextBytes text, const CsvOptions &options, std::string_view source) : options(options) {
    table.name = source;
    table.bytes = std::move(text);
    begin = at = table.bytes.writable().data();
    end = begin + table.bytes.writable().size();
    for (const std::string &mark : options.missing)
      longestMark = std::max(longestMark, mark.size());
  }

  Result<Table> parse();

private:
  struct Cell {
    char *text;
    size_t size;
  };

  Error failHere(std::string_view message) const { return failAt(at, message); }
  Error failAt(const char *place, std::string_view message) const {
    size_t line = lineAt({begin, end}, static_cast<size_t>(place - begin));
    return fail("{}: {}", placeInText(table.name, line), message);
  }

  char detectDelimiter() const;
  bool isBlank(char c) const { return (c == ' ' || c == '\t') && c != delimiter; }
  bool isMissing(const Cell &cell) const;
  void skipBlankLines();
  Result<Cell> parseCell();
  Result<Cell> parseQuoted();
  Result<void> endCell(bool &lastOfRow);
  Result<void> parseLine();
  Result<void> makeColumns();
  Result<void> appendRow();

  const CsvOptions &options;
  Table table;
  char *begin, *at, *end;
  char *line = nullptr; // the row that is read begins here
  std::vector<Cell> cells;
  char delimiter = ',';
  size_t longestMark = 0;
};

/// The most frequent candidate of the first line, outside quotes; the first wins a tie.
char CsvParser::detectDelimiter() const {
  if (options.delimiter != 0)
    return options.delimiter;
  std::string_view path = table.name;
  if (path.ends_with(".gz"))
    path.remove_suffix(3);
  if (path.ends_with(".tsv") || path.ends_with(".tab"))
    return '\t';
  constexpr std::string_view candidates = ",;\t|";
  size_t counts[candidates.size()] = {};
  bool quoted = false;
  for (const char *c = at; c < end && (quoted || *c != '\n'); ++c) {
    if (*c == '"')
      quoted = !quoted;
    else if (size_t which = candidates.find(*c); !quoted && which != std::string_view::npos)
      ++counts[which];
  }
  return candidates[static_cast<size_t>(std::ranges::max_element(counts) - counts)];
}

bool CsvParser::isMissing(const Cell &cell) const {
  std::string_view text(cell.text, cell.size);
  return text.size() <= longestMark &&
         std::ranges::find(options.missing, text) != options.missing.end();
}

void CsvParser::skipBlankLines() {
  while (at < end) {
    char *next = at;
    while (next < end && (isBlank(*next) || *next == '\r'))
      ++next;
    if (next < end && *next != '\n')
      return;
    at = std::min(next + 1, end);
  }
}

Result<CsvParser::Cell> CsvParser::parseQuoted() {
  const char *opening = at++;
  char *text = at, *to = at;
  while (true) {
    char *quote = static_cast<char *>(std::memchr(at, '"', static_cast<size_t>(end - at)));
    if (!quote)
      return failAt(opening, "the quoted cell that begins here has no closing quote");
    size_t size = static_cast<size_t>(quote - at);
    bool doubled = quote + 1 < end && quote[1] == '"';
    if (to != at)
      std::memmove(to, at, size);
    to += size;
    at = quote + 1;
    if (!doubled)
      break;
    *to++ = '"';
    ++at;
  }
  // The rest mustn't hold line ends, which are counted for messages.
  std::fill(to, at - 1, ' ');
  while (at < end && isBlank(*at))
    ++at;
  return Cell{text, static_cast<size_t>(to - text)};
}

/// Leaves `at` where the cell ends: at a delimiter, a line end or the text's end.
Result<CsvParser::Cell> CsvParser::parseCell() {
  while (at < end && isBlank(*at))
    ++at;
  if (at < end && *at == '"')
    return parseQuoted();
  char *start = at;
  while (at < end && *at != delimiter && *at != '\n' && *at != '\r')
    ++at;
  char *stop = at;
  while (stop > start && isBlank(stop[-1]))
    --stop;
  return Cell{start, static_cast<size_t>(stop - start)};
}

/// Steps over what follows a cell.
Result<void> CsvParser::endCell(bool &lastOfRow) {
  lastOfRow = true;
  if (at == end)
    return {};
  if (*at == delimiter) {
    ++at;
    lastOfRow = false;
    return {};
  }
  if (*at == '\r') {
    if (at + 1 < end && at[1] != '\n')
      return failHere("found a carriage return without a line feed; lines must end in LF or CR LF");
    ++at;
  }
  if (at < end && *at != '\n') {
    char *stop = at;
    while (stop < end && *stop != delimiter && *stop != '\n' && *stop != '\r')
      ++stop;
    return failHere(fmt::format("found {} after a closing quote, expected {} or the line's end",
                                inQuotes({at, stop}), inQuotes({&delimiter, 1})));
  }
  at = std::min(at + 1, end);
  return {};
}

/// Reads the cells of one row.
Result<void> CsvParser::parseLine() {
  line = at;
  cells.clear();
  for (bool last = false; !last;) {
    Result<Cell> cell = parseCell();
    if (!cell)
      return cell.takeError();
    cells.push_back(*cell);
    if (Result<void> ended = endCell(last); !ended)
      return ended;
  }
  return {};
}

/// Makes a column of each cell of the first row.
Result<void> CsvParser::makeColumns() {
  for (const Cell &cell : cells) {
    Column &column = table.columns.emplace_back();
    column.base = begin;
    if (options.header)
      column.title = std::string(cell.text, cell.size);
    if (column.title.empty())
      column.title = fmt::format("column{}", table.columns.size());
  }
  std::unordered_set<std::string_view> names;
  for (const Column &column : table.columns)
    if (!names.insert(column.title).second)
      return failAt(line, fmt::format("the column {} is there twice", inQuotes(column.title)));
  // A row has a byte per cell at least, so a hostile first row can't ask for much.
  size_t rows = std::min(static_cast<size_t>(std::count(line, end, '\n')) + 1,
                         static_cast<size_t>(end - line) / cells.size() + 1);
  for (Column &column : table.columns)
    column.cells.reserve(rows);
  return {};
}

Result<void> CsvParser::appendRow() {
  if (cells.size() != table.columns.size())
    return failAt(line, fmt::format("found {} cells, expected {} as in the {}", cells.size(),
                                    table.columns.size(), options.header ? "header" : "first row"));
  for (size_t i = 0; i < cells.size(); ++i) {
    const Cell &cell = cells[i];
    if (cell.size > Column::kMaxCell)
      return failAt(line,
                    fmt::format("column {} has a cell of {} bytes; at most {} are supported",
                                inQuotes(table.columns[i].title), cell.size, Column::kMaxCell));
    table.columns[i].cells.push_back(static_cast<uint64_t>(cell.text - begin) << 24 |
                                     cell.size << 1 | isMissing(cell));
  }
  return {};
}

Result<Table> CsvParser::parse() {
  if (static_cast<uint64_t>(end - begin) > Column::kMaxText)
    return failHere(fmt::format("the text has {} bytes; at most {} are supported", end - begin,
                                Column::kMaxText));
  skipBlankLines();
  if (at == end) {
    Error error = fail("the file is empty; expected {}",
                       options.header ? "a line with the columns' names" : "rows");
    return table.name.empty() ? error : inside(table.name, std::move(error));
  }
  delimiter = detectDelimiter();
  if (Result<void> first = parseLine(); !first)
    return first.takeError();
  if (Result<void> made = makeColumns(); !made)
    return made.takeError();
  if (!options.header)
    if (Result<void> appended = appendRow(); !appended)
      return appended.takeError();

  bool single = table.columns.size() == 1; // where an empty line is a missing value
  while (true) {
    if (!single)
      skipBlankLines();
    if (at == end)
      break;
    if (Result<void> row = parseLine(); !row)
      return row.takeError();
    if (Result<void> appended = appendRow(); !appended)
      return appended.takeError();
  }
  return std::move(table);
}

Result<Table> parseCsv(std::string_view text, const CsvOptions &options, std::string_view source) {
  Result<TextBytes> bytes = decodeText(text, source);
  if (!bytes)
    return bytes.takeError();
  return CsvParser(std::move(*bytes), options, source).parse();
}

Result<Table> readCsv(const std::string &path, const CsvOptions &options) {
  Result<TextBytes> bytes = readTextFile(path);
  if (!bytes)
    return bytes.takeError();
  return CsvParser(std::move(*bytes), options, path).parse();
}

void appendCsvCell(std::string &row, std::string_view cell, char delimiter) {
  bool blank = !cell.empty() && (cell.front() == ' ' || cell.front() == '\t' ||
                                 cell.back() == ' ' || cell.back() == '\t');
  if (!blank &&
      cell.find_first_of(std::string{'"', '\n', '\r', delimiter}) == std::string_view::npos) {
    row += cell;
    return;
  }
  row += '"';
  for (char c : cell) {
    if (c == '"')
      row += '"';
    row += c;
  }
  row += '"';
}

} // namespace weir
