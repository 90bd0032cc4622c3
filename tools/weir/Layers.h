//===- Layers.h - What each layer of a model costs ----------------------------===//
#ifndef WEIR_TOOLS_WEIR_LAYERS_H
#define WEIR_TOOLS_WEIR_LAYERS_H

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/SourceMgr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// One op of a model in the weir dialect, as the frontend writes it, or all ops that
/// came from one call of a block of the prelude.
struct Layer {
  llvm::SmallVector<mlir::Operation *, 1> ops; // the last one gives the layer's value
  std::string name;                            // empty if the source gives it none
  std::string kind;                            // the op, without "weir.", or the block's name
  std::vector<int64_t> shape;                  // of the output, per example
  /// Learned parameters that no earlier layer uses, and those that aren't learned
  /// (running statistics).
  int64_t parameters = 0, buffers = 0;
  /// Products that are summed up, per example: those of linear layers, convolutions
  /// and matrix products. Element-by-element work isn't counted.
  int64_t multiplyAdds = 0;
};

/// All layers in the order of the source; parameters and constants aren't layers.
/// `sources` is what the module was read from.
std::vector<Layer> listLayers(mlir::ModuleOp module, const llvm::SourceMgr &sources);

/// The sum over all layers, per example.
int64_t countMultiplyAdds(mlir::ModuleOp module);

} // namespace weir

#endif
