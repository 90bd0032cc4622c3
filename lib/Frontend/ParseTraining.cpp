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
  static constexpr StringRef words[] = {"target",    "let",      "loss",     "metric",
                                        "optimizer", "schedule", "epochs",   "batch",
                                        "best",      "freeze",   "clip_norm"};
  return words;
}

std::unique_ptr<SourceFile> Parser::parseTrainingStatements() {
  auto *definition = file->make<Definition>();
  definition->kind = bodyKind = DefinitionKind::Training;
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
        StatementKind::Freeze, StatementKind::ClipNorm})
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
