//===- ExpandBatchNorm.cpp - batch norm as scale and shift --------------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weir {
#define GEN_PASS_DEF_EXPANDBATCHNORMPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

static void expand(BatchNormOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  ChannelAffine affine = batchNormAffine(builder, op);
  // Broadcasting aligns the last axes, so those after the channels are spelled out.
  ArrayRef<int64_t> shape = exampleShape(op.getInput());
  SmallVector<int64_t> perChannel(shape.size() - op.getAxis(), 1);
  perChannel.front() = shape[op.getAxis()];
  Value scaled =
      MulOp::create(builder, loc, op.getInput(), reshapeTo(builder, loc, affine.scale, perChannel));
  Value shifted =
      AddOp::create(builder, loc, scaled, reshapeTo(builder, loc, affine.shift, perChannel));
  op.replaceAllUsesWith(shifted);
  op.erase();
}

namespace {
struct ExpandBatchNormPass : weir::impl::ExpandBatchNormPassBase<ExpandBatchNormPass> {
  void runOnOperation() override {
    getOperation().walk([](BatchNormOp op) { expand(op); });
  }
};
} // namespace
