//===- ParseExpr.cpp - Expressions ----------------------------------------===//

#include "Parser.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace weir {

using namespace ast;

/// Sets the height of a finished node and refuses what later stages couldn't
/// walk recursively.
template <typename Node>
Node *Parser::finish(Node *node, std::initializer_list<const Expr *> below) {
  for (const Expr *expr : below)
    if (expr)
      node->height = std::max(node->height, expr->height + 1);
  if (node->height > maxExprHeight)
    error(node->range, "this expression is more than " + Twine(maxExprHeight) + " levels deep")
        .fix("name parts of it with `let`");
  return node;
}

bool Parser::startsExpr() const {
  switch (token.kind) {
  case TokenKind::Identifier:
  case TokenKind::Integer:
  case TokenKind::Float:
  case TokenKind::String:
  case TokenKind::LeftParen:
  case TokenKind::Minus:
  case TokenKind::KwIf:
  case TokenKind::KwNot:
  case TokenKind::KwTrue:
  case TokenKind::KwFalse:
    return true;
  default:
    return false;
  }
}

bool Parser::continueList(TokenKind closing, StringRef what) {
  if (panicking || at(closing))
    return false;
  if (accept(TokenKind::Comma))
    return true;
  if (startsExpr() && !startsAssignment()) {
    diagnostics.error(missingRange(), "expected ',' between " + what + ", " + found())
        .fix("write a ',' before '" + token.text.take_front(40) + "'");
    return true;
  }
  return false;
}

/// How tightly a binary operator binds; 0 for what is none. Comparisons don't
/// chain.
static unsigned precedence(TokenKind kind, BinaryOp &op) {
  switch (kind) {
  case TokenKind::KwOr:
    return op = BinaryOp::Or, 1;
  case TokenKind::KwAnd:
    return op = BinaryOp::And, 2;
  case TokenKind::Equal:
    return op = BinaryOp::Equal, 3;
  case TokenKind::NotEqual:
    return op = BinaryOp::NotEqual, 3;
  case TokenKind::Less:
    return op = BinaryOp::Less, 3;
  case TokenKind::LessEqual:
    return op = BinaryOp::LessEqual, 3;
  case TokenKind::Greater:
    return op = BinaryOp::Greater, 3;
  case TokenKind::GreaterEqual:
    return op = BinaryOp::GreaterEqual, 3;
  case TokenKind::Plus:
    return op = BinaryOp::Add, 4;
  case TokenKind::Minus:
    return op = BinaryOp::Sub, 4;
  case TokenKind::Star:
    return op = BinaryOp::Mul, 5;
  case TokenKind::Slash:
    return op = BinaryOp::Div, 5;
  case TokenKind::Percent:
    return op = BinaryOp::Mod, 5;
  case TokenKind::At:
    return op = BinaryOp::Matmul, 5;
  default:
    return 0;
  }
}

const Expr *Parser::parseExpr() {
  Nesting nesting(*this);
  if (!nesting.ok)
    return errorExpr();
  if (!at(TokenKind::KwIf))
    return parsePipeline();

  SMLoc start = token.start();
  auto *node = file->make<IfExpr>(token.range());
  advance();
  node->condition = parseExpr();
  if (!expect(TokenKind::KwThen, "after the condition"))
    return errorExpr();
  node->thenExpr = parseExpr();
  if (!expect(TokenKind::KwElse, "and the other value: an `if` is a value"))
    return errorExpr();
  node->elseExpr = parseExpr();
  node->range = rangeFrom(start);
  return finish(node, {node->condition, node->thenExpr, node->elseExpr});
}

const Expr *Parser::parsePipeline() {
  SMLoc start = token.start();
  const Expr *source = parseBinary(0);
  if (!at(TokenKind::Pipe))
    return source;
  auto *node = file->make<PipelineExpr>(source->range);
  node->source = source;
  node->height = source->height + 1;
  SmallVector<const CallExpr *> stages;
  while (accept(TokenKind::Pipe)) {
    if (!at(TokenKind::Identifier)) {
      error(missingRange(), "expected the name of a layer after '|>', " + found());
      break;
    }
    stages.push_back(parseCall(/*isStage=*/true));
    node->height = std::max(node->height, stages.back()->height + 1);
  }
  node->stages = file->copy(ArrayRef<const CallExpr *>(stages));
  node->range = rangeFrom(start);
  return finish(node, {});
}

const Expr *Parser::parseBinary(unsigned minPrecedence) {
  SMLoc start = token.start();
  const Expr *lhs = parseUnary();
  BinaryOp op;
  while (!panicking) {
    unsigned level = precedence(token.kind, op);
    if (level == 0 || level < minPrecedence)
      break;
    SMRange opRange = token.range();
    advance();
    auto *node = file->make<BinaryExpr>(opRange);
    node->op = op;
    node->opRange = opRange;
    node->lhs = lhs;
    node->rhs = parseBinary(level + 1);
    node->range = rangeFrom(start);
    lhs = finish(node, {node->lhs, node->rhs});
    BinaryOp next;
    if (level == 3 && precedence(token.kind, next) == 3)
      error(token.range(), "comparisons can't be chained").fix("write `a < b and b < c`");
  }
  return lhs;
}

const Expr *Parser::parseUnary() {
  bool isNot = at(TokenKind::KwNot);
  if (!isNot && !at(TokenKind::Minus))
    return parsePostfix();
  Nesting nesting(*this);
  if (!nesting.ok)
    return errorExpr();
  SMLoc start = token.start();
  auto *node = file->make<UnaryExpr>(token.range());
  node->op = isNot ? UnaryOp::Not : UnaryOp::Negate;
  advance();
  // `not a == b` is `not (a == b)`; `-a * b` is `(-a) * b`.
  node->operand = isNot ? parseBinary(3) : parseUnary();
  node->range = rangeFrom(start);
  return finish(node, {node->operand});
}

const Expr *Parser::parsePostfix() {
  SMLoc start = token.start();
  const Expr *object = parsePrimary();
  while (!panicking) {
    if (at(TokenKind::LeftBracket)) {
      object = parseSubscript(object);
    } else if (accept(TokenKind::Dot)) {
      auto *node = file->make<MemberExpr>(object->range);
      node->object = object;
      if (!parseName(node->member, "the name of a property, as `channels`"))
        return errorExpr();
      node->range = rangeFrom(start);
      object = finish(node, {object});
    } else {
      break;
    }
  }
  return object;
}

const Expr *Parser::parsePrimary() {
  SMRange range = token.range();
  switch (token.kind) {
  case TokenKind::Integer:
  case TokenKind::Float:
    return parseNumber();
  case TokenKind::KwTrue:
  case TokenKind::KwFalse: {
    auto *node = file->make<BoolExpr>(range);
    node->value = at(TokenKind::KwTrue);
    advance();
    return node;
  }
  case TokenKind::String: {
    auto *node = file->make<StringExpr>(range);
    node->value = token.text.drop_front();
    node->value.consume_back("\"");
    advance();
    return node;
  }
  case TokenKind::LeftParen:
    return parseParenthesized();
  case TokenKind::Identifier: {
    if (ahead.is(TokenKind::LeftParen))
      return parseCall(/*isStage=*/false);
    auto *node = file->make<ReferenceExpr>(range);
    node->name = token.text;
    advance();
    return node;
  }
  default:
    break;
  }
  Diagnostic &message = error(missingRange(), "expected a value, " + found());
  if (at(TokenKind::KwIf))
    message.fix("put parentheses around the `if`");
  else if (at(TokenKind::LeftBracket))
    message.fix("lists are written with parentheses: `(1, 2)`");
  else if (at(TokenKind::Assign))
    message.fix("equality is written `==`");
  else if (token.isKeyword() && !startsStatement())
    message.fix("'" + token.text + "' is a word of the language; choose another name");
  return errorExpr();
}

const Expr *Parser::parseNumber() {
  SMRange range = token.range();
  StringRef text = token.text;
  bool isFloat = at(TokenKind::Float);
  advance();
  if (isFloat) {
    auto *node = file->make<FloatExpr>(range);
    // The lexer only passes what is well formed; out of range gives infinity.
    if (!text.getAsDouble(node->value) && node->value < 3.4028235e38)
      return node;
    diagnostics.error(range, "the number is too large for f32: at most 3.4e38");
    return file->make<ErrorExpr>(range);
  }
  auto *node = file->make<IntegerExpr>(range);
  if (!text.getAsInteger(10, node->value))
    return node;
  diagnostics.error(range, "the number is too large for a size: at most 9223372036854775807")
      .fix("a number with a point, as `" + text.take_front(24) + ".0`, is a float");
  return file->make<ErrorExpr>(range);
}

const Expr *Parser::parseParenthesized() {
  SMLoc start = token.start();
  SMRange opening = token.range();
  advance();
  const Expr *first = parseExpr();
  if (!at(TokenKind::Comma)) {
    expectClosing(TokenKind::RightParen, opening, "the parenthesis");
    return first;
  }
  auto *node = file->make<TupleExpr>(opening);
  SmallVector<const Expr *> elements{first};
  while (continueList(TokenKind::RightParen, "values") && !at(TokenKind::RightParen))
    elements.push_back(parseExpr());
  expectClosing(TokenKind::RightParen, opening, "the parenthesis");
  node->elements = file->copy(ArrayRef<const Expr *>(elements));
  node->range = rangeFrom(start);
  for (const Expr *element : elements)
    node->height = std::max(node->height, element->height + 1);
  return finish(node, {});
}

const CallExpr *Parser::parseCall(bool isStage) {
  SMLoc start = token.start();
  auto *node = file->make<CallExpr>(token.range());
  node->callee = {token.text, token.range()};
  advance();
  SmallVector<Argument> arguments;
  if (at(TokenKind::LeftParen))
    parseArguments(arguments);
  else
    assert(isStage && "a call has parentheses");
  node->arguments = file->copy(ArrayRef<Argument>(arguments));
  node->range = rangeFrom(start);
  for (const Argument &argument : arguments)
    node->height = std::max(node->height, argument.value->height + 1);
  return finish(node, {});
}

void Parser::parseArguments(SmallVectorImpl<Argument> &arguments) {
  SMRange opening = token.range();
  advance();
  while (!panicking && !at(TokenKind::RightParen)) {
    Argument argument;
    if (at(TokenKind::Identifier) || token.isKeyword()) {
      if (ahead.is(TokenKind::Colon) || (at(TokenKind::Identifier) && startsAssignment())) {
        argument.name = {token.text, token.range()};
        advance();
        if (at(TokenKind::Assign))
          diagnostics.error(token.range(), "arguments are named with ':'")
              .fix("write `" + argument.name.text + ": ...`");
        advance();
      }
    }
    argument.value = parseExpr();
    arguments.push_back(argument);
    if (!continueList(TokenKind::RightParen, "arguments"))
      break;
  }
  expectClosing(TokenKind::RightParen, opening, "the arguments");
}

const Expr *Parser::parseSubscript(const Expr *object) {
  SMRange opening = token.range();
  auto *node = file->make<SubscriptExpr>(object->range);
  node->object = object;
  node->height = object->height + 1;
  advance();
  SmallVector<SubscriptItem> items;
  auto below = [&](const Expr *expr) {
    node->height = std::max(node->height, expr->height + 1);
    return expr;
  };
  while (!panicking && !at(TokenKind::RightBracket)) {
    SubscriptItem item;
    SMLoc start = token.start();
    if (accept(TokenKind::Colon)) {
      item.isRange = true;
    } else {
      if (!at(TokenKind::DotDot))
        item.first = below(parseExpr());
      if (accept(TokenKind::DotDot)) {
        item.isRange = true;
        if (!at(TokenKind::Comma) && !at(TokenKind::RightBracket))
          item.last = below(parseExpr());
      }
    }
    item.range = rangeFrom(start);
    items.push_back(item);
    if (!continueList(TokenKind::RightBracket, "indices"))
      break;
  }
  if (!panicking && items.empty())
    error(token.range(), "expected an index or a range between the brackets");
  expectClosing(TokenKind::RightBracket, opening, "the brackets");
  node->items = file->copy(ArrayRef<SubscriptItem>(items));
  node->range = {object->range.Start, previousEnd};
  return finish(node, {});
}

} // namespace weir
