//===- Linear.cpp - reverse rules of matrix products ----------------------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

static LogicalResult linearRule(LinearOp op, ReverseRule &r) {
  if (r.wants(0))
    r.give(0, MatmulOp::create(r.builder, r.loc, r.gradient, op.getWeight()));
  if (r.wants(1))
    r.give(1, ProductWeightGradientOp::create(r.builder, r.loc, r.gradient, op.getInput()));
  if (op.getBias() && r.wants(2))
    r.give(2, r.gradient);
  return success();
}

// The last two axes swapped.
static Value transposed(Value value, ReverseRule &r) {
  int64_t rank = exampleShape(value).size();
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return r.transpose(value, permutation);
}

// A value of at least three axes as a matrix, all axes but the last as rows.
static Value flattenRows(Value value, ReverseRule &r) {
  ArrayRef<int64_t> shape = exampleShape(value);
  return r.reshape(value, {elementCount(shape.drop_back()), shape.back()});
}

static LogicalResult matmulRule(MatmulOp op, ReverseRule &r) {
  Value lhs = op.getLhs(), rhs = op.getRhs(), gradient = r.gradient;
  if (r.wants(1) && !isBatched(rhs.getType()) && exampleShape(rhs).size() == 2)
    // A layer's weight: one product over the batch and all rows.
    r.give(1, ProductWeightGradientOp::create(r.builder, r.loc, lhs, gradient));
  bool isVector = exampleShape(lhs).size() == 1;
  if (isVector) {
    // A row, made a matrix of one row.
    lhs = r.reshape(lhs, {1, exampleShape(lhs).front()});
    SmallVector<int64_t> shape(exampleShape(gradient));
    shape.insert(shape.end() - 1, 1);
    gradient = r.reshape(gradient, shape);
  }
  if (r.wants(0)) {
    Value result = MatmulOp::create(r.builder, r.loc, gradient, transposed(rhs, r));
    result = r.sumTo(result, lhs.getType());
    r.give(0, r.reshape(result, exampleShape(op.getLhs())));
  }
  if (r.wants(1) && !r.results[1]) {
    if (exampleShape(rhs).size() == 2) {
      lhs = flattenRows(lhs, r);
      gradient = flattenRows(gradient, r);
    }
    r.give(1, MatmulOp::create(r.builder, r.loc, transposed(lhs, r), gradient));
  }
  return success();
}

static LogicalResult productRule(ProductOp op, ReverseRule &r) {
  if (r.wants(0)) {
    // The matrix with its last axis in front: what was summed over is now the result.
    ArrayRef<int64_t> shape = exampleShape(op.getMatrix());
    Value matrix = r.reshape(op.getMatrix(), {elementCount(shape.drop_back()), shape.back()});
    Value rows = MatmulOp::create(r.builder, r.loc, r.gradient, r.transpose(matrix, {1, 0}));
    r.give(0, r.reshape(rows, exampleShape(op.getRows())));
  }
  if (r.wants(1))
    r.give(1, ProductWeightGradientOp::create(r.builder, r.loc, op.getRows(), r.gradient));
  if (op.getInit() && r.wants(2))
    r.give(2, r.gradient);
  return success();
}

void weir::attachLinearRules(MLIRContext *context) {
  attachRule<LinearOp, linearRule>(context);
  attachRule<MatmulOp, matmulRule>(context);
  attachRule<ProductOp, productRule>(context);
}
