//===- FuseElementwise.cpp - merges element-wise ops with their only consumer ----===//

#include "weir/CodeGen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

// Whether merging saves a buffer and repeats no work.
static bool shouldFuse(OpOperand *operand) {
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  Operation *producer = operand->get().getDefiningOp();
  if (!consumer || !producer || consumer->hasAttr("weir.product") ||
      consumer->hasAttr("weir.contraction"))
    return false;
  if (!producer->hasOneUse())
    return false;
  // Where the consumer stretches the producer, each element would be computed again
  // for every place it is stretched to.
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  return map.isPermutation() && map.getNumDims() == map.getNumResults();
}

namespace {
struct FuseElementwisePass : weir::impl::FuseElementwisePassBase<FuseElementwisePass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
