//===- Common.cpp - what all lowerings to linalg share ------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

static RankedTensorType tensorType(Value value) { return cast<RankedTensorType>(value.getType()); }

Value weir::pickBatchSource(ValueRange values) {
  for (Value value : values)
    if (isBatched(value.getType()))
      return value;
  return values.front();
}

Value weir::makeEmpty(OpBuilder &builder, Location loc, RankedTensorType type, Value batchSource) {
  SmallVector<Value> dynamic;
  if (isBatched(type)) {
    assert(isBatched(batchSource.getType()) && "no batch to take the size from");
    dynamic.push_back(tensor::DimOp::create(builder, loc, batchSource, 0));
  }
  return tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType(), dynamic);
}

Value weir::floatConstant(OpBuilder &builder, Location loc, float value) {
  return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(value));
}

Value weir::makeFilled(OpBuilder &builder, Location loc, RankedTensorType type, Value batchSource,
                       float value) {
  Value empty = makeEmpty(builder, loc, type, batchSource);
  return linalg::FillOp::create(builder, loc, floatConstant(builder, loc, value), empty)
      .getResult(0);
}

AffineMap weir::broadcastMap(RankedTensorType operand, RankedTensorType result) {
  MLIRContext *context = operand.getContext();
  ArrayRef<int64_t> from = exampleShape(operand), to = exampleShape(result);
  SmallVector<AffineExpr> exprs;
  if (isBatched(operand))
    exprs.push_back(getAffineDimExpr(0, context));
  int64_t first = wholeAxis(result, 0) + to.size() - from.size();
  for (auto [i, size] : llvm::enumerate(from)) {
    bool stretched = size == 1 && to[i + to.size() - from.size()] != 1;
    exprs.push_back(stretched ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(first + i, context));
  }
  return AffineMap::get(result.getRank(), 0, exprs, context);
}

Value weir::makeElementwise(OpBuilder &builder, Location loc, RankedTensorType result,
                            ValueRange operands, ElementFn fn) {
  Value empty = makeEmpty(builder, loc, result, pickBatchSource(operands));
  SmallVector<AffineMap> maps;
  for (Value operand : operands)
    maps.push_back(broadcastMap(tensorType(operand), result));
  maps.push_back(builder.getMultiDimIdentityMap(result.getRank()));
  SmallVector<IteratorType> iterators(result.getRank(), IteratorType::parallel);
  auto generic =
      linalg::GenericOp::create(builder, loc, result, operands, empty, maps, iterators,
                                [&](OpBuilder &b, Location l, ValueRange arguments) {
                                  linalg::YieldOp::create(b, l, fn(b, l, arguments.drop_back()));
                                });
  return generic.getResult(0);
}

Value weir::makeReduction(OpBuilder &builder, Location loc, Value input, ArrayRef<bool> reduced,
                          float start,
                          function_ref<Value(OpBuilder &, Location, Value, Value)> combine) {
  RankedTensorType type = tensorType(input);
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> kept;
  SmallVector<IteratorType> iterators;
  for (auto [axis, size] : llvm::enumerate(type.getShape())) {
    iterators.push_back(reduced[axis] ? IteratorType::reduction : IteratorType::parallel);
    if (reduced[axis])
      continue;
    shape.push_back(size);
    kept.push_back(builder.getAffineDimExpr(axis));
  }
  auto result = RankedTensorType::get(shape, type.getElementType());
  Value init = makeFilled(builder, loc, result, input, start);
  SmallVector<AffineMap> maps = {builder.getMultiDimIdentityMap(type.getRank()),
                                 AffineMap::get(type.getRank(), 0, kept, builder.getContext())};
  auto generic = linalg::GenericOp::create(builder, loc, result, input, init, maps, iterators,
                                           [&](OpBuilder &b, Location l, ValueRange arguments) {
                                             linalg::YieldOp::create(
                                                 b, l, combine(b, l, arguments[0], arguments[1]));
                                           });
  return generic.getResult(0);
}

Value weir::makeReshape(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> example) {
  RankedTensorType type = tensorType(input);
  bool batched = isBatched(type);
  ArrayRef<int64_t> from = exampleShape(type);
  if (from == example)
    return input;
  Type elementType = type.getElementType();
  int64_t total = 1;
  for (int64_t size : from)
    total *= size;

  // Groups [batch], [all example axes]; with no example axis there is no second group.
  auto groups = [&](int64_t exampleRank) {
    SmallVector<ReassociationIndices> result;
    if (batched)
      result.push_back({0});
    ReassociationIndices axes;
    for (int64_t i = 0; i < exampleRank; ++i)
      axes.push_back(i + (batched ? 1 : 0));
    result.push_back(axes);
    return result;
  };

  Value flat = input;
  if (from.size() > 1)
    flat = tensor::CollapseShapeOp::create(
        builder, loc, makeTensorType(batched, total, elementType), input, groups(from.size()));
  if (from.empty()) {
    SmallVector<ReassociationIndices> grow;
    if (batched)
      grow.push_back({0, 1});
    flat = tensor::ExpandShapeOp::create(builder, loc, makeTensorType(batched, {1}, elementType),
                                         input, grow);
  }
  if (example.size() == 1)
    return flat;
  if (example.empty()) {
    SmallVector<ReassociationIndices> shrink;
    if (batched)
      shrink.push_back({0, 1});
    return tensor::CollapseShapeOp::create(builder, loc, makeTensorType(batched, {}, elementType),
                                           flat, shrink);
  }
  return tensor::ExpandShapeOp::create(builder, loc, makeTensorType(batched, example, elementType),
                                       flat, groups(example.size()));
}

Value weir::makeTranspose(OpBuilder &builder, Location loc, Value input,
                          ArrayRef<int64_t> permutation) {
  RankedTensorType type = tensorType(input);
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(exampleShape(type)[axis]);
  RankedTensorType result = makeTensorType(isBatched(type), shape, type.getElementType());
  // Loops run over the result; loop i reads operand axis permutation[i].
  SmallVector<AffineExpr> exprs(type.getRank());
  if (isBatched(type))
    exprs[0] = builder.getAffineDimExpr(0);
  for (auto [i, axis] : llvm::enumerate(permutation))
    exprs[wholeAxis(type, axis)] = builder.getAffineDimExpr(wholeAxis(type, i));
  SmallVector<AffineMap> maps = {AffineMap::get(type.getRank(), 0, exprs, builder.getContext()),
                                 builder.getMultiDimIdentityMap(type.getRank())};
  SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
  Value empty = makeEmpty(builder, loc, result, input);
  auto generic = linalg::GenericOp::create(builder, loc, result, input, empty, maps, iterators,
                                           [&](OpBuilder &b, Location l, ValueRange arguments) {
                                             linalg::YieldOp::create(b, l, arguments[0]);
                                           });
  return generic.getResult(0);
}

Value weir::makePad(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> low,
                    ArrayRef<int64_t> high, float value) {
  RankedTensorType type = tensorType(input);
  SmallVector<int64_t> shape;
  for (auto [i, size] : llvm::enumerate(exampleShape(type)))
    shape.push_back(low[i] + size + high[i]);
  RankedTensorType padded = makeTensorType(isBatched(type), shape, type.getElementType());
  Value result = makeEmpty(builder, loc, padded, input);

  SmallVector<OpFoldResult> offsets(padded.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(padded.getRank(), builder.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  if (isBatched(type))
    sizes.push_back(tensor::DimOp::create(builder, loc, input, 0).getResult());
  for (int64_t size : shape)
    sizes.push_back(builder.getIndexAttr(size));

  // One axis after the other: the slabs before and behind the interior, over what
  // the slabs of earlier axes have left.
  Value constant = floatConstant(builder, loc, value);
  auto fillSlab = [&](int64_t axis, int64_t from, int64_t count) {
    if (count == 0)
      return;
    SmallVector<OpFoldResult> slabOffsets(offsets), slabSizes(sizes);
    slabOffsets[axis] = builder.getIndexAttr(from);
    slabSizes[axis] = builder.getIndexAttr(count);
    Value slab =
        tensor::ExtractSliceOp::create(builder, loc, result, slabOffsets, slabSizes, strides);
    slab = linalg::FillOp::create(builder, loc, constant, slab).getResult(0);
    result =
        tensor::InsertSliceOp::create(builder, loc, slab, result, slabOffsets, slabSizes, strides);
  };
  for (auto [i, size] : llvm::enumerate(exampleShape(type))) {
    int64_t axis = wholeAxis(type, i);
    fillSlab(axis, 0, low[i]);
    fillSlab(axis, low[i] + size, high[i]);
    offsets[axis] = builder.getIndexAttr(low[i]);
    sizes[axis] = builder.getIndexAttr(size);
  }
  return tensor::InsertSliceOp::create(builder, loc, input, result, offsets, sizes, strides);
}

void weir::buildMultiplyAdd(OpBuilder &builder, Location loc, ValueRange arguments) {
  Value product = arith::MulFOp::create(builder, loc, arguments[0], arguments[1]);
  Value sum = arith::AddFOp::create(builder, loc, arguments[2], product);
  linalg::YieldOp::create(builder, loc, sum);
}
