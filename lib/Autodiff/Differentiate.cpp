//===- Differentiate.cpp - from a loss to the gradients of its parameters -------===//
//
// Reverse-mode differentiation of a straight line of ops. The pass knows two ops by
// name, that which holds a parameter and that which ends the function; all others are asked for
// their reverse rules.
//
//===----------------------------------------------------------------------===//

#include "weir/Autodiff/Passes.h"

#include "weir/Autodiff/DifferentiableOpInterface.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace weir {
#define GEN_PASS_DEF_DIFFERENTIATEPASS
#include "weir/Autodiff/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// The gradients of one function's loss.
class Differentiation {
public:
  Differentiation(func::FuncOp function, OpBuilder &builder)
      : function(function), block(function.getBody().front()), builder(builder) {}

  LogicalResult run();

private:
  LogicalResult checkLoss();
  void findActive();
  void seed();
  LogicalResult pullBack(Operation *op);
  void accumulate(Value value, Value gradient);
  void returnGradients();

  func::FuncOp function;
  Block &block;
  OpBuilder &builder;
  Value loss;
  SmallVector<ParamOp> learned;
  // The values that depend on a learned parameter.
  llvm::DenseSet<Value> active;
  // What each value's gradient is, as far as its users have been seen.
  llvm::DenseMap<Value, Value> gradients;
};

} // namespace

LogicalResult Differentiation::checkLoss() {
  Operation *terminator = block.getTerminator();
  if (terminator->getNumOperands() == 0)
    return function.emitError("returns no loss");
  loss = terminator->getOperand(0);
  auto type = dyn_cast<RankedTensorType>(loss.getType());
  if (!type || !type.getElementType().isF32() || !isBatched(type) || !exampleShape(type).empty())
    return function.emitError("returns the loss of each example first, tensor<?xf32>; found ")
           << loss.getType();
  return success();
}

void Differentiation::findActive() {
  for (Operation &op : block) {
    auto parameter = dyn_cast<ParamOp>(op);
    bool isLearned = parameter && !parameter.getBuffer() && !parameter.getFrozen();
    if (isLearned)
      learned.push_back(parameter);
    if (isLearned || llvm::any_of(op.getOperands(), [&](Value v) { return active.contains(v); }))
      active.insert(op.result_begin(), op.result_end());
  }
}

// The mean over the batch gives each example an equal share.
void Differentiation::seed() {
  Location loc = loss.getLoc();
  auto scalar = RankedTensorType::get({}, builder.getF32Type());
  Value size = BatchSizeOp::create(builder, loc, loss);
  Value one = ConstantOp::create(builder, loc, scalar, DenseElementsAttr::get(scalar, 1.0f));
  Value share = DivOp::create(builder, loc, one, size);
  gradients[loss] = BroadcastOp::create(builder, loc, loss.getType(), share, loss);
}

void Differentiation::accumulate(Value value, Value gradient) {
  assert(value.getType() == gradient.getType() && "a gradient has its value's type");
  Value &sum = gradients[value];
  sum = sum ? AddOp::create(builder, gradient.getLoc(), sum, gradient) : gradient;
}

LogicalResult Differentiation::pullBack(Operation *op) {
  SmallVector<Value> resultGradients;
  for (Value result : op->getResults())
    resultGradients.push_back(gradients.lookup(result));
  SmallVector<bool> wanted;
  for (Value operand : op->getOperands())
    wanted.push_back(active.contains(operand));
  if (llvm::is_contained(resultGradients, Value()) || !llvm::is_contained(wanted, true))
    return success();
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return op->emitOpError("has no derivative, and a learned parameter reaches the loss by it");
  SmallVector<Value> operandGradients(op->getNumOperands());
  if (failed(differentiable.buildGradient(builder, resultGradients, wanted, operandGradients)))
    return failure();
  for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), operandGradients))
    if (gradient)
      accumulate(operand, gradient);
  return success();
}

void Differentiation::returnGradients() {
  SmallVector<Value> results(block.getTerminator()->getOperands());
  for (ParamOp parameter : learned) {
    Value gradient = gradients.lookup(parameter.getResult());
    if (!gradient) {
      // The loss doesn't depend on it.
      auto type = cast<RankedTensorType>(parameter.getType());
      gradient =
          ConstantOp::create(builder, parameter.getLoc(), type, DenseElementsAttr::get(type, 0.0f));
    }
    auto attributes = builder.getDictionaryAttr(
        {builder.getNamedAttr("weir.name", builder.getStringAttr(parameter.getName() + ".grad")),
         builder.getNamedAttr("weir.gradient_of", parameter.getNameAttr())});
    (void)function.insertResult(function.getNumResults(), gradient.getType(), attributes);
    results.push_back(gradient);
  }
  block.getTerminator()->setOperands(results);
}

LogicalResult Differentiation::run() {
  if (failed(checkLoss()))
    return failure();
  findActive();
  if (!active.contains(loss))
    return function.emitError("has a loss that depends on no learned parameter");
  SmallVector<Operation *> forward;
  for (Operation &op : block.without_terminator())
    forward.push_back(&op);
  builder.setInsertionPoint(block.getTerminator());
  seed();
  for (Operation *op : llvm::reverse(forward))
    if (failed(pullBack(op)))
      return failure();
  returnGradients();
  return success();
}

namespace {
struct DifferentiatePass : weir::impl::DifferentiatePassBase<DifferentiatePass> {
  using Base::Base;
  void runOnOperation() override {
    if (getOperation().getName() != function)
      return;
    OpBuilder builder(&getContext());
    if (failed(Differentiation(getOperation(), builder).run()))
      signalPassFailure();
  }
};
} // namespace
