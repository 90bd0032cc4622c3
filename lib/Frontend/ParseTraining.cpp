//===- ParseTraining.cpp - What is said about training --------------------===//
//
// The words of these statements are words of the language only here, so that
// they stay free as names elsewhere.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace weir {

using namespace ast;

ArrayRef<StringRef> Parser::trainingWords() {
  static constexpr StringRef words[] = {"target",    "let",    "loss",  "metric", "optimizer",
                                        "schedule",  "epochs", "batch", "best",   "freeze",
                                        "clip_norm", "data",   "tables"};
  return words;
}

std::unique_ptr<SourceFile> Parser::parseTrainingStatements() {
  auto *definition = file->make<Definition>();
  definition->kind = bodyKind = DefinitionKind::Training;
  textKind = "statement";
  SmallVector<const Statement *> body;
  parseBody(body);
  if (!at(TokenKind::EndOfFile) && !diagnostics.full())
    error(token.range(), "expected statements of a training block, " + found());
  definition->body = file->copy(ArrayRef<const Statement *>(body));
  file->definitions.push_back(definition);
  return std::move(file);
}

static std::optional<StatementKind> trainingKind(StringRef word) {
  for (StatementKind kind :
       {StatementKind::Target, StatementKind::Loss, StatementKind::Metric, StatementKind::Optimizer,
        StatementKind::Schedule, StatementKind::Epochs, StatementKind::Batch, StatementKind::Best,
        StatementKind::Freeze, StatementKind::ClipNorm, StatementKind::Data, StatementKind::Tables})
    if (spelling(kind) == word)
      return kind;
  return std::nullopt;
}

const Statement *Parser::parseTrainingStatement() {
  SMLoc start = token.start();
  std::optional<StatementKind> kind;
  if (at(TokenKind::Identifier))
    kind = trainingKind(token.text);
  if (!kind) {
    reportStrayStatement(trainingWords());
    return nullptr;
  }
  auto *statement = file->make<Statement>();
  statement->kind = *kind;
  StringRef word = token.text;
  advance();
  switch (*kind) {
  case StatementKind::Target:
    if (!parseTarget(*statement))
      return nullptr;
    break;
  case StatementKind::Best:
    if (!parseBest(*statement))
      return nullptr;
    break;
  case StatementKind::Data:
    if (!parseData(*statement))
      return nullptr;
    break;
  case StatementKind::Tables:
    if (!parseTables(*statement))
      return nullptr;
    break;
  case StatementKind::Optimizer:
  case StatementKind::Schedule:
    if (!at(TokenKind::Identifier)) {
      error(missingRange(), "expected the name of the " + word + ", " + found())
          .fix(*kind == StatementKind::Optimizer ? "write `optimizer adamw(lr: 1e-3)`"
                                                 : "write `schedule one_cycle()`");
      return nullptr;
    }
    statement->value = parseCall(/*isStage=*/true);
    break;
  case StatementKind::Freeze:
    if (!at(TokenKind::String))
      error(missingRange(), "expected a pattern of names, " + found())
          .fix("write `freeze \"user_factors.*\"`");
    statement->value = parsePrimary();
    break;
  case StatementKind::Metric:
    if (startsAssignment()) {
      parseName(statement->name, "the name of a metric");
      advance();
    }
    statement->value = parseExpr();
    break;
  default:
    if (at(TokenKind::Colon) || at(TokenKind::Assign))
      error(token.range(), "expected a value, " + found())
          .fix("after '" + word + "' the value follows at once: `" + word + " ...`");
    statement->value = parseExpr();
    break;
  }
  statement->range = rangeFrom(start);
  return panicking ? nullptr : statement;
}

bool Parser::parseTarget(Statement &statement) {
  if (!parseName(statement.name, "the name of a target") ||
      !expect(TokenKind::Colon, "and the type of '" + statement.name.text + "'"))
    return false;
  statement.type = parseType();
  return !panicking;
}

bool Parser::parseBest(Statement &statement) {
  static constexpr StringLiteral example =
      "write `best valid.loss min` or `best valid.accuracy max`";
  auto word = [&](Name &name, ArrayRef<StringRef> words, const Twine &what) {
    if (at(TokenKind::Identifier) && (words.empty() || is_contained(words, token.text)))
      return parseName(name, what);
    error(missingRange(), "expected " + what + ", " + found()).fix(example);
    return false;
  };
  if (!word(statement.data, {"valid", "train"}, "`valid` or `train`"))
    return false;
  if (!accept(TokenKind::Dot)) {
    error(missingRange(), "expected '.' and a metric, " + found()).fix(example);
    return false;
  }
  return word(statement.name, {}, "the name of a metric") &&
         word(statement.direction, {"max", "min"}, "`max` or `min`");
}

/// `NAME from COLUMN, COLUMN ... [standardize]` or `NAME from text UNIT`.
bool Parser::parseData(Statement &statement) {
  static constexpr StringLiteral example =
      "write `data user from \"userId\"` or `data words from text words`";
  if (!parseName(statement.name, "the name of an input or a target"))
    return false;
  if (!atWord("from")) {
    error(missingRange(),
          "expected `from` and the columns of '" + statement.name.text + "', " + found())
        .fix(example);
    return false;
  }
  advance();
  // A column may be called `text`.
  bool isText = atWord("text") && ahead.is(TokenKind::Identifier) && ahead.text != "standardize" &&
                !is_contained(trainingWords(), ahead.text);
  if (!isText)
    return parseColumns(statement);
  advance();
  if (!atWord("words") && !atWord("characters")) {
    error(token.range(), "expected `words` or `characters`, " + found()).fix(example);
    return false;
  }
  return parseName(statement.modifier, "the parts of the text");
}

bool Parser::parseColumns(Statement &statement) {
  static constexpr StringLiteral quotes =
      "a name with blanks or signs stands between quotes: \"hours per week\"";
  SmallVector<Name> columns;
  do {
    StringRef text = token.text;
    if (at(TokenKind::String)) {
      text = text.drop_front();
      text.consume_back("\"");
    } else if (!at(TokenKind::Identifier) && !token.isKeyword()) {
      error(missingRange(), "expected the name of a column, " + found()).fix(quotes);
      return false;
    }
    if (text.empty()) {
      error(token.range(), "the name of a column is empty");
      return false;
    }
    columns.push_back({text, token.range()});
    advance();
  } while (accept(TokenKind::Comma));
  statement.columns = file->copy(ArrayRef<Name>(columns));
  if (atWord("standardize"))
    parseName(statement.modifier, "a word");
  // What stands in the same line belongs to the statement.
  bool sameLine = missingRange().Start == token.start() && !at(TokenKind::EndOfFile);
  if (!sameLine || startsStatement() || atBodyEnd() || at(TokenKind::Semicolon))
    return true;
  Diagnostic &message = error(token.range(), "expected ',' and another column, `standardize`, or "
                                             "the next statement, " +
                                                 found());
  StringRef near =
      at(TokenKind::Identifier) ? nearestWord(token.text, {"standardize"}) : StringRef();
  if (!near.empty())
    message.fix("did you mean '" + near + "'?");
  else if (at(TokenKind::Identifier) || at(TokenKind::String))
    message.fix("write a ',' before '" + token.text.take_front(40) +
                "', or the whole name between quotes");
  else
    message.fix(quotes);
  return false;
}

bool Parser::parseTables(Statement &statement) {
  static constexpr StringRef words[] = {"deferred", "dense", "lazy"};
  if (at(TokenKind::Identifier) && is_contained(words, token.text))
    return parseName(statement.modifier, "a word");
  Diagnostic &message = error(missingRange(), "expected `deferred`, `dense` or `lazy`, " + found());
  StringRef near = at(TokenKind::Identifier) ? nearestWord(token.text, words) : StringRef();
  if (near.empty())
    message.fix("write `tables lazy`; without it they are deferred");
  else
    message.fix("did you mean '" + near + "'?");
  return false;
}

/// `state` and `update`; null without an error for what is no such statement.
const Statement *Parser::parseRuleStatement() {
  static constexpr StringRef words[] = {"let", "for", "state", "update"};
  bool isState = atWord("state") && ahead.is(TokenKind::Identifier);
  if (!isState && !(atWord("update") && ahead.is(TokenKind::Identifier))) {
    if (!at(TokenKind::KwLet) && !at(TokenKind::KwFor) && !startsAssignment())
      reportStrayStatement(words);
    return nullptr;
  }
  SMLoc start = token.start();
  if (isState && bodyKind == DefinitionKind::Schedule) {
    error(token.range(), "a schedule keeps nothing from step to step")
        .fix("compute the value from `step` and `steps`");
    // So that the loop over statements makes progress.
    advance();
    return nullptr;
  }
  auto *statement = file->make<Statement>();
  statement->kind = isState ? StatementKind::State : StatementKind::Update;
  advance();
  if (!parseName(statement->name, isState ? "the name of a state" : "what is updated") ||
      !expect(TokenKind::Assign, "and a value for '" + statement->name.text + "'"))
    return nullptr;
  statement->value = parseExpr();
  statement->range = rangeFrom(start);
  return statement;
}

} // namespace weir
