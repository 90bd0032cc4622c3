//===- CodeGenPipeline.cpp - the stages after the rewrites ------------------------===//

#include "weir/Pipelines/CodeGenPipeline.h"

#include "weir/CodeGen/Passes.h"
#include "weir/Conversion/Passes.h"

#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace weir;

CodeGenOptions CodeGenOptions::forTarget(const CpuTarget &target, std::string prefix) {
  CodeGenOptions options;
  options.vectorBits = target.vectorBits;
  options.vectorRegisters = target.vectorRegisters;
  options.cacheBytes = target.cacheBytes;
  options.fusedMultiplyAdd = target.fusedMultiplyAdd;
  options.rootEstimates = target.rootEstimates;
  options.prefix = std::move(prefix);
  return options;
}

void weir::buildLinalgPipeline(OpPassManager &manager, const CodeGenOptions &options) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createWeirToLinalgPass());
  // Windows that every product reads through are dead now; sizes and constants that
  // each op asked for itself are one.
  function.addPass(createCSEPass());
  function.addPass(createCanonicalizerPass());

  // Decide, then obey. What the function says about itself goes before estimates.
  function.addPass(createApplyTilingsPass());
  SelectStrategyPassOptions strategy;
  strategy.vectorBits = options.vectorBits;
  strategy.vectorRegisters = options.vectorRegisters;
  strategy.cacheBytes = options.cacheBytes;
  strategy.weights = options.weights;
  function.addPass(createSelectStrategyPass(strategy));
  function.addPass(createPackProductsPass());
}

void weir::buildVectorPipeline(OpPassManager &manager, const CodeGenOptions &options) {
  // Before anything is merged, so that what depends on parameters only isn't merged
  // into what is computed on every call.
  manager.addPass(createSplitPreparePass());
  buildBufferPipeline(manager, options);
}

void weir::buildBufferPipeline(OpPassManager &manager, const CodeGenOptions &options) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createFuseElementwisePass());
  function.addPass(createCSEPass());
  function.addPass(createSeparateResultsPass());

  // Results are written where they are wanted: into outputs, padded images, joins.
  function.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.allowReturnAllocsFromLoops = false;
  bufferize.bufferizeFunctionBoundaries = false;
  manager.addPass(bufferization::createOneShotBufferizePass(bufferize));
  // At once: copies of a buffer onto itself must go before anything looks at them.
  OpPassManager &buffers = manager.nest<func::FuncOp>();
  buffers.addPass(createCSEPass());
  buffers.addPass(createCanonicalizerPass());

  LowerKernelsPassOptions kernels;
  kernels.vectorBits = options.vectorBits;
  kernels.fusedMultiplyAdd = options.fusedMultiplyAdd;
  buffers.addPass(createLowerKernelsPass(kernels));
  buffers.addPass(createMoveUpdatesPass());
  LowerUpdatesPassOptions updates;
  updates.vectorBits = options.vectorBits;
  updates.fusedMultiplyAdd = options.fusedMultiplyAdd;
  buffers.addPass(createLowerUpdatesPass(updates));
  // Kernels have their final form; what one leaves for the next is still in a cache.
  buffers.addPass(createFuseKernelsPass());
  // Buffers that lived between a product and its epilogue have no use any more. No
  // canonicalization here: it would dissolve kernels of a single unit of work.
  buffers.addPass(createCSEPass());
  SliceBatchPassOptions slices;
  slices.cacheBytes = options.cacheBytes;
  buffers.addPass(createSliceBatchPass(slices));
  buffers.addPass(createPlanArenaPass());
}

void weir::buildLLVMPipeline(OpPassManager &manager, const CodeGenOptions &options) {
  if (options.rootEstimates)
    manager.addNestedPass<func::FuncOp>(createEstimateRootsPass());
  OutlineKernelsPassOptions outline;
  outline.prefix = options.prefix;
  outline.parallelWork = options.parallelWork;
  manager.addPass(createOutlineKernelsPass(outline));
  LowerToLLVMPassOptions lower;
  lower.fusedMultiplyAdd = options.fusedMultiplyAdd;
  manager.addPass(createLowerToLLVMPass(lower));
  // The frame's pointers were cast to buffers; both are structs now.
  manager.addPass(createReconcileUnrealizedCastsPass());
}

namespace {
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<int64_t> vectorBits{*this, "vector-bits", llvm::cl::init(256),
                             llvm::cl::desc("width of a vector register")};
  Option<int64_t> vectorRegisters{*this, "vector-registers", llvm::cl::init(16),
                                  llvm::cl::desc("how many there are")};
  Option<int64_t> cacheBytes{*this, "cache-bytes", llvm::cl::init(512 * 1024),
                             llvm::cl::desc("size of the second-level cache")};
  Option<bool> fusedMultiplyAdd{*this, "fused-multiply-add", llvm::cl::init(true),
                                llvm::cl::desc("whether multiply-add is one instruction")};
  Option<WeightFormat> weights{
      *this, "weights", llvm::cl::init(WeightFormat::F32),
      llvm::cl::desc("what packed matrices hold"),
      llvm::cl::values(clEnumValN(WeightFormat::F32, "f32", "f32"),
                       clEnumValN(WeightFormat::BF16, "bf16", "bf16, where that is faster"))};
  Option<int64_t> parallelWork{
      *this, "parallel-work", llvm::cl::init(CodeGenOptions().parallelWork),
      llvm::cl::desc("a kernel of fewer operations runs on the calling thread")};
  Option<std::string> prefix{*this, "prefix", llvm::cl::init("weir"),
                             llvm::cl::desc("what exported names start with")};

  CodeGenOptions options() const {
    CodeGenOptions result;
    result.vectorBits = vectorBits;
    result.vectorRegisters = vectorRegisters;
    result.cacheBytes = cacheBytes;
    result.fusedMultiplyAdd = fusedMultiplyAdd;
    result.weights = weights;
    result.parallelWork = parallelWork;
    result.prefix = prefix;
    return result;
  }
};
} // namespace

void weir::registerCodeGenPipelines() {
  PassPipelineRegistration<PipelineOptions>(
      "weir-linalg", "From the rewritten dialect to linalg on tensors",
      [](OpPassManager &manager, const PipelineOptions &options) {
        buildLinalgPipeline(manager, options.options());
      });
  PassPipelineRegistration<PipelineOptions>(
      "weir-vector", "From linalg on tensors to vector loops on buffers",
      [](OpPassManager &manager, const PipelineOptions &options) {
        buildVectorPipeline(manager, options.options());
      });
  PassPipelineRegistration<PipelineOptions>(
      "weir-llvm", "From vector loops to the LLVM dialect",
      [](OpPassManager &manager, const PipelineOptions &options) {
        buildLLVMPipeline(manager, options.options());
      });
}
