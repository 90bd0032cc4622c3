//===- EstimateRoots.cpp - square roots that leave the divider free -------------------===//
//
// Optimizers with a root and a division for each element are bound by the one unit that
// computes both: of the eight vectors that go through missed steps together, five are left
// to it and three take
//
//   r = estimate of 1 / sqrt(x)       s = x * r              h = r / 2
//   e = 1/2 - s * h                   s = s + s * e          h = h + h * e
//   d = x - s * s                     s = s + d * h
//
// where d is what is missing to the square, exactly. For every float from 2^-100 on, and for
// estimates off by up to 2^-14 to either side, the last step rounds to the root's nearest
// float; below, d is denormal and loses bits. Zeros are answered without a branch, since what a
// gradient never reached lies anywhere.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace weir {
#define GEN_PASS_DEF_ESTIMATEROOTSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

namespace {

constexpr int64_t kLanes = 16;
// As bits: 2^-100, and how far it is from there to infinity.
constexpr int32_t kLeast = 0x0d800000, kUsual = 0x7f800000 - kLeast;

class RootEmitter {
public:
  explicit RootEmitter(math::SqrtOp op) : builder(op), loc(op.getLoc()), x(op.getOperand()) {}

  // The root, with a branch for what the estimate doesn't serve.
  Value emit() {
    auto bitsType = VectorType::get({kLanes}, builder.getI32Type());
    auto constant = [&](int32_t value) -> Value {
      return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(bitsType, value));
    };
    Value bits = arith::BitcastOp::create(builder, loc, bitsType, x);
    Value isZero = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, bits, constant(0));
    Value above = arith::SubIOp::create(builder, loc, bits, constant(kLeast));
    Value isUsual =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, above, constant(kUsual));
    Value served = arith::OrIOp::create(builder, loc, isUsual, isZero);
    Value allServed = vector::ReductionOp::create(builder, loc, vector::CombiningKind::AND, served);
    auto branch = scf::IfOp::create(builder, loc, x.getType(), allServed, /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    Value root = arith::SelectOp::create(builder, loc, isZero, splat(0.0f), refined(estimate()));
    scf::YieldOp::create(builder, loc, root);
    builder.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(builder, loc, math::SqrtOp::create(builder, loc, x).getResult());
    return branch.getResult(0);
  }

private:
  Value splat(float value) {
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(cast<ShapedType>(x.getType()), value));
  }
  Value mul(Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); }
  Value fma(Value a, Value b, Value c) { return math::FmaOp::create(builder, loc, a, b, c); }
  Value negated(Value value) { return arith::NegFOp::create(builder, loc, value); }

  Value estimate() {
    Value all = arith::ConstantOp::create(builder, loc, builder.getI16IntegerAttr(-1));
    return LLVM::CallIntrinsicOp::create(builder, loc, x.getType(),
                                         builder.getStringAttr("llvm.x86.avx512.rsqrt14.ps.512"),
                                         ValueRange{x, splat(0.0f), all})
        .getResult(0);
  }

  Value refined(Value r) {
    Value half = splat(0.5f);
    Value s = mul(x, r), h = mul(r, half);
    Value e = fma(negated(s), h, half);
    s = fma(s, e, s);
    h = fma(h, e, h);
    Value d = fma(negated(s), s, x);
    return fma(d, h, s);
  }

  OpBuilder builder;
  Location loc;
  Value x;
};

struct EstimateRootsPass : weir::impl::EstimateRootsPassBase<EstimateRootsPass> {
  void runOnOperation() override {
    DenseMap<Block *, SmallVector<math::SqrtOp>> roots;
    auto type = VectorType::get({kLanes}, Float32Type::get(&getContext()));
    getOperation().walk([&](math::SqrtOp op) {
      if (op.getType() == type)
        roots[op->getBlock()].push_back(op);
    });
    for (auto &[block, ops] : roots)
      for (size_t i = 1; i < ops.size(); i += 3) { // never a lone one
        ops[i].replaceAllUsesWith(RootEmitter(ops[i]).emit());
        ops[i].erase();
      }
  }
};
} // namespace
