//===- BuildTrainStep.cpp - joins gradients and optimizer into one function --------===//

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Training/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"

namespace weir {
#define GEN_PASS_DEF_BUILDTRAINSTEPPASS
#include "weir/Training/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

// Clones an op on scalars for operands of any shape: its types follow from them.
Value cloneForShapes(OpBuilder &builder, Operation &op, IRMapping &mapping) {
  Operation *copy = builder.clone(op, mapping);
  if (auto inferred = dyn_cast<InferTypeOpInterface>(copy)) {
    SmallVector<Type> types;
    LogicalResult known = inferred.inferReturnTypes(
        copy->getContext(), copy->getLoc(), copy->getOperands(), copy->getRawDictionaryAttrs(),
        copy->getPropertiesStorage(), copy->getRegions(), types);
    if (succeeded(known))
      for (auto [result, type] : llvm::zip_equal(copy->getResults(), types))
        result.setType(type);
  }
  return copy->getResult(0);
}

struct Gradient {
  ParamOp param;
  Value value;
};

class StepBuilder {
public:
  StepBuilder(func::FuncOp train, func::FuncOp optimizer, double clipNorm)
      : train(train), optimizer(optimizer), clipNorm(clipNorm), builder(train) {}

  void build() {
    SmallVector<Type> arguments(train.getArgumentTypes());
    SmallVector<DictionaryAttr> argumentAttrs;
    for (unsigned i = 0; i < train.getNumArguments(); ++i)
      argumentAttrs.push_back(train.getArgAttrDict(i));
    for (BlockArgument argument : optimizer.getArguments()) {
      if (!optimizer.getArgAttr(argument.getArgNumber(), "weir.hyper"))
        continue;
      arguments.push_back(argument.getType());
      argumentAttrs.push_back(optimizer.getArgAttrDict(argument.getArgNumber()));
    }
    auto step = func::FuncOp::create(builder, train.getLoc(), "train_step",
                                     builder.getFunctionType(arguments, {}));
    Block *entry = step.addEntryBlock();
    for (auto [i, attrs] : llvm::enumerate(argumentAttrs))
      step.setArgAttrs(i, attrs);
    builder.setInsertionPointToStart(entry);

    IRMapping mapping;
    mapping.map(train.getArguments(), step.getArguments().take_front(train.getNumArguments()));
    for (Operation &op : train.getBody().front().without_terminator())
      builder.clone(op, mapping);
    auto returned = cast<func::ReturnOp>(train.getBody().front().getTerminator());
    SmallVector<Gradient> gradients;
    for (auto [i, operand] : llvm::enumerate(returned.getOperands())) {
      Value value = mapping.lookup(operand);
      if (auto name = train.getResultAttrOfType<StringAttr>(i, "weir.gradient_of"))
        gradients.push_back({findParam(entry, name.getValue()), value});
      else if (auto updated = train.getResultAttrOfType<StringAttr>(i, "weir.update_of"))
        addUpdate(value, updated);
      else
        addSum(value, train.getResultAttrOfType<StringAttr>(i, "weir.name"));
    }
    if (clipNorm > 0)
      clip(gradients);
    ValueRange hypers = step.getArguments().drop_front(train.getNumArguments());
    for (Gradient &gradient : gradients)
      update(gradient, hypers);

    // Sums first, so that their numbers don't depend on how many updates there are.
    SmallVector<Value> results(sums);
    llvm::append_range(results, updates);
    func::ReturnOp::create(builder, train.getLoc(), results);
    SmallVector<DictionaryAttr> resultAttrs(sumAttrs);
    llvm::append_range(resultAttrs, updateAttrs);
    step.setFunctionType(builder.getFunctionType(arguments, ValueRange(results).getTypes()));
    for (auto [i, attrs] : llvm::enumerate(resultAttrs))
      step.setResultAttrs(i, attrs);
  }

private:
  static ParamOp findParam(Block *block, StringRef name) {
    for (auto param : block->getOps<ParamOp>())
      if (param.getName() == name)
        return param;
    llvm_unreachable("a gradient names a parameter of its function");
  }

  void addSum(Value perExample, StringAttr name) {
    sums.push_back(BatchSumOp::create(builder, perExample.getLoc(), perExample));
    sumAttrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr("weir.name", name)));
  }

  void addUpdate(Value value, StringAttr name) {
    updates.push_back(value);
    updateAttrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr("weir.update_of", name)));
  }

  static SmallVector<int64_t> allAxes(Value value) {
    return llvm::to_vector(llvm::seq<int64_t>(0, exampleShape(value).size()));
  }

  Value constant(float value, Location loc) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, value));
  }

  // gradient * min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_.
  void clip(MutableArrayRef<Gradient> gradients) {
    Value total;
    for (Gradient &gradient : gradients) {
      Location loc = gradient.value.getLoc();
      Value square = MulOp::create(builder, loc, gradient.value, gradient.value);
      Value sum = SumOp::create(builder, loc, square, allAxes(square), /*keep_dims=*/false);
      total = total ? AddOp::create(builder, loc, total, sum).getResult() : sum;
    }
    if (!total)
      return;
    Location loc = train.getLoc();
    Value norm = SqrtOp::create(builder, loc, total);
    norm = AddOp::create(builder, loc, norm, constant(1e-6f, loc));
    Value factor = DivOp::create(builder, loc, constant(clipNorm, loc), norm);
    factor = MinimumOp::create(builder, loc, factor, constant(1.0f, loc));
    for (Gradient &gradient : gradients)
      gradient.value = MulOp::create(builder, loc, gradient.value, factor);
  }

  // The optimizer's ops on the parameter's shape. Its arguments are the parameter, the
  // gradient, its states and the hyperparameters; it returns all but the last.
  void update(Gradient &gradient, ValueRange hypers) {
    Location loc = gradient.param.getLoc();
    IRMapping mapping;
    SmallVector<std::string> names;
    size_t nextHyper = 0;
    for (BlockArgument argument : optimizer.getArguments()) {
      unsigned number = argument.getArgNumber();
      if (number == 0) {
        mapping.map(argument, gradient.param.getResult());
        names.push_back(gradient.param.getName().str());
      } else if (number == 1) {
        mapping.map(argument, gradient.value);
      } else if (optimizer.getArgAttr(number, "weir.hyper")) {
        mapping.map(argument, hypers[nextHyper++]);
      } else {
        auto state = optimizer.getArgAttrOfType<StringAttr>(number, "weir.name");
        auto start = optimizer.getArgAttrOfType<FloatAttr>(number, "weir.state");
        names.push_back((gradient.param.getName() + "." + state.getValue()).str());
        auto param = ParamOp::create(builder, loc, gradient.param.getType(), names.back(), "constant",
                                     {start.getValueAsDouble(), 0.0}, /*buffer=*/true);
        mapping.map(argument, param.getResult());
      }
    }
    for (Operation &op : optimizer.getBody().front().without_terminator())
      cloneForShapes(builder, op, mapping);
    Operation *terminator = optimizer.getBody().front().getTerminator();
    for (auto [operand, name] : llvm::zip_equal(terminator->getOperands(), names))
      addUpdate(stretch(mapping.lookup(operand), gradient.param), builder.getStringAttr(name));
  }

  // A state that doesn't depend on the gradient is a scalar; it gets the full shape.
  Value stretch(Value value, ParamOp param) {
    if (value.getType() == param.getType())
      return value;
    auto type = cast<RankedTensorType>(param.getType());
    Value zeros = ConstantOp::create(builder, param.getLoc(), type,
                                     DenseElementsAttr::get(type, 0.0f));
    return AddOp::create(builder, param.getLoc(), zeros, value);
  }

  func::FuncOp train, optimizer;
  double clipNorm;
  OpBuilder builder;
  SmallVector<Value> sums, updates;
  SmallVector<DictionaryAttr> sumAttrs, updateAttrs;
};

struct BuildTrainStepPass : weir::impl::BuildTrainStepPassBase<BuildTrainStepPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto train = module.lookupSymbol<func::FuncOp>("train");
    auto optimizer = module.lookupSymbol<func::FuncOp>("optimizer");
    if (!train || !optimizer) {
      module.emitError("expected the functions 'train' and 'optimizer'");
      return signalPassFailure();
    }
    StepBuilder(train, optimizer, clipNorm).build();
    train.erase();
    optimizer.erase();
  }
};
} // namespace
