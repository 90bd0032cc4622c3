//===- ShareRows.cpp - each row of a batch is multiplied once -----------------------===//

#include "weir/Autodiff/Passes.h"

#include "weir/CodeGen/CostModel.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

namespace weir {
#define GEN_PASS_DEF_SHAREROWSPASS
#include "weir/Autodiff/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// Some part of a layer's input, and the columns of the weight that it meets.
struct Part {
  Value rows, weight;
};

// Parameters that nothing reads are updated, too, so that no pattern driver may clear up here.
class RowSharer {
public:
  RowSharer(func::FuncOp function, bool always) : rewriter(function), always(always) {}

  void share(LinearOp op);

private:
  bool isShared(Value rows, int64_t outputs) const {
    auto lookUp = rows.getDefiningOp<EmbeddingOp>();
    return lookUp && lookUp->hasOneUse() && isBatched(lookUp.getIds().getType()) &&
           exampleShape(lookUp.getIds()).empty() &&
           (always || shareRowsPays(exampleShape(rows).back(), outputs));
  }
  void split(LinearOp op, SmallVector<Part> &looked, SmallVector<Part> &others);
  Value applyToOthers(LinearOp op, ArrayRef<Part> others);
  Value applyToUnique(LinearOp op, const Part &part);

  IRRewriter rewriter;
  bool always;
};

} // namespace

// Nothing is written unless some part is looked up.
void RowSharer::split(LinearOp op, SmallVector<Part> &looked, SmallVector<Part> &others) {
  int64_t outputs = exampleShape(op.getWeight()).front(), offset = 0;
  SmallVector<Value> inputs = {op.getInput()};
  if (auto concat = op.getInput().getDefiningOp<ConcatOp>(); concat && concat->hasOneUse())
    inputs = concat.getInputs();
  if (llvm::none_of(inputs, [&](Value rows) { return isShared(rows, outputs); }))
    return;
  for (Value rows : inputs) {
    int64_t size = exampleShape(rows).back();
    Value columns =
        rewriter.createOrFold<SliceOp>(op.getLoc(), op.getWeight(), ArrayRef<int64_t>{0, offset},
                                       ArrayRef<int64_t>{outputs, size}, ArrayRef<int64_t>{1, 1});
    offset += size;
    (isShared(rows, outputs) ? looked : others).push_back({rows, columns});
  }
}

Value RowSharer::applyToOthers(LinearOp op, ArrayRef<Part> others) {
  SmallVector<Value> rows, columns;
  for (const Part &part : others) {
    rows.push_back(part.rows);
    columns.push_back(part.weight);
  }
  Value input = rewriter.createOrFold<ConcatOp>(op.getLoc(), rows, 0);
  Value weight = rewriter.createOrFold<ConcatOp>(op.getLoc(), columns, 1);
  return LinearOp::create(rewriter, op.getLoc(), input, weight, op.getBias());
}

Value RowSharer::applyToUnique(LinearOp op, const Part &part) {
  auto lookUp = part.rows.getDefiningOp<EmbeddingOp>();
  auto unique = UniqueOp::create(rewriter, lookUp.getLoc(), lookUp.getIds());
  Value rows =
      EmbeddingOp::create(rewriter, lookUp.getLoc(), unique.getUnique(), lookUp.getTable());
  Value results = LinearOp::create(rewriter, op.getLoc(), rows, part.weight, /*bias=*/Value());
  return GatherRowsOp::create(rewriter, op.getLoc(), unique.getInverse(), results);
}

void RowSharer::share(LinearOp op) {
  // An example has one row.
  if (exampleShape(op.getInput()).size() != 1)
    return;
  rewriter.setInsertionPoint(op);
  SmallVector<Part> looked, others;
  split(op, looked, others);
  if (looked.empty())
    return;
  Value sum, bias = op.getBias();
  if (!others.empty()) {
    sum = applyToOthers(op, others);
    bias = nullptr;
  }
  for (const Part &part : looked) {
    Value results = applyToUnique(op, part);
    sum = sum ? AddOp::create(rewriter, op.getLoc(), sum, results).getResult() : results;
  }
  if (bias)
    sum = AddOp::create(rewriter, op.getLoc(), sum, bias);
  Value input = op.getInput();
  rewriter.replaceOp(op, sum);
  // What was read for every example.
  if (auto concat = input.getDefiningOp<ConcatOp>())
    rewriter.eraseOp(concat);
  for (const Part &part : looked)
    rewriter.eraseOp(part.rows.getDefiningOp());
}

namespace {
struct ShareRowsPass : weir::impl::ShareRowsPassBase<ShareRowsPass> {
  using Base::Base;
  void runOnOperation() override {
    if (getOperation().getName() != function)
      return;
    RowSharer sharer(getOperation(), always);
    for (auto op : llvm::make_early_inc_range(getOperation().getBody().front().getOps<LinearOp>()))
      sharer.share(op);
  }
};
} // namespace
