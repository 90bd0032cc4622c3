//===- Outline.h - What a model takes, before its sizes are known ---------===//
//
// Data decides sizes: how many users there are is known when the ratings have
// been read. Until then nothing can be elaborated; this is what can be said.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_OUTLINE_H
#define WEIR_FRONTEND_OUTLINE_H

#include "weir/Frontend/Training.h"

namespace weir {

/// An input of a model or a target of its training.
struct InputOutline {
  std::string name;
  bool target = false;
  bool isIndex = false; ///< ids rather than numbers
  /// The sizes of one example; those that aren't known yet are missing.
  std::vector<std::optional<int64_t>> shape;
  /// For each of them the `size` of the model that it is, as `n` of `f32[n, 2]`;
  /// empty for whatever else stands there.
  std::vector<std::string> shapeParameters;
  /// How many ids there are, if it is known, be it from a default.
  std::optional<int64_t> cardinality;
  /// The `size` of the model that is the number of ids, as `users` of
  /// `index<users>`; empty for numbers and for whatever else stands there.
  std::string sizeParameter;
  /// That parameter has a default.
  bool hasDefault = false;
  /// The number of ids can't follow from data: that parameter is bound already,
  /// or there is none.
  bool fixed = false;
};

struct Outline {
  std::string model;
  /// The model's inputs, then the targets, as @train has them.
  std::vector<InputOutline> inputs;
  /// Where they get their values from.
  std::vector<TrainingPlan::DataBinding> data;
};

/// Reads and parses a file and outlines the model of `options`. Nothing if there
/// were errors. What is wrong with sizes, values and the rest of the training is
/// left to `loadTraining` to say. `context` is used as there.
std::optional<Outline> outlineInputs(llvm::StringRef path, llvm::SourceMgr &sources,
                                     mlir::MLIRContext &context, const ModelOptions &options,
                                     const TrainingOverrides &overrides, Diagnostics &diagnostics);
/// The same for text in memory; `name` stands for the file in messages.
std::optional<Outline> outlineInputsFromText(llvm::StringRef text, llvm::StringRef name,
                                             llvm::SourceMgr &sources, mlir::MLIRContext &context,
                                             const ModelOptions &options,
                                             const TrainingOverrides &overrides,
                                             Diagnostics &diagnostics);

} // namespace weir

#endif
