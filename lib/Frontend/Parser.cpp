//===- Parser.cpp - Definitions, types and statements ---------------------===//

#include "Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;

namespace weir {

//===----------------------------------------------------------------------===//
// Tokens and errors
//===----------------------------------------------------------------------===//

void Parser::advance() {
  previousEnd = token.end();
  token = ahead;
  // What means nothing has been reported by the lexer.
  do
    ahead = lexer.next();
  while (ahead.is(TokenKind::Invalid));
}

bool Parser::accept(TokenKind kind) {
  if (panicking || !at(kind))
    return false;
  advance();
  return true;
}

SMRange Parser::missingRange() const {
  const char *from = previousEnd.getPointer();
  StringRef between(from, token.text.data() - from);
  if (between.contains('\n') || at(TokenKind::EndOfFile))
    return {previousEnd, SMLoc::getFromPointer(std::min(from + 1, endOfText))};
  return token.range();
}

std::string Parser::found() const {
  if (at(TokenKind::EndOfFile))
    return ("the " + textKind + " ends").str();
  return ("found '" + token.text.take_front(40) + "'").str();
}

Diagnostic &Parser::error(SMRange range, const Twine &message) {
  static thread_local Diagnostic ignored;
  if (panicking) {
    ignored = {};
    return ignored;
  }
  panicking = true;
  return diagnostics.error(range, message);
}

bool Parser::expect(TokenKind kind, const Twine &context) {
  if (accept(kind))
    return true;
  error(missingRange(), "expected " + describe(kind) + " " + context + ", " + found());
  return false;
}

bool Parser::expectClosing(TokenKind kind, SMRange opening, StringRef what) {
  if (accept(kind))
    return true;
  error(missingRange(), "expected " + describe(kind) + " to close " + what + ", " + found())
      .note(opening, "it is opened here");
  return false;
}

bool Parser::startsStatement() const {
  if (bodyKind == ast::DefinitionKind::Training && at(TokenKind::Identifier) &&
      !startsAssignment() && is_contained(trainingWords(), token.text))
    return true;
  if ((bodyKind == ast::DefinitionKind::Optimizer || bodyKind == ast::DefinitionKind::Schedule) &&
      ahead.is(TokenKind::Identifier) && (atWord("state") || atWord("update")))
    return true;
  switch (token.kind) {
  case TokenKind::KwInput:
  case TokenKind::KwParam:
  case TokenKind::KwLet:
  case TokenKind::KwOutput:
  case TokenKind::KwFor:
  case TokenKind::KwReturn:
    return true;
  default:
    return false;
  }
}

bool Parser::atDefinition() const {
  if (at(TokenKind::KwModel) || at(TokenKind::KwBlock))
    return true;
  if (!ahead.is(TokenKind::Identifier))
    return false;
  // In a training block the other two are statements.
  return atWord("training") ||
         (bodyKind != ast::DefinitionKind::Training && (atWord("optimizer") || atWord("schedule")));
}

void Parser::synchronizeStatement() {
  unsigned braces = 0;
  while (!at(TokenKind::EndOfFile) && !atDefinition()) {
    if (braces == 0 && (startsStatement() || at(TokenKind::RightBrace)))
      break;
    if (at(TokenKind::LeftBrace))
      ++braces;
    else if (at(TokenKind::RightBrace))
      --braces;
    advance();
  }
  panicking = false;
}

void Parser::synchronizeDefinition() {
  bodyKind = ast::DefinitionKind::Model;
  while (!at(TokenKind::EndOfFile) && !atDefinition())
    advance();
  panicking = false;
}

Parser::Nesting::Nesting(Parser &parser) : parser(parser) {
  ok = ++parser.depth <= maxNesting;
  if (!ok)
    parser
        .error(parser.token.range(),
               "this is nested more than " + Twine(maxNesting) + " levels deep")
        .fix("name the inner parts with `let`");
}

bool Parser::parseName(ast::Name &name, const Twine &context) {
  if (at(TokenKind::Identifier)) {
    name = {token.text, token.range()};
    advance();
    return true;
  }
  if (token.isKeyword() && !ahead.is(TokenKind::Identifier)) {
    error(token.range(), "'" + token.text + "' is a word of the language and can't be " + context)
        .fix("choose another name, as '" + token.text + "_'");
    advance();
  } else
    error(missingRange(), "expected " + context + ", " + found());
  return false;
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

static std::optional<ast::DefinitionKind> definitionKind(const Token &token) {
  if (token.is(TokenKind::KwModel))
    return ast::DefinitionKind::Model;
  if (token.is(TokenKind::KwBlock))
    return ast::DefinitionKind::Block;
  if (!token.is(TokenKind::Identifier))
    return std::nullopt;
  return StringSwitch<std::optional<ast::DefinitionKind>>(token.text)
      .Case("training", ast::DefinitionKind::Training)
      .Case("optimizer", ast::DefinitionKind::Optimizer)
      .Case("schedule", ast::DefinitionKind::Schedule)
      .Default(std::nullopt);
}

std::unique_ptr<ast::SourceFile> Parser::parseFile() {
  while (!at(TokenKind::EndOfFile) && !diagnostics.full()) {
    std::optional<ast::DefinitionKind> kind = definitionKind(token);
    if (!kind) {
      Diagnostic &message = error(token.range(), "expected a model or a block, " + found());
      if (startsStatement())
        message.fix("statements stand in a model: `model Name() { ... }`");
      else if (at(TokenKind::RightBrace))
        message.fix("there is one '}' too many");
      synchronizeDefinition();
      continue;
    }
    file->definitions.push_back(parseDefinition(*kind));
  }
  return std::move(file);
}

const ast::Definition *Parser::parseDefinition(ast::DefinitionKind definitionKind) {
  auto *definition = file->make<ast::Definition>();
  definition->kind = bodyKind = definitionKind;
  StringRef kind = spelling(definitionKind);
  SMLoc start = token.start();
  advance();
  SmallVector<ast::Parameter> parameters;
  SmallVector<const ast::Statement *> body;
  if (parseName(definition->name, "the name of the " + kind)) {
    bool isTraining = definitionKind == ast::DefinitionKind::Training;
    if (at(TokenKind::LeftParen) && !isTraining)
      parseParameters(definitionKind, parameters);
    else if (!definition->isModel() && !isTraining)
      error(missingRange(), "expected '(' and the parameters of the " + kind + ", " + found());
  }
  definition->range = rangeFrom(start);
  // A mistake in the head shouldn't hide the body.
  if (panicking) {
    while (!at(TokenKind::LeftBrace) && !at(TokenKind::EndOfFile) && !atDefinition())
      advance();
    panicking = false;
  }
  SMRange opening = token.range();
  if (expect(TokenKind::LeftBrace,
             "and the statements of " + kind + " '" + definition->name.text + "'")) {
    parseBody(body);
    definition->closingBrace = token.range();
    if (!accept(TokenKind::RightBrace))
      error(missingRange(),
            "expected '}' to close " + kind + " '" + definition->name.text + "', " + found())
          .note(opening, "it is opened here");
  }
  bodyKind = ast::DefinitionKind::Model;
  if (panicking)
    synchronizeDefinition();
  definition->parameters = file->copy(ArrayRef<ast::Parameter>(parameters));
  definition->body = file->copy(ArrayRef<const ast::Statement *>(body));
  return definition;
}

bool Parser::parseParameters(ast::DefinitionKind kind,
                             SmallVectorImpl<ast::Parameter> &parameters) {
  bool isModel = kind == ast::DefinitionKind::Model;
  SMRange opening = token.range();
  advance();
  while (!panicking && !at(TokenKind::RightParen)) {
    ast::Parameter parameter;
    SMLoc start = token.start();
    if (!parseName(parameter.name, "the name of a parameter"))
      return false;
    if (accept(TokenKind::Colon)) {
      StringRef type = token.text;
      if (type == "size")
        parameter.kind = ast::ParameterKind::Size;
      else if (type == "float")
        parameter.kind = ast::ParameterKind::Float;
      else if (type == "bool")
        parameter.kind = ast::ParameterKind::Bool;
      else {
        Diagnostic &message =
            error(token.range(), "expected `size`, `float` or `bool`, " + found());
        if (type == "int")
          message.fix("whole numbers have the type `size`");
        else if (kind == ast::DefinitionKind::Block)
          message.fix("a tensor is written without a type: `block f(x, n: size)`");
        return false;
      }
      advance();
    } else if (isModel) {
      error(missingRange(),
            "expected ':' and the type of '" + parameter.name.text + "', " + found())
          .fix("write `" + parameter.name.text + ": size`; tensors come into a model by `input`");
      return false;
    }
    if (accept(TokenKind::Assign))
      parameter.defaultValue = parseExpr();
    parameter.range = rangeFrom(start);
    parameters.push_back(parameter);
    if (!continueList(TokenKind::RightParen, "parameters"))
      break;
  }
  return expectClosing(TokenKind::RightParen, opening, "the parameters");
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Parser::parseBody(SmallVectorImpl<const ast::Statement *> &body) {
  while (!atBodyEnd() && !diagnostics.full()) {
    if (accept(TokenKind::Semicolon))
      continue;
    const ast::Statement *statement = parseStatement();
    if (panicking)
      synchronizeStatement();
    if (statement)
      body.push_back(statement);
  }
}

const ast::Statement *Parser::parseStatement() {
  if (bodyKind == ast::DefinitionKind::Training && !at(TokenKind::KwLet))
    return parseTrainingStatement();
  if (bodyKind == ast::DefinitionKind::Optimizer || bodyKind == ast::DefinitionKind::Schedule)
    if (const ast::Statement *rule = parseRuleStatement(); rule || panicking)
      return rule;
  SMLoc start = token.start();
  auto *statement = file->make<ast::Statement>();
  switch (token.kind) {
  case TokenKind::KwFor:
    return parseFor();
  case TokenKind::KwInput:
  case TokenKind::KwParam: {
    bool isInput = at(TokenKind::KwInput);
    statement->kind = isInput ? ast::StatementKind::Input : ast::StatementKind::Param;
    advance();
    if (!parseName(statement->name, isInput ? "the name of an input" : "the name of a parameter"))
      return nullptr;
    if (!expect(TokenKind::Colon, "and the type of '" + statement->name.text + "'"))
      return nullptr;
    statement->type = parseType();
    if (!panicking && at(TokenKind::Assign)) {
      if (isInput)
        error(token.range(), "an input has no initial value: it is given at each run");
      accept(TokenKind::Assign);
      if (!panicking)
        statement->value = parseExpr();
    }
    break;
  }
  case TokenKind::KwLet:
  case TokenKind::KwOutput: {
    bool isLet = at(TokenKind::KwLet);
    statement->kind = isLet ? ast::StatementKind::Let : ast::StatementKind::Output;
    advance();
    if (!parseName(statement->name, isLet ? "the name of a value" : "the name of an output"))
      return nullptr;
    if (!expect(TokenKind::Assign, "and a value for '" + statement->name.text + "'"))
      return nullptr;
    statement->value = parseExpr();
    break;
  }
  case TokenKind::KwReturn:
    statement->kind = ast::StatementKind::Return;
    advance();
    statement->value = parseExpr();
    break;
  default:
    if (startsAssignment()) {
      statement->kind = ast::StatementKind::Assign;
      parseName(statement->name, "a name");
      advance();
      statement->value = parseExpr();
      break;
    }
    reportStrayStatement({"input", "param", "let", "for", "output", "return"});
    return nullptr;
  }
  statement->range = rangeFrom(start);
  return statement;
}

void Parser::reportStrayStatement(ArrayRef<StringRef> words) {
  Diagnostic &message =
      error(token.range(), "expected a statement (" + join(words, ", ") + "), " + found());
  StringRef near = at(TokenKind::Identifier) ? nearestWord(token.text, words) : "";
  if (at(TokenKind::KwIf))
    message.fix("`if` chooses between values: `let y = if a == b then x else f(x)`");
  else if (!near.empty())
    message.fix("did you mean '" + near + "'?");
  else if (startsExpr() && is_contained(words, "let"))
    message.fix("name the value: `let name = ...`");
  // So that the loop over statements makes progress.
  advance();
}

const ast::Statement *Parser::parseFor() {
  SMLoc start = token.start();
  auto *statement = file->make<ast::Statement>();
  statement->kind = ast::StatementKind::For;
  advance();
  Nesting nesting(*this);
  if (!nesting.ok || !parseName(statement->name, "the name of the loop's counter") ||
      !expect(TokenKind::KwIn, "and a range, as in `for i in 0..3`"))
    return nullptr;
  statement->value = parseBinary(0);
  if (!expect(TokenKind::DotDot, "and the end of the range, as in `for i in 0..3`"))
    return nullptr;
  statement->last = parseBinary(0);
  statement->range = rangeFrom(start);
  SMRange opening = token.range();
  if (!expect(TokenKind::LeftBrace, "and the statements to repeat"))
    return nullptr;
  SmallVector<const ast::Statement *> body;
  parseBody(body);
  statement->body = file->copy(ArrayRef<const ast::Statement *>(body));
  expectClosing(TokenKind::RightBrace, opening, "the `for`");
  return statement;
}

const ast::TensorType *Parser::parseType() {
  auto *type = file->make<ast::TensorType>();
  SMLoc start = token.start();
  if (at(TokenKind::Identifier) && token.text == "index") {
    advance();
    if (!expect(TokenKind::Less, "and the number of ids, as in `index<1000>`"))
      return nullptr;
    // Above the comparisons, whose '>' closes the type.
    type->cardinality = parseBinary(4);
    if (!expect(TokenKind::Greater, "after the number of ids"))
      return nullptr;
  } else if (at(TokenKind::Identifier) && token.text == "f32") {
    advance();
  } else {
    error(missingRange(), "expected a type, " + found())
        .fix("types are `f32[3, 224, 224]`, `f32` for one number, `index<1000>` for an id and "
             "`index<1000>[5]` for several");
    return nullptr;
  }
  SmallVector<const ast::Expr *> shape;
  if (at(TokenKind::LeftBracket)) {
    SMRange opening = token.range();
    advance();
    if (at(TokenKind::RightBracket))
      error(token.range(), "the shape is empty")
          .fix("one number per example is written without brackets");
    while (!panicking && !at(TokenKind::RightBracket)) {
      shape.push_back(parseExpr());
      if (!continueList(TokenKind::RightBracket, "sizes"))
        break;
    }
    expectClosing(TokenKind::RightBracket, opening, "the shape");
  }
  type->shape = file->copy(ArrayRef<const ast::Expr *>(shape));
  type->range = rangeFrom(start);
  return type;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

std::unique_ptr<ast::SourceFile> parse(StringRef text, Diagnostics &diagnostics) {
  Parser parser(text, diagnostics);
  return parser.parseFile();
}

std::unique_ptr<ast::SourceFile> parseTrainingStatements(StringRef text, Diagnostics &diagnostics) {
  Parser parser(text, diagnostics);
  return parser.parseTrainingStatements();
}

bool checkIsText(StringRef text, Diagnostics &diagnostics) {
  constexpr size_t maxSize = 16 << 20;
  auto rangeAt = [&](size_t offset) {
    return SMRange(SMLoc::getFromPointer(text.data() + offset),
                   SMLoc::getFromPointer(text.data() + offset + 1));
  };
  if (text.size() > maxSize) {
    diagnostics.error(rangeAt(0), "the file is too large: " + Twine(text.size()) +
                                      " bytes, at most " + Twine(maxSize) + " are read");
    return false;
  }
  size_t zero = text.find('\0');
  if (zero != StringRef::npos) {
    diagnostics.error({}, "this isn't a text file: byte " + Twine(zero) + " is 0")
        .fix("a model is text; weights are given by --weights");
    return false;
  }
  const auto *start = reinterpret_cast<const UTF8 *>(text.begin());
  const auto *source = start;
  if (!isLegalUTF8String(&source, reinterpret_cast<const UTF8 *>(text.end()))) {
    diagnostics
        .error(rangeAt(source - start), "this isn't UTF-8 text: byte " + Twine(source - start) +
                                            " is 0x" + utohexstr(*source))
        .fix("save the file as UTF-8");
    return false;
  }
  return true;
}

} // namespace weir
