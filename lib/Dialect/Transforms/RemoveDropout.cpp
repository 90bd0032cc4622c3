//===- RemoveDropout.cpp - dropout is the identity in inference ---------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weir {
#define GEN_PASS_DEF_REMOVEDROPOUTPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct RemoveDropoutPass : weir::impl::RemoveDropoutPassBase<RemoveDropoutPass> {
  void runOnOperation() override {
    getOperation().walk([](DropoutOp op) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};
} // namespace
