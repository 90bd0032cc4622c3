//===- ASTPrinter.cpp - The tree as text ----------------------------------===//

#include "weir/Frontend/AST.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace weir::ast {

StringRef spelling(UnaryOp op) { return op == UnaryOp::Negate ? "-" : "not"; }

StringRef spelling(BinaryOp op) {
  static constexpr StringLiteral names[] = {
      "+", "-", "*", "/", "%", "@", "==", "!=", "<", "<=", ">", ">=", "and", "or"};
  return names[static_cast<size_t>(op)];
}

StringRef spelling(ParameterKind kind) {
  static constexpr StringLiteral names[] = {"tensor", "size", "float", "bool"};
  return names[static_cast<size_t>(kind)];
}

StringRef spelling(StatementKind kind) {
  static constexpr StringLiteral names[] = {
      "input",  "param",  "let",       "output",    "",         "for",    "return",
      "target", "loss",   "metric",    "optimizer", "schedule", "epochs", "batch",
      "best",   "freeze", "clip_norm", "data",      "tables",   "state",  "update"};
  return names[static_cast<size_t>(kind)];
}

StringRef spelling(DefinitionKind kind) {
  static constexpr StringLiteral names[] = {"model", "block", "training", "optimizer", "schedule"};
  return names[static_cast<size_t>(kind)];
}

namespace {

class Printer {
public:
  Printer(const SourceMgr &sources, raw_ostream &os) : sources(sources), os(os) {}

  void print(const Definition &definition) {
    line(definition.range) << spelling(definition.kind) << ' ' << definition.name.text;
    os << '\n';
    ++depth;
    for (const Parameter &parameter : definition.parameters) {
      line(parameter.range) << spelling(parameter.kind) << ' ' << parameter.name.text << '\n';
      child(parameter.defaultValue);
    }
    for (const Statement *statement : definition.body)
      print(*statement);
    --depth;
  }

private:
  raw_ostream &line(SMRange range) {
    auto [row, column] = sources.getLineAndColumn(range.Start);
    os << format("%4u:%-3u ", row, column);
    return os.indent(2 * depth);
  }

  void child(const Expr *expr) {
    if (!expr)
      return;
    ++depth;
    print(*expr);
    --depth;
  }

  void print(const TensorType &type) {
    ++depth;
    line(type.range) << "type " << (type.cardinality ? "index" : "f32") << '\n';
    child(type.cardinality);
    for (const Expr *size : type.shape)
      child(size);
    --depth;
  }

  void print(const Statement &statement) {
    StringRef word = spelling(statement.kind);
    line(statement.range) << (word.empty() ? "assign" : word);
    for (const Name &name : {statement.data, statement.name, statement.direction})
      if (!name.text.empty())
        os << ' ' << name.text;
    for (auto [i, column] : enumerate(statement.columns))
      os << (i ? ", \"" : " from \"") << column.text << '"';
    if (!statement.modifier.text.empty())
      os << ' ' << statement.modifier.text;
    os << '\n';
    if (statement.type)
      print(*statement.type);
    child(statement.value);
    child(statement.last);
    ++depth;
    for (const Statement *inner : statement.body)
      print(*inner);
    --depth;
  }

  void print(const CallExpr &call) {
    line(call.range) << "call " << call.callee.text << '\n';
    for (const Argument &argument : call.arguments) {
      if (!argument.isNamed()) {
        child(argument.value);
        continue;
      }
      ++depth;
      line(argument.name.range) << "argument " << argument.name.text << '\n';
      child(argument.value);
      --depth;
    }
  }

  void print(const Expr &expr) {
    switch (expr.kind) {
    case ExprKind::Error:
      line(expr.range) << "error\n";
      return;
    case ExprKind::Integer:
      line(expr.range) << "size " << cast<IntegerExpr>(expr).value << '\n';
      return;
    case ExprKind::Float:
      line(expr.range) << "float " << format("%g", cast<FloatExpr>(expr).value) << '\n';
      return;
    case ExprKind::Bool:
      line(expr.range) << "bool " << (cast<BoolExpr>(expr).value ? "true" : "false") << '\n';
      return;
    case ExprKind::String:
      line(expr.range) << "string \"";
      os.write_escaped(cast<StringExpr>(expr).value) << "\"\n";
      return;
    case ExprKind::Reference:
      line(expr.range) << "name " << cast<ReferenceExpr>(expr).name << '\n';
      return;
    case ExprKind::Unary:
      line(expr.range) << "unary " << spelling(cast<UnaryExpr>(expr).op) << '\n';
      child(cast<UnaryExpr>(expr).operand);
      return;
    case ExprKind::Binary: {
      const auto &binary = cast<BinaryExpr>(expr);
      line(expr.range) << "binary " << spelling(binary.op) << '\n';
      child(binary.lhs);
      child(binary.rhs);
      return;
    }
    case ExprKind::If: {
      const auto &choice = cast<IfExpr>(expr);
      line(expr.range) << "if\n";
      child(choice.condition);
      child(choice.thenExpr);
      child(choice.elseExpr);
      return;
    }
    case ExprKind::Call:
      print(cast<CallExpr>(expr));
      return;
    case ExprKind::Pipeline: {
      const auto &pipeline = cast<PipelineExpr>(expr);
      line(expr.range) << "pipeline\n";
      child(pipeline.source);
      for (const CallExpr *stage : pipeline.stages)
        child(stage);
      return;
    }
    case ExprKind::Member:
      line(expr.range) << "member " << cast<MemberExpr>(expr).member.text << '\n';
      child(cast<MemberExpr>(expr).object);
      return;
    case ExprKind::Subscript: {
      const auto &subscript = cast<SubscriptExpr>(expr);
      line(expr.range) << "subscript\n";
      child(subscript.object);
      ++depth;
      for (const SubscriptItem &item : subscript.items) {
        line(item.range) << (!item.isRange             ? "at"
                             : item.first || item.last ? "range"
                                                       : "all")
                         << '\n';
        child(item.first);
        child(item.last);
      }
      --depth;
      return;
    }
    case ExprKind::Tuple:
      line(expr.range) << "tuple\n";
      for (const Expr *element : cast<TupleExpr>(expr).elements)
        child(element);
      return;
    }
  }

  const SourceMgr &sources;
  raw_ostream &os;
  unsigned depth = 0;
};

} // namespace

void print(const SourceFile &file, const SourceMgr &sources, raw_ostream &os) {
  Printer printer(sources, os);
  for (const Definition *definition : file.definitions)
    printer.print(*definition);
}

} // namespace weir::ast
