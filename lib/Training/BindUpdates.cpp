//===- BindUpdates.cpp - updates of parameters where they are ------------------------===//
//
// A table whose updates are deferred is brought up to date before anything reads it,
// for the rows of the batch; at the end the same rows are updated. Tables that are read
// by the same ids share what is found out about these.
//
//===----------------------------------------------------------------------===//

#include "BindUpdates.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace weir;

// For how many steps hyperparameters are kept: as often all rows are brought up to date.
static constexpr int64_t historySteps = 4096;

// The optimizer's arguments in the order of an update's body: parameter, gradient,
// states, hyperparameters.
static SmallVector<BlockArgument> argumentsInOrder(func::FuncOp optimizer) {
  SmallVector<BlockArgument> states, hypers;
  for (BlockArgument argument : optimizer.getArguments().drop_front(2))
    (optimizer.getArgAttr(argument.getArgNumber(), "weir.hyper") ? hypers : states)
        .push_back(argument);
  SmallVector<BlockArgument> result(optimizer.getArguments().take_front(2));
  llvm::append_range(result, states);
  llvm::append_range(result, hypers);
  return result;
}

// What the states start as, before any step.
static SmallVector<float> initialStates(func::FuncOp optimizer) {
  SmallVector<float> result;
  for (BlockArgument argument : optimizer.getArguments().drop_front(2))
    if (auto start = optimizer.getArgAttrOfType<FloatAttr>(argument.getArgNumber(), "weir.state"))
      result.push_back(static_cast<float>(start.getValueAsDouble()));
  return result;
}

// The optimizer, whose ops are linalg ops on tensors of rank 0, as one block of scalars.
static void fillBody(Region &region, func::FuncOp optimizer) {
  Block &body = region.emplaceBlock();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  IRMapping scalars;
  for (BlockArgument argument : argumentsInOrder(optimizer))
    scalars.map(argument, body.addArgument(builder.getF32Type(), argument.getLoc()));
  for (Operation &op : optimizer.getBody().front().without_terminator()) {
    if (isa<tensor::EmptyOp>(op))
      continue;
    auto constant = dyn_cast<arith::ConstantOp>(op);
    if (auto elements = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr) {
      auto value = elements.getSplatValue<FloatAttr>();
      scalars.map(constant.getResult(),
                  arith::ConstantOp::create(builder, op.getLoc(), value).getResult());
      continue;
    }
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic) {
      builder.clone(op, scalars);
      continue;
    }
    for (OpOperand *input : generic.getDpsInputOperands())
      scalars.map(generic.getMatchingBlockArgument(input), scalars.lookup(input->get()));
    for (Operation &inner : generic.getBody()->without_terminator())
      builder.clone(inner, scalars);
    for (auto [result, yielded] :
         llvm::zip_equal(generic.getResults(), generic.getBody()->getTerminator()->getOperands()))
      scalars.map(result, scalars.lookupOrDefault(yielded));
  }
  SmallVector<Value> results;
  for (Value value : optimizer.getBody().front().getTerminator()->getOperands())
    results.push_back(scalars.lookup(value));
  YieldOp::create(builder, optimizer.getLoc(), results);
}

// The buffer behind a parameter, a state or a hyperparameter.
static Value memoryOf(Value tensor) {
  return tensor.getDefiningOp<bufferization::ToTensorOp>().getBuffer();
}

static SmallVector<Value> memoriesOf(ValueRange tensors) {
  return llvm::map_to_vector(tensors, memoryOf);
}

static Value toMemory(OpBuilder &builder, Value tensor) {
  if (auto known = tensor.getDefiningOp<bufferization::ToTensorOp>())
    return known.getBuffer();
  auto type = cast<RankedTensorType>(tensor.getType());
  return bufferization::ToBufferOp::create(
      builder, tensor.getLoc(), MemRefType::get(type.getShape(), type.getElementType()), tensor,
      /*read_only=*/true);
}

bool weir::showsUniqueIds(Value tensor) {
  auto op = tensor.getDefiningOp<bufferization::ToTensorOp>();
  if (!op)
    return false;
  Value memory = op.getBuffer();
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return llvm::any_of(memory.getUsers(), [&](Operation *user) {
    auto unique = dyn_cast<UniqueIdsOp>(user);
    return unique && unique.getUnique() == memory;
  });
}

namespace {

class UpdateBinder {
public:
  UpdateBinder(ModuleOp module, func::FuncOp step, Value batch, AddBuffer addBuffer)
      : module(module), step(step), batch(batch), addBuffer(addBuffer), builder(step) {}

  void bind(int64_t inputs, int64_t outputs);

private:
  // The positions of the same ids; null if none comes up twice.
  struct Groups {
    Value ids, heads, next;
  };
  struct Deferred {
    SmallVector<Value> values;
    Value last;
    func::FuncOp optimizer;
  };

  // The update's verifier has seen that there is one.
  func::FuncOp optimizerOf(UpdateOp update) {
    return module.lookupSymbol<func::FuncOp>(update.getOptimizer());
  }

  Operation *firstReader(ArrayRef<UpdateOp> updates);
  Value idsAt(OpBuilder &builder, Value ids, IRMapping &known);
  Groups groupIds(OpBuilder &builder, UpdateOp update);
  void writeCatchUp();
  void catchUpRows(OpBuilder &builder, const Deferred &table, ValueRange values, Value last,
                   Value now, Value history, Value ids, Value heads) {
    auto op = CatchUpRowsOp::create(builder, step.getLoc(), values, last, now, history, ids, heads,
                                    builder.getDenseF32ArrayAttr(initialStates(table.optimizer)));
    fillBody(op.getBody(), table.optimizer);
  }

  ModuleOp module;
  func::FuncOp step;
  Value batch;
  AddBuffer addBuffer;
  OpBuilder builder;
  DenseMap<std::pair<Value, int64_t>, Groups> groups; // by ids and how many there are
  IRMapping earlyIds;
  SmallVector<Deferred> deferred;
  Value now, history;
};

} // namespace

// The first op that reads one of the tables.
Operation *UpdateBinder::firstReader(ArrayRef<UpdateOp> updates) {
  Block &body = step.getBody().front();
  Operation *first = body.getTerminator();
  for (UpdateOp update : updates)
    for (Operation *user : update.getValues()[0].getUsers()) {
      Operation *top = body.findAncestorOpInBlock(*user);
      if (top->isBeforeInBlock(first))
        first = top;
    }
  return first;
}

// Ids are inputs or what shapes them: that is written again where it is needed earlier.
Value UpdateBinder::idsAt(OpBuilder &builder, Value ids, IRMapping &known) {
  Operation *op = ids.getDefiningOp();
  if (!op || isa<bufferization::ToTensorOp>(op) || known.contains(ids))
    return known.lookupOrDefault(ids);
  for (Value operand : op->getOperands())
    known.map(operand, idsAt(builder, operand, known));
  builder.clone(*op, known);
  return known.lookup(ids);
}

UpdateBinder::Groups UpdateBinder::groupIds(OpBuilder &builder, UpdateOp update) {
  int64_t rows = cast<RankedTensorType>(update.getValues()[0].getType()).getDimSize(0);
  auto [it, isNew] = groups.try_emplace({update.getIds(), rows});
  if (!isNew)
    return it->second;
  Location loc = update.getLoc();
  if (showsUniqueIds(update.getIds()))
    return it->second = {toMemory(builder, update.getIds()), Value(), Value()};
  Value ids = toMemory(builder, idsAt(builder, update.getIds(), earlyIds));
  auto type = cast<MemRefType>(ids.getType());
  SmallVector<int64_t> shape = {1, 1};
  SmallVector<Value> sizes;
  for (int64_t size : type.getShape()) {
    if (ShapedType::isDynamic(size)) {
      shape[0] = size;
      sizes.push_back(batch);
    } else {
      shape[1] *= size;
    }
  }
  auto positions = MemRefType::get(shape, builder.getI32Type());
  auto allocate = [&]() -> Value {
    return memref::AllocOp::create(builder, loc, positions, sizes);
  };
  Value slots =
      memref::AllocOp::create(builder, loc, MemRefType::get({rows}, builder.getI32Type()));
  Groups found{ids, allocate(), allocate()};
  GroupIdsOp::create(builder, loc, ids, slots, found.heads, found.next, allocate());
  return it->second = found;
}

void UpdateBinder::bind(int64_t inputs, int64_t outputs) {
  Block &body = step.getBody().front();
  SmallVector<UpdateOp> updates(body.getOps<UpdateOp>()), byRows;
  for (UpdateOp update : updates)
    if (update.getIds())
      byRows.push_back(update);

  // Before anything reads the tables. Ids without repetitions are found out just before their
  // table is read.
  OpBuilder first(firstReader(byRows));
  for (UpdateOp update : byRows) {
    OpBuilder early(showsUniqueIds(update.getIds()) ? firstReader(update)
                                                    : &*first.getInsertionPoint());
    Groups group = groupIds(early, update);
    if (update.getLazy())
      continue;
    if (!now) {
      int64_t hypers = std::max<int64_t>(update.getHypers().size(), 1);
      now = addBuffer(MemRefType::get({1}, early.getI32Type()), "input", inputs);
      history = addBuffer(MemRefType::get({historySteps, hypers}, early.getF32Type()), "input",
                          inputs + 1);
    }
    int64_t rows = cast<RankedTensorType>(update.getValues()[0].getType()).getDimSize(0);
    Value last =
        addBuffer(MemRefType::get({rows}, early.getI32Type()), "output", outputs + deferred.size());
    Deferred &table =
        deferred.emplace_back(Deferred{memoriesOf(update.getValues()), last, optimizerOf(update)});
    catchUpRows(early, table, table.values, last, now, history, group.ids, group.heads);
  }

  builder.setInsertionPoint(body.getTerminator());
  for (UpdateOp update : updates) {
    Location loc = update.getLoc();
    SmallVector<Value> values = memoriesOf(update.getValues()),
                       hypers = memoriesOf(update.getHypers());
    Value gradient = toMemory(builder, update.getGradient());
    if (update.getIds()) {
      Groups group = groupIds(builder, update);
      auto rows = UpdateRowsOp::create(builder, loc, values, gradient, group.ids, group.heads,
                                       group.next, hypers);
      fillBody(rows.getBody(), optimizerOf(update));
    } else {
      auto all = UpdateAllOp::create(builder, loc, values, gradient, hypers);
      fillBody(all.getBody(), optimizerOf(update));
    }
  }
  llvm::SetVector<Operation *> optimizers;
  for (UpdateOp update : updates) {
    optimizers.insert(optimizerOf(update));
    update.erase();
  }
  if (!deferred.empty())
    writeCatchUp();
  for (Operation *optimizer : optimizers)
    optimizer->erase();
}

// The same buffers under the same numbers, and all rows.
void UpdateBinder::writeCatchUp() {
  SmallVector<Value> buffers = {now, history};
  for (Deferred &table : deferred) {
    llvm::append_range(buffers, table.values);
    buffers.push_back(table.last);
  }
  builder.setInsertionPointToEnd(module.getBody());
  auto function = func::FuncOp::create(builder, step.getLoc(), "catch_up",
                                       builder.getFunctionType(ValueRange(buffers).getTypes(), {}));
  Block *entry = function.addEntryBlock();
  IRMapping arguments;
  arguments.map(buffers, entry->getArguments());
  for (auto [i, buffer] : llvm::enumerate(buffers))
    function.setArgAttr(i, "weir.buffer",
                        step.getArgAttr(cast<BlockArgument>(buffer).getArgNumber(), "weir.buffer"));
  builder.setInsertionPointToStart(entry);
  SmallVector<int64_t> rows;
  for (Deferred &table : deferred) {
    SmallVector<Value> values =
        llvm::map_to_vector(table.values, [&](Value value) { return arguments.lookup(value); });
    catchUpRows(builder, table, values, arguments.lookup(table.last), arguments.lookup(now),
                arguments.lookup(history), Value(), Value());
    rows.push_back(cast<MemRefType>(table.last.getType()).getDimSize(0));
  }
  func::ReturnOp::create(builder, step.getLoc());
  module->setAttr("weir.step_tables", builder.getDenseI64ArrayAttr(rows));
  module->setAttr("weir.step_history", builder.getI64IntegerAttr(historySteps));
}

void weir::bindUpdates(ModuleOp module, func::FuncOp step, Value batch, int64_t inputs,
                       int64_t outputs, AddBuffer addBuffer) {
  UpdateBinder(module, step, batch, addBuffer).bind(inputs, outputs);
}
