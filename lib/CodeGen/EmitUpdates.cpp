//===- EmitUpdates.cpp - an optimizer's steps as vector loops ---------------------===//
//
// All of them apply one body of scalars, an optimizer, by VectorBody: whether a
// parameter is updated as a whole, or a row at a time, now or later, each element goes
// through the same operations, so the results are the same to the last bit.
//
//   update_all:    for each stretch of elements                     (units of work)
//                    load, body, store
//   catch_up_rows: for each position that is the first of its id    (units of work)
//                    for each group of vectors of the row
//                      load; for each missed step: body; store
//                        while no step has changed the states, they are no vectors
//                  without ids, rows of which that holds as a whole come first, in a kernel
//                  of their own, where registers hold sixteen vectors of the parameter alone
//   update_rows:   for each position that is the first of its id    (units of work)
//                    for each group of vectors of the row
//                      for each position of the id: gradient += its row
//                      load, body, store
//
// Where no id comes up twice, each position is the first and the only one of its id.
//
// Several vectors go through the body side by side, since an optimizer's divisions and
// roots take long but overlap. For missed steps they are twice as many with AVX-512, whose 32
// registers hold eight of a parameter and two states.
//
//===----------------------------------------------------------------------===//

#include "EmitUpdates.h"

#include "UpdateEmitter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace weir;

// Elements of a parameter that make a unit of work.
static constexpr int64_t stretch = 4096;
// A guess that decides from where on threads share the work.
static constexpr int64_t usualBatch = 64;

// Cuts `length` elements from `start` on into pieces and calls `emit` for up to `vectors` of
// them at a time.
void UpdateEmitter::overPieces(Value start, int64_t length, int64_t vectors,
                               llvm::function_ref<void(ArrayRef<Piece>)> emit) {
  int64_t lanes = options.lanes, group = vectors * lanes;
  int64_t whole = length / group * group;
  auto emitGroup = [&](Value from, int64_t elements) {
    SmallVector<Piece> pieces;
    for (int64_t done = 0; done < elements; done += lanes)
      pieces.push_back(
          {addIndex(builder, loc, from, constant(done)), std::min(lanes, elements - done)});
    emit(pieces);
  };
  if (whole > group) {
    auto loop = scf::ForOp::create(builder, loc, constant(0), constant(whole), constant(group));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    emitGroup(addIndex(builder, loc, start, loop.getInductionVar()), group);
  } else if (whole > 0) {
    emitGroup(start, group);
  }
  if (whole < length)
    emitGroup(addIndex(builder, loc, start, constant(whole)), length - whole);
}

// `values` has, for each piece, one value for each table; they become the new ones.
void UpdateEmitter::applyBody(Block &body, ArrayRef<Piece> pieces, MutableArrayRef<Value> values,
                              ArrayRef<Value> gradients, ArrayRef<Value> hypers) {
  size_t count = tables.size();
  for (auto [i, piece] : llvm::enumerate(pieces)) {
    VectorBody vectors(builder, loc, piece.lanes, options.fusedMultiplyAdd);
    MutableArrayRef<Value> own = values.slice(i * count, count);
    vectors.bind(body.getArgument(0), {own[0]});
    vectors.bind(body.getArgument(1), {gradients[i]});
    for (size_t state = 1; state < count; ++state)
      vectors.bind(body.getArgument(1 + state), {own[state]});
    for (auto [n, hyper] : llvm::enumerate(hypers))
      vectors.bind(body.getArgument(1 + count + n), {hyper});
    for (auto [value, updated] : llvm::zip_equal(own, vectors.emitAll(body, {}, -1)))
      value = vectors.spread(updated);
  }
}

SmallVector<Value> UpdateEmitter::loadAll(ArrayRef<Piece> pieces) {
  SmallVector<Value> values;
  for (const Piece &piece : pieces)
    for (Value table : tables)
      values.push_back(load(table, piece.at, piece));
  return values;
}

void UpdateEmitter::storeAll(ArrayRef<Piece> pieces, ArrayRef<Value> values) {
  for (const Piece &piece : pieces) {
    for (auto [table, value] : llvm::zip(tables, values))
      store(value, table, piece);
    values = values.drop_front(tables.size());
  }
}

void UpdateEmitter::emit(UpdateAllOp op) {
  flattenAll(op.getValues());
  Value gradient = flatten(builder, loc, op.getGradient());
  int64_t elements = cast<MemRefType>(op.getValues()[0].getType()).getNumElements();
  Block &body = op.getBody().front();
  int64_t units = llvm::divideCeil(elements, stretch), last = elements - (units - 1) * stretch;
  // Work counts per example, but an update happens once in a step.
  int64_t work = std::max<int64_t>(elements * opsOf(op.getBody()) / usualBatch, 1);
  Value unit = beginUnits(constant(units), work).getInductionVar();
  SmallVector<Value> hypers = loadScalars(op.getHypers());
  auto emitStretch = [&](int64_t length) {
    overPieces(mulIndex(builder, loc, unit, stretch), length, groupSize,
               [&](ArrayRef<Piece> pieces) {
                 SmallVector<Value> values = loadAll(pieces), gradients;
                 for (const Piece &piece : pieces)
                   gradients.push_back(load(gradient, piece.at, piece));
                 applyBody(body, pieces, values, gradients, hypers);
                 storeAll(pieces, values);
               });
  };
  if (last == stretch || units == 1)
    return emitStretch(last);
  Value isLast =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, unit, constant(units - 1));
  auto branch = scf::IfOp::create(builder, loc, isLast, /*withElseRegion=*/true);
  builder.setInsertionPointToStart(branch.thenBlock());
  emitStretch(last);
  builder.setInsertionPointToStart(branch.elseBlock());
  emitStretch(stretch);
}

// `slots` says where an id was seen, if it was: what lies there before is recognized as
// no answer, since it names no earlier position with that id. No branches.
void UpdateEmitter::emit(GroupIdsOp op) {
  Value ids = flatten(builder, loc, op.getIds()), heads = flatten(builder, loc, op.getHeads());
  Value next = flatten(builder, loc, op.getNext()), tails = flatten(builder, loc, op.getTails());
  Value count = memref::DimOp::create(builder, loc, ids, 0);
  beginUnits(constant(1), 1);
  auto loop = scf::ForOp::create(builder, loc, constant(0), count, constant(1));
  builder.setInsertionPointToStart(loop.getBody());
  Value position = loop.getInductionVar();
  Value id = loadIndex(ids, position);
  Value seen = loadIndex(op.getSlots(), id);
  Value isEarlier = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, seen, position);
  Value safe = arith::SelectOp::create(builder, loc, isEarlier, seen, position);
  Value isSame =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, loadIndex(ids, safe), id);
  Value again = arith::AndIOp::create(builder, loc, isEarlier, isSame);
  Value head = arith::SelectOp::create(builder, loc, again, seen, position);
  storeIndex(head, heads, position);
  storeIndex(head, op.getSlots(), id);
  Value tail = arith::SelectOp::create(builder, loc, again, loadIndex(tails, head), position);
  storeIndex(position, next, tail);
  storeIndex(constant(-1), next, position);
  storeIndex(position, tails, head);
}

// As group_ids: `slots` says at which position of `unique` an id lies, if it does.
void UpdateEmitter::emit(UniqueIdsOp op) {
  Value ids = flatten(builder, loc, op.getIds()), unique = flatten(builder, loc, op.getUnique());
  Value inverse = flatten(builder, loc, op.getInverse());
  Value batch = memref::DimOp::create(builder, loc, ids, 0);
  beginUnits(constant(1), 1);
  auto loop =
      scf::ForOp::create(builder, loc, constant(0), batch, constant(1), ValueRange{constant(0)});
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar(), count = loop.getRegionIterArg(0);
    Value id = loadIndex(ids, position), seen = loadIndex(op.getSlots(), id);
    // The id goes behind the last one in any case: there it is found, if nowhere before, and
    // there the next new one overwrites it, if it was.
    storeIndex(id, unique, count);
    Value isEarlier = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, seen, count);
    Value safe = arith::SelectOp::create(builder, loc, isEarlier, seen, count);
    Value isSame =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, loadIndex(unique, safe), id);
    Value place = arith::SelectOp::create(builder, loc, isSame, safe, count);
    storeIndex(place, op.getSlots(), id);
    storeIndex(place, inverse, position);
    Value isNew = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, place, count);
    Value more = arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(), isNew);
    scf::YieldOp::create(builder, loc, addIndex(builder, loc, count, more));
  }
  storeIndex(loop.getResult(0), op.getCount(), constant(0));
}

void UpdateEmitter::emit(UpdateRowsOp op) {
  int64_t columns = cast<MemRefType>(op.getValues()[0].getType()).getDimSize(1);
  flattenAll(op.getValues());
  Value ids = flatten(builder, loc, op.getIds()), heads, next;
  if (op.getHeads()) {
    heads = flatten(builder, loc, op.getHeads());
    next = flatten(builder, loc, op.getNext());
  }
  Value gradient = flatten(builder, loc, op.getGradient());
  int64_t perExample = elementsPerExample(cast<MemRefType>(op.getIds().getType()));
  Value count = memref::DimOp::create(builder, loc, ids, 0);
  Value position = beginUnits(count, columns * perExample * opsOf(op.getBody())).getInductionVar();
  SmallVector<Value> hypers = loadScalars(op.getHypers());
  if (heads)
    onlyIfHead(heads, position);
  Value row = mulIndex(builder, loc, loadIndex(ids, position), columns);
  // Adds the pieces' part of a position's gradient.
  auto addGradient = [&](ArrayRef<Piece> pieces, Value at, ValueRange sums) {
    Value shift = arith::SubIOp::create(builder, loc, mulIndex(builder, loc, at, columns), row);
    SmallVector<Value> results;
    for (auto [piece, sum] : llvm::zip_equal(pieces, sums))
      results.push_back(arith::AddFOp::create(
          builder, loc, sum,
          load(gradient, arith::AddIOp::create(builder, loc, piece.at, shift), piece)));
    return results;
  };
  overPieces(row, columns, groupSize, [&](ArrayRef<Piece> pieces) {
    SmallVector<Value> gradients =
        llvm::map_to_vector(pieces, [&](const Piece &piece) { return zeroOf(piece); });
    if (heads)
      gradients = sumAlong(next, position, gradients, [&](Value at, ValueRange sums) {
        return addGradient(pieces, at, sums);
      });
    else
      gradients = addGradient(pieces, position, gradients);
    SmallVector<Value> values = loadAll(pieces);
    applyBody(op.getBody().front(), pieces, values, gradients, hypers);
    storeAll(pieces, values);
  });
}

// From a position along the chain of those with the same id.
SmallVector<Value>
UpdateEmitter::sumAlong(Value next, Value position, ArrayRef<Value> zeros,
                        llvm::function_ref<SmallVector<Value>(Value, ValueRange)> add) {
  SmallVector<Value> start = {position};
  llvm::append_range(start, zeros);
  auto chain = scf::WhileOp::create(
      builder, loc, ValueRange(start).getTypes(), start,
      [&](OpBuilder &b, Location l, ValueRange carried) {
        Value more = arith::CmpIOp::create(b, l, arith::CmpIPredicate::sge, carried[0],
                                           indexConstant(b, l, 0));
        scf::ConditionOp::create(b, l, more, carried);
      },
      [&](OpBuilder &b, Location l, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToEnd(b.getInsertionBlock());
        SmallVector<Value> yielded = {loadIndex(next, carried[0])};
        llvm::append_range(yielded, add(carried[0], carried.drop_front()));
        scf::YieldOp::create(builder, l, yielded);
      });
  return SmallVector<Value>(chain.getResults().drop_front());
}

void weir::emitUpdates(func::FuncOp function, const KernelOptions &options) {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    if (isa<UpdateAllOp, GroupIdsOp, UniqueIdsOp, CatchUpRowsOp, UpdateRowsOp>(op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<UpdateAllOp, GroupIdsOp, UniqueIdsOp, CatchUpRowsOp, UpdateRowsOp>(
            [&](auto update) { UpdateEmitter(op, options).emit(update); });
    op->erase();
  }
}
