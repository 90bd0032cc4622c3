//===- TrainingForm.cpp - batch norm and dropout as they are in training --------===//

#include "weir/Autodiff/Passes.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace weir {
#define GEN_PASS_DEF_TRAININGFORMPASS
#include "weir/Autodiff/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// Seeds and steps are whole numbers that a double holds exactly.
static constexpr int64_t keyRange = int64_t{1} << 53;

namespace {
struct TrainingFormPass : weir::impl::TrainingFormPassBase<TrainingFormPass> {
  using Base::Base;
  void runOnOperation() override;

private:
  void useBatchStatistics(BatchNormOp op, OpBuilder &builder);
  void drawMask(DropoutOp op, OpBuilder &builder);
  void updateBuffer(Value old, Value batch, double momentum, OpBuilder &builder, Location loc);
  void returnUpdates(OpBuilder &builder);

  // The buffers' new values, in the order in which layers change them.
  llvm::MapVector<Operation *, Value> updates;
  Value key;
  int64_t layers;
};
} // namespace

static bool isBuffer(Value value) {
  auto parameter = value.getDefiningOp<ParamOp>();
  return parameter && parameter.getBuffer();
}

static Value scalar(OpBuilder &builder, Location loc, double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return ConstantOp::create(builder, loc, type,
                            DenseElementsAttr::get(type, static_cast<float>(value)));
}

// The variance as an estimate of that of all data: times n / (n - 1).
static Value unbiased(OpBuilder &builder, Location loc, Value variance, Value input,
                      int64_t channels) {
  int64_t elements = 1;
  for (int64_t size : exampleShape(input))
    elements *= size;
  Value size = BatchSizeOp::create(builder, loc, input);
  Value count = MulOp::create(builder, loc, size,
                              scalar(builder, loc, static_cast<double>(elements / channels)));
  Value one = scalar(builder, loc, 1.0);
  Value others = SubOp::create(builder, loc, count, one);
  others = MaximumOp::create(builder, loc, others, one);
  return MulOp::create(builder, loc, variance, DivOp::create(builder, loc, count, others));
}

void TrainingFormPass::updateBuffer(Value old, Value batch, double momentum, OpBuilder &builder,
                                    Location loc) {
  Value &current = updates[old.getDefiningOp()];
  if (!current)
    current = old;
  Value kept = MulOp::create(builder, loc, current, scalar(builder, loc, 1.0 - momentum));
  Value added = MulOp::create(builder, loc, batch, scalar(builder, loc, momentum));
  current = AddOp::create(builder, loc, kept, added);
}

void TrainingFormPass::useBatchStatistics(BatchNormOp op, OpBuilder &builder) {
  if (!isBatched(op.getInput().getType()) || !isBuffer(op.getMean()) || !isBuffer(op.getVariance()))
    return;
  builder.setInsertionPoint(op);
  Location loc = op.getLoc();
  Value mean = BatchMeanOp::create(builder, loc, op.getInput(), op.getAxisAttr());
  Value variance = BatchVarianceOp::create(builder, loc, op.getInput(), op.getAxisAttr());
  double momentum = op.getMomentum().convertToDouble();
  updateBuffer(op.getMean(), mean, momentum, builder, loc);
  int64_t channels = exampleShape(op.getInput())[op.getAxis()];
  updateBuffer(op.getVariance(), unbiased(builder, loc, variance, op.getInput(), channels),
               momentum, builder, loc);
  op.getMeanMutable().assign(mean);
  op.getVarianceMutable().assign(variance);
}

void TrainingFormPass::drawMask(DropoutOp op, OpBuilder &builder) {
  builder.setInsertionPoint(op);
  Value result = op.getInput();
  if (!op.getProbability().isZero()) {
    func::FuncOp function = getOperation();
    if (!key) {
      auto type = RankedTensorType::get({2}, IdType::get(&getContext(), keyRange));
      auto attributes = builder.getDictionaryAttr(
          {builder.getNamedAttr("weir.name", builder.getStringAttr("random")),
           builder.getNamedAttr("weir.random", builder.getUnitAttr())});
      unsigned number = function.getNumArguments();
      (void)function.insertArgument(number, type, attributes, function.getLoc());
      key = function.getArgument(number);
    }
    Value mask = DropoutMaskOp::create(builder, op.getLoc(), key, op.getInput(),
                                       op.getProbabilityAttr(), builder.getI64IntegerAttr(layers));
    result = MulOp::create(builder, op.getLoc(), op.getInput(), mask);
  }
  ++layers;
  op.replaceAllUsesWith(result);
  op.erase();
}

void TrainingFormPass::returnUpdates(OpBuilder &builder) {
  func::FuncOp function = getOperation();
  Operation *terminator = function.getBody().front().getTerminator();
  SmallVector<Value> results(terminator->getOperands());
  for (auto [op, value] : updates) {
    auto buffer = cast<ParamOp>(op);
    auto attributes =
        builder.getDictionaryAttr({builder.getNamedAttr("weir.name", buffer.getNameAttr()),
                                   builder.getNamedAttr("weir.update_of", buffer.getNameAttr())});
    (void)function.insertResult(function.getNumResults(), value.getType(), attributes);
    results.push_back(value);
  }
  terminator->setOperands(results);
}

void TrainingFormPass::runOnOperation() {
  if (getOperation().getName() != function)
    return;
  updates.clear();
  key = Value();
  layers = 0;
  OpBuilder builder(&getContext());
  for (Operation &op : llvm::make_early_inc_range(getOperation().getBody().front())) {
    if (auto norm = dyn_cast<BatchNormOp>(op))
      useBatchStatistics(norm, builder);
    else if (auto dropout = dyn_cast<DropoutOp>(op))
      drawMask(dropout, builder);
  }
  returnUpdates(builder);
}
