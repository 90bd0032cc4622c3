//===- Value.h - What the text's expressions are worth (private) ----------===//
#ifndef WEIR_LIB_FRONTEND_VALUE_H
#define WEIR_LIB_FRONTEND_VALUE_H

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/AST.h"
#include "weir/Frontend/Frontend.h"
#include "weir/Frontend/ScalarProgram.h"

namespace weir {

/// What an expression is worth.
struct Value {
  enum class Kind : uint8_t {
    Absent, ///< an argument that wasn't given and has no default
    Poison, ///< the result of a reported error
    Size,
    Float,
    Bool,
    String,
    Tuple,
    Tensor,
  };
  Kind kind = Kind::Poison;
  /// Where the value was made: for notes about shapes.
  llvm::SMRange origin;
  int64_t size = 0;
  double number = 0;
  bool truth = false;
  llvm::StringRef text;
  std::vector<Value> elements;
  mlir::Value tensor;
  /// For an `init:` argument: the call, resolved once the shape is known.
  const ast::Expr *syntax = nullptr;
  /// For a Float or Bool that isn't known when the model is compiled: where the
  /// program at hand computes it.
  std::optional<ScalarProgram::Node> node;

  static Value poison() { return {}; }
  static Value absent() { return of(Kind::Absent); }
  static Value ofSize(int64_t value) {
    Value v = of(Kind::Size);
    v.size = value;
    return v;
  }
  static Value ofFloat(double value) {
    Value v = of(Kind::Float);
    v.number = value;
    return v;
  }
  static Value ofBool(bool value) {
    Value v = of(Kind::Bool);
    v.truth = value;
    return v;
  }
  static Value ofNode(Kind kind, ScalarProgram::Node node) {
    Value v = of(kind);
    v.node = node;
    return v;
  }
  static Value ofTensor(mlir::Value value, llvm::SMRange origin) {
    Value v = of(Kind::Tensor);
    v.tensor = value;
    v.origin = origin;
    return v;
  }

  bool isPoison() const { return kind == Kind::Poison; }
  bool isAbsent() const { return kind == Kind::Absent; }
  bool isSize() const { return kind == Kind::Size; }
  bool isNumber() const { return kind == Kind::Size || kind == Kind::Float; }
  bool isTensor() const { return kind == Kind::Tensor; }
  bool isBool() const { return kind == Kind::Bool; }
  bool isVarying() const { return node.has_value(); }
  double asDouble() const { return kind == Kind::Size ? static_cast<double>(size) : number; }
  mlir::Type elementType() const {
    return mlir::cast<mlir::RankedTensorType>(tensor.getType()).getElementType();
  }
  bool isIds() const { return isTensor() && mlir::isa<IdType>(elementType()); }
  llvm::ArrayRef<int64_t> shape() const { return exampleShape(tensor); }

private:
  static Value of(Kind kind) {
    Value v;
    v.kind = kind;
    return v;
  }
};

/// "f32[3, 28, 28]", "index<672>", "the size 3", ... for messages.
std::string describe(const Value &value);
/// "f32[3, 28, 28]".
std::string describeShape(llvm::ArrayRef<int64_t> shape);

/// A value from outside.
Value valueOf(const Binding &binding);
/// Whether the value suits the type; a size becomes a float where one is due.
bool suits(ast::ParameterKind kind, Value &value);

/// How a layer gets its name.
struct Hint {
  enum class Kind : uint8_t {
    None,   ///< after its kind
    Root,   ///< `return`: the stages of a pipeline are numbered, without a prefix
    Output, ///< like Root; a single layer takes the output's name
    Named,  ///< given by `let` or `name:`, within the current prefix
    Path,   ///< the full name, as of a numbered stage
  };
  Kind kind = Kind::None;
  std::string name;
};

/// A function of initial values, with its fans resolved.
struct Initializer {
  llvm::StringRef kind = "constant";
  double first = 0, second = 0;

  static Initializer constant(double value) { return {"constant", value, 0}; }
  static Initializer normal(double mean, double deviation) { return {"normal", mean, deviation}; }
  static Initializer uniform(double low, double high) { return {"uniform", low, high}; }
};

} // namespace weir

#endif
