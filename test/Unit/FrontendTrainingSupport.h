//===- FrontendTrainingSupport.h - A training from text, for tests --------===//
#ifndef WEIR_TEST_UNIT_FRONTENDTRAININGSUPPORT_H
#define WEIR_TEST_UNIT_FRONTENDTRAININGSUPPORT_H

#include "FrontendTestSupport.h"
#include "weir/Frontend/Training.h"
#include "weir/Reference/Interpreter.h"

#include <gtest/gtest.h>

namespace weir::test {

/// Loads a text with its training and keeps all that the result points into.
struct LoadedTraining {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  llvm::SourceMgr sources;
  Diagnostics diagnostics{&sources};
  std::optional<Training> training;

  explicit LoadedTraining(llvm::StringRef text, const TrainingOverrides &overrides = {}) {
    training =
        loadTrainingFromText(text, "test.weir", sources, context, {}, overrides, diagnostics);
  }

  bool ok() const { return training.has_value(); }
  std::string messages() const { return diagnostics.str(); }
  const TrainingPlan &plan() const { return training->plan; }
  mlir::func::FuncOp function(llvm::StringRef name) {
    return training->module->lookupSymbol<mlir::func::FuncOp>(name);
  }

  /// The results of one of the functions, by the reference interpreter.
  std::vector<RefTensor> run(llvm::StringRef name, const std::vector<RefTensor> &inputs,
                             int64_t batch, const RefParameters &parameters = {}) {
    mlir::OwningOpRef<mlir::ModuleOp> alone =
        mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
    alone->push_back(function(name).clone());
    llvm::Expected<std::vector<RefTensor>> results = interpret(*alone, parameters, inputs, batch);
    if (results)
      return *results;
    ADD_FAILURE() << llvm::toString(results.takeError());
    return {};
  }
};

/// A model M with one parameter of two elements and a training with these
/// statements; `before` stands in front of it.
inline std::string trainingWith(const std::string &statements, const std::string &before = "") {
  return before +
         "model M(n: size = 3) {\n"
         "  input x: f32[2]\n"
         "  param w: f32[2] = ones()\n"
         "  output y = x * w\n"
         "}\n"
         "training M {\n" +
         statements + "\n}\n";
}

} // namespace weir::test

#endif
