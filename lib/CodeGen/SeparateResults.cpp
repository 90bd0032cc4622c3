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

// A slab of padding is cut out of a tensor, filled, and put back: where `use` is the
// putting back, the cut, which must be out of the same tensor.
static OpOperand *findCut(OpOperand &use) {
  auto insert = dyn_cast<tensor::InsertSliceOp>(use.getOwner());
  auto fill = insert ? insert.getSource().getDefiningOp<linalg::FillOp>() : nullptr;
  auto cut = fill ? fill.getOutputs()[0].getDefiningOp<tensor::ExtractSliceOp>() : nullptr;
  return cut && cut.getSource() == use.get() ? &cut.getSourceMutable() : nullptr;
}

// Whether the use puts something into the tensor.
static bool isInsertion(OpOperand &use) {
  auto insert = dyn_cast<tensor::InsertSliceOp>(use.getOwner());
  return insert && use.get() == insert.getDest() &&
         use.getOperandNumber() == insert.getDestMutable().getOperandNumber();
}

// The first use of this kind keeps the op, every further one gets a copy of it.
static void giveEachUseItsOwn(Operation *op, llvm::function_ref<bool(OpOperand &)> isOfKind) {
  OpBuilder builder(op);
  builder.setInsertionPointAfter(op);
  DenseMap<OpOperand *, OpOperand *> cuts;
  SmallPtrSet<OpOperand *, 4> isCut;
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : op->getUses())
    if (OpOperand *cut = findCut(use); cut && isCut.insert(cut).second)
      cuts[&use] = cut;
  for (OpOperand &use : op->getUses())
    if (!isCut.contains(&use) && isOfKind(use))
      uses.push_back(&use);
  if (uses.empty())
    return;
  for (OpOperand *use : ArrayRef(uses).drop_back()) {
    Value own = builder.clone(*op)->getResult(0);
    use->set(own);
    if (OpOperand *cut = cuts.lookup(use))
      cut->set(own);
  }
}

namespace {
struct SeparateResultsPass : weir::impl::SeparateResultsPassBase<SeparateResultsPass> {
  using Base::Base;

  void runOnOperation() override {
    auto any = [](OpOperand &) { return true; };
    // What was put into a tensor first may be the same for two of them; from the last insertion
    // to the first, for each copy is a further use of what it puts something into.
    SmallVector<Operation *> inserts, fills, empties;
    getOperation().walk([&](tensor::InsertSliceOp op) { inserts.push_back(op); });
    for (Operation *op : llvm::reverse(inserts))
      giveEachUseItsOwn(op, isInsertion);
    getOperation().walk([&](linalg::FillOp op) {
      if (op.hasPureTensorSemantics())
        fills.push_back(op);
    });
    for (Operation *op : fills)
      giveEachUseItsOwn(op, any);
    // Now, for each fill has one.
    getOperation().walk([&](tensor::EmptyOp op) { empties.push_back(op); });
    for (Operation *op : empties)
      giveEachUseItsOwn(op, any);
  }
};
} // namespace
