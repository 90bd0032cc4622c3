//===- Pipelines.h - the stages of the compiler as functions ---------*- C++ -*-===//
//
// A stage is a function that adds its passes to a pass manager, steered by an
// options struct, and ends with a pass that checks the form it promises.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_PIPELINES_PIPELINES_H
#define WEIR_PIPELINES_PIPELINES_H

#include "weir/Dialect/Transforms/Passes.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace weir {

/// Which convolutions are computed in Winograd's way.
enum class WinogradUse {
  Never,
  /// Those where an estimate says that it is faster.
  WherePays,
  /// All that can be.
  Always
};

/// Every optimisation of the rewrite stage can be switched off. What the
/// lowering needs in any case (dropout removed, norms expanded, channels last,
/// products) is not an option.
struct RewriteOptions {
  /// Products with one-hot rows become look-ups.
  bool oneHotToEmbedding = true;
  /// Batch norms vanish in the layer before them.
  bool foldBatchNorm = true;
  /// Explicit padding becomes a layer's own.
  bool foldPad = true;
  /// Products of joined tensors become sums where that is cheaper.
  bool splitConcat = true;
  bool foldTables = true;
  /// Layers that occur twice are computed once.
  bool mergeDuplicates = true;
  /// How a convolution's patches become the rows of a product.
  ConvAlgorithm convAlgorithm = ConvAlgorithm::Windows;
  /// Convolutions of 3x3 kernels with fewer products.
  WinogradUse winograd = WinogradUse::WherePays;
  /// How many examples a call usually has, at least 1: forms of convolutions are chosen
  /// for that many. Any number can be run.
  int64_t examples = 1;
};

/// From the dialect as the frontend writes it to the form that the lowering
/// takes, for inference. Runs on a module.
void buildRewritePipeline(mlir::OpPassManager &manager, const RewriteOptions &options = {});

/// Makes the pipeline known by its name, `weir-rewrite`, with its options.
void registerRewritePipeline();

} // namespace weir

#endif // WEIR_PIPELINES_PIPELINES_H
