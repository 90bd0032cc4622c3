//===- Interpreter.cpp - What a model means, by plain loops -----------------------===//
//
// Checks what comes from outside, then goes through the function's ops in order.
//
//===----------------------------------------------------------------------===//

#include "weir/Reference/Interpreter.h"

#include "Evaluate.h"
#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Execution/Signature.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace weir {

static llvm::Error refuse(const std::string &message) { return llvm::createStringError(message); }

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static int64_t saturated(double value) {
  constexpr double limit = 9223372036854775808.0; // 2^63
  if (value >= limit)
    return std::numeric_limits<int64_t>::max();
  return value < -limit ? std::numeric_limits<int64_t>::min() : static_cast<int64_t>(value);
}

static llvm::Error checkIds(const Signature::Input &spec, const RefTensor &input) {
  for (auto [position, id] : llvm::enumerate(input.data)) {
    if (id != std::trunc(id))
      return refuse(fmt::format("input '{}': {} is not an id", spec.name, id));
    if (id < 0 || id >= static_cast<double>(spec.cardinality))
      return refuse(describeBadId(spec, static_cast<int64_t>(position), saturated(id)));
  }
  return llvm::Error::success();
}

static llvm::Error checkInputs(const Signature &signature, const std::vector<RefTensor> &inputs,
                               int64_t batch) {
  if (batch < 0)
    return refuse(fmt::format("a batch of {} examples", batch));
  if (inputs.size() != signature.inputs.size())
    return refuse(fmt::format("model '{}' takes {} inputs, {} were given", signature.model,
                              signature.inputs.size(), inputs.size()));
  for (auto [spec, input] : llvm::zip_equal(signature.inputs, inputs)) {
    std::vector<int64_t> expected = wholeShape(spec.shape, spec.batched, batch);
    if (input.shape != expected)
      return refuse(fmt::format("input '{}' has shape {}, expected {}", spec.name,
                                shapeToString(input.shape), shapeToString(expected)));
    if (spec.isIndex)
      if (llvm::Error error = checkIds(spec, input))
        return error;
  }
  return llvm::Error::success();
}

static llvm::Error checkParameters(const Signature &signature, const RefParameters &parameters) {
  for (const Signature::Parameter &spec : signature.parameters) {
    auto found = parameters.find(spec.name);
    if (found == parameters.end())
      return refuse(fmt::format("parameter '{}' is missing", spec.name));
    if (found->second.shape != spec.shape)
      return refuse(fmt::format("parameter '{}' has shape {}, expected {}", spec.name,
                                shapeToString(found->second.shape), shapeToString(spec.shape)));
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

namespace {

// The values of a running model: those that came from outside, and those that were
// computed, which go as soon as their last user has run.
class Values {
public:
  explicit Values(Block &block) {
    for (Operation &op : block)
      for (Value operand : op.getOperands())
        lastUser[operand] = &op;
  }

  void lend(Value value, const RefTensor &tensor) { known[value] = &tensor; }

  void own(Value value, RefTensor tensor) {
    auto owned = std::make_unique<RefTensor>(std::move(tensor));
    known[value] = owned.get();
    computed[value] = std::move(owned);
  }

  const RefTensor &operator[](Value value) const { return *known.at(value); }

  void releaseAfter(Operation *op) {
    for (Value operand : op->getOperands())
      if (lastUser.at(operand) == op)
        computed.erase(operand);
  }

private:
  llvm::DenseMap<Value, Operation *> lastUser;
  llvm::DenseMap<Value, const RefTensor *> known;
  llvm::DenseMap<Value, std::unique_ptr<RefTensor>> computed;
};

} // namespace

llvm::Expected<std::vector<RefTensor>> interpret(ModuleOp module, const RefParameters &parameters,
                                                 const std::vector<RefTensor> &inputs,
                                                 int64_t batch, RefObserver observer) {
  Signature signature = readSignature(module);
  if (llvm::Error error = checkInputs(signature, inputs, batch))
    return error;
  if (llvm::Error error = checkParameters(signature, parameters))
    return error;

  func::FuncOp function = *module.getOps<func::FuncOp>().begin();
  Block &block = function.getBody().front();
  Values values(block);
  for (auto [argument, input] : llvm::zip_equal(block.getArguments(), inputs))
    values.lend(argument, input);

  for (Operation &op : block.without_terminator()) {
    if (auto parameter = dyn_cast<ParamOp>(op)) {
      values.lend(parameter.getResult(), parameters.find(parameter.getName())->second);
      continue;
    }
    SmallVector<const RefTensor *> operands;
    for (Value operand : op.getOperands())
      operands.push_back(&values[operand]);
    std::vector<RefTensor> results = reference::evaluate(&op, operands, batch);
    if (results.empty())
      return refuse("the reference interpreter doesn't know the op " +
                    op.getName().getStringRef().str());
    for (auto [value, result] : llvm::zip_equal(op.getResults(), results)) {
      if (observer && !observer(&op, result))
        return refuse("the observer ended the run");
      values.own(value, std::move(result));
    }
    values.releaseAfter(&op);
  }

  std::vector<RefTensor> outputs;
  for (Value result : block.getTerminator()->getOperands())
    outputs.push_back(values[result]);
  return outputs;
}

} // namespace weir
