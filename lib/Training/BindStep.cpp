//===- BindStep.cpp - gives a training step its memory ----------------------------------===//

#include "BindUpdates.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Training/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace weir {
#define GEN_PASS_DEF_BINDSTEPPASS
#include "weir/Training/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

static MemRefType memoryType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

// Lets an element-wise op that computes the new value of `old` write over it: the
// operand that reads it becomes the destination. Whether that is safe, bufferization
// decides; if not it copies.
static Value updateInPlace(Value updated, Value old) {
  auto op = updated.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumParallelLoops() != op.getNumLoops() || op.getNumResults() != 1 ||
      !op.getOutputs()[0].getDefiningOp<tensor::EmptyOp>() ||
      !op.getIndexingMapsArray().back().isIdentity())
    return updated;
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (input->get() != old || !op.getMatchingIndexingMap(input).isIdentity())
      continue;
    // The block argument of the destination holds the old value.
    op.getMatchingBlockArgument(input).replaceAllUsesWith(op.getRegionOutputArgs()[0]);
    op.getOutputsMutable()[0].set(old);
    return updated;
  }
  return updated;
}

// How many rows the batched tensor has: as many as the batch, unless they go back to ids without
// repetitions, of which there are fewer.
static Value rowsOf(Value tensor, Value batch) {
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return batch;
  if (showsUniqueIds(tensor)) {
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value memory = cast<bufferization::ToTensorOp>(op).getBuffer();
    return memref::DimOp::create(builder, op->getLoc(), memory, 0);
  }
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return empty.getDynamicSizes().front();
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return rowsOf(destination.getTiedOpOperand(cast<OpResult>(tensor))->get(), batch);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return rowsOf(loop.getTiedLoopInit(cast<OpResult>(tensor))->get(), batch);
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<RankedTensorType>(operand.getType()); type && isBatched(type))
      return rowsOf(operand, batch);
  return batch;
}

namespace {
struct BindStepPass : weir::impl::BindStepPassBase<BindStepPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto step = module.lookupSymbol<func::FuncOp>("train_step");
    if (!step || !step.getBody().hasOneBlock()) {
      module.emitError("expected the function 'train_step', of one block");
      return signalPassFailure();
    }
    bind(module, step);
  }

  void bind(ModuleOp module, func::FuncOp step) {
    Block &body = step.getBody().front();
    OpBuilder builder = OpBuilder::atBlockBegin(&body);
    unsigned inputs = body.getNumArguments();
    // Arguments stand behind the old ones until these are erased.
    auto addArgument = [&](Type type, StringRef kind, int64_t number) -> Value {
      unsigned position = body.getNumArguments();
      if (failed(step.insertArgument(position, type, {}, step.getLoc())))
        llvm_unreachable("arguments are not limited");
      step.setArgAttr(
          position, "weir.buffer",
          builder.getArrayAttr({builder.getStringAttr(kind), builder.getI64IntegerAttr(number),
                                builder.getI64IntegerAttr(0)}));
      return body.getArgument(position);
    };
    auto toTensor = [&](Value memory, Type type) -> Value {
      return bufferization::ToTensorOp::create(builder, memory.getLoc(), type, memory,
                                               /*restrict=*/true, /*writable=*/true);
    };

    SmallVector<DictionaryAttr> inputAttrs;
    SmallVector<Value> oldInputs(body.getArguments());
    for (auto [i, input] : llvm::enumerate(oldInputs)) {
      inputAttrs.push_back(step.getArgAttrDict(i));
      Value memory = addArgument(memoryType(input.getType()), "input", i);
      input.replaceAllUsesWith(toTensor(memory, input.getType()));
    }

    auto returned = cast<func::ReturnOp>(body.getTerminator());
    int64_t sums = 0;
    for (unsigned i = 0; i < step.getNumResults(); ++i)
      sums += !step.getResultAttr(i, "weir.update_of");
    // Parameters, in the order in which the function first uses them.
    llvm::MapVector<StringRef, std::pair<Value, Value>> params; // memory, tensor
    SmallVector<Attribute> names;
    for (auto param : llvm::make_early_inc_range(body.getOps<ParamOp>())) {
      auto [it, isNew] = params.try_emplace(param.getName());
      if (isNew) {
        it->second.first = addArgument(memoryType(param.getType()), "output", sums + names.size());
        names.push_back(param.getNameAttr());
        it->second.second = toTensor(it->second.first, param.getType());
      }
      param.replaceAllUsesWith(it->second.second);
    }

    builder.setInsertionPoint(returned);
    int64_t nextSum = 0;
    for (auto [i, operand] : llvm::enumerate(returned.getOperands())) {
      if (operand.getDefiningOp<UpdateOp>())
        continue;
      Value value = operand, memory;
      if (auto name = step.getResultAttrOfType<StringAttr>(i, "weir.update_of")) {
        auto &[paramMemory, tensor] = params[name.getValue()];
        memory = paramMemory;
        value = updateInPlace(value, tensor);
      } else {
        memory = addArgument(memoryType(operand.getType()), "output", nextSum++);
      }
      bufferization::MaterializeInDestinationOp::create(builder, value.getLoc(), TypeRange{}, value,
                                                        memory, /*restrict=*/true,
                                                        /*writable=*/true);
    }
    Value batch = addArgument(builder.getIndexType(), "batch", 0);
    for (auto dim : llvm::make_early_inc_range(body.getOps<tensor::DimOp>()))
      if (isBatched(dim.getSource().getType())) {
        dim.replaceAllUsesWith(rowsOf(dim.getSource(), batch));
        dim.erase();
      }
    func::ReturnOp::create(builder, returned.getLoc());
    returned.erase();
    bindUpdates(module, step, batch, inputs, sums + names.size(),
                [&](MemRefType type, StringRef kind, int64_t number) {
                  return addArgument(type, kind, number);
                });
    for (auto param : llvm::make_early_inc_range(body.getOps<ParamOp>()))
      param.erase();

    BitVector old(step.getNumArguments());
    old.set(0, inputs);
    if (failed(step.eraseArguments(old)))
      llvm_unreachable("nothing uses the old arguments");
    step.setFunctionType(builder.getFunctionType(step.getArgumentTypes(), {}));
    step->removeAttr(step.getResAttrsAttrName());
    for (auto [i, attrs] : llvm::enumerate(inputAttrs))
      if (Attribute cardinality = attrs ? attrs.get("weir.cardinality") : Attribute())
        step.setArgAttr(i, "weir.cardinality", cardinality);
    module->setAttr("weir.step_parameters", builder.getArrayAttr(names));
  }
};
} // namespace
