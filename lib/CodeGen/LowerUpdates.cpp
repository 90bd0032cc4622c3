//===- LowerUpdates.cpp - the pass that writes an optimizer's steps as loops ---------===//

#include "weir/CodeGen/Passes.h"

#include "EmitUpdates.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace weir {
#define GEN_PASS_DEF_LOWERUPDATESPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {
struct LowerUpdatesPass : weir::impl::LowerUpdatesPassBase<LowerUpdatesPass> {
  using Base::Base;

  void runOnOperation() override {
    emitUpdates(getOperation(), {std::max<int64_t>(vectorBits / 32, 1), fusedMultiplyAdd});
  }
};
} // namespace
