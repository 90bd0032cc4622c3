//===- Tune.h - --tune: measuring instead of estimating -----------------------===//
//
// Variants of the whole model are compiled and run with a clock for every kernel, so that
// each layer is measured where it stands; docs/codegen.md says how.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_TOOLS_WEIR_TUNE_H
#define WEIR_TOOLS_WEIR_TUNE_H

#include "CompileArguments.h"
#include "ModelSource.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/JSON.h"

namespace weir {

/// What was measured of the layers of one shape.
struct TunedShape {
  struct Candidate {
    std::string name; // "F(2x2)", a tile "6x16", a block "384x4"
    double seconds;   // of all layers of the shape, in a call
    double cost;      // in multiply-adds, by which estimates choose
  };
  std::string kind; // "form", "tile" or "block"
  std::string shape;
  std::vector<std::string> layers;
  std::vector<Candidate> candidates; // the first is the default
  size_t taken = 0;
};

/// What was measured of a model.
struct Tuning {
  mlir::ArrayAttr choices; // what its function should say; empty if the default is best
  double defaultSeconds = 0, seconds = 0; // of a call: by default, and with the choices
  int64_t variants = 0;                   // that were compiled
  std::vector<TunedShape> shapes;
};

/// Measures, or finds what was measured before, and makes the model's function say the best
/// choices. A model without parameters gets those of its initializers. Says on standard error
/// what it did. The exit code if the command ends here.
std::optional<int> tuneModel(LoadedModel &model, const ModelArguments &source,
                             const CompileArguments &arguments, const CompileOptions &options,
                             int64_t threads, Tuning *result = nullptr);

//===----------------------------------------------------------------------===//
// Its parts
//===----------------------------------------------------------------------===//

struct VariantSource;

/// Compiles and runs what there is to choose from (TuneStages.cpp).
Result<Tuning> measureVariants(const VariantSource &source);

/// What was measured, for others to read (TuneFile.cpp).
llvm::json::Value asJson(const Tuning &tuning);
/// The same as text, to be kept.
std::string writeTuning(const Tuning &tuning);
/// Nothing if the text isn't what writeTuning() writes.
std::optional<Tuning> readTuning(std::string_view text, mlir::MLIRContext &context);

/// The table for `weir explain`, with estimates at so many multiply-adds per second. Empty if
/// there was nothing to choose from.
std::string describeTuning(const Tuning &tuning, double multiplyAddsPerSecond);

} // namespace weir

#endif
