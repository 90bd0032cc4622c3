//===- Parser.h - The parser's own state (private) ------------------------===//
//
// Split over three files: Parser.cpp reads definitions, types and statements,
// ParseTraining.cpp what is said about training, ParseExpr.cpp expressions.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_LIB_FRONTEND_PARSER_H
#define WEIR_LIB_FRONTEND_PARSER_H

#include "weir/Frontend/Lexer.h"
#include "weir/Frontend/Parser.h"

namespace weir {

/// Recursive descent with one mode of failure: `error` starts a panic, in which
/// nothing more is reported and every loop ends, until `synchronize` skips to
/// the next statement or definition.
class Parser {
public:
  Parser(llvm::StringRef text, Diagnostics &diagnostics)
      : lexer(text, diagnostics), diagnostics(diagnostics),
        file(std::make_unique<ast::SourceFile>()), endOfText(text.end()) {
    advance();
    advance();
    previousEnd = token.start();
  }

  std::unique_ptr<ast::SourceFile> parseFile();
  /// Statements of a training block alone.
  std::unique_ptr<ast::SourceFile> parseTrainingStatements();

private:
  // Tokens.
  void advance();
  bool at(TokenKind kind) const { return token.is(kind); }
  bool accept(TokenKind kind);
  /// Takes the token or reports that it is missing.
  bool expect(TokenKind kind, const llvm::Twine &context);
  bool expectClosing(TokenKind kind, llvm::SMRange opening, llvm::StringRef what);
  llvm::SMRange rangeFrom(llvm::SMLoc start) const { return {start, previousEnd}; }
  /// The place for "something is missing here": just after the last token if
  /// the next one is on a later line, else the next token.
  llvm::SMRange missingRange() const;

  // Errors.
  Diagnostic &error(llvm::SMRange range, const llvm::Twine &message);
  std::string found() const;
  void synchronizeStatement();
  void synchronizeDefinition();
  bool startsStatement() const;
  bool atDefinition() const;
  bool atBodyEnd() const {
    return at(TokenKind::RightBrace) || at(TokenKind::EndOfFile) || atDefinition();
  }
  /// The token is the word of the language with this meaning here, though a name
  /// elsewhere.
  bool atWord(llvm::StringRef word) const {
    return at(TokenKind::Identifier) && token.text == word;
  }
  bool startsExpr() const;
  bool startsAssignment() const { return at(TokenKind::Identifier) && ahead.is(TokenKind::Assign); }

  /// Counts levels of recursion; an error beyond `maxNesting`.
  struct Nesting {
    explicit Nesting(Parser &parser);
    ~Nesting() { --parser.depth; }
    bool ok;
    Parser &parser;
  };

  // Parser.cpp
  const ast::Definition *parseDefinition(ast::DefinitionKind kind);
  bool parseParameters(ast::DefinitionKind kind, llvm::SmallVectorImpl<ast::Parameter> &parameters);
  void parseBody(llvm::SmallVectorImpl<const ast::Statement *> &body);
  const ast::Statement *parseStatement();
  const ast::Statement *parseFor();
  const ast::TensorType *parseType();
  bool parseName(ast::Name &name, const llvm::Twine &context);

  // ParseTraining.cpp
  static llvm::ArrayRef<llvm::StringRef> trainingWords();
  const ast::Statement *parseTrainingStatement();
  const ast::Statement *parseRuleStatement();
  bool parseBest(ast::Statement &statement);
  bool parseData(ast::Statement &statement);
  bool parseColumns(ast::Statement &statement);
  bool parseTables(ast::Statement &statement);
  bool parseTarget(ast::Statement &statement);
  void reportStrayStatement(llvm::ArrayRef<llvm::StringRef> words);

  // ParseExpr.cpp
  const ast::Expr *parseExpr();
  const ast::Expr *parsePipeline();
  const ast::Expr *parseBinary(unsigned minPrecedence);
  const ast::Expr *parseUnary();
  const ast::Expr *parsePostfix();
  const ast::Expr *parsePrimary();
  const ast::Expr *parseParenthesized();
  const ast::CallExpr *parseCall(bool isStage);
  void parseArguments(llvm::SmallVectorImpl<ast::Argument> &arguments);
  const ast::Expr *parseSubscript(const ast::Expr *object);
  const ast::Expr *parseNumber();
  /// A comma, or the end of a list; a missing comma is reported and assumed.
  bool continueList(TokenKind closing, llvm::StringRef what);
  const ast::Expr *errorExpr() { return file->make<ast::ErrorExpr>(token.range()); }
  template <typename Node> Node *finish(Node *node, std::initializer_list<const ast::Expr *> below);

  Lexer lexer;
  Diagnostics &diagnostics;
  std::unique_ptr<ast::SourceFile> file;
  Token token, ahead;
  llvm::SMLoc previousEnd;
  const char *endOfText;
  /// What the text is called where it ends too early.
  llvm::StringRef textKind = "file";
  /// What the statements at hand belong to.
  ast::DefinitionKind bodyKind = ast::DefinitionKind::Model;
  unsigned depth = 0;
  bool panicking = false;
};

} // namespace weir

#endif
