// Fuzzes the whole frontend: text to tree to dialect, and the messages. Sizes
// without a value are also inferred from shapes, as with a file of weights, and
// models are outlined without sizes.
#include "weir/Frontend/Outline.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"

// LLVM's libraries are built without the sanitizer, so they don't lift the marks
// that its headers, compiled here, put on the memory of their allocators.
extern "C" const char *__asan_default_options() { return "allow_user_poisoning=0"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mlir::MLIRContext *context = new mlir::MLIRContext(mlir::MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  weir::Diagnostics diagnostics(&sources);
  weir::ParameterShapes shapes = {{"y.weight", {4, 3}}, {"h.weight", {8, 3, 3, 3}}};
  weir::ModelOptions options;
  // Inference builds the model many times: only now and then.
  if (size % 8 == 0)
    options.parameterShapes = &shapes;
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  auto module = weir::loadModelFromText(text, "fuzz.weir", sources, *context, options, diagnostics);
  // What was refused must have been refused with a message.
  if (!module && !diagnostics.hasErrors())
    __builtin_trap();
  // The dialect's own checks are a net that must never catch anything.
  for (const weir::Diagnostic &diagnostic : diagnostics.all())
    if (llvm::StringRef(diagnostic.message).starts_with("the dialect refuses"))
      __builtin_trap();
  (void)diagnostics.str();
  // A model that can be built can be outlined, however few sizes are known.
  if (size % 4 == 1) {
    weir::Diagnostics messages(&sources);
    weir::TrainingOverrides overrides{{"epochs 1"}, {}, {}};
    bool outlined = weir::outlineInputsFromText(text, "fuzz.weir", sources, *context, options,
                                                overrides, messages)
                        .has_value();
    if (outlined == messages.hasErrors() || (module && !outlined))
      __builtin_trap();
  }
  return 0;
}
