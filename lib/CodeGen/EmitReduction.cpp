//===- EmitReduction.cpp - reductions along the vectors' axis -----------------------===//

#include "LoopEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace weir;

std::optional<vector::CombiningKind> weir::combiningKind(linalg::GenericOp op) {
  BlockArgument accumulator = op.getRegionOutputArgs()[0];
  Operation *combine = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  if (!accumulator.hasOneUse() || !combine || *accumulator.user_begin() != combine)
    return std::nullopt;
  if (isa<arith::AddFOp>(combine))
    return vector::CombiningKind::ADD;
  if (isa<arith::MaximumFOp>(combine))
    return vector::CombiningKind::MAXIMUMF;
  return std::nullopt;
}

Value LoopEmitter::combine(vector::CombiningKind kind, Value a, Value b) {
  if (kind == vector::CombiningKind::ADD)
    return arith::AddFOp::create(builder, loc, a, b);
  return arith::MaximumFOp::create(builder, loc, a, b);
}

// An addition waits four cycles for the one before it, and a processor begins two in each:
// eight sums keep it busy. A function like exp takes longer than the wait.
int64_t LoopEmitter::sumsAtOnce(int64_t vectors) {
  bool functions = llvm::any_of(op.getBody()->without_terminator(), [](Operation &inner) {
    return isa<math::MathDialect>(inner.getDialect());
  });
  int64_t most = functions || op.getBody()->getOperations().size() > 8 ? 2 : 8;
  return std::min(most, vectors);
}

// Along the vectors' axis up to `whole`: each vector goes to one of the sums, in turns.
SmallVector<Value> LoopEmitter::accumulateAlong(SmallVector<Value> sums, int64_t whole) {
  int64_t lanes = options.lanes, count = sums.size(), step = count * lanes;
  auto addVectors = [&](Value from, int64_t vectors, SmallVector<Value> to) {
    for (int64_t i = 0; i < vectors; ++i) {
      dims[vectorDim] = addIndex(builder, loc, from, indexConstant(builder, loc, i * lanes));
      to[i] = accumulateOnce(to[i], lanes);
    }
    return to;
  };
  int64_t looped = whole > step ? whole / step * step : 0;
  if (looped > 0) {
    auto loop = scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0),
                                   indexConstant(builder, loc, looped),
                                   indexConstant(builder, loc, step), sums);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    scf::YieldOp::create(
        builder, loc,
        addVectors(loop.getInductionVar(), count, SmallVector<Value>(loop.getRegionIterArgs())));
    sums.assign(loop.getResults().begin(), loop.getResults().end());
  }
  return addVectors(indexConstant(builder, loc, looped), (whole - looped) / lanes, std::move(sums));
}

// The other reduction loops run around the vectors'.
SmallVector<Value> LoopEmitter::reduceNest(ArrayRef<int64_t> loops, SmallVector<Value> sums,
                                           int64_t whole) {
  if (loops.empty())
    return accumulateAlong(std::move(sums), whole);
  auto loop = scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0), sizes[loops.front()],
                                 indexConstant(builder, loc, 1), sums);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  dims[loops.front()] = loop.getInductionVar();
  scf::YieldOp::create(
      builder, loc,
      reduceNest(loops.drop_front(), SmallVector<Value>(loop.getRegionIterArgs()), whole));
  return SmallVector<Value>(loop.getResults());
}

// The lanes run along the reduction itself: each lane of each sum reduces its own elements,
// then sums and lanes are combined. Which element goes where depends on sizes only.
void LoopEmitter::emitReduced() {
  vector::CombiningKind kind = *combiningKind(op);
  auto elementType =
      cast<FloatType>(cast<MemRefType>(op.getOutputs()[0].getType()).getElementType());
  bool isAdd = kind == vector::CombiningKind::ADD;
  APFloat neutralValue = isAdd
                             ? APFloat::getZero(elementType.getFloatSemantics())
                             : APFloat::getInf(elementType.getFloatSemantics(), /*Negative=*/true);
  Value neutral =
      arith::ConstantOp::create(builder, loc, builder.getFloatAttr(elementType, neutralValue));
  int64_t size = staticSizes[vectorDim], lanes = options.lanes;
  assert(!ShapedType::isDynamic(size) && "the batch is never reduced");

  auto reduceLanes = [&](Value lanesValue) -> Value {
    if (!isa<VectorType>(lanesValue.getType()))
      return lanesValue;
    return vector::ReductionOp::create(builder, loc, kind, lanesValue,
                                       isAdd ? arith::FastMathFlags::reassoc
                                             : arith::FastMathFlags::none);
  };
  auto spreadNeutral = [&](int64_t width) {
    return VectorBody(builder, loc, width, false).spread({neutral});
  };

  int64_t whole = size / lanes * lanes;
  Value result;
  if (whole > 0) {
    SmallVector<Value> sums(sumsAtOnce(whole / lanes), spreadNeutral(lanes));
    sums = reduceNest(reductionDims, std::move(sums), whole);
    for (size_t left = sums.size(); left > 1; left = (left + 1) / 2)
      for (size_t i = 0; i < left / 2; ++i)
        sums[i] = combine(kind, sums[i], sums[(left + 1) / 2 + i]);
    result = reduceLanes(sums[0]);
  }
  if (whole < size) {
    dims[vectorDim] = indexConstant(builder, loc, whole);
    int64_t rest = size - whole;
    Value narrow = reduceLanes(accumulateOne(reductionDims, spreadNeutral(rest), rest));
    result = result ? combine(kind, result, narrow) : narrow;
  }
  // The output's own lanes don't run along the reduction: one element is left.
  int64_t saved = vectorDim;
  vectorDim = -1;
  result = combine(kind, startValue(1), result);
  finish({result}, 1, -1);
  vectorDim = saved;
}
