//===- LowerKernels.cpp - turns linalg on buffers into loops over vectors -----------===//

#include "weir/CodeGen/Passes.h"

#include "Kernel.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

namespace weir {
#define GEN_PASS_DEF_LOWERKERNELSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct LowerKernelsPass : weir::impl::LowerKernelsPassBase<LowerKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    IRRewriter rewriter(&getContext());
    SmallVector<memref::CopyOp> copies;
    function.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies) {
      rewriter.setInsertionPoint(copy);
      linalg::makeMemRefCopyOp(rewriter, copy.getLoc(), copy.getSource(), copy.getTarget());
      rewriter.eraseOp(copy);
    }

    // Kernels are formed before anything is lowered: an op that is part of one is
    // taken out of the list.
    SmallVector<Kernel> kernels;
    DenseSet<Operation *> taken;
    function.walk([&](linalg::GenericOp op) {
      if (taken.contains(op))
        return;
      Kernel kernel = formKernel(op);
      if (kernel.fill)
        taken.insert(kernel.fill);
      if (kernel.epilogue)
        taken.insert(kernel.epilogue);
      kernels.push_back(kernel);
    });
    SmallVector<linalg::FillOp> fills;
    function.walk([&](linalg::FillOp fill) {
      if (!taken.contains(fill))
        fills.push_back(fill);
    });
    for (linalg::FillOp fill : fills) {
      rewriter.setInsertionPoint(fill);
      FailureOr<linalg::GenericOp> generic = linalg::generalizeNamedOp(rewriter, fill);
      if (failed(generic)) {
        fill.emitError("can't be written as a loop");
        return signalPassFailure();
      }
      Kernel kernel;
      kernel.main = *generic;
      kernels.push_back(kernel);
    }

    KernelOptions options{std::max<int64_t>(vectorBits / 32, 1), fusedMultiplyAdd};
    for (Kernel &kernel : kernels) {
      OpBuilder builder(kernel.last());
      if (isProduct(kernel))
        emitProduct(builder, kernel, options);
      else
        emitLoops(builder, kernel, options);
    }
    for (Kernel &kernel : kernels) {
      if (kernel.epilogue)
        kernel.epilogue.erase();
      kernel.main.erase();
      if (kernel.fill)
        kernel.fill.erase();
    }
  }
};
} // namespace
