//===- Shape.cpp - reverse rules of joining, cutting and reordering -------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

static LogicalResult reshapeRule(ReshapeOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.reshape(r.gradient, exampleShape(op.getInput())));
  return success();
}

static LogicalResult transposeRule(TransposeOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  SmallVector<int64_t> inverse(op.getPermutation().size());
  for (auto [i, axis] : llvm::enumerate(op.getPermutation()))
    inverse[axis] = i;
  r.give(0, r.transpose(r.gradient, inverse));
  return success();
}

static LogicalResult sliceRule(SliceOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  Value spread = r.gradient;
  if (llvm::any_of(op.getStrides(), [](int64_t stride) { return stride != 1; }))
    spread = DilateOp::create(r.builder, r.loc, spread, op.getStrides());
  SmallVector<int64_t> high;
  for (auto [axis, size] : llvm::enumerate(exampleShape(op.getInput())))
    high.push_back(size - op.getOffsets()[axis] - exampleShape(spread)[axis]);
  r.give(0, PadOp::create(r.builder, r.loc, spread, op.getOffsets(), high, APFloat(0.0f)));
  return success();
}

static LogicalResult padRule(PadOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  ArrayRef<int64_t> sizes = exampleShape(op.getInput());
  SmallVector<int64_t> ones(sizes.size(), 1);
  r.give(0, SliceOp::create(r.builder, r.loc, r.gradient, op.getLow(), sizes, ones));
  return success();
}

static LogicalResult concatRule(ConcatOp op, ReverseRule &r) {
  int64_t rank = exampleShape(op.getResult()).size(), position = 0;
  SmallVector<int64_t> offsets(rank, 0), ones(rank, 1);
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    ArrayRef<int64_t> sizes = exampleShape(input);
    offsets[op.getAxis()] = position;
    if (r.wants(i))
      r.give(i, SliceOp::create(r.builder, r.loc, r.gradient, offsets, sizes, ones));
    position += sizes[op.getAxis()];
  }
  return success();
}

static LogicalResult broadcastRule(BroadcastOp, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, r.gradient);
  return success();
}

static LogicalResult dilateRule(DilateOp op, ReverseRule &r) {
  if (!r.wants(0))
    return success();
  ArrayRef<int64_t> sizes = exampleShape(op.getInput());
  SmallVector<int64_t> zeros(sizes.size(), 0);
  r.give(0, SliceOp::create(r.builder, r.loc, r.gradient, zeros, sizes, op.getFactors()));
  return success();
}

static LogicalResult reverseRule(ReverseOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, ReverseOp::create(r.builder, r.loc, r.gradient, op.getAxes()));
  return success();
}

void weir::attachShapeRules(MLIRContext *context) {
  attachRule<ReshapeOp, reshapeRule>(context);
  attachRule<TransposeOp, transposeRule>(context);
  attachRule<SliceOp, sliceRule>(context);
  attachRule<PadOp, padRule>(context);
  attachRule<ConcatOp, concatRule>(context);
  attachRule<BroadcastOp, broadcastRule>(context);
  attachRule<DilateOp, dilateRule>(context);
  attachRule<ReverseOp, reverseRule>(context);
}
