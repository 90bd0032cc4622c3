//===- KernelCosts.cpp - What the parts of a model's compiled code do ---------===//

#include "KernelCosts.h"

#include "Layers.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace weir {

namespace {
// Layers by what a location says: a name, or the place of what has none.
struct LayerMap {
  llvm::StringMap<const Layer *> named;
  llvm::DenseMap<Attribute, const Layer *> placed;

  explicit LayerMap(const std::vector<Layer> &layers) {
    for (const Layer &layer : layers) {
      if (!layer.name.empty())
        named.try_emplace(layer.name, &layer);
      else if (auto place = layer.ops.back()->getLoc()->findInstanceOf<FileLineColLoc>())
        placed.try_emplace(place, &layer);
    }
  }

  // The layers that locations in the loop name, in the order in which they come.
  llvm::SetVector<const Layer *> find(scf::ForOp loop) const {
    llvm::SetVector<const Layer *> found;
    auto add = [&](Location location) {
      location->walk([&](Location part) {
        auto name = dyn_cast<NameLoc>(part);
        if (const Layer *layer = name ? named.lookup(name.getName().strref()) : placed.lookup(part))
          found.insert(layer);
        return name ? WalkResult::skip() : WalkResult::advance();
      });
    };
    add(loop.getLoc());
    loop.walk([&](Operation *op) { add(op->getLoc()); });
    return found;
  }
};
} // namespace

static std::string sourceOf(Location location) {
  auto place = location->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "";
  return (llvm::sys::path::filename(place.getFilename().strref()) + ":" +
          llvm::Twine(place.getLine()))
      .str();
}

// Which layer a kernel is for: the product in it, else the last one.
static void describe(scf::ForOp loop, const LayerMap &layers, KernelCost &cost) {
  llvm::SetVector<const Layer *> found = layers.find(loop);
  const Layer *main = found.empty() ? nullptr : found.back();
  for (const Layer *layer : found)
    if (layer->multiplyAdds)
      main = layer;
  cost.source = sourceOf(main ? main->ops.back()->getLoc() : loop.getLoc());
  if (!main)
    return;
  cost.layer = main->name;
  cost.multiplyAdds = main->multiplyAdds;
  cost.what = main->kind;
  for (const Layer *other : found)
    if (other != main)
      cost.what += " + " + other->kind;
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
    if (!type.hasStaticShape())
      cost.bytesPerExample += bytes;
    else if (ids && type.getRank() >= 2)
      cost.bytesPerExample += ids * bytesOf(type) / type.getShape()[0];
    else
      cost.bytes += bytes;
  }
}

Result<std::vector<KernelCost>> findKernels(ModuleOp module, const llvm::SourceMgr &sources,
                                            const CompileOptions &options) {
  std::vector<Layer> list = listLayers(module, sources);
  LayerMap layers(list);
  OwningOpRef<ModuleOp> copy = module.clone();
  if (llvm::Error error = lowerTo(*copy, Stage::Vector, options))
    return Error{llvm::toString(std::move(error))};
  std::vector<KernelCost> kernels;
  auto run = copy->lookupSymbol<func::FuncOp>("run");
  for (auto loop : run.getBody().front().getOps<scf::ForOp>()) {
    KernelCost cost;
    cost.work = loop->getAttrOfType<IntegerAttr>("weir.kernel").getInt();
    describe(loop, layers, cost);
    countBytes(loop, cost);
    kernels.push_back(std::move(cost));
  }
  return kernels;
}

} // namespace weir
