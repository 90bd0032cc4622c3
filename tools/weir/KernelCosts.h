//===- KernelCosts.h - What the parts of a model's compiled code do -----------===//
#ifndef WEIR_TOOLS_WEIR_KERNELCOSTS_H
#define WEIR_TOOLS_WEIR_KERNELCOSTS_H

#include "weir/Execution/Compiler.h"
#include "weir/Runtime/Result.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/SourceMgr.h"

namespace weir {

/// One of the loop nests that a call runs, one after the other.
struct KernelCost {
  std::string layer;  // the layer that it is for, as `weir check` calls it
  std::string what;   // the layer's kind, and what else is done on the way
  std::string source; // FILE:LINE
  /// The number of that layer in listLayers(); -1 if there is none.
  int64_t number = -1;
  int64_t work = 0; // operations per example, as the code generator counts them
  /// With fewer examples it stays on the calling thread.
  int64_t examplesToDivide = 0;
  /// Of the layer, per example; 0 if it isn't a product.
  int64_t multiplyAdds = 0;
  /// The buffers that it reads and writes, each counted once; of a table the rows that
  /// are read.
  int64_t bytes = 0, bytesPerExample = 0;
  /// How many of them hold parameters, packed or as they are.
  int64_t weightBytes = 0, weightBytesPerExample = 0;
  /// The last of its segment: the next slice of the batch begins, or the next segment.
  bool endsSlice = false;
  bool functions = false; // whether exp, tanh or the like is computed
};

/// The kernels of a model in the weir dialect, in the order in which they run. The module
/// isn't changed.
Result<std::vector<KernelCost>> findKernels(mlir::ModuleOp module, const llvm::SourceMgr &sources,
                                            const CompileOptions &options);

/// All kernels of a layer: a row of a table.
struct LayerKernels {
  std::string layer, what, source; // as above
  int64_t number;                  // of the layer, as above
  int64_t multiplyAdds;            // of the layer, per example
  std::vector<size_t> kernels;     // their places in the list of kernels
};

/// The rows, in the order of their first kernels.
std::vector<LayerKernels> groupByLayer(const std::vector<KernelCost> &kernels);

} // namespace weir

#endif
