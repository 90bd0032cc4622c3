//===- LayerChoices.cpp - How the compiler computes each layer ----------------===//
//
// Choices are read where they stand: the algorithm in the rewritten dialect, the tiling in
// the strategies of the linalg stage.
//
//===----------------------------------------------------------------------===//

#include "LayerChoices.h"

#include "LayerMap.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace weir {

namespace {
// What an op of the rewritten dialect says about its layer. Of several ops of a layer the
// one of the highest rank is what it is computed by; the others prepare or finish.
struct Way {
  int rank;
  const char *how;
  ConvolutionForm form = ConvolutionForm::Windows;
};
} // namespace

const char *nameOf(ConvolutionForm form) {
  switch (form) {
  case ConvolutionForm::Windows:
    return "windows";
  case ConvolutionForm::Im2col:
    return "im2col";
  case ConvolutionForm::Winograd2:
    return "F(2x2)";
  case ConvolutionForm::Winograd4:
    return "F(4x4)";
  }
}

static Way wayOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, Way>(op)
      .Case([](WinogradInputOp winograd) {
        return winograd.getTile() == 2 ? Way{6, "Winograd F(2x2)", ConvolutionForm::Winograd2}
                                       : Way{6, "Winograd F(4x4)", ConvolutionForm::Winograd4};
      })
      .Case([](WindowsOp) { return Way{5, "windows product"}; })
      .Case([](Im2colOp) { return Way{5, "im2col product", ConvolutionForm::Im2col}; })
      .Case<ProductOp, GroupedProductOp>([](auto) { return Way{4, "product"}; })
      .Case([](MatmulOp) { return Way{4, "product"}; })
      .Case([](Conv2dOp conv) {
        bool depthwise = exampleShape(conv.getWeight())[1] == 1;
        return Way{4, depthwise ? "depthwise loops" : "grouped loops"};
      })
      .Case<EmbeddingOp, EmbeddingBagOp>([](auto) { return Way{3, "gather"}; })
      .Case<MaxPool2dOp, AvgPool2dOp>([](auto) { return Way{3, "loops over windows"}; })
      .Case<SumOp, MeanOp, MaxOp, SoftmaxOp, LogSoftmaxOp, LayerNormOp>(
          [](auto) { return Way{2, "reduction loops"}; })
      .Case<TransposeOp, ReshapeOp, SliceOp, PadOp, ConcatOp>([](auto) { return Way{0, "copy"}; })
      .Case<ParamOp, ConstantOp>([](auto) { return Way{-1, ""}; })
      .Default([](Operation *) { return Way{1, "element-wise loops"}; });
}

// The first convolution of a layer, if it has alternatives.
static std::optional<ConvolutionShape> convolutionOf(const Layer &layer, int64_t examples) {
  auto allOne = [](ArrayRef<int64_t> sizes) {
    return llvm::all_of(sizes, [](int64_t size) { return size == 1; });
  };
  for (Operation *op : layer.ops) {
    ArrayRef<int64_t> weight, result, strides, dilations;
    int64_t groups = 0;
    llvm::TypeSwitch<Operation *>(op).Case<Conv1dOp, Conv2dOp>([&](auto conv) {
      weight = exampleShape(conv.getWeight());
      result = exampleShape(conv.getResult());
      strides = conv.getStrides();
      dilations = conv.getDilations();
      groups = conv.getGroups();
    });
    if (groups != 1)
      continue;
    // Of a convolution along one axis the other axis has size one.
    bool flat = weight.size() == 3;
    ConvolutionShape shape{weight[1],
                           weight[0],
                           flat ? 1 : result[1],
                           result.back(),
                           flat ? 1 : weight[2],
                           weight.back(),
                           allOne(strides) && allOne(dilations),
                           examples};
    if (shape.kernelHeight * shape.kernelWidth > 1 || !allOne(strides))
      return shape;
  }
  return std::nullopt;
}

// What the product read and gave before its matrix was packed.
static FunctionType typeOf(linalg::GenericOp op) {
  auto matrix = cast<RankedTensorType>(op.getInputs()[1].getType());
  AffineMap map = op.getIndexingMapsArray()[1];
  auto panel = dyn_cast<AffineBinaryOpExpr>(map.getResults().front());
  if (panel && panel.getKind() == AffineExprKind::FloorDiv) {
    // [column floordiv columns, k..., column mod columns]: the column was last.
    SmallVector<int64_t> ranges = op.getStaticLoopRanges(), shape;
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        shape.push_back(ranges[dim.getPosition()]);
    shape.push_back(ranges[cast<AffineDimExpr>(panel.getLHS()).getPosition()]);
    matrix = RankedTensorType::get(shape, Float32Type::get(op.getContext()));
  }
  return FunctionType::get(op.getContext(), {op.getInputs()[0].getType(), matrix},
                           op.getResultTypes());
}

static ProductChoice productOf(linalg::GenericOp op, ProductStrategyAttr strategy) {
  ProductChoice choice{{1, 1, 1},
                       1,
                       {strategy.getRows(), strategy.getColumns(), strategy.getLanes(),
                        strategy.getRowBlock(), strategy.getPanelBlock(), strategy.getSums()},
                       op->hasAttr("weir.product"),
                       op->hasAttr("weir.weights"),
                       typeOf(op)};
  AffineMap matrix = op.getIndexingMapsArray()[1];
  for (auto [dim, size] : llvm::enumerate(op.getStaticLoopRanges())) {
    if (ShapedType::isDynamic(size))
      continue;
    if (op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction)
      choice.shape.depth *= size;
    else if (!matrix.isFunctionOfDim(dim))
      choice.shape.rows *= size;
    else if (matrix.getResults().back().isFunctionOfDim(dim))
      choice.shape.width *= size;
    else
      choice.count *= size;
  }
  return choice;
}

Result<std::vector<LayerChoice>> findChoices(ModuleOp module, const llvm::SourceMgr &sources,
                                             const CompileOptions &options) {
  std::vector<Layer> layers = listLayers(module, sources);
  LayerMap map(layers);
  std::vector<LayerChoice> choices(layers.size());
  auto choicesOf = [&](Operation *op) {
    LayerMap::Layers found;
    map.find(op->getLoc(), found);
    SmallVector<LayerChoice *> result;
    for (const Layer *layer : found)
      result.push_back(&choices[layer - layers.data()]);
    return result;
  };

  OwningOpRef<ModuleOp> rewritten = module.clone();
  if (llvm::Error error = lowerTo(*rewritten, Stage::Rewritten, options))
    return Error{llvm::toString(std::move(error))};
  llvm::DenseMap<LayerChoice *, int> ranks;
  rewritten->walk([&](Operation *op) {
    if (!isa_and_nonnull<func::FuncOp>(op->getParentOp()) || op->hasTrait<OpTrait::IsTerminator>())
      return;
    // What no example takes part in is computed once, at load.
    if (llvm::none_of(op->getResultTypes(), isBatched))
      return;
    Way way = wayOf(op);
    for (LayerChoice *choice : choicesOf(op)) {
      auto [rank, isNew] = ranks.try_emplace(choice, -1);
      if (way.rank <= rank->second)
        continue;
      rank->second = way.rank;
      choice->how = way.how;
      choice->form = way.form;
    }
  });

  OwningOpRef<ModuleOp> lowered = module.clone();
  if (llvm::Error error = lowerTo(*lowered, Stage::Linalg, options))
    return Error{llvm::toString(std::move(error))};
  lowered->walk([&](linalg::GenericOp op) {
    if (!llvm::is_contained(op.getStaticLoopRanges(), ShapedType::kDynamic))
      return;
    if (auto strategy = op->getAttrOfType<ProductStrategyAttr>("weir.strategy"))
      for (LayerChoice *choice : choicesOf(op))
        choice->products.push_back(productOf(op, strategy));
  });
  for (auto [layer, choice] : llvm::zip_equal(layers, choices))
    choice.convolution = convolutionOf(layer, options.rewrites.examples);
  return choices;
}

} // namespace weir
