//===- ElaborateExpr.cpp - Expressions ------------------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SourceMgr.h"

#include <cmath>

using namespace llvm;
using namespace weir::ast;

namespace weir {

/// Expressions within each other at most, blocks counted.
static constexpr unsigned maxDepth = 600;

Value Elaborator::evaluate(const Expr *expr, Hint hint) {
  if (!spend(expr->range))
    return Value::poison();
  struct Level {
    unsigned &depth;
    explicit Level(unsigned &depth) : depth(depth) { ++depth; }
    ~Level() { --depth; }
  } level(depth);
  if (depth > maxDepth) {
    error(expr->range,
          "expressions and blocks are nested more than " + Twine(maxDepth) + " levels deep");
    return Value::poison();
  }

  switch (expr->kind) {
  case ExprKind::Error:
    return Value::poison();
  case ExprKind::Integer:
    return Value::ofSize(cast<IntegerExpr>(expr)->value);
  case ExprKind::Float:
    return Value::ofFloat(cast<FloatExpr>(expr)->value);
  case ExprKind::Bool:
    return Value::ofBool(cast<BoolExpr>(expr)->value);
  case ExprKind::String: {
    Value value = Value::poison();
    value.kind = Value::Kind::String;
    value.text = cast<StringExpr>(expr)->value;
    return value;
  }
  case ExprKind::Reference:
    return evaluateReference(*cast<ReferenceExpr>(expr));
  case ExprKind::Unary:
    return evaluateUnary(*cast<UnaryExpr>(expr), hint);
  case ExprKind::Binary:
    return evaluateBinary(*cast<BinaryExpr>(expr), hint);
  case ExprKind::If: {
    const auto *choice = cast<IfExpr>(expr);
    Value condition = evaluate(choice->condition);
    if (condition.isPoison())
      return condition;
    if (condition.isBool() && condition.isVarying())
      return chooseVarying(*choice, condition);
    if (condition.kind != Value::Kind::Bool) {
      error(choice->condition->range,
            "a condition is true or false, this is " + describe(condition))
          .fix("`if` chooses when the model is compiled; compare sizes, as `n == 1`");
      return Value::poison();
    }
    return evaluate(condition.truth ? choice->thenExpr : choice->elseExpr, std::move(hint));
  }
  case ExprKind::Call:
    return evaluateCall(*cast<CallExpr>(expr), nullptr, std::move(hint));
  case ExprKind::Pipeline:
    return evaluatePipeline(*cast<PipelineExpr>(expr), hint);
  case ExprKind::Member:
    return evaluateMember(*cast<MemberExpr>(expr));
  case ExprKind::Subscript:
    return evaluateSubscript(*cast<SubscriptExpr>(expr));
  case ExprKind::Tuple: {
    Value tuple = Value::poison();
    tuple.kind = Value::Kind::Tuple;
    for (const Expr *element : cast<TupleExpr>(expr)->elements) {
      tuple.elements.push_back(evaluate(element));
      if (tuple.elements.back().isPoison())
        return Value::poison();
    }
    return tuple;
  }
  }
  return Value::poison();
}

std::optional<int64_t> Elaborator::evaluateSize(const Expr *expr, const Twine &what) {
  Value value = evaluate(expr);
  if (value.isPoison())
    return std::nullopt;
  if (!value.isSize()) {
    error(expr->range, what + " is a size (a whole number), this is " + describe(value));
    return std::nullopt;
  }
  return value.size;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static const Statement *findDefinition(ArrayRef<const Statement *> body, StringRef name) {
  for (const Statement *statement : body) {
    if (statement->name.text == name && statement->kind != StatementKind::Assign &&
        statement->kind != StatementKind::For)
      return statement;
    if (const Statement *inner = findDefinition(statement->body, name))
      return inner;
  }
  return nullptr;
}

Value Elaborator::evaluateReference(const ReferenceExpr &expr) {
  if (Variable *variable = lookup(expr.name)) {
    variable->used = true;
    return variable->value;
  }
  Diagnostic &message = error(expr.range, "'" + expr.name + "' is not defined");
  if (const Statement *later = findDefinition(frame->definition->body, expr.name)) {
    bool isInLoop = later->range.Start.getPointer() < expr.range.Start.getPointer();
    message.note(later->name.range, isInLoop ? "this one exists only within its loop"
                                             : "it is defined only here, further down");
    if (!isInLoop)
      message.fix("move this statement up");
    return Value::poison();
  }
  std::vector<StringRef> visible;
  for (const Scope &scope : frame->scopes)
    for (const auto &entry : scope)
      visible.push_back(entry.first());
  sort(visible);
  if (StringRef near = nearestWord(expr.name, visible); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else if (isKnownCall(expr.name))
    message.fix("'" + expr.name + "' is called with parentheses, or as a stage: `x |> " +
                expr.name + "`");
  else if (frame->caller)
    message.fix("a block sees only its own parameters; pass '" + expr.name + "' to it");
  return Value::poison();
}

Value Elaborator::evaluateMember(const MemberExpr &expr) {
  Value object = evaluate(expr.object);
  if (object.isPoison())
    return object;
  StringRef member = expr.member.text;
  if (!object.isTensor()) {
    error(expr.range, "only tensors have properties, this is " + describe(object));
    return Value::poison();
  }
  ArrayRef<int64_t> shape = object.shape();
  int64_t rank = shape.size();
  if (member == "rank")
    return Value::ofSize(rank);
  if (member == "shape") {
    Value tuple = Value::poison();
    tuple.kind = Value::Kind::Tuple;
    for (int64_t size : shape)
      tuple.elements.push_back(Value::ofSize(size));
    return tuple;
  }
  if (member == "classes") {
    if (object.isIds())
      return Value::ofSize(cast<IdType>(object.elementType()).getCardinality());
    error(expr.range, "only ids have 'classes', this is " + describe(object));
    return Value::poison();
  }
  // Which axis, and what the tensor must look like for the word to make sense.
  struct Property {
    StringRef name;
    int64_t axis;
    int64_t minRank, maxRank;
    StringRef needs;
  };
  static constexpr Property properties[] = {
      {"channels", 0, 2, 3, "[channels, length] or [channels, height, width]"},
      {"length", 1, 2, 2, "[channels, length]"},
      {"height", 1, 3, 3, "[channels, height, width]"},
      {"width", 2, 3, 3, "[channels, height, width]"},
      {"features", -1, 1, 64, "[..., features]"},
  };
  static constexpr StringRef names[] = {"channels", "length", "height", "width",
                                        "features", "rank",   "shape",  "classes"};
  for (const Property &property : properties) {
    if (property.name != member)
      continue;
    if (rank < property.minRank || rank > property.maxRank) {
      error(expr.range,
            "'" + member + "' is a property of " + property.needs + ", this is " + describe(object))
          .note(object.origin, "the tensor comes from here")
          .fix("`x.shape[0]` gives a size by its position");
      return Value::poison();
    }
    return Value::ofSize(property.axis < 0 ? shape.back() : shape[property.axis]);
  }
  Diagnostic &message = error(expr.member.range, "a tensor has no property '" + member + "'");
  if (StringRef near = nearestWord(member, names); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else
    message.fix("the properties are: " + join(ArrayRef(names), ", "));
  return Value::poison();
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Value Elaborator::evaluateUnary(const UnaryExpr &expr, const Hint &hint) {
  Value operand = evaluate(expr.operand);
  if (operand.isPoison())
    return operand;
  if (expr.op == UnaryOp::Not) {
    if (operand.isBool())
      return operand.isVarying()
                 ? applyVarying(ScalarProgram::Op::Not, {operand}, Value::Kind::Bool)
                 : Value::ofBool(!operand.truth);
    error(expr.operand->range, "`not` needs true or false, this is " + describe(operand));
    return Value::poison();
  }
  switch (operand.kind) {
  case Value::Kind::Size: {
    int64_t result;
    if (!__builtin_sub_overflow(int64_t(0), operand.size, &result))
      return Value::ofSize(result);
    error(expr.range, "the integer overflows");
    return Value::poison();
  }
  case Value::Kind::Float:
    return operand.isVarying() ? applyVarying(ScalarProgram::Op::Neg, {operand})
                               : Value::ofFloat(-operand.number);
  case Value::Kind::Tensor:
    if (!requireFloat(operand, expr.operand->range))
      return Value::poison();
    return Value::ofTensor(NegOp::create(builder, locationOf(expr.range, pathFor(hint)),
                                         operand.tensor.getType(), operand.tensor),
                           expr.range);
  default:
    error(expr.range, "'-' needs a number or a tensor, this is " + describe(operand));
    return Value::poison();
  }
}

Value Elaborator::evaluateBinary(const BinaryExpr &expr, const Hint &hint) {
  bool isLogic = expr.op == BinaryOp::And || expr.op == BinaryOp::Or;
  Value lhs = evaluate(expr.lhs);
  if (isLogic && lhs.isBool() && !lhs.isVarying() && lhs.truth == (expr.op == BinaryOp::Or))
    return lhs;
  Value rhs = evaluate(expr.rhs);
  if (lhs.isPoison() || rhs.isPoison())
    return Value::poison();

  bool isArithmetic = expr.op <= BinaryOp::Div || expr.op == BinaryOp::Matmul ||
                      expr.op == BinaryOp::Less || expr.op == BinaryOp::Greater;
  auto isOperand = [](const Value &value) { return value.isTensor() || value.isNumber(); };
  if ((lhs.isTensor() || rhs.isTensor()) && isOperand(lhs) && isOperand(rhs) && isArithmetic) {
    if (!requireFloat(lhs, expr.lhs->range) || !requireFloat(rhs, expr.rhs->range))
      return Value::poison();
    std::string name = pathFor(hint);
    if (expr.op == BinaryOp::Matmul)
      return emitMatmul(lhs, rhs, expr.range, expr.opRange, name);
    return emitBinary(expr, lhs, rhs, name);
  }
  if ((lhs.isVarying() || rhs.isVarying()) &&
      (isLogic ? lhs.isBool() && rhs.isBool()
               : lhs.isNumber() && rhs.isNumber() && expr.op != BinaryOp::Matmul))
    return applyVarying(expr.op, lhs, rhs);
  if (lhs.isNumber() && rhs.isNumber() && !isLogic && expr.op != BinaryOp::Matmul)
    return applyToNumbers(expr, lhs, rhs);
  if (lhs.kind == Value::Kind::Bool && rhs.kind == Value::Kind::Bool) {
    if (isLogic)
      return rhs;
    if (expr.op == BinaryOp::Equal || expr.op == BinaryOp::NotEqual)
      return Value::ofBool((lhs.truth == rhs.truth) == (expr.op == BinaryOp::Equal));
  }
  Diagnostic &message = error(expr.range, "'" + spelling(expr.op) + "' doesn't apply to " +
                                              describe(lhs) + " and " + describe(rhs));
  if (isLogic)
    message.fix("both sides must be true or false");
  else if (!isArithmetic && (lhs.isTensor() || rhs.isTensor()))
    message.fix("tensors are compared by `<` and `>`, which give 1 where they are true and 0 "
                "elsewhere");
  return Value::poison();
}

Value Elaborator::applyToNumbers(const BinaryExpr &expr, const Value &lhs, const Value &rhs) {
  bool sizes = lhs.isSize() && rhs.isSize();
  int64_t a = lhs.size, b = rhs.size, result = 0;
  double x = lhs.asDouble(), y = rhs.asDouble();
  bool overflow = false;
  switch (expr.op) {
  case BinaryOp::Add:
    if (!sizes)
      return Value::ofFloat(x + y);
    overflow = __builtin_add_overflow(a, b, &result);
    break;
  case BinaryOp::Sub:
    if (!sizes)
      return Value::ofFloat(x - y);
    overflow = __builtin_sub_overflow(a, b, &result);
    break;
  case BinaryOp::Mul:
    if (!sizes)
      return Value::ofFloat(x * y);
    overflow = __builtin_mul_overflow(a, b, &result);
    break;
  case BinaryOp::Div:
  case BinaryOp::Mod: {
    bool isDiv = expr.op == BinaryOp::Div;
    if (sizes ? b == 0 : y == 0) {
      error(expr.range, isDiv ? "division by zero" : "remainder of a division by zero")
          .note(expr.rhs->range, "this is 0");
      return Value::poison();
    }
    if (!sizes)
      return Value::ofFloat(isDiv ? x / y : x - y * std::floor(x / y));
    if (b == -1) {
      overflow = isDiv && __builtin_sub_overflow(int64_t(0), a, &result);
      break;
    }
    // Rounded down, so that the remainder has the divisor's sign.
    result = isDiv ? divideFloorSigned(a, b) : a % b;
    if (!isDiv && result != 0 && (result < 0) != (b < 0))
      result += b;
    break;
  }
  case BinaryOp::Equal:
    return Value::ofBool(sizes ? a == b : x == y);
  case BinaryOp::NotEqual:
    return Value::ofBool(sizes ? a != b : x != y);
  case BinaryOp::Less:
    return Value::ofBool(sizes ? a < b : x < y);
  case BinaryOp::LessEqual:
    return Value::ofBool(sizes ? a <= b : x <= y);
  case BinaryOp::Greater:
    return Value::ofBool(sizes ? a > b : x > y);
  case BinaryOp::GreaterEqual:
    return Value::ofBool(sizes ? a >= b : x >= y);
  case BinaryOp::Matmul:
  case BinaryOp::And:
  case BinaryOp::Or:
    return Value::poison();
  }
  if (overflow) {
    error(expr.range, "the integer overflows: " + Twine(a) + " " + spelling(expr.op) + " " +
                          Twine(b) + " is beyond 9223372036854775807");
    return Value::poison();
  }
  return Value::ofSize(result);
}

Value Elaborator::evaluatePipeline(const PipelineExpr &expr, const Hint &hint) {
  Value value = evaluate(expr.source);
  bool numbered = expr.stages.size() >= 2;
  std::string path = pathFor(hint);
  bool isRoot = hint.kind == Hint::Kind::Root || hint.kind == Hint::Kind::Output;
  for (auto [i, stage] : enumerate(expr.stages)) {
    if (value.isPoison()) {
      // What follows can't be judged, but it can be known.
      if (!isKnownCall(stage->callee.text))
        reportUnknownCall(*stage);
      continue;
    }
    Hint stageHint = hint;
    if (numbered && hint.kind != Hint::Kind::None)
      stageHint = {Hint::Kind::Path, (isRoot ? frame->prefix : path + ".") + std::to_string(i)};
    value = evaluateCall(*stage, &value, stageHint);
    // The shape so far is made by the pipeline up to here.
    if (value.isTensor())
      value.origin = stage->range;
  }
  return value;
}

//===----------------------------------------------------------------------===//
// Subscripts
//===----------------------------------------------------------------------===//

Value Elaborator::evaluateSubscript(const SubscriptExpr &expr) {
  Value object = evaluate(expr.object);
  if (object.isPoison())
    return object;
  if (object.isTensor())
    return sliceTensor(expr, object);
  if (object.kind != Value::Kind::Tuple) {
    error(expr.range, "only tensors and lists have parts, this is " + describe(object));
    return Value::poison();
  }
  if (expr.items.size() != 1 || expr.items[0].isRange) {
    error(expr.range, "a list is indexed by one number");
    return Value::poison();
  }
  std::optional<int64_t> index = evaluateSize(expr.items[0].first, "the index");
  if (!index)
    return Value::poison();
  int64_t count = object.elements.size();
  int64_t position = *index < 0 ? *index + count : *index;
  if (position < 0 || position >= count) {
    error(expr.items[0].range,
          "the index " + Twine(*index) + " is outside of the list of " + Twine(count));
    return Value::poison();
  }
  return object.elements[position];
}

Value Elaborator::sliceTensor(const SubscriptExpr &expr, const Value &object) {
  ArrayRef<int64_t> shape = object.shape();
  if (expr.items.size() > shape.size()) {
    error(expr.range, "there are " + Twine(expr.items.size()) + " indices for " + describe(object) +
                          " of rank " + Twine(shape.size()))
        .note(object.origin, "the tensor comes from here");
    return Value::poison();
  }
  SmallVector<int64_t> offsets(shape.size(), 0), sizes(shape), strides(shape.size(), 1), kept;
  for (auto [axis, item] : enumerate(expr.items)) {
    int64_t size = shape[axis];
    auto evaluateBound = [&](const Expr *bound, int64_t fallback) -> std::optional<int64_t> {
      if (!bound)
        return fallback;
      std::optional<int64_t> value = evaluateSize(bound, "an index");
      if (value && *value < 0)
        *value += size;
      return value;
    };
    std::optional<int64_t> first = evaluateBound(item.first, 0);
    std::optional<int64_t> last =
        item.isRange
            ? evaluateBound(item.last, size)
            : std::optional<int64_t>(first.value_or(0) < maxSize ? first.value_or(0) + 1 : maxSize);
    if (!first || !last)
      return Value::poison();
    if (*first < 0 || *last > size || *first >= *last) {
      Diagnostic &message =
          item.isRange
              ? error(item.range,
                      "the range " + Twine(*first) + ".." + Twine(*last) +
                          (*first >= *last && *first >= 0 && *last <= size
                               ? " is empty"
                               : " is outside of axis " + Twine(axis) + " of size " + Twine(size)))
              : error(item.range, "the index " + Twine(*first) + " is outside of axis " +
                                      Twine(axis) + " of size " + Twine(size));
      message.note(object.origin, "the tensor " + describe(object) + " comes from here");
      return Value::poison();
    }
    offsets[axis] = *first;
    sizes[axis] = *last - *first;
  }
  bool dropsAxes = false;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis < expr.items.size() && !expr.items[axis].isRange)
      dropsAxes = true;
    else
      kept.push_back(sizes[axis]);
  }
  bool batched = isBatched(object.tensor.getType());
  mlir::Location location = locationOf(expr.range);
  mlir::Value result =
      SliceOp::create(builder, location, makeTensorType(batched, sizes, object.elementType()),
                      object.tensor, offsets, sizes, strides);
  if (dropsAxes)
    result = ReshapeOp::create(builder, location,
                               makeTensorType(batched, kept, object.elementType()), result);
  return Value::ofTensor(result, expr.range);
}

} // namespace weir
