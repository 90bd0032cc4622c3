//===- Embedding.cpp - reverse rules of rows of tables --------------------------===//
//
// Ids have no gradient: nothing lies between two of them.
//
//===----------------------------------------------------------------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

static LogicalResult embeddingRule(EmbeddingOp op, ReverseRule &r) {
  if (r.wants(1))
    r.give(1, EmbeddingGradientOp::create(r.builder, r.loc, op.getIds(), r.gradient));
  return success();
}

// The gradient of the rows of each bag, from that of their largest elements: that of a
// maximum over windows of one bag each, the bags' axes seen as one tall image.
static Value largestRowsGradient(EmbeddingBagOp op, Value gradient, ReverseRule &r) {
  Value rows = EmbeddingOp::create(r.builder, r.loc, op.getIds(), op.getTable());
  SmallVector<int64_t> shape(exampleShape(rows));
  int64_t length = shape.back(), bag = shape[shape.size() - 2];
  int64_t bags = elementCount(ArrayRef<int64_t>(shape).drop_back(2));
  Value image = r.reshape(rows, {bags * bag, 1, length});
  Value largest = r.reshape(gradient, {bags, 1, length});
  Value result = MaxPool2dGradientOp::create(
      r.builder, r.loc, image, largest, /*kernel=*/ArrayRef<int64_t>{bag, 1},
      /*strides=*/ArrayRef<int64_t>{bag, 1}, /*pad_low=*/ArrayRef<int64_t>{0, 0},
      /*pad_high=*/ArrayRef<int64_t>{0, 0}, Layout::ChannelsLast);
  return r.reshape(result, shape);
}

static LogicalResult embeddingBagRule(EmbeddingBagOp op, ReverseRule &r) {
  if (!r.wants(1))
    return success();
  int64_t bag = exampleShape(op.getIds()).back();
  Value rows;
  if (op.getMode() == BagMode::Max) {
    rows = largestRowsGradient(op, r.gradient, r);
  } else {
    rows = r.gradient;
    if (op.getMode() == BagMode::Mean)
      rows = r.div(rows, r.scalar(static_cast<double>(bag)));
    SmallVector<int64_t> shape(exampleShape(rows));
    shape.insert(shape.end() - 1, 1);
    rows = r.reshape(rows, shape);
    shape[shape.size() - 2] = bag;
    auto type = makeTensorType(isBatched(rows.getType()), shape, r.builder.getF32Type());
    rows = BroadcastOp::create(r.builder, r.loc, type, rows, /*batch=*/Value());
  }
  r.give(1, EmbeddingGradientOp::create(r.builder, r.loc, op.getIds(), rows));
  return success();
}

static LogicalResult gatherRowsRule(GatherRowsOp op, ReverseRule &r) {
  if (r.wants(1))
    r.give(1, SegmentSumOp::create(r.builder, r.loc, op.getPositions(), r.gradient, op.getRows()));
  return success();
}

static LogicalResult segmentSumRule(SegmentSumOp op, ReverseRule &r) {
  if (r.wants(1))
    r.give(1, GatherRowsOp::create(r.builder, r.loc, op.getPositions(), r.gradient));
  return success();
}

void weir::attachEmbeddingRules(MLIRContext *context) {
  attachRule<EmbeddingOp, embeddingRule>(context);
  attachRule<EmbeddingBagOp, embeddingBagRule>(context);
  attachRule<GatherRowsOp, gatherRowsRule>(context);
  attachRule<SegmentSumOp, segmentSumRule>(context);
}
