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

struct Gradient {
  ParamOp param;
  Value value;
  // If only the rows of a table that these ids name are updated, one in `value` for
  // each.
  Value ids;
};

// Rows shorter than this are not worth looking at one by one: their missed steps would
// be computed one behind the other, in vectors that are hardly filled.
constexpr int64_t shortestRow = 16;

class StepBuilder {
public:
  StepBuilder(func::FuncOp train, func::FuncOp optimizer, const BuildTrainStepPassOptions &options)
      : train(train), optimizer(optimizer), options(options), builder(train) {}

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
        gradients.push_back({findParam(entry, name.getValue()), value, /*ids=*/{}});
      else if (auto updated = train.getResultAttrOfType<StringAttr>(i, "weir.update_of"))
        addUpdate(value, updated);
      else
        addSum(value, train.getResultAttrOfType<StringAttr>(i, "weir.name"));
    }
    if (options.clipNorm > 0)
      clip(gradients);
    else if (options.tables != "dense")
      for (Gradient &gradient : gradients)
        keepToRows(gradient);
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
    Value factor = DivOp::create(builder, loc, constant(options.clipNorm, loc), norm);
    factor = MinimumOp::create(builder, loc, factor, constant(1.0f, loc));
    for (Gradient &gradient : gradients)
      gradient.value = MulOp::create(builder, loc, gradient.value, factor);
  }

  // If the parameter is a large table that is looked up by these ids, and read by nothing else.
  void keepToRows(Gradient &gradient) {
    auto rows = gradient.value.getDefiningOp<EmbeddingGradientOp>();
    if (!rows || !rows->use_empty())
      return;
    auto type = cast<RankedTensorType>(gradient.param.getType());
    if (options.tables == "deferred" &&
        (type.getNumElements() < options.deferredElements || type.getDimSize(1) < shortestRow))
      return;
    for (OpOperand &use : gradient.param.getResult().getUses())
      if (!isa<EmbeddingOp, EmbeddingBagOp>(use.getOwner()) || use.getOperandNumber() != 1 ||
          use.getOwner()->getOperand(0) != rows.getIds())
        return;
    gradient.ids = rows.getIds();
    gradient.value = rows.getGradient();
    rows.erase();
  }

  void update(Gradient &gradient, ValueRange hypers) {
    Location loc = gradient.param.getLoc();
    SmallVector<std::string> names = {gradient.param.getName().str()};
    SmallVector<Value> values = {gradient.param.getResult()};
    for (unsigned number = 2; number < optimizer.getNumArguments(); ++number) {
      auto start = optimizer.getArgAttrOfType<FloatAttr>(number, "weir.state");
      if (!start)
        continue;
      auto state = optimizer.getArgAttrOfType<StringAttr>(number, "weir.name");
      names.push_back((gradient.param.getName() + "." + state.getValue()).str());
      values.push_back(ParamOp::create(builder, loc, gradient.param.getType(), names.back(),
                                       "constant", {start.getValueAsDouble(), 0.0},
                                       /*buffer=*/true));
    }
    auto updated =
        UpdateOp::create(builder, loc, ValueRange(values).getTypes(), optimizer.getSymName(),
                         values, gradient.value, gradient.ids, hypers, options.tables == "lazy");
    for (auto [result, name] : llvm::zip_equal(updated.getResults(), names))
      addUpdate(result, builder.getStringAttr(name));
  }

  func::FuncOp train, optimizer;
  BuildTrainStepPassOptions options;
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
    if (tables != "deferred" && tables != "dense" && tables != "lazy") {
      module.emitError("tables are 'deferred', 'dense' or 'lazy', found '") << tables << "'";
      return signalPassFailure();
    }
    BuildTrainStepPassOptions options;
    options.clipNorm = clipNorm;
    options.tables = tables;
    options.deferredElements = deferredElements;
    StepBuilder(train, optimizer, options).build();
    train.erase();
    // Of a model without parameters nothing is updated.
    if (SymbolTable::symbolKnownUseEmpty(optimizer, module))
      optimizer.erase();
  }
};
} // namespace
