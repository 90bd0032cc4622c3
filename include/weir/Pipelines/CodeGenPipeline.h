//===- CodeGenPipeline.h - the stages after the rewrites -----------------*- C++ -*-===//

#ifndef WEIR_PIPELINES_CODEGENPIPELINE_H
#define WEIR_PIPELINES_CODEGENPIPELINE_H

#include "weir/CodeGen/CpuTarget.h"
#include "weir/CodeGen/Passes.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace weir {

/// What the code generator is told.
struct CodeGenOptions {
  int64_t vectorBits = 256;
  int64_t vectorRegisters = 16;
  int64_t cacheBytes = 512 * 1024;
  bool fusedMultiplyAdd = true;
  /// Whether there is AVX-512's instruction that estimates reciprocal roots.
  bool rootEstimates = false;
  /// What packed matrices hold. A training's step packs none.
  WeightFormat weights = WeightFormat::F32;
  /// A kernel of fewer operations runs on the calling thread (see examplesToDivide in
  /// CostModel.h).
  int64_t parallelWork = 200'000;
  /// What exported functions' names start with.
  std::string prefix = "weir";

  static CodeGenOptions forTarget(const CpuTarget &target, std::string prefix);
};

/// From the rewritten dialect to linalg on tensors: one function of inputs, with
/// parameters still named. Products have their strategy and packed matrices.
void buildLinalgPipeline(mlir::OpPassManager &manager, const CodeGenOptions &options);

/// From linalg on tensors to vector loops on buffers: the functions `prepare` and `run`.
void buildVectorPipeline(mlir::OpPassManager &manager, const CodeGenOptions &options);

/// The part of it that follows the split: from functions on memory whose bodies are
/// tensors still to vector loops on buffers.
void buildBufferPipeline(mlir::OpPassManager &manager, const CodeGenOptions &options);

/// From vector loops to the LLVM dialect: the exported functions and their kernels.
void buildLLVMPipeline(mlir::OpPassManager &manager, const CodeGenOptions &options);

/// Makes the three known by name: `weir-linalg`, `weir-vector`, `weir-llvm`.
void registerCodeGenPipelines();

} // namespace weir

#endif // WEIR_PIPELINES_CODEGENPIPELINE_H
