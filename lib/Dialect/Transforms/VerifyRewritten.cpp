//===- VerifyRewritten.cpp - the border between rewrites and lowering ---------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace weir {
#define GEN_PASS_DEF_VERIFYREWRITTENPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// Why the lowering doesn't take this op; empty if it does.
static StringRef objection(Operation *op) {
  if (isUnaryElementwise(op) || isBinaryElementwise(op))
    return {};
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case<ParamOp, ConstantOp, SumOp, MeanOp, MaxOp, SoftmaxOp, LogSoftmaxOp, LayerNormOp,
            ReshapeOp, TransposeOp, SliceOp, PadOp, ConcatOp, OneHotOp, EmbeddingOp, EmbeddingBagOp,
            ProductOp, GroupedProductOp, WinogradInputOp, WinogradWeightOp, WinogradOutputOp,
            Im2colOp, SelectOp, BatchSumOp, BatchSizeOp, BroadcastOp, DilateOp, ReverseOp,
            EmbeddingGradientOp, UniqueOp, GatherRowsOp, SegmentSumOp, ProductWeightGradientOp,
            DropoutMaskOp, UpdateOp>([](Operation *) { return StringRef(); })
      .Case([](MatmulOp matmul) -> StringRef {
        if (!isBatched(matmul.getRhs().getType()) && exampleShape(matmul.getRhs()).size() == 2)
          return "with a parameter on the right must be a weir.product";
        return {};
      })
      .Case([](WindowsOp windows) -> StringRef {
        for (OpOperand &use : windows->getUses())
          if (!isa<ProductOp, ProductWeightGradientOp>(use.getOwner()) ||
              use.getOperandNumber() != 0)
            return "may only be the rows of a weir.product";
        return {};
      })
      .Case([](Conv2dOp conv) -> StringRef {
        if (conv.getLayout() != Layout::ChannelsLast)
          return "must have its channels last";
        if (conv.getGroups() == 1)
          return "of one group must be a weir.product";
        return {};
      })
      .Case([](Conv2dWeightGradientOp gradient) -> StringRef {
        if (gradient.getLayout() != Layout::ChannelsLast)
          return "must have its channels last";
        if (gradient.getGroups() == 1)
          return "of one group must be a weir.product_weight_gradient";
        return {};
      })
      .Case<MaxPool2dOp, AvgPool2dOp, MaxPool2dGradientOp>([](auto pool) -> StringRef {
        return pool.getLayout() == Layout::ChannelsLast ? "" : "must have its channels last";
      })
      .Default([](Operation *) { return "must be rewritten before the lowering"; });
}

namespace {
struct VerifyRewrittenPass : weir::impl::VerifyRewrittenPassBase<VerifyRewrittenPass> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    getOperation().walk([&](Operation *op) {
      if (isa<func::FuncOp, func::ReturnOp>(op))
        return;
      StringRef reason = objection(op);
      if (reason.empty())
        return;
      op->emitOpError(reason);
      signalPassFailure();
    });
  }
};
} // namespace
