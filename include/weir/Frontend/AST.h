//===- AST.h - The text of a model as a tree ------------------------------===//
//
// Nodes live in the arena of their `SourceFile` and own nothing, so a tree is
// freed at once however deep it is. Every node knows its source range.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_AST_H
#define WEIR_FRONTEND_AST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/SMLoc.h"

#include <cstdint>
#include <vector>

namespace llvm {
class raw_ostream;
class SourceMgr;
} // namespace llvm

namespace weir::ast {

/// A name where it is written.
struct Name {
  llvm::StringRef text;
  llvm::SMRange range;
};

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

enum class ExprKind : uint8_t {
  Error, ///< could not be parsed; already reported
  Integer,
  Float,
  Bool,
  String,
  Reference,
  Unary,
  Binary,
  If,
  Call,
  Pipeline,
  Member,
  Subscript,
  Tuple,
};

enum class UnaryOp : uint8_t { Negate, Not };
enum class BinaryOp : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Mod,
  Matmul,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  And,
  Or,
};
/// The operator as it is written.
llvm::StringRef spelling(UnaryOp op);
llvm::StringRef spelling(BinaryOp op);

struct Expr {
  ExprKind kind;
  /// How many levels lie below, this one counted.
  unsigned height = 1;
  llvm::SMRange range;

protected:
  Expr(ExprKind kind, llvm::SMRange range) : kind(kind), range(range) {}
};

/// CRTP-free helper: `classof` for llvm::dyn_cast.
template <ExprKind K> struct ExprOf : Expr {
  explicit ExprOf(llvm::SMRange range) : Expr(K, range) {}
  static bool classof(const Expr *expr) { return expr->kind == K; }
};

struct ErrorExpr : ExprOf<ExprKind::Error> {
  using ExprOf::ExprOf;
};
struct IntegerExpr : ExprOf<ExprKind::Integer> {
  using ExprOf::ExprOf;
  int64_t value = 0;
};
struct FloatExpr : ExprOf<ExprKind::Float> {
  using ExprOf::ExprOf;
  double value = 0;
};
struct BoolExpr : ExprOf<ExprKind::Bool> {
  using ExprOf::ExprOf;
  bool value = false;
};
struct StringExpr : ExprOf<ExprKind::String> {
  using ExprOf::ExprOf;
  llvm::StringRef value;
};
struct ReferenceExpr : ExprOf<ExprKind::Reference> {
  using ExprOf::ExprOf;
  llvm::StringRef name;
};
struct UnaryExpr : ExprOf<ExprKind::Unary> {
  using ExprOf::ExprOf;
  UnaryOp op = UnaryOp::Negate;
  const Expr *operand = nullptr;
};
struct BinaryExpr : ExprOf<ExprKind::Binary> {
  using ExprOf::ExprOf;
  BinaryOp op = BinaryOp::Add;
  llvm::SMRange opRange;
  const Expr *lhs = nullptr, *rhs = nullptr;
};
struct IfExpr : ExprOf<ExprKind::If> {
  using ExprOf::ExprOf;
  const Expr *condition = nullptr, *thenExpr = nullptr, *elseExpr = nullptr;
};

struct Argument {
  Name name; ///< empty text for a positional argument
  const Expr *value = nullptr;
  bool isNamed() const { return !name.text.empty(); }
};

/// `callee(arguments)`; as a stage of a pipeline also a bare `callee`.
struct CallExpr : ExprOf<ExprKind::Call> {
  using ExprOf::ExprOf;
  Name callee;
  llvm::ArrayRef<Argument> arguments;
};
/// `source |> stage |> stage`; each stage is a call that gets the value so far
/// as its first argument.
struct PipelineExpr : ExprOf<ExprKind::Pipeline> {
  using ExprOf::ExprOf;
  const Expr *source = nullptr;
  llvm::ArrayRef<const CallExpr *> stages;
};
struct MemberExpr : ExprOf<ExprKind::Member> {
  using ExprOf::ExprOf;
  const Expr *object = nullptr;
  Name member;
};

/// One entry between `[` and `]`: an index `i`, a range `a..b` with either end
/// optional, or `:` for the whole axis.
struct SubscriptItem {
  llvm::SMRange range;
  bool isRange = false;
  const Expr *first = nullptr; ///< the index, or the start of the range
  const Expr *last = nullptr;
};
struct SubscriptExpr : ExprOf<ExprKind::Subscript> {
  using ExprOf::ExprOf;
  const Expr *object = nullptr;
  llvm::ArrayRef<SubscriptItem> items;
};
struct TupleExpr : ExprOf<ExprKind::Tuple> {
  using ExprOf::ExprOf;
  llvm::ArrayRef<const Expr *> elements;
};

//===----------------------------------------------------------------------===//
// Types and statements
//===----------------------------------------------------------------------===//

/// `f32[...]`, `index<n>` or `index<n>[...]`.
struct TensorType {
  llvm::SMRange range;
  const Expr *cardinality = nullptr; ///< null for f32
  llvm::ArrayRef<const Expr *> shape;
};

enum class StatementKind : uint8_t {
  Input,
  Param,
  Let,
  Output,
  Assign,
  For,
  Return,
  // In a training block.
  Target,
  Loss,
  Metric,
  Optimizer,
  Schedule,
  Epochs,
  Batch,
  Best,
  Freeze,
  ClipNorm,
  Data,
  Tables,
  // In an optimizer or a schedule.
  State,
  Update,
};
/// The word that such a statement starts with; empty for Assign.
llvm::StringRef spelling(StatementKind kind);

struct Statement {
  StatementKind kind;
  llvm::SMRange range;
  /// What is defined or changed; the counter of a For; the metric of a Best; what
  /// a Data fills; empty text for a metric without a name.
  Name name;
  const TensorType *type = nullptr; ///< Input, Param, Target
  /// The value or call. Param: the initializer or null. For: the start of the
  /// range. Freeze: the pattern.
  const Expr *value = nullptr;
  const Expr *last = nullptr;             ///< For: the end of the range
  llvm::ArrayRef<const Statement *> body; ///< For
  Name data, direction;                   ///< Best: `train` or `valid`; `max` or `min`
  llvm::ArrayRef<Name> columns;           ///< Data: without quotes; none for a text
  /// Data: `standardize`, or `words` or `characters` of a text, or nothing.
  /// Tables: the policy.
  Name modifier;
};

enum class ParameterKind : uint8_t { Tensor, Size, Float, Bool };
llvm::StringRef spelling(ParameterKind kind);

struct Parameter {
  Name name;
  ParameterKind kind = ParameterKind::Tensor;
  const Expr *defaultValue = nullptr;
  llvm::SMRange range;
};

enum class DefinitionKind : uint8_t { Model, Block, Training, Optimizer, Schedule };
llvm::StringRef spelling(DefinitionKind kind);

/// A model or what belongs to models. A training block has the name of its
/// model.
struct Definition {
  DefinitionKind kind = DefinitionKind::Model;
  Name name;
  llvm::SMRange range;
  llvm::ArrayRef<Parameter> parameters;
  llvm::ArrayRef<const Statement *> body;
  llvm::SMRange closingBrace;

  bool isModel() const { return kind == DefinitionKind::Model; }
};

/// The definitions of one text and the memory of their nodes. Names point into
/// the text, which must outlive this.
class SourceFile {
public:
  std::vector<const Definition *> definitions;

  template <typename Node, typename... Args> Node *make(Args &&...args) {
    static_assert(std::is_trivially_destructible_v<Node>);
    return new (arena.Allocate<Node>()) Node(std::forward<Args>(args)...);
  }
  template <typename T> llvm::ArrayRef<T> copy(llvm::ArrayRef<T> items) {
    static_assert(std::is_trivially_destructible_v<T>);
    return items.copy(arena);
  }

private:
  llvm::BumpPtrAllocator arena;
};

/// Writes the tree, one node per line, indented, with line and column.
void print(const SourceFile &file, const llvm::SourceMgr &sources, llvm::raw_ostream &os);

} // namespace weir::ast

#endif
