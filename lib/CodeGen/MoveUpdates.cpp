//===- MoveUpdates.cpp - updates right behind their gradients -------------------------===//
//
// An update needs nothing but its buffers: right after the last op that uses them, they
// are still in cache, and the gradient's memory is free for others sooner.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/Passes.h"

#include "Kernel.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weir {
#define GEN_PASS_DEF_MOVEUPDATESPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// What an update reads and writes; no two of the function's buffers overlap.
struct Footprint {
  DenseSet<Value> touched, written;

  explicit Footprint(UpdateAllOp op) {
    for (Value memory : op->getOperands())
      touched.insert(rootOf(memory));
    for (Value memory : op.getValues())
      written.insert(rootOf(memory));
  }

  // Whether it matters which of the two comes first.
  bool conflictsWith(Operation *other) const {
    for (Value result : other->getResults())
      if (isa<MemRefType>(result.getType()) && touched.contains(rootOf(result)))
        return true;
    auto effects = getEffectsRecursively(other);
    if (!effects)
      return true;
    return llvm::any_of(*effects, [&](const MemoryEffects::EffectInstance &effect) {
      if (!effect.getValue())
        return true;
      Value root = rootOf(effect.getValue());
      if (!isBuffer(root))
        return true;
      return (isa<MemoryEffects::Read>(effect.getEffect()) ? written : touched).contains(root);
    });
  }

  static bool isBuffer(Value root) {
    if (auto argument = dyn_cast<BlockArgument>(root))
      return isa<func::FuncOp>(argument.getOwner()->getParentOp());
    return isa<memref::AllocOp, memref::GetGlobalOp>(root.getDefiningOp());
  }
};

struct MoveUpdatesPass : weir::impl::MoveUpdatesPassBase<MoveUpdatesPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto op :
         llvm::make_early_inc_range(getOperation().getBody().front().getOps<UpdateAllOp>())) {
      Footprint own(op);
      Operation *first = op;
      while (first->getPrevNode() && !own.conflictsWith(first->getPrevNode()))
        first = first->getPrevNode();
      if (first != op)
        op->moveBefore(first);
    }
  }
};
} // namespace
