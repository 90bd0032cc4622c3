//===- Lexer.cpp - Words of the Weir language -----------------------------===//

#include "weir/Frontend/Lexer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace weir {

StringRef describe(TokenKind kind) {
  static constexpr StringLiteral names[] = {
#define X(kind, text) text,
      WEIR_TOKENS(X)
#undef X
  };
  return names[static_cast<size_t>(kind)];
}

// Letters beyond a-z belong to words too, so that a foreign name is one mistake.
static bool isForeign(char c) { return static_cast<unsigned char>(c) >= 0x80; }
static bool startsWord(char c) { return isAlpha(c) || c == '_' || isForeign(c); }
static bool continuesWord(char c) { return isAlnum(c) || c == '_' || isForeign(c); }

void Lexer::skipSpace() {
  while (position < text.size()) {
    char c = text[position];
    if (isSpace(c))
      ++position;
    else if (text.substr(position).starts_with("//"))
      position = std::min(text.find('\n', position), text.size());
    else
      return;
  }
}

Token Lexer::take(TokenKind kind, size_t length) {
  Token token{kind, text.substr(position, length)};
  position += length;
  return token;
}

Token Lexer::number() {
  size_t end = position;
  auto digits = [&] {
    while (end < text.size() && isDigit(text[end]))
      ++end;
  };
  auto at = [&](size_t i) { return i < text.size() ? text[i] : '\0'; };
  digits();
  bool isFloat = false;
  if (at(end) == '.' && isDigit(at(end + 1))) {
    isFloat = true;
    ++end;
    digits();
  }
  if (at(end) == 'e' || at(end) == 'E') {
    size_t sign = at(end + 1) == '+' || at(end + 1) == '-';
    if (isDigit(at(end + 1 + sign))) {
      isFloat = true;
      end += 1 + sign;
      digits();
    }
  }
  size_t wordEnd = end;
  while (wordEnd < text.size() && continuesWord(text[wordEnd]))
    ++wordEnd;
  if (wordEnd != end) {
    Token token = take(TokenKind::Invalid, wordEnd - position);
    diagnostics.error(token.range(), "'" + token.text + "' is neither a number nor a name")
        .fix("names start with a letter or '_'; write a product as `2 * x`");
    token.kind = TokenKind::Identifier;
    return token;
  }
  return take(isFloat ? TokenKind::Float : TokenKind::Integer, end - position);
}

Token Lexer::word() {
  size_t end = position;
  while (end < text.size() && continuesWord(text[end]))
    ++end;
  StringRef spelling = text.slice(position, end);
  if (any_of(spelling, isForeign)) {
    Token token = take(TokenKind::Identifier, spelling.size());
    diagnostics.error(token.range(), "'" + token.text.take_front(40) + "' can't be a name")
        .fix("names are made of the letters a to z, A to Z, digits and '_'");
    return token;
  }
  TokenKind kind = StringSwitch<TokenKind>(spelling)
                       .Case("model", TokenKind::KwModel)
                       .Case("block", TokenKind::KwBlock)
                       .Case("input", TokenKind::KwInput)
                       .Case("param", TokenKind::KwParam)
                       .Case("let", TokenKind::KwLet)
                       .Case("output", TokenKind::KwOutput)
                       .Case("for", TokenKind::KwFor)
                       .Case("in", TokenKind::KwIn)
                       .Case("return", TokenKind::KwReturn)
                       .Case("if", TokenKind::KwIf)
                       .Case("then", TokenKind::KwThen)
                       .Case("else", TokenKind::KwElse)
                       .Case("and", TokenKind::KwAnd)
                       .Case("or", TokenKind::KwOr)
                       .Case("not", TokenKind::KwNot)
                       .Case("true", TokenKind::KwTrue)
                       .Case("false", TokenKind::KwFalse)
                       .Default(TokenKind::Identifier);
  return take(kind, spelling.size());
}

Token Lexer::string() {
  size_t end = text.find_first_of("\"\n", position + 1);
  if (end == StringRef::npos || text[end] == '\n') {
    size_t stop = std::min(end, text.size());
    Token token = take(TokenKind::Invalid, stop - position);
    diagnostics.error(token.range(), "this string is not closed").fix("end it with '\"'");
    token.kind = TokenKind::String;
    return token;
  }
  return take(TokenKind::String, end + 1 - position);
}

Token Lexer::next() {
  skipSpace();
  if (position >= text.size())
    return take(TokenKind::EndOfFile, 0);
  char c = text[position];
  char d = position + 1 < text.size() ? text[position + 1] : '\0';
  if (startsWord(c))
    return word();
  if (isDigit(c))
    return number();
  switch (c) {
  case '"':
    return string();
  case '(':
    return take(TokenKind::LeftParen, 1);
  case ')':
    return take(TokenKind::RightParen, 1);
  case '[':
    return take(TokenKind::LeftBracket, 1);
  case ']':
    return take(TokenKind::RightBracket, 1);
  case '{':
    return take(TokenKind::LeftBrace, 1);
  case '}':
    return take(TokenKind::RightBrace, 1);
  case ',':
    return take(TokenKind::Comma, 1);
  case ':':
    return take(TokenKind::Colon, 1);
  case ';':
    return take(TokenKind::Semicolon, 1);
  case '=':
    return d == '=' ? take(TokenKind::Equal, 2) : take(TokenKind::Assign, 1);
  case '<':
    return d == '=' ? take(TokenKind::LessEqual, 2) : take(TokenKind::Less, 1);
  case '>':
    return d == '=' ? take(TokenKind::GreaterEqual, 2) : take(TokenKind::Greater, 1);
  case '+':
    return take(TokenKind::Plus, 1);
  case '-':
    return take(TokenKind::Minus, 1);
  case '*':
    return take(TokenKind::Star, 1);
  case '/':
    return take(TokenKind::Slash, 1);
  case '%':
    return take(TokenKind::Percent, 1);
  case '@':
    return take(TokenKind::At, 1);
  case '.':
    return d == '.' ? take(TokenKind::DotDot, 2) : take(TokenKind::Dot, 1);
  case '!':
    if (d == '=')
      return take(TokenKind::NotEqual, 2);
    break;
  case '|':
    if (d == '>')
      return take(TokenKind::Pipe, 2);
    break;
  default:
    break;
  }
  return invalid();
}

/// Reports what starts no token. What is meant is often clear from other
/// languages, and then the parser goes on with it.
Token Lexer::invalid() {
  StringRef rest = text.substr(position);
  TokenKind meant = TokenKind::Invalid;
  size_t length = 1;
  std::string fix;
  if (rest.starts_with("&&") || rest.starts_with("||")) {
    meant = rest[0] == '&' ? TokenKind::KwAnd : TokenKind::KwOr;
    length = 2;
    fix = rest[0] == '&' ? "write `and`" : "write `or`";
  } else if (rest[0] == '!') {
    meant = TokenKind::KwNot;
    fix = "write `not`";
  } else if (rest[0] == '#') {
    length = std::min(rest.find('\n'), rest.size());
    fix = "comments start with `//`";
  } else if (rest[0] == '\'') {
    size_t close = rest.find_first_of("'\n", 1);
    if (close != StringRef::npos && rest[close] == '\'') {
      meant = TokenKind::String;
      length = close + 1;
    }
    fix = "strings are written with double quotes";
  } else {
    // A run of characters that mean nothing is one mistake.
    static constexpr StringLiteral known = "\"()[]{},:;=<>+-*/%@.&|!#' \t\r\n";
    while (length < rest.size() && !continuesWord(rest[length]) && !known.contains(rest[length]))
      ++length;
    if (rest[0] == '|' || rest[0] == '&')
      fix = "a pipeline is written `x |> layer`; logic is `and`, `or`, `not`";
  }
  Token token = take(TokenKind::Invalid, length);
  std::string shown;
  for (char c : token.text.take_front(24))
    shown += isPrint(c) ? c : '?';
  Diagnostic &error = diagnostics.error(token.range(), "'" + shown + "' means nothing in Weir");
  if (!fix.empty())
    error.fix(fix);
  token.kind = meant;
  return token;
}

} // namespace weir
