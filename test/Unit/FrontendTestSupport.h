//===- FrontendTestSupport.h - A model from text, for tests ---------------===//
#ifndef WEIR_TEST_UNIT_FRONTENDTESTSUPPORT_H
#define WEIR_TEST_UNIT_FRONTENDTESTSUPPORT_H

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Frontend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace weir::test {

/// Loads a text and keeps all that the result points into.
struct Loaded {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  llvm::SourceMgr sources;
  Diagnostics diagnostics{&sources};
  mlir::OwningOpRef<mlir::ModuleOp> module;

  explicit Loaded(llvm::StringRef text, const ModelOptions &options = {}) {
    module = loadModelFromText(text, "test.weir", sources, context, options, diagnostics);
  }

  bool ok() const { return static_cast<bool>(const_cast<Loaded *>(this)->module); }
  std::string messages() const { return diagnostics.str(); }

  /// All ops of a kind, in order.
  template <typename Op> std::vector<Op> ops() {
    std::vector<Op> found;
    module->walk([&](Op op) { found.push_back(op); });
    return found;
  }

  /// "name: 3x4" for each parameter, in order.
  std::vector<std::string> parameters() {
    std::vector<std::string> result;
    for (ParamOp param : ops<ParamOp>()) {
      std::string text = param.getName().str() + ":";
      for (int64_t size : param.getType().getShape())
        text += " " + std::to_string(size);
      result.push_back(text);
    }
    return result;
  }

  /// The example shape of the first output.
  std::vector<int64_t> outputShape() {
    auto returned = ops<mlir::func::ReturnOp>();
    llvm::ArrayRef<int64_t> shape = exampleShape(returned.front().getOperand(0));
    return {shape.begin(), shape.end()};
  }
};

/// A model around statements: one input x of the given type.
inline std::string modelWith(const std::string &type, const std::string &statements) {
  return "model M() {\n  input x: " + type + "\n" + statements + "\n}\n";
}

} // namespace weir::test

#endif
