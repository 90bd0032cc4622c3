//===- ApplyTilings.cpp - products get the strategies that were chosen ----------===//

#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weir {
#define GEN_PASS_DEF_APPLYTILINGSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct ApplyTilingsPass : weir::impl::ApplyTilingsPassBase<ApplyTilingsPass> {
  using Base::Base;
  void runOnOperation() override {
    auto choices = getOperation()->getAttrOfType<ArrayAttr>("weir.choices");
    if (!choices)
      return;
    getOperation().walk([&](linalg::GenericOp op) {
      bool product = op->hasAttr("weir.product") || op->hasAttr("weir.contraction");
      // What no example takes part in is computed once, at load, and was never measured.
      if (!product || llvm::none_of(op.getStaticLoopRanges(), ShapedType::isDynamic))
        return;
      auto type = FunctionType::get(&getContext(), op.getInputs().getTypes(), op.getResultTypes());
      for (Attribute element : choices)
        if (auto choice = dyn_cast<ProductChoiceAttr>(element); choice && choice.getType() == type)
          op->setAttr("weir.strategy", choice.getStrategy());
    });
  }
};
} // namespace
