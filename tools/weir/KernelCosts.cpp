//===- KernelCosts.cpp - What the parts of a model's compiled code do ---------===//

#include "KernelCosts.h"

#include "LayerMap.h"

#include "weir/CodeGen/ParallelKernels.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace weir {

// The layers that are computed in the loop; what was fused into it is named last.
static LayerMap::Layers layersOf(scf::ForOp loop, const LayerMap &map) {
  LayerMap::Layers found;
  map.find(loop.getLoc(), found);
  loop.walk([&](Operation *op) { map.find(op->getLoc(), found); });
  return found;
}

static std::string sourceOf(Location location) {
  auto place = location->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "";
  return (llvm::sys::path::filename(place.getFilename().strref()) + ":" +
          llvm::Twine(place.getLine()))
      .str();
}

// Which layer a kernel is for: the first product in it, else the last one. What is fused
// into a product may say that it comes from another one's bias.
static void describe(scf::ForOp loop, const std::vector<Layer> &layers, const LayerMap &map,
                     KernelCost &cost) {
  LayerMap::Layers found = layersOf(loop, map);
  auto product = llvm::find_if(found, [](const Layer *layer) { return layer->multiplyAdds > 0; });
  const Layer *main = product != found.end() ? *product : found.empty() ? nullptr : found.back();
  cost.source = sourceOf(main ? main->ops.back()->getLoc() : loop.getLoc());
  loop.walk([&](Operation *op) {
    cost.functions |= isa<math::MathDialect>(op->getDialect()) &&
                      !isa<math::SqrtOp, math::AbsFOp, math::FmaOp>(op);
  });
  if (!main)
    return;
  cost.number = main - layers.data();
  cost.layer = main->name;
  cost.multiplyAdds = main->multiplyAdds;
  cost.what = main->kind;
  llvm::SmallVector<llvm::StringRef> kinds = {main->kind};
  for (const Layer *other : found)
    if (!llvm::is_contained(kinds, other->kind)) {
      kinds.push_back(other->kind);
      cost.what += " + " + other->kind;
    }
}

static Value rootOf(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return memory;
}

// Per example, if the memory has the batch as an axis.
static int64_t bytesOf(MemRefType type) {
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  for (int64_t size : type.getShape())
    bytes *= ShapedType::isDynamic(size) ? 1 : size;
  return bytes;
}

// Whether the buffer holds what `prepare` computed from parameters.
static bool isPrepared(Value buffer) {
  auto argument = dyn_cast<BlockArgument>(buffer);
  auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : nullptr;
  auto place = function
                   ? function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "weir.buffer")
                   : nullptr;
  return place && cast<StringAttr>(place[0]).getValue() == "prepared";
}

static void countBytes(scf::ForOp loop, KernelCost &cost) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(loop.getRegion(), captured);
  // What is seen of each buffer: a part of its axes, or all of it if the view has others.
  llvm::MapVector<Value, int64_t> buffers;
  for (Value value : captured)
    if (auto type = dyn_cast<MemRefType>(value.getType())) {
      Value root = rootOf(value);
      auto whole = cast<MemRefType>(root.getType());
      int64_t seen = bytesOf(type.getRank() == whole.getRank() ? type : whole);
      buffers[root] = std::min(buffers.lookup(root) + seen, bytesOf(whole));
    }
  // How many ids an example has, if the kernel reads any.
  int64_t ids = 0;
  for (auto [buffer, bytes] : buffers)
    if (cast<MemRefType>(buffer.getType()).getElementType().isInteger(64))
      ids = std::max(ids, bytes / 8);
  for (auto [buffer, bytes] : buffers) {
    auto type = cast<MemRefType>(buffer.getType());
    bool weight = isPrepared(buffer);
    if (!type.hasStaticShape()) {
      cost.bytesPerExample += bytes;
    } else if (ids && type.getRank() >= 2) {
      int64_t rows = ids * bytesOf(type) / type.getShape()[0];
      cost.bytesPerExample += rows;
      cost.weightBytesPerExample += weight ? rows : 0;
    } else {
      cost.bytes += bytes;
      cost.weightBytes += weight ? bytes : 0;
    }
  }
}

Result<std::vector<KernelCost>> findKernels(ModuleOp module, const llvm::SourceMgr &sources,
                                            const CompileOptions &options) {
  std::vector<Layer> list = listLayers(module, sources);
  LayerMap map(list);
  OwningOpRef<ModuleOp> copy = module.clone();
  if (llvm::Error error = lowerTo(*copy, Stage::Vector, options))
    return Error{llvm::toString(std::move(error))};
  std::vector<KernelCost> kernels;
  auto run = copy->lookupSymbol<func::FuncOp>("run");
  for (auto loop : run.getBody().front().getOps<scf::ForOp>()) {
    KernelCost cost;
    cost.work = loop->getAttrOfType<IntegerAttr>("weir.kernel").getInt();
    cost.examplesToDivide = examplesToDivide(loop, options.parallelWork);
    describe(loop, list, map, cost);
    countBytes(loop, cost);
    kernels.push_back(std::move(cost));
  }
  size_t end = 0;
  if (auto segments = run->getAttrOfType<ArrayAttr>("weir.segments"))
    for (auto segment : segments.getAsRange<SegmentAttr>()) {
      end += size_t(segment.getKernels());
      kernels[end - 1].endsSlice = true;
    }
  if (!kernels.empty())
    kernels.back().endsSlice = true;
  return kernels;
}

std::vector<LayerKernels> groupByLayer(const std::vector<KernelCost> &kernels) {
  std::vector<LayerKernels> rows;
  for (size_t i = 0; i < kernels.size(); ++i) {
    const KernelCost &kernel = kernels[i];
    auto row = std::find_if(rows.begin(), rows.end(), [&](const LayerKernels &other) {
      return other.layer == kernel.layer && other.source == kernel.source;
    });
    if (row == rows.end()) {
      rows.push_back(
          {kernel.layer, kernel.what, kernel.source, kernel.number, kernel.multiplyAdds, {}});
      row = rows.end() - 1;
    }
    row->kernels.push_back(i);
    // Only the last of several kernels has fused the ops that follow.
    if (kernel.what.size() > row->what.size())
      row->what = kernel.what;
  }
  return rows;
}

} // namespace weir
