//===- Pipelines.cpp - the rewrite stage --------------------------------------===//

#include "weir/Pipelines/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void weir::buildRewritePipeline(OpPassManager &manager, const RewriteOptions &options) {
  OpPassManager &passes = manager.nest<func::FuncOp>();

  // What inference doesn't compute. Dropout first: it hides the layers around it
  // from each other.
  passes.addPass(createRemoveDropoutPass());
  passes.addPass(createCanonicalizerPass());

  // Layers vanish in their neighbours while they still are layers. A pad before a
  // convolution doesn't hide the batch norm after it, so the order is free; batch
  // norms that found no layer are spelled out.
  if (options.foldPad)
    passes.addPass(createFoldPadPass());
  if (options.foldBatchNorm)
    passes.addPass(createFoldBatchNormPass());
  passes.addPass(createExpandBatchNormPass());

  // One way to say things: two spatial axes, and products instead of linear layers.
  passes.addPass(createExpand1dPass());
  passes.addPass(createLinearToProductPass());

  // Before images are moved, so that each flattened image meets its own part of
  // the matrix; before look-ups, because joined one-hot rows are look-ups once
  // they are apart.
  if (options.splitConcat)
    passes.addPass(createSplitConcatPass());
  if (options.oneHotToEmbedding)
    passes.addPass(createOneHotToEmbeddingPass());
  // A look-up hides in what is computed from it, as the one-hot rows did in it.
  if (options.foldTables)
    passes.addPass(createFoldTablesPass());

  // Convolutions become products only when their channels are last, but for those that
  // have no neighbours.
  passes.addPass(createPointwiseToMatmulPass());
  passes.addPass(createChannelsLastPass());
  // What the function says about itself goes before estimates.
  passes.addPass(createApplyFormsPass());
  if (options.winograd != WinogradUse::Never) {
    WinogradPassOptions winograd;
    winograd.always = options.winograd == WinogradUse::Always;
    winograd.examples = options.examples;
    passes.addPass(createWinogradPass(winograd));
  }
  ConvToProductPassOptions conv;
  conv.algorithm = options.convAlgorithm;
  passes.addPass(createConvToProductPass(conv));

  // Padding that a product's image got meets padding that was there.
  if (options.foldPad)
    passes.addPass(createFoldPadPass());

  // Transposes that met, parameter computations that several layers share, and
  // what nothing reads any more.
  passes.addPass(createCanonicalizerPass());
  if (options.mergeDuplicates)
    passes.addPass(createCSEPass());

  passes.addPass(createVerifyRewrittenPass());
}

namespace {
struct RewriteCommandLine : PassPipelineOptions<RewriteCommandLine> {
  Option<bool> oneHotToEmbedding{*this, "one-hot-to-embedding",
                                 llvm::cl::desc("Products with one-hot rows become look-ups"),
                                 llvm::cl::init(true)};
  Option<bool> foldBatchNorm{*this, "fold-batch-norm",
                             llvm::cl::desc("Fold batch norm into the layer before it"),
                             llvm::cl::init(true)};
  Option<bool> foldPad{*this, "fold-pad", llvm::cl::desc("Fold padding into the layer after it"),
                       llvm::cl::init(true)};
  Option<bool> splitConcat{*this, "split-concat",
                           llvm::cl::desc("Split products of joined tensors where it pays"),
                           llvm::cl::init(true)};
  Option<bool> foldTables{*this, "fold-tables",
                          llvm::cl::desc("Multiply tables once instead of the rows of each call"),
                          llvm::cl::init(true)};
  Option<bool> mergeDuplicates{*this, "merge-duplicates",
                               llvm::cl::desc("Compute layers that occur twice once"),
                               llvm::cl::init(true)};
  Option<weir::ConvAlgorithm> convAlgorithm{
      *this, "conv-algorithm", llvm::cl::desc("How a convolution's patches become rows"),
      llvm::cl::init(weir::ConvAlgorithm::Windows),
      llvm::cl::values(
          clEnumValN(weir::ConvAlgorithm::Windows, "windows", "a view, nothing is copied"),
          clEnumValN(weir::ConvAlgorithm::Im2col, "im2col", "a matrix of all patches"))};
  Option<weir::WinogradUse> winograd{
      *this, "winograd", llvm::cl::desc("Which 3x3 convolutions are computed in Winograd's way"),
      llvm::cl::init(weir::RewriteOptions().winograd),
      llvm::cl::values(clEnumValN(weir::WinogradUse::Never, "never", "none"),
                       clEnumValN(weir::WinogradUse::WherePays, "where-pays",
                                  "those where an estimate says that it is faster"),
                       clEnumValN(weir::WinogradUse::Always, "always", "all that can be"))};
  Option<int64_t> examples{*this, "examples", llvm::cl::desc("How many a call usually has"),
                           llvm::cl::init(weir::RewriteOptions().examples)};
};
} // namespace

void weir::registerRewritePipeline() {
  PassPipelineRegistration<RewriteCommandLine>(
      "weir-rewrite", "From the dialect as it was written to the form that the lowering takes",
      [](OpPassManager &manager, const RewriteCommandLine &line) {
        RewriteOptions options;
        options.oneHotToEmbedding = line.oneHotToEmbedding;
        options.foldBatchNorm = line.foldBatchNorm;
        options.foldPad = line.foldPad;
        options.splitConcat = line.splitConcat;
        options.foldTables = line.foldTables;
        options.mergeDuplicates = line.mergeDuplicates;
        options.convAlgorithm = line.convAlgorithm;
        options.winograd = line.winograd;
        options.examples = line.examples;
        buildRewritePipeline(manager, options);
      });
}
