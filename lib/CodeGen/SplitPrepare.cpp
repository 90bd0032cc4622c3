//===- SplitPrepare.cpp - separates what depends on parameters only ---------------===//

#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

namespace weir {
#define GEN_PASS_DEF_SPLITPREPAREPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

static constexpr int64_t alignment = 64;

static MemRefType memoryType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

// Scalars, empty tensors and what is filled with one value cost nothing where they are
// used and are computed there.
static bool isTrivial(Operation *op) {
  if (isa<tensor::EmptyOp, linalg::FillOp>(op))
    return true;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return !isa<RankedTensorType>(constant.getType());
  return llvm::none_of(op->getResultTypes(), llvm::IsaPred<RankedTensorType>);
}

namespace {

// What a new function is built from: its arguments and how they are described.
struct FunctionSketch {
  SmallVector<Type> types;
  SmallVector<Attribute> buffers;
  SmallVector<Location> locs;

  void add(OpBuilder &builder, Type type, Location loc, StringRef kind, int64_t number,
           int64_t offset) {
    types.push_back(type);
    locs.push_back(loc);
    buffers.push_back(
        builder.getArrayAttr({builder.getStringAttr(kind), builder.getI64IntegerAttr(number),
                              builder.getI64IntegerAttr(offset)}));
  }

  func::FuncOp create(OpBuilder &builder, Location loc, StringRef name) const {
    auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
    function.addEntryBlock();
    for (auto [i, buffer] : llvm::enumerate(buffers))
      function.setArgAttr(i, "weir.buffer", buffer);
    for (auto [argument, argumentLoc] : llvm::zip(function.getArguments(), locs))
      argument.setLoc(argumentLoc);
    return function;
  }
};

struct SplitPreparePass : weir::impl::SplitPreparePassBase<SplitPreparePass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
    if (functions.size() != 1 || !functions.front().getBody().hasOneBlock()) {
      module.emitError("expected one function of one block");
      return signalPassFailure();
    }
    // Values only: what is done on memory, such as weir.unique_ids, belongs to training's steps,
    // where the number of a tensor's rows isn't always the batch.
    for (Operation &op : functions.front().getBody().front().without_terminator())
      if (op.getNumResults() == 0) {
        op.emitOpError("has no place in a model that is only run: it computes no value");
        return signalPassFailure();
      }
    split(module, functions.front());
    functions.front().erase();
  }

  void split(ModuleOp module, func::FuncOp model) {
    OpBuilder builder(model);
    Block &body = model.getBody().front();

    // Values that depend on no input.
    DenseSet<Value> independent;
    for (Operation &op : body.without_terminator())
      if (readsOnly(op, independent))
        independent.insert_range(op.getResults());

    // Those that the rest reads are prepared.
    SmallVector<Value> prepared;
    auto isPrepared = [&](Value value) {
      Operation *op = value.getDefiningOp();
      return op && independent.contains(value) && !isTrivial(op);
    };
    llvm::SetVector<Value> boundary;
    body.walk([&](Operation *op) {
      Operation *top = body.findAncestorOpInBlock(*op);
      bool inRun = top->hasTrait<OpTrait::IsTerminator>() ||
                   (top->getNumResults() && !independent.contains(top->getResult(0)));
      if (!inRun)
        return;
      for (Value operand : op->getOperands())
        if (isPrepared(operand))
          boundary.insert(operand);
    });

    int64_t bytes = 0;
    FunctionSketch prepareSketch, runSketch;
    SmallVector<weir::ParamOp> params(body.getOps<weir::ParamOp>());
    for (auto [i, param] : llvm::enumerate(params))
      prepareSketch.add(builder, memoryType(param.getType()), param.getLoc(), "input",
                        parameterNumber(module, param.getNameAttr(), i), 0);
    for (BlockArgument input : body.getArguments())
      runSketch.add(builder, memoryType(input.getType()), input.getLoc(), "input",
                    input.getArgNumber(), 0);
    for (Value value : boundary) {
      MemRefType type = memoryType(value.getType());
      prepareSketch.add(builder, type, value.getLoc(), "output", 0, bytes);
      runSketch.add(builder, type, value.getLoc(), "prepared", 0, bytes);
      bytes +=
          llvm::alignTo(type.getNumElements() * (type.getElementTypeBitWidth() / 8), alignment);
    }
    auto returnOp = cast<func::ReturnOp>(body.getTerminator());
    for (auto [i, result] : llvm::enumerate(returnOp.getOperands()))
      runSketch.add(builder, memoryType(result.getType()), result.getLoc(), "output", i, 0);
    runSketch.types.push_back(builder.getIndexType());
    runSketch.locs.push_back(model.getLoc());
    runSketch.buffers.push_back(
        builder.getArrayAttr({builder.getStringAttr("batch"), builder.getI64IntegerAttr(0),
                              builder.getI64IntegerAttr(0)}));

    func::FuncOp prepare = prepareSketch.create(builder, model.getLoc(), "prepare");
    // It runs once per model: small code is worth more than fast code.
    prepare->setAttr("weir.once", builder.getUnitAttr());
    func::FuncOp run = runSketch.create(builder, model.getLoc(), "run");
    for (BlockArgument input : body.getArguments())
      if (Attribute cardinality = model.getArgAttr(input.getArgNumber(), "weir.cardinality"))
        run.setArgAttr(input.getArgNumber(), "weir.cardinality", cardinality);
    fillPrepare(prepare, body, independent, params, boundary.getArrayRef());
    fillRun(run, body, independent, boundary.getArrayRef(), returnOp);
    module->setAttr("weir.prepared_bytes", builder.getI64IntegerAttr(bytes));
  }

  // The caller's number of a parameter: its place in `weir.parameters`, which also holds
  // those that nothing reads, else its place in the function.
  static int64_t parameterNumber(ModuleOp module, StringAttr name, int64_t place) {
    auto names = module->getAttrOfType<ArrayAttr>("weir.parameters");
    if (!names)
      return place;
    const auto *found = llvm::find(names, name);
    assert(found != names.end() && "parameters are listed before any vanishes");
    return found - names.begin();
  }

  // Regions of an op may read values from outside, such as an embedding's table.
  static bool readsOnly(Operation &op, const DenseSet<Value> &independent) {
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op.getRegions(), captured);
    captured.insert_range(op.getOperands());
    return llvm::all_of(captured, [&](Value value) { return independent.contains(value); });
  }

  static Value toTensor(OpBuilder &builder, Value memory, Type type) {
    return bufferization::ToTensorOp::create(builder, memory.getLoc(), type, memory,
                                             /*restrict=*/true);
  }

  static void writeTo(OpBuilder &builder, Value tensor, Value memory) {
    bufferization::MaterializeInDestinationOp::create(builder, tensor.getLoc(), TypeRange{}, tensor,
                                                      memory, /*restrict=*/true, /*writable=*/true);
  }

  // A result that is another value with its axes cut or joined is that value, written to memory
  // with its axes joined or cut. Bufferization finds what can be computed in place, but not through
  // a reshape: it would copy.
  static void writeResult(OpBuilder &builder, Value tensor, Value memory, Value batch) {
    while (Operation *reshape = tensor.getDefiningOp()) {
      Location loc = reshape->getLoc();
      if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reshape)) {
        tensor = expand.getSrc();
        memory = memref::CollapseShapeOp::create(builder, loc, memoryType(tensor.getType()), memory,
                                                 expand.getReassociationIndices());
      } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape)) {
        tensor = collapse.getSrc();
        MemRefType type = memoryType(tensor.getType());
        SmallVector<OpFoldResult> sizes =
            getAsIndexOpFoldResult(type.getContext(), type.getShape());
        for (OpFoldResult &size : sizes)
          if (ShapedType::isDynamic(*getConstantIntValue(size)))
            size = batch;
        memory = memref::ExpandShapeOp::create(builder, loc, type, memory,
                                               collapse.getReassociationIndices(), sizes);
      } else {
        break;
      }
    }
    writeTo(builder, tensor, memory);
  }

  static void fillPrepare(func::FuncOp prepare, Block &body, const DenseSet<Value> &independent,
                          ArrayRef<weir::ParamOp> params, ArrayRef<Value> boundary) {
    OpBuilder builder = OpBuilder::atBlockBegin(&prepare.getBody().front());
    IRMapping mapping;
    for (auto [i, constParam] : llvm::enumerate(params)) {
      weir::ParamOp param = constParam;
      mapping.map(param.getResult(), toTensor(builder, prepare.getArgument(i), param.getType()));
    }
    for (Operation &op : body.without_terminator())
      if (op.getNumResults() && independent.contains(op.getResult(0)) && !isa<weir::ParamOp>(op))
        builder.clone(op, mapping);
    for (auto [i, value] : llvm::enumerate(boundary))
      writeTo(builder, mapping.lookup(value), prepare.getArgument(params.size() + i));
    func::ReturnOp::create(builder, prepare.getLoc());
  }

  static void fillRun(func::FuncOp run, Block &body, const DenseSet<Value> &independent,
                      ArrayRef<Value> boundary, func::ReturnOp returnOp) {
    OpBuilder builder = OpBuilder::atBlockBegin(&run.getBody().front());
    Value batch = run.getArguments().back();
    IRMapping mapping;
    for (BlockArgument input : body.getArguments())
      mapping.map(input, toTensor(builder, run.getArgument(input.getArgNumber()), input.getType()));
    for (auto [i, value] : llvm::enumerate(boundary))
      mapping.map(value,
                  toTensor(builder, run.getArgument(body.getNumArguments() + i), value.getType()));
    for (Operation &op : body.without_terminator()) {
      bool kept = op.getNumResults() && (!independent.contains(op.getResult(0)) || isTrivial(&op));
      if (!kept)
        continue;
      // Every dynamic size is the batch: rows are counted in training's steps only.
      if (auto dim = dyn_cast<tensor::DimOp>(op); dim && weir::isBatched(dim.getSource().getType()))
        mapping.map(dim.getResult(), batch);
      else
        builder.clone(op, mapping);
    }
    size_t firstOutput = body.getNumArguments() + boundary.size();
    for (auto [i, result] : llvm::enumerate(returnOp.getOperands()))
      writeResult(builder, mapping.lookup(result), run.getArgument(firstOutput + i), batch);
    func::ReturnOp::create(builder, run.getLoc());
  }
};
} // namespace
