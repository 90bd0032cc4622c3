//===- FuseKernels.cpp - kernels that follow each other unit by unit are one --------------===//

#include "weir/CodeGen/Passes.h"

#include "Kernel.h"
#include "UnitAccess.h"

#include "weir/CodeGen/CostModel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weir {
#define GEN_PASS_DEF_FUSEKERNELSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// Kernels that will be one.
struct Group {
  SmallVector<scf::ForOp> loops;
  UnitCount units;
  UnitAccesses accesses;

  void add(scf::ForOp loop, const UnitAccesses &more) {
    loops.push_back(loop);
    for (const auto &[root, access] : more) {
      auto [place, isNew] = accesses.insert({root, access});
      if (isNew)
        continue;
      UnitAccess &own = place->second;
      own.part = own.part == access.part ? own.part : 0;
      own.read |= access.read;
      own.written |= access.written;
    }
  }

  // Whether something that is written here is read there: else there is little to gain, and
  // what other layers do, such as look-ups in several tables, stays apart.
  bool leadsTo(const UnitAccesses &next) const {
    return llvm::any_of(next, [&](const auto &entry) {
      const auto *own = accesses.find(entry.first);
      return own != accesses.end() && own->second.written && entry.second.read;
    });
  }

  // The largest part of a buffer that a unit touches here and there.
  int64_t sharedWith(const UnitAccesses &next) const {
    int64_t shared = 0;
    for (const auto &[root, access] : next) {
      const auto *own = accesses.find(root);
      if (own != accesses.end() && own->second.part == access.part)
        shared = std::max(shared, access.part);
    }
    return shared;
  }
};

struct FuseKernelsPass : weir::impl::FuseKernelsPassBase<FuseKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.getBody().hasOneBlock())
      return;
    for (Group &group : collect(function.getBody().front()))
      if (group.loops.size() > 1) {
        scf::ForOp loop = fuse(group);
        for (const auto &[root, access] : group.accesses)
          if (auto alloc = root.getDefiningOp<memref::AllocOp>(); alloc && access.part > 0)
            forward(alloc, loop);
      }
  }

  std::vector<Group> collect(Block &block) {
    std::vector<Group> groups;
    bool open = false; // whether the next kernel may join the last group
    for (Operation &op : block) {
      auto loop = dyn_cast<scf::ForOp>(op);
      if (!loop || !loop->hasAttr("weir.kernel")) {
        open &= isPure(&op) || isa<memref::AllocOp>(op);
        continue;
      }
      // Without the batch, units are blocks of a parameter or of a sum over the batch.
      std::optional<UnitCount> units = countUnits(loop);
      std::optional<UnitAccesses> accesses;
      if (units && units->batched)
        accesses = findAccesses(loop);
      if (!accesses) {
        open = false;
        continue;
      }
      bool joins = open && groups.back().units == *units && groups.back().leadsTo(*accesses) &&
                   areIndependent(groups.back().accesses, *accesses) &&
                   (always || rowByRowPays(groups.back().sharedWith(*accesses)));
      if (!joins)
        groups.push_back({{}, *units, {}});
      groups.back().add(loop, *accesses);
      open = true;
    }
    return groups;
  }

  // One loop, where the last one stands: what the later ones need is there by then, and
  // nothing in between touches memory.
  static scf::ForOp fuse(const Group &group) {
    scf::ForOp last = group.loops.back();
    OpBuilder builder(last);
    SmallVector<Location> places;
    int64_t work = 0;
    for (scf::ForOp loop : group.loops) {
      places.push_back(loop.getLoc());
      work += loop->getAttrOfType<IntegerAttr>("weir.kernel").getInt();
    }
    scf::ForOp fused =
        makeUnitLoop(builder, FusedLoc::get(last.getContext(), places), last.getUpperBound(), work);
    Operation *end = fused.getBody()->getTerminator();
    for (scf::ForOp loop : group.loops) {
      loop.getInductionVar().replaceAllUsesWith(fused.getInductionVar());
      loop.getBody()->getTerminator()->erase();
      end->getBlock()->getOperations().splice(end->getIterator(), loop.getBody()->getOperations());
      loop->erase();
    }
    return fused;
  }

  // All loads and stores of a buffer, through all views of it; false if it is used otherwise.
  static bool collectAccesses(Value memory, SmallVectorImpl<memref::StoreOp> &stores,
                              SmallVectorImpl<memref::LoadOp> &loads) {
    for (Operation *user : memory.getUsers()) {
      if (auto store = dyn_cast<memref::StoreOp>(user)) {
        stores.push_back(store);
      } else if (auto load = dyn_cast<memref::LoadOp>(user)) {
        loads.push_back(load);
      } else if (isa<ViewLikeOpInterface>(user)) {
        for (Value view : user->getResults())
          if (!collectAccesses(view, stores, loads))
            return false;
      } else if (!isa<memref::DimOp>(user)) {
        return false;
      }
    }
    return true;
  }

  // A number per unit, which is stored once and only read by the same unit afterwards, needs
  // no memory.
  static void forward(memref::AllocOp alloc, scf::ForOp loop) {
    SmallVector<memref::StoreOp> stores;
    SmallVector<memref::LoadOp> loads;
    if (!collectAccesses(alloc, stores, loads) || stores.size() != 1 ||
        stores[0]->getBlock() != loop.getBody())
      return;
    std::optional<int64_t> place = placeInUnit(stores[0], loop);
    auto readsIt = [&](memref::LoadOp load) {
      Operation *inBody = loop.getBody()->findAncestorOpInBlock(*load);
      return inBody && stores[0]->isBeforeInBlock(inBody) && placeInUnit(load, loop) == place;
    };
    if (!place || !llvm::all_of(loads, readsIt))
      return;
    for (memref::LoadOp load : loads) {
      load.replaceAllUsesWith(stores[0].getValueToStore());
      load.erase();
    }
    stores[0].erase();
    eraseViews(alloc);
  }

  static void eraseViews(Value memory) {
    for (Operation *user : llvm::make_early_inc_range(memory.getUsers())) {
      for (Value view : user->getResults())
        eraseViews(view);
      if (isOpTriviallyDead(user))
        user->erase();
    }
  }
};
} // namespace
