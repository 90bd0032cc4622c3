//===- Elaborator.h - From the tree to the dialect (private) --------------===//
//
// Evaluates the tree with compile-time values and tensors and builds the weir
// dialect on the way. Blocks are instantiated at each call, like templates.
// The files: Elaborator.cpp (models, blocks), ElaborateStatement.cpp,
// ElaborateExpr.cpp, Varying.cpp (numbers that change from step to step),
// Arguments.cpp (calls), Builtins.cpp (what the families see of a call),
// Initializers.cpp, Tensors.cpp, ElaborateTraining.cpp, ElaborateRules.cpp
// (optimizers and schedules), Outline.cpp (what is known before the sizes are),
// and one per family of layers.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_LIB_FRONTEND_ELABORATOR_H
#define WEIR_LIB_FRONTEND_ELABORATOR_H

#include "Value.h"
#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Diagnostics.h"
#include "weir/Frontend/Outline.h"
#include "weir/Frontend/Training.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

#include <array>
#include <deque>

namespace weir {

class Elaborator;
class Call;

/// What an argument of a built-in must be.
enum class ArgumentKind : uint8_t {
  Tensor,      ///< f32 tensor, written without a type
  Ids,         ///< `index`: a tensor of ids
  AnyTensor,   ///< `tensor`: either
  Operand,     ///< `value`: f32 tensor or number
  Size,        ///< `size`
  Pair,        ///< `pair`: a size, or two in parentheses
  Sizes,       ///< `sizes`: one or several sizes, or a tuple
  Tensors,     ///< `tensors`: one or several f32 tensors
  Float,       ///< `float`
  Number,      ///< `number`: a float, also one that changes from step to step
  Bool,        ///< `bool`
  Word,        ///< `word`: a bare name
  Initializer, ///< `initializer`: a call like normal(0, 0.01)
};

struct ParameterSpec {
  std::string name;
  ArgumentKind kind = ArgumentKind::Tensor;
  bool optional = false; ///< `= none`, or a default
  Value defaultValue = Value::absent();
  bool isVariadic() const { return kind == ArgumentKind::Sizes || kind == ArgumentKind::Tensors; }
};

struct Builtin {
  std::string name;
  std::string signature; ///< as written in the table and shown in messages
  std::vector<ParameterSpec> parameters;
  Value (*emit)(Call &call) = nullptr;
  /// Whether each element of the result depends on the same elements only.
  bool isElementwise = false;
};

/// What an argument for the parameter of a definition must be.
ParameterSpec specOf(const ast::Parameter &parameter);
/// How a block or a rule is called; the tensors of an optimizer are left out.
std::string signatureOf(const ast::Definition &definition);

/// All layers and functions written in C++, by name.
using BuiltinTable = llvm::StringMap<Builtin>;
const BuiltinTable &builtins();
/// Adds `name(parameter: type = default, ...)`.
void addBuiltin(BuiltinTable &table, llvm::StringRef signature, Value (*emit)(Call &));
// One per family of layers.
void addElementwise(BuiltinTable &table);
void addTraining(BuiltinTable &table);
void addEmbedding(BuiltinTable &table);
void addLinear(BuiltinTable &table);
void addConv(BuiltinTable &table);
void addPool(BuiltinTable &table);
void addNorm(BuiltinTable &table);
void addReduce(BuiltinTable &table);
void addShape(BuiltinTable &table);

/// The largest size that a layer takes, and the most elements of a tensor.
inline constexpr int64_t maxSize = (int64_t(1) << 31) - 1;
inline constexpr int64_t maxElements = int64_t(1) << 36;

/// What a training is made of: the statements in force and what beats them.
struct TrainingRequest {
  llvm::SMRange range; ///< of the block's head; invalid if all comes from outside
  std::vector<const ast::Statement *> statements;
  const TrainingOverrides *overrides = nullptr;
};

class Elaborator {
public:
  Elaborator(mlir::MLIRContext &context, const llvm::SourceMgr &sources, Diagnostics &diagnostics,
             const ast::SourceFile &file, const ast::SourceFile &prelude);

  /// Builds the module of one model; null on errors. With a request the module
  /// has the functions of its training too, and `plan` the rest of it. Callable
  /// once.
  mlir::OwningOpRef<mlir::ModuleOp> run(const ast::Definition &model,
                                        const llvm::StringMap<Binding> &bindings,
                                        const TrainingRequest *request = nullptr);

  /// What can be said of the inputs and targets while sizes are missing. What
  /// goes wrong is left to `run` to report. Callable once, instead of `run`.
  std::vector<InputOutline> outline(const ast::Definition &model,
                                    const llvm::StringMap<Binding> &bindings,
                                    llvm::ArrayRef<const ast::Statement *> training);

  /// The parameters made by `run`, in order.
  const std::vector<std::pair<std::string, llvm::SmallVector<int64_t>>> &parameters() const {
    return parameterList;
  }

  TrainingPlan plan;
  /// The embeddings' tables whose text gives no length of rows, in order.
  std::vector<std::string> recommended;

private:
  friend class Call;

  struct Variable {
    Value value;
    llvm::SMRange definedAt;
    bool isLet = false; ///< may be rebound in a `for`
    bool warnUnused = false;
    bool used = false;
  };
  using Scope = llvm::StringMap<Variable>;

  /// One model or one instance of a block.
  struct Frame {
    const ast::Definition *definition = nullptr;
    std::string prefix;     ///< "layer1.0." or empty
    std::string iterations; ///< ".0.2" within loops
    llvm::SMRange callSite; ///< invalid for the model
    Frame *caller = nullptr;
    std::deque<Scope> scopes;
  };

  // Elaborator.cpp, ElaborateStatement.cpp
  bool bindModelParameters(const ast::Definition &model, const llvm::StringMap<Binding> &bindings);
  void elaborate(llvm::ArrayRef<const ast::Statement *> body, Value *returned);
  void elaborateInput(const ast::Statement &statement);
  void elaborateParam(const ast::Statement &statement);
  void elaborateLet(const ast::Statement &statement, bool isLet, bool warnUnused);
  void elaborateOutput(const ast::Statement &statement);
  void elaborateAssign(const ast::Statement &statement);
  void elaborateFor(const ast::Statement &statement, Value *returned);
  std::optional<llvm::SmallVector<int64_t>> evaluateShape(const ast::TensorType &type);
  void checkUnused(const Scope &scope);
  void define(const ast::Name &name, Value value, bool isLet, bool warnUnused);
  Variable *lookup(llvm::StringRef name);
  struct Port {
    ast::Name name;
    mlir::Value value;
  };
  void finishFunction(mlir::Block *function, llvm::SMRange end, llvm::ArrayRef<Port> arguments,
                      llvm::ArrayRef<Port> results);
  Value instantiate(const ast::Definition &block, const ast::CallExpr &call,
                    std::vector<Value> arguments, const Hint &hint);
  const ast::Definition *findBlock(llvm::StringRef name) const;
  bool bindDefault(const ast::Parameter &parameter, Value &value);
  void showUse(size_t firstNew, const ast::Definition &definition, llvm::SMRange use);

  // Outline.cpp
  InputOutline outlineInput(const ast::Definition &model, const ast::Statement &statement,
                            const llvm::StringMap<Binding> &bindings);

  // ElaborateTraining.cpp
  void elaborateTraining(const ast::Definition &model, const TrainingRequest &request);
  void copyForInference(const ast::Definition &model);
  void elaborateLoss(const ast::Statement &statement);
  void elaborateMetric(const ast::Statement &statement);
  void elaborateBest(const ast::Statement &statement);
  void elaborateData(llvm::ArrayRef<const ast::Statement *> statements);
  // SummarizePlan.cpp
  void summarize(llvm::ArrayRef<const ast::Statement *> statements);
  void freeze(llvm::ArrayRef<const ast::Statement *> patterns, llvm::SMRange training);
  bool checkPerExample(const Value &value, llvm::SMRange range, const llvm::Twine &what);

  // ElaborateRules.cpp
  /// While it lives, names are looked up in a rule's own scope.
  struct RuleFrame {
    RuleFrame(Elaborator &elaborator, const ast::Definition &rule, const ast::CallExpr &call);
    ~RuleFrame();
    Elaborator &elaborator;
    const ast::CallExpr &call;
    size_t firstNew;
    Frame frame;
  };
  /// Arguments of an optimizer or a schedule by their parameters' names.
  using RuleArguments = std::vector<std::pair<const ast::Parameter *, Value>>;
  static std::string describeRule(llvm::StringRef name, const RuleArguments &arguments);
  const ast::Definition *findRule(ast::DefinitionKind kind, const ast::CallExpr &call);
  bool bindRule(const ast::Definition &rule, const ast::CallExpr &call,
                const llvm::StringMap<Binding> &overrides, RuleArguments &arguments);
  void elaborateRules(const ast::CallExpr &optimizer, const ast::CallExpr *schedule,
                      const TrainingOverrides *overrides);
  void runSchedule(const ast::Definition &schedule, const ast::CallExpr &call,
                   const RuleArguments &arguments, RuleArguments &optimizerArguments);
  void runOptimizer(const ast::Definition &optimizer, const ast::CallExpr &call,
                    const RuleArguments &arguments);
  void updateScheduled(const ast::Statement &statement);
  void finishOptimizer(llvm::SMRange end);
  std::string nameOfHyper(ScalarProgram::Node node, unsigned position) const;
  void elaborateState(const ast::Statement &statement);
  void elaborateUpdate(const ast::Statement &statement);
  void defineSteps();
  mlir::Value hyperArgument(ScalarProgram::Node node);

  // ElaborateExpr.cpp
  Value evaluate(const ast::Expr *expr, Hint hint = {});
  Value evaluateReference(const ast::ReferenceExpr &expr);
  Value evaluateUnary(const ast::UnaryExpr &expr, const Hint &hint);
  Value evaluateBinary(const ast::BinaryExpr &expr, const Hint &hint);
  Value evaluatePipeline(const ast::PipelineExpr &expr, const Hint &hint);
  Value evaluateMember(const ast::MemberExpr &expr);
  Value evaluateSubscript(const ast::SubscriptExpr &expr);
  Value sliceTensor(const ast::SubscriptExpr &expr, const Value &object);
  Value applyToNumbers(const ast::BinaryExpr &expr, const Value &lhs, const Value &rhs);
  Value chooseVarying(const ast::IfExpr &expr, const Value &condition);
  std::optional<int64_t> evaluateSize(const ast::Expr *expr, const llvm::Twine &what);

  // Arguments.cpp, Initializers.cpp
  Value evaluateCall(const ast::CallExpr &call, const Value *piped, Hint hint);
  Value callBuiltin(const Builtin &builtin, const ast::CallExpr &call, const Value *piped,
                    const Hint &hint);
  Value callBlock(const ast::Definition &block, const ast::CallExpr &call, const Value *piped,
                  const Hint &hint);
  bool bindArguments(llvm::ArrayRef<ParameterSpec> parameters, llvm::StringRef signature,
                     const ast::CallExpr &call, const Value *piped, std::vector<Value> &values,
                     std::vector<llvm::SMRange> &ranges);
  Value convertArgument(const ParameterSpec &parameter, Value value, const ast::Expr *expr,
                        llvm::SMRange range, llvm::StringRef callee);
  Value evaluateArgument(const ParameterSpec &parameter, const ast::Expr *expr);
  std::optional<Initializer> evaluateInitializer(const ast::Expr *expr, int64_t fanIn,
                                                 int64_t fanOut);
  bool isKnownCall(llvm::StringRef name) const {
    return builtins().contains(name) || findBlock(name);
  }
  void reportUnknownCall(const ast::CallExpr &call);

public:
  // Shared by the families.
  Diagnostic &error(llvm::SMRange range, const llvm::Twine &message) {
    return diagnostics.error(range, message);
  }
  /// The place in the user's text that code at `range` was made for; with the
  /// layer's name around it if it has one.
  mlir::Location locationOf(llvm::SMRange range, llvm::StringRef name = "");
  /// A tensor operand: tensors as they are, numbers as constants of rank 0.
  mlir::Value asTensor(const Value &value, llvm::SMRange range);
  // Varying.cpp
  /// Computes numbers or truths of which at least one is varying.
  Value applyVarying(ScalarProgram::Op op, llvm::ArrayRef<Value> operands,
                     Value::Kind kind = Value::Kind::Float);
  Value applyVarying(ast::BinaryOp op, const Value &lhs, const Value &rhs);
  /// A varying number as a tensor; null after a report where there can be none.
  mlir::Value varyingTensor(const Value &value, llvm::SMRange range);
  /// For `average` and `auc`: the number that an epoch makes of `values`, which
  /// have one element per example.
  Value epochNumber(TrainingPlan::Metric::Kind kind, llvm::ArrayRef<Value> values, Call &call);

  /// `lhs op rhs` for at least one tensor; reports what doesn't broadcast.
  Value emitBinary(const ast::BinaryExpr &expr, const Value &lhs, const Value &rhs,
                   llvm::StringRef name);
  /// `lhs @ rhs`; `place` is where the op is said to be.
  Value emitMatmul(const Value &lhs, const Value &rhs, llvm::SMRange range, llvm::SMRange place,
                   llvm::StringRef name);
  /// A list of numbers as a tensor of rank 1; everything else as it is.
  Value listAsTensor(Value value, llvm::SMRange range);
  /// Refuses ids where numbers are needed.
  bool requireFloat(const Value &value, llvm::SMRange range);
  /// The broadcast shape, or nothing after a report.
  std::optional<llvm::SmallVector<int64_t>> broadcast(const Value &lhs, const Value &rhs,
                                                      llvm::SMRange range, llvm::StringRef what);
  /// Whether a tensor of this example shape may exist; reports if not.
  bool checkShape(llvm::ArrayRef<int64_t> shape, llvm::SMRange range);
  mlir::Value makeParameter(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                            Initializer initializer, bool buffer, llvm::SMRange range);
  /// The full name for a hint in the current frame; empty if it gives none.
  std::string pathFor(const Hint &hint) const;
  /// A name made from the kind of the layer, unique among all layers.
  std::string pathForKind(llvm::StringRef kind);

  mlir::MLIRContext &context;
  mlir::OpBuilder builder;

private:
  bool spend(llvm::SMRange range);
  bool isPrelude(llvm::SMRange range) const;

  const llvm::SourceMgr &sources;
  Diagnostics &diagnostics;
  const ast::SourceFile &file, &prelude;
  llvm::StringMap<const ast::Definition *> userBlocks, preludeBlocksByName;

  Frame *frame = nullptr;
  mlir::Block *body = nullptr;
  llvm::SmallVector<Port> inputs, outputs, targets;
  std::vector<std::pair<std::string, llvm::SmallVector<int64_t>>> parameterList;
  llvm::StringMap<llvm::SMRange> parameterPlaces;
  llvm::StringSet<> layerPaths;
  llvm::SMLoc duplicateAt;
  unsigned steps = 0, depth = 0, instances = 0;
  bool exhausted = false;

  // Training.
  /// What varies is computed here; null where nothing does.
  ScalarProgram *program = nullptr;
  TrainingPlan::Metric *metric = nullptr; ///< the one at hand
  bool inTraining = false;                ///< beyond the model's own statements
  Port lossResult;
  llvm::SmallVector<Port> metricResults;
  /// The optimizer at hand; null elsewhere.
  struct Rule {
    mlir::Block *block = nullptr;
    llvm::SmallVector<Port> ports; ///< the parameter and its gradient
    llvm::SmallVector<Port> states;
    std::vector<double> initials;
    llvm::StringMap<mlir::Value> updates; ///< of the parameter and the states
    std::vector<std::pair<ScalarProgram::Node, mlir::Value>> hypers;
  };
  Rule *optimizer = nullptr;
  RuleArguments *scheduled = nullptr; ///< the optimizer's arguments, in a schedule
  std::vector<const ast::Parameter *> setBySchedule;
  std::string optimizerText, scheduleText; ///< with all their arguments
};

/// One call of a built-in with its arguments checked and converted. Used by
/// the families of layers.
class Call {
public:
  Call(Elaborator &elaborator, const Builtin &builtin, const ast::CallExpr &expr, Hint hint,
       std::vector<Value> values, std::vector<llvm::SMRange> ranges)
      : elaborator(elaborator), builtin(builtin), expr(expr), hint(hint), values(std::move(values)),
        ranges(std::move(ranges)) {}

  Elaborator &elaborator;
  const Builtin &builtin;
  const ast::CallExpr &expr;

  const Value &operator[](llvm::StringRef parameter) const { return values[indexOf(parameter)]; }
  bool has(llvm::StringRef parameter) const { return !(*this)[parameter].isAbsent(); }
  int64_t size(llvm::StringRef parameter) const { return (*this)[parameter].size; }
  double number(llvm::StringRef parameter) const { return (*this)[parameter].asDouble(); }
  bool flag(llvm::StringRef parameter) const { return (*this)[parameter].truth; }
  /// One or two sizes; a single one counts for both axes.
  llvm::SmallVector<int64_t> window(llvm::StringRef parameter, unsigned rank) const;
  llvm::SmallVector<int64_t> sizes(llvm::StringRef parameter) const;
  mlir::Value tensor(llvm::StringRef parameter) const { return (*this)[parameter].tensor; }
  llvm::ArrayRef<int64_t> shape(llvm::StringRef parameter) const {
    return (*this)[parameter].shape();
  }
  /// The argument's place, or the callee's if the default is used.
  llvm::SMRange range(llvm::StringRef parameter) const { return ranges[indexOf(parameter)]; }
  llvm::SMRange calleeRange() const { return expr.callee.range; }

  Diagnostic &error(llvm::SMRange range, const llvm::Twine &message) {
    return elaborator.error(range, message);
  }
  /// An error about the tensor `parameter`, with a note where its shape comes from.
  Diagnostic &shapeError(llvm::StringRef parameter, const llvm::Twine &message);
  /// Reports a size below `low`; true if it is fine.
  bool atLeast(llvm::StringRef parameter, int64_t low);
  /// The axis as a non-negative one, or nothing after a report.
  std::optional<int64_t> axis(llvm::StringRef parameter, int64_t value, int64_t rank);

  /// Makes `path.suffix`, with the `init:` argument in place of `initializer`
  /// if the call has one and this is the weight.
  mlir::Value parameter(llvm::StringRef suffix, llvm::ArrayRef<int64_t> shape,
                        Initializer initializer, bool buffer = false);
  /// The weight's initializer: `init:` with these fans, or `fallback`.
  std::optional<Initializer> initializer(int64_t fanIn, int64_t fanOut, Initializer fallback);

  mlir::OpBuilder &builder() { return elaborator.builder; }
  mlir::Location loc();
  /// The name that `let`, `name:` or a pipeline gives to this call, or "".
  std::string givenName() const { return elaborator.pathFor(hint); }
  /// For functions that are told by others: puts `value` in an argument's place.
  void replaceTensor(llvm::StringRef parameter, mlir::Value value) {
    values[indexOf(parameter)].tensor = value;
  }
  mlir::RankedTensorType resultType(llvm::ArrayRef<int64_t> shape, bool batched) {
    return makeTensorType(batched, shape, builder().getF32Type());
  }
  /// The op's result as a value made by this call.
  Value result(mlir::Value value) { return Value::ofTensor(value, expr.range); }

private:
  friend class Elaborator;
  size_t indexOf(llvm::StringRef parameter) const;
  const std::string &path();

  Hint hint;
  std::vector<Value> values;
  std::vector<llvm::SMRange> ranges;
  std::string cachedPath;
};

} // namespace weir

#endif
