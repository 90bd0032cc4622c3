//===- LowerKernels.cpp - turns linalg on buffers into loops over vectors -----------===//

#include "weir/CodeGen/Passes.h"

#include "Kernel.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weir {
#define GEN_PASS_DEF_LOWERKERNELSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// Fills of parts of one buffer, as around a padded image: one kernel for all.
struct Frame {
  Value root;
  SmallVector<linalg::GenericOp> slabs;
};

struct LowerKernelsPass : weir::impl::LowerKernelsPassBase<LowerKernelsPass> {
  using Base::Base;

  // The slabs of a frame don't overlap and nothing reads them before the last one is
  // filled, or they wouldn't stand side by side.
  static SmallVector<Frame> collectFrames(IRRewriter &rewriter, ArrayRef<linalg::FillOp> fills) {
    SmallVector<Frame> frames;
    for (linalg::FillOp fill : fills) {
      rewriter.setInsertionPoint(fill);
      FailureOr<linalg::GenericOp> generic = linalg::generalizeNamedOp(rewriter, fill);
      assert(succeeded(generic) && "every fill is a loop");
      Value root = rootOf(generic->getOutputs()[0]);
      bool joins = !frames.empty() && frames.back().root == root &&
                   isNextTo(frames.back().slabs.back(), *generic) &&
                   generic->getStaticLoopRanges()[0] ==
                       frames.back().slabs.back().getStaticLoopRanges()[0] &&
                   generic->getNumLoops() == frames.back().slabs.back().getNumLoops();
      if (!joins)
        frames.push_back({root, {}});
      frames.back().slabs.push_back(*generic);
    }
    return frames;
  }

  // Nothing but views and arithmetic lies between the two.
  static bool isNextTo(Operation *first, Operation *second) {
    for (Operation *op = first->getNextNode(); op; op = op->getNextNode()) {
      if (op == second)
        return true;
      if (!isPure(op))
        return false;
    }
    return false;
  }

  // The loop's location says for which ops it is; what a product writes for its epilogue
  // has the product's.
  static void nameEpilogue(Kernel &kernel) {
    Operation *loop = kernel.last()->getPrevNode();
    while (loop && !loop->hasAttr("weir.kernel"))
      loop = loop->getPrevNode();
    assert(loop && "a kernel is a loop");
    SmallVector<Location> places = {loop->getLoc()};
    for (Operation &op : kernel.epilogue.getBody()->without_terminator())
      places.push_back(op.getLoc());
    loop->setLoc(FusedLoc::get(loop->getContext(), places));
  }

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
      // Where an op reads several reductions, it ends the first one's kernel and reads
      // what the others stored.
      if (kernel.epilogue && !taken.insert(kernel.epilogue).second)
        kernel.epilogue = nullptr;
      kernels.push_back(kernel);
    });
    SmallVector<linalg::FillOp> fills;
    function.walk([&](linalg::FillOp fill) {
      if (!taken.contains(fill))
        fills.push_back(fill);
    });
    SmallVector<Frame> frames = collectFrames(rewriter, fills);

    KernelOptions options{std::max<int64_t>(vectorBits / 32, 1), fusedMultiplyAdd};
    if (function->hasAttr("weir.once"))
      options.lanes = 1;
    for (Kernel &kernel : kernels) {
      OpBuilder builder(kernel.last());
      if (isProduct(kernel))
        emitProduct(builder, kernel, options);
      else if (isWinograd(kernel))
        emitWinograd(builder, kernel, options);
      else if (isTranspose(kernel, options))
        emitTranspose(builder, kernel, options);
      else
        emitLoops(builder, kernel, options);
      if (kernel.epilogue)
        nameEpilogue(kernel);
    }
    for (Frame &frame : frames) {
      OpBuilder builder(frame.slabs.back());
      emitTogether(builder, frame.slabs, options);
      for (linalg::GenericOp slab : frame.slabs)
        slab.erase();
    }
    for (Kernel &kernel : kernels) {
      if (kernel.epilogue)
        kernel.epilogue.erase();
      kernel.main.erase();
      if (kernel.fill)
        kernel.fill.erase();
    }
    // A loop that was there before has an order of its own: it is one unit of work.
    for (auto loop : llvm::make_early_inc_range(function.getBody().front().getOps<scf::ForOp>())) {
      if (loop->hasAttr("weir.kernel"))
        continue;
      OpBuilder builder(loop);
      scf::ForOp unit = makeUnitLoop(builder, loop.getLoc(),
                                     arith::ConstantIndexOp::create(builder, loop.getLoc(), 1), 1);
      loop->moveBefore(unit.getBody()->getTerminator());
    }
  }
};
} // namespace
