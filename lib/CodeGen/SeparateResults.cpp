//===- SeparateResults.cpp - gives each op a tensor of its own to write to ---------===//

#include "weir/CodeGen/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace weir {
#define GEN_PASS_DEF_SEPARATERESULTSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

// The first use keeps the op, every further one gets a copy of it.
static void giveEachUseItsOwn(Operation *op) {
  OpBuilder builder(op);
  builder.setInsertionPointAfter(op);
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : op->getUses())
    uses.push_back(&use);
  for (OpOperand *use : ArrayRef(uses).drop_back())
    use->set(builder.clone(*op)->getResult(0));
}

namespace {
struct SeparateResultsPass : weir::impl::SeparateResultsPassBase<SeparateResultsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> fills, empties;
    getOperation().walk([&](linalg::FillOp op) {
      if (op.hasPureTensorSemantics())
        fills.push_back(op);
    });
    for (Operation *op : fills)
      giveEachUseItsOwn(op);
    // Now, for each fill has one.
    getOperation().walk([&](tensor::EmptyOp op) { empties.push_back(op); });
    for (Operation *op : empties)
      giveEachUseItsOwn(op);
  }
};
} // namespace
