//===- LayerMap.h - Layers by the locations of what they became ---------------===//
#ifndef WEIR_TOOLS_WEIR_LAYERMAP_H
#define WEIR_TOOLS_WEIR_LAYERMAP_H

#include "Layers.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace weir {

/// Finds the layers that ops of later stages come from: rewrites and lowerings keep
/// locations. `layers` must outlive it.
class LayerMap {
public:
  using Layers = llvm::SetVector<const Layer *>;

  explicit LayerMap(const std::vector<Layer> &layers) {
    for (const Layer &layer : layers) {
      for (mlir::Operation *op : layer.ops)
        placed.try_emplace(op->getLoc(), &layer);
      if (!layer.name.empty())
        named.try_emplace(layer.name, &layer);
    }
  }

  /// Adds the layers that the location names, in the order in which they come.
  void find(mlir::Location location, Layers &found) const {
    location->walk([&](mlir::Location part) {
      const Layer *layer = placed.lookup(part);
      auto name = mlir::dyn_cast<mlir::NameLoc>(part);
      if (!layer && name)
        layer = named.lookup(name.getName().strref());
      if (layer)
        found.insert(layer);
      return name ? mlir::WalkResult::skip() : mlir::WalkResult::advance();
    });
  }

private:
  llvm::DenseMap<mlir::Attribute, const Layer *> placed;
  llvm::StringMap<const Layer *> named;
};

} // namespace weir

#endif
