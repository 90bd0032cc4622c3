//===- Lexer.h - Words of the Weir language -------------------------------===//
//
// Turns text into tokens. The grammar is in docs/language.md.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_LEXER_H
#define WEIR_FRONTEND_LEXER_H

#include "weir/Frontend/Diagnostics.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/SMLoc.h"

#include <cstdint>

namespace weir {

/// X-macro of all tokens: the enumerator and how a message calls it.
#define WEIR_TOKENS(X)                                                                             \
  X(EndOfFile, "the end of the file")                                                              \
  X(Invalid, "an invalid character")                                                               \
  X(Identifier, "a name")                                                                          \
  X(Integer, "a number")                                                                           \
  X(Float, "a number")                                                                             \
  X(String, "a string")                                                                            \
  X(LeftParen, "'('")                                                                              \
  X(RightParen, "')'")                                                                             \
  X(LeftBracket, "'['")                                                                            \
  X(RightBracket, "']'")                                                                           \
  X(LeftBrace, "'{'")                                                                              \
  X(RightBrace, "'}'")                                                                             \
  X(Comma, "','")                                                                                  \
  X(Colon, "':'")                                                                                  \
  X(Semicolon, "';'")                                                                              \
  X(Assign, "'='")                                                                                 \
  X(Equal, "'=='")                                                                                 \
  X(NotEqual, "'!='")                                                                              \
  X(Less, "'<'")                                                                                   \
  X(LessEqual, "'<='")                                                                             \
  X(Greater, "'>'")                                                                                \
  X(GreaterEqual, "'>='")                                                                          \
  X(Plus, "'+'")                                                                                   \
  X(Minus, "'-'")                                                                                  \
  X(Star, "'*'")                                                                                   \
  X(Slash, "'/'")                                                                                  \
  X(Percent, "'%'")                                                                                \
  X(At, "'@'")                                                                                     \
  X(Pipe, "'|>'")                                                                                  \
  X(Dot, "'.'")                                                                                    \
  X(DotDot, "'..'")                                                                                \
  X(KwModel, "'model'")                                                                            \
  X(KwBlock, "'block'")                                                                            \
  X(KwInput, "'input'")                                                                            \
  X(KwParam, "'param'")                                                                            \
  X(KwLet, "'let'")                                                                                \
  X(KwOutput, "'output'")                                                                          \
  X(KwFor, "'for'")                                                                                \
  X(KwIn, "'in'")                                                                                  \
  X(KwReturn, "'return'")                                                                          \
  X(KwIf, "'if'")                                                                                  \
  X(KwThen, "'then'")                                                                              \
  X(KwElse, "'else'")                                                                              \
  X(KwAnd, "'and'")                                                                                \
  X(KwOr, "'or'")                                                                                  \
  X(KwNot, "'not'")                                                                                \
  X(KwTrue, "'true'")                                                                              \
  X(KwFalse, "'false'")

enum class TokenKind : uint8_t {
#define X(kind, text) kind,
  WEIR_TOKENS(X)
#undef X
};

/// How messages call a token of this kind, as "','" or "a name".
llvm::StringRef describe(TokenKind kind);

struct Token {
  TokenKind kind = TokenKind::EndOfFile;
  /// The token's bytes in the source; a string's include its quotes.
  llvm::StringRef text;

  bool is(TokenKind other) const { return kind == other; }
  llvm::SMLoc start() const { return llvm::SMLoc::getFromPointer(text.data()); }
  llvm::SMLoc end() const { return llvm::SMLoc::getFromPointer(text.data() + text.size()); }
  llvm::SMRange range() const { return {start(), end()}; }
  bool isKeyword() const { return kind >= TokenKind::KwModel; }
};

/// Reads tokens one by one. Characters that start no token are reported once
/// per run of them and skipped.
class Lexer {
public:
  Lexer(llvm::StringRef text, Diagnostics &diagnostics) : text(text), diagnostics(diagnostics) {}

  Token next();

private:
  void skipSpace();
  Token take(TokenKind kind, size_t length);
  Token number();
  Token word();
  Token string();
  Token invalid();

  llvm::StringRef text;
  size_t position = 0;
  Diagnostics &diagnostics;
};

} // namespace weir

#endif
