//===- VectorBody.cpp - scalar bodies on vectors --------------------------------===//

#include "VectorBody.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace weir;

Value weir::indexConstant(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value weir::addIndex(OpBuilder &builder, Location loc, Value a, Value b) {
  APInt constant;
  if (matchPattern(a, m_ConstantInt(&constant)) && constant.isZero())
    return b;
  if (matchPattern(b, m_ConstantInt(&constant)) && constant.isZero())
    return a;
  return builder.createOrFold<arith::AddIOp>(loc, a, b);
}

Value weir::mulIndex(OpBuilder &builder, Location loc, Value a, int64_t factor) {
  if (factor == 0)
    return indexConstant(builder, loc, 0);
  if (factor == 1)
    return a;
  return builder.createOrFold<arith::MulIOp>(loc, a, indexConstant(builder, loc, factor));
}

Value weir::evaluate(OpBuilder &builder, Location loc, AffineExpr expr, ArrayRef<Value> dims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return indexConstant(builder, loc, constant.getValue());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = evaluate(builder, loc, binary.getLHS(), dims);
  if (expr.getKind() == AffineExprKind::Add)
    return addIndex(builder, loc, lhs, evaluate(builder, loc, binary.getRHS(), dims));
  int64_t factor = cast<AffineConstantExpr>(binary.getRHS()).getValue();
  if (expr.getKind() == AffineExprKind::Mul)
    return mulIndex(builder, loc, lhs, factor);
  Value constant = indexConstant(builder, loc, factor);
  // Loop indices are never negative, so unsigned division is exact and cheaper.
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return builder.createOrFold<arith::DivUIOp>(loc, lhs, constant);
  assert(expr.getKind() == AffineExprKind::Mod && "no other expression is built");
  return builder.createOrFold<arith::RemUIOp>(loc, lhs, constant);
}

// Swaps blocks of 1, 2, 4, ... lanes between pairs of vectors.
void weir::turnSquares(OpBuilder &builder, Location loc, MutableArrayRef<Value> vectors) {
  int64_t size = vectors.size();
  int64_t lanes = cast<VectorType>(vectors.front().getType()).getNumElements();
  assert(llvm::isPowerOf2_64(size) && lanes % size == 0 && "whole squares");
  for (int64_t block = 1; block < size; block *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      low.push_back(lane & block ? lanes + lane - block : lane);
      high.push_back(lane & block ? lanes + lane : lane + block);
    }
    for (int64_t i = 0; i < size; ++i) {
      if (i & block)
        continue;
      Value first = vectors[i], second = vectors[i + block];
      vectors[i] = vector::ShuffleOp::create(builder, loc, first, second, low);
      vectors[i + block] = vector::ShuffleOp::create(builder, loc, first, second, high);
    }
  }
}

std::optional<int64_t> weir::linearFactor(AffineExpr expr, unsigned dim) {
  if (!expr.isFunctionOfDim(dim))
    return 0;
  if (isa<AffineDimExpr>(expr))
    return 1;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto lhs = linearFactor(binary.getLHS(), dim);
  if (expr.getKind() == AffineExprKind::Add) {
    auto rhs = linearFactor(binary.getRHS(), dim);
    return lhs && rhs ? std::optional(*lhs + *rhs) : std::nullopt;
  }
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (expr.getKind() == AffineExprKind::Mul && lhs && factor)
    return *lhs * factor.getValue();
  return std::nullopt;
}

// Whether lanes are neighbours in memory: one index counts, along an axis of stride one. That
// needn't be the last, as in a grey image, whose last axis is its one channel.
static bool isContiguous(Value memory, ArrayRef<Lanes> indices) {
  SmallVector<int64_t> strides;
  int64_t offset, counting = 0;
  if (failed(cast<MemRefType>(memory.getType()).getStridesAndOffset(strides, offset)) ||
      strides.empty() || strides.back() != 1)
    return false;
  for (auto [index, stride] : llvm::zip_equal(indices, strides)) {
    if (isa<VectorType>(index.value.getType()) || (index.counting && stride != 1))
      return false;
    counting += index.counting;
  }
  return counting == 1;
}

Type VectorBody::vectorOf(Type scalar) const { return VectorType::get({lanes}, scalar); }

Value VectorBody::spread(Lanes value) {
  if (lanes == 1 || isa<VectorType>(value.value.getType()))
    return value.value;
  Value all =
      vector::BroadcastOp::create(builder, loc, vectorOf(value.value.getType()), value.value);
  if (!value.counting)
    return all;
  Value steps = vector::StepOp::create(builder, loc, cast<VectorType>(all.getType()));
  return arith::AddIOp::create(builder, loc, all, steps);
}

Value VectorBody::laneOf(Lanes value, int64_t lane) {
  if (isa<VectorType>(value.value.getType()))
    return vector::ExtractOp::create(builder, loc, value.value, lane);
  if (value.counting)
    return addIndex(builder, loc, value.value, indexConstant(builder, loc, lane));
  return value.value;
}

Lanes VectorBody::lookup(Value scalar) {
  auto it = bound.find(scalar);
  return it != bound.end() ? it->second : Lanes{scalar};
}

Lanes VectorBody::emitLoad(Value memory, ArrayRef<Lanes> indices) {
  bool uniform = lanes == 1 || llvm::all_of(indices, [](const Lanes &index) {
                   return !index.counting && !isa<VectorType>(index.value.getType());
                 });
  auto first = [&](ArrayRef<Lanes> list) {
    SmallVector<Value> values;
    for (const Lanes &index : list)
      values.push_back(index.value);
    return values;
  };
  if (uniform)
    return {memref::LoadOp::create(builder, loc, memory, first(indices))};
  Type elementType = cast<MemRefType>(memory.getType()).getElementType();
  auto vectorType = cast<VectorType>(vectorOf(elementType));
  if (isContiguous(memory, indices))
    return {vector::LoadOp::create(builder, loc, vectorType, memory, first(indices))};
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    SmallVector<Value> at;
    for (const Lanes &index : indices)
      at.push_back(laneOf(index, lane));
    elements.push_back(memref::LoadOp::create(builder, loc, memory, at));
  }
  return {vector::FromElementsOp::create(builder, loc, vectorType, elements)};
}

// The indices of an access; the one that the lanes run along counts.
static SmallVector<Lanes> accessIndices(OpBuilder &builder, Location loc, AffineMap map,
                                        ArrayRef<Value> dims, int64_t vectorDim, int64_t lanes) {
  SmallVector<Lanes> indices;
  for (AffineExpr expr : map.getResults()) {
    Value at = evaluate(builder, loc, expr, dims);
    int64_t factor = 0;
    if (lanes > 1 && vectorDim >= 0)
      factor = linearFactor(expr, vectorDim).value_or(-1);
    if (factor == 0 || factor == 1) {
      indices.push_back({at, factor == 1});
      continue;
    }
    // Lanes further apart than one: each computes its own index.
    SmallVector<Value> elements;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      SmallVector<Value> shifted(dims);
      shifted[vectorDim] =
          addIndex(builder, loc, dims[vectorDim], indexConstant(builder, loc, lane));
      elements.push_back(evaluate(builder, loc, expr, shifted));
    }
    indices.push_back({vector::FromElementsOp::create(
        builder, loc, VectorType::get({lanes}, builder.getIndexType()), elements)});
  }
  return indices;
}

Lanes VectorBody::load(Value memory, AffineMap map, ArrayRef<Value> dims, int64_t vectorDim) {
  return emitLoad(memory, accessIndices(builder, loc, map, dims, vectorDim, lanes));
}

void VectorBody::store(Lanes value, Value memory, AffineMap map, ArrayRef<Value> dims,
                       int64_t vectorDim) {
  SmallVector<Lanes> indices = accessIndices(builder, loc, map, dims, vectorDim, lanes);
  SmallVector<Value> at;
  for (const Lanes &index : indices)
    at.push_back(index.value);
  if (lanes == 1 || vectorDim < 0) {
    memref::StoreOp::create(builder, loc, value.value, memory, at);
  } else if (isContiguous(memory, indices)) {
    vector::StoreOp::create(builder, loc, spread(value), memory, at);
  } else {
    Value all = spread(value);
    for (int64_t lane = 0; lane < lanes; ++lane) {
      SmallVector<Value> laneAt;
      for (const Lanes &index : indices)
        laneAt.push_back(laneOf(index, lane));
      Value element = vector::ExtractOp::create(builder, loc, all, lane);
      memref::StoreOp::create(builder, loc, element, memory, laneAt);
    }
  }
}

// a * b + c as one operation, where the product has no other use.
std::optional<Lanes> VectorBody::emitMultiplyAdd(Operation &op) {
  auto add = dyn_cast<arith::AddFOp>(op);
  if (!add || !fusedMultiplyAdd)
    return std::nullopt;
  for (auto [product, other] :
       {std::pair(add.getLhs(), add.getRhs()), std::pair(add.getRhs(), add.getLhs())}) {
    auto mul = product.getDefiningOp<arith::MulFOp>();
    if (!mul || !mul->hasOneUse() || mul->getBlock() != op.getBlock())
      continue;
    Lanes a = lookup(mul.getLhs()), b = lookup(mul.getRhs()), c = lookup(other);
    bool uniform = llvm::none_of(ArrayRef<Value>{a.value, b.value, c.value},
                                 [](Value v) { return isa<VectorType>(v.getType()); });
    if (uniform)
      return Lanes{math::FmaOp::create(builder, loc, a.value, b.value, c.value)};
    return Lanes{math::FmaOp::create(builder, loc, spread(a), spread(b), spread(c))};
  }
  return std::nullopt;
}

Lanes VectorBody::emitOp(Operation &op, ArrayRef<Value> dims, int64_t vectorDim) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    int64_t dim = index.getDim();
    return {dims[dim], lanes > 1 && dim == vectorDim};
  }
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    SmallVector<Lanes> indices;
    for (Value index : load.getIndices())
      indices.push_back(lookup(index));
    return emitLoad(lookup(load.getMemRef()).value, indices);
  }
  if (std::optional<Lanes> fused = emitMultiplyAdd(op))
    return *fused;
  assert(op.getNumResults() == 1 && op.getNumRegions() == 0 && "an element-wise op expected");

  SmallVector<Lanes> operands;
  bool uniform = true;
  for (Value operand : op.getOperands()) {
    operands.push_back(lookup(operand));
    uniform &= lanes == 1 ||
               (!operands.back().counting && !isa<VectorType>(operands.back().value.getType()));
  }
  OperationState state(loc, op.getName());
  for (const Lanes &operand : operands)
    state.operands.push_back(uniform ? operand.value : spread(operand));
  state.addTypes(uniform ? op.getResult(0).getType() : vectorOf(op.getResult(0).getType()));
  state.attributes = op.getAttrDictionary();
  return {builder.create(state)->getResult(0)};
}

SmallVector<Lanes> VectorBody::emitAll(Block &body, ArrayRef<Value> dims, int64_t vectorDim) {
  // Ops that were fused come from other layers than the loop.
  llvm::SaveAndRestore saved(loc, loc);
  for (Operation &op : body.without_terminator()) {
    loc = op.getLoc();
    // A product that is part of a multiply-add is written there.
    auto mul = dyn_cast<arith::MulFOp>(op);
    if (mul && fusedMultiplyAdd && mul->hasOneUse() && isa<arith::AddFOp>(*mul->user_begin())) {
      auto add = cast<arith::AddFOp>(*mul->user_begin());
      // Of two products only the first found is fused; the other must be there.
      auto lhsMul = add.getLhs().getDefiningOp<arith::MulFOp>();
      if (!lhsMul || !lhsMul->hasOneUse() || lhsMul == mul)
        continue;
    }
    bind(op.getResult(0), emitOp(op, dims, vectorDim));
  }
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value value) { return lookup(value); });
}

Lanes VectorBody::emit(Block &body, ArrayRef<Value> dims, int64_t vectorDim) {
  return emitAll(body, dims, vectorDim).front();
}
