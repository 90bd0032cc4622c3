//===- LayerChoices.h - How the compiler computes each layer ------------------===//
#ifndef WEIR_TOOLS_WEIR_LAYERCHOICES_H
#define WEIR_TOOLS_WEIR_LAYERCHOICES_H

#include "Layers.h"

#include "weir/CodeGen/CostModel.h"
#include "weir/Execution/Compiler.h"
#include "weir/Runtime/Result.h"

#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace weir {

/// A product and how it is cut.
struct ProductChoice {
  ProductShape shape;
  int64_t count; // products of this shape: of Winograd's convolution, one per position
  ProductTiling tiling;
  bool packed;             // whether the matrix is packed, once, when the model is prepared
  bool halved;             // whether it is packed as bf16
  mlir::FunctionType type; // of rows and matrix, before it is packed, and result
};

/// "windows", "im2col", "F(2x2)", "F(4x4)".
const char *nameOf(ConvolutionForm form);

/// How a layer is computed.
struct LayerChoice {
  std::string how; // "windows product"; empty if nothing is computed in a call
  std::vector<ProductChoice> products;
  /// Of a convolution of one group that isn't a product of its pixels as they are.
  std::optional<ConvolutionShape> convolution;
  ConvolutionForm form = ConvolutionForm::Windows; // which that has
};

/// The choice for each layer of listLayers(). The module, in the weir dialect, isn't changed.
Result<std::vector<LayerChoice>> findChoices(mlir::ModuleOp module, const llvm::SourceMgr &sources,
                                             const CompileOptions &options);

} // namespace weir

#endif
