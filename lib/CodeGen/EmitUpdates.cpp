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
//                  without ids, rows of which that holds as a whole come first
//   update_rows:   for each position that is the first of its id    (units of work)
//                    for each group of vectors of the row
//                      for each position of the id: gradient += its row
//                      load, body, store
//
// Several vectors go through the body side by side, since an optimizer's divisions and
// roots take long but overlap. For missed steps they are twice as many with AVX-512, whose 32
// registers hold eight of a parameter and two states.
//
//===----------------------------------------------------------------------===//

#include "EmitUpdates.h"

#include "FlatAccess.h"
#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace weir;

namespace {

// How many vectors go through the body together.
constexpr int64_t groupSize = 4;
// Elements of a parameter that make a unit of work.
constexpr int64_t stretch = 4096;
// How many ids ahead a row is fetched.
constexpr int64_t rowsAhead = 2;
// Guesses that decide from where on threads share the work.
constexpr int64_t usualBatch = 64, usualMissedSteps = 16;

class UpdateEmitter {
public:
  UpdateEmitter(Operation *op, const KernelOptions &options)
      : builder(op), loc(op->getLoc()), options(options) {}

  void emit(UpdateAllOp op);
  void emit(GroupIdsOp op);
  void emit(CatchUpRowsOp op);
  void emit(UpdateRowsOp op);

private:
  // Vectors of one row or stretch, one behind the other; the last may be narrower.
  struct Piece {
    Value at; // flat position of its first element
    int64_t lanes;
  };

  Value constant(int64_t value) { return indexConstant(builder, loc, value); }
  Value loadIndex(Value memory, Value at) {
    Value value = memref::LoadOp::create(builder, loc, memory, at);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value);
  }
  void storeIndex(Value value, Value memory, Value at) {
    Value narrow = arith::IndexCastOp::create(builder, loc, builder.getI32Type(), value);
    memref::StoreOp::create(builder, loc, narrow, memory, at);
  }
  void flattenAll(ValueRange values) {
    tables.clear();
    for (Value value : values)
      tables.push_back(flatten(builder, loc, value));
  }
  SmallVector<Value> loadScalars(ValueRange memories) {
    return llvm::map_to_vector(memories, [&](Value memory) -> Value {
      return memref::LoadOp::create(builder, loc, memory, ValueRange{});
    });
  }
  Type typeOf(const Piece &piece) {
    return piece.lanes == 1 ? Type(builder.getF32Type())
                            : VectorType::get({piece.lanes}, builder.getF32Type());
  }
  Value load(Value memory, Value at, const Piece &piece) {
    if (piece.lanes == 1)
      return memref::LoadOp::create(builder, loc, memory, at);
    return vector::LoadOp::create(builder, loc, cast<VectorType>(typeOf(piece)), memory, at);
  }
  void store(Value value, Value memory, const Piece &piece) {
    if (piece.lanes == 1)
      memref::StoreOp::create(builder, loc, value, memory, piece.at);
    else
      vector::StoreOp::create(builder, loc, value, memory, piece.at);
  }
  Value zeroOf(const Piece &piece) {
    return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(typeOf(piece)));
  }

  scf::ForOp beginUnits(Value units, int64_t work) {
    scf::ForOp loop = makeUnitLoop(builder, loc, units, work);
    builder.setInsertionPointToStart(loop.getBody());
    return loop;
  }
  // What follows is done only for a unit that is the first position of its id.
  void onlyIfHead(Value heads, Value position) {
    Value isHead = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                         loadIndex(heads, position), position);
    auto branch = scf::IfOp::create(builder, loc, isHead, /*withElseRegion=*/false);
    builder.setInsertionPointToStart(branch.thenBlock());
  }
  // Vectors that go through missed steps together.
  int64_t replayedTogether() const { return options.lanes >= 16 ? 2 * groupSize : groupSize; }
  static int64_t opsOf(Region &body) { return body.front().getOperations().size(); }

  void overPieces(Value start, int64_t length, int64_t vectors,
                  llvm::function_ref<void(ArrayRef<Piece>)> emit);
  void applyBody(Block &body, ArrayRef<Piece> pieces, MutableArrayRef<Value> values,
                 ArrayRef<Value> gradients, ArrayRef<Value> hypers);
  SmallVector<Value> loadAll(ArrayRef<Piece> pieces);
  void storeAll(ArrayRef<Piece> pieces, ArrayRef<Value> values);
  SmallVector<Value> loadHypers(CatchUpRowsOp op, Value step);
  void fetchRow(Value ids, Value position, Value count, int64_t columns);
  std::optional<ArrayRef<float>> freshStates(CatchUpRowsOp op);
  Value isInitial(Value value, float initial);
  Value replayFresh(CatchUpRowsOp op, ArrayRef<float> initial, Value fresh, ArrayRef<Piece> pieces,
                    SmallVector<Value> &parameters, Value from, Value to);
  void replayFreshRows(CatchUpRowsOp op, ArrayRef<float> initial, int64_t work);
  void replay(CatchUpRowsOp op, ArrayRef<Piece> pieces, Value from, Value to);

  OpBuilder builder;
  Location loc;
  const KernelOptions &options;
  SmallVector<Value> tables; // parameter and states, flat
};

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

SmallVector<Value> UpdateEmitter::loadHypers(CatchUpRowsOp op, Value step) {
  int64_t count = op.getBody().front().getNumArguments() - 1 - tables.size();
  SmallVector<Value> hypers;
  for (int64_t i = 0; i < count; ++i)
    hypers.push_back(
        memref::LoadOp::create(builder, loc, op.getHistory(), ValueRange{step, constant(i)}));
  return hypers;
}

// Whether a new state follows from the states and the hyperparameters alone: then a row
// whose states are all alike keeps them alike.
static bool statesDependOnParameter(Block &body) {
  DenseSet<Value> dependent = {body.getArgument(0)};
  for (Operation &op : body.without_terminator())
    if (llvm::any_of(op.getOperands(), [&](Value value) { return dependent.contains(value); }))
      dependent.insert(op.result_begin(), op.result_end());
  return llvm::any_of(body.getTerminator()->getOperands().drop_front(),
                      [&](Value value) { return dependent.contains(value); });
}

// Most rows of a large table have never been in a batch: their states are still what
// they started as, and mostly a step leaves them so. As long as this holds, all that
// depends on states only is computed once instead of for each element. Null where it can't be
// said of a row that its states are so, or where they don't stay so.
std::optional<ArrayRef<float>> UpdateEmitter::freshStates(CatchUpRowsOp op) {
  if (tables.size() == 1 || statesDependOnParameter(op.getBody().front()))
    return std::nullopt;
  return op.getInitial();
}

// Whether all lanes are a state's initial value. Bits, since -0 counts in what follows.
Value UpdateEmitter::isInitial(Value value, float initial) {
  Type type = builder.getI32Type();
  TypedAttr bits =
      builder.getI32IntegerAttr(static_cast<int32_t>(llvm::bit_cast<uint32_t>(initial)));
  auto vector = dyn_cast<VectorType>(value.getType());
  if (vector) {
    type = vector.clone(type);
    bits = SplatElementsAttr::get(cast<ShapedType>(type), Attribute(bits));
  }
  Value same = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::eq, arith::BitcastOp::create(builder, loc, type, value),
      arith::ConstantOp::create(builder, loc, cast<TypedAttr>(bits)));
  return vector ? vector::ReductionOp::create(builder, loc, vector::CombiningKind::AND, same)
                      .getResult()
                : same;
}

// Takes the parameters of pieces whose states are `initial`, if `fresh`, through the steps that
// leave these so. Returns the first step that is left to do; `parameters` are those before it.
Value UpdateEmitter::replayFresh(CatchUpRowsOp op, ArrayRef<float> initial, Value fresh,
                                 ArrayRef<Piece> pieces, SmallVector<Value> &parameters, Value from,
                                 Value to) {
  Block &body = op.getBody().front();
  Value none = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0.0f));
  auto bindAll = [&](VectorBody &vectors, Value parameter, ArrayRef<Value> hypers) {
    SmallVector<Value> arguments = {parameter, none};
    for (float state : initial)
      arguments.push_back(
          arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(state)).getResult());
    llvm::append_range(arguments, hypers);
    for (auto [argument, value] : llvm::zip_equal(body.getArguments(), arguments))
      vectors.bind(argument, {value});
  };
  SmallVector<Value> start = {from};
  llvm::append_range(start, parameters);
  auto last = arith::SubIOp::create(builder, loc, to, constant(1));
  auto loop = scf::WhileOp::create(
      builder, loc, ValueRange(start).getTypes(), start,
      [&](OpBuilder &, Location, ValueRange carried) {
        Value more = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, carried[0], to);
        more = arith::AndIOp::create(builder, loc, more, fresh);
        // The last round computes the states of a step that is there, in vain.
        Value step = arith::MinSIOp::create(builder, loc, carried[0], last);
        VectorBody scalars(builder, loc, 1, options.fusedMultiplyAdd);
        bindAll(scalars, none, loadHypers(op, step));
        SmallVector<Lanes> results = scalars.emitAll(body, {}, -1);
        for (auto [result, state] : llvm::zip_equal(ArrayRef(results).drop_front(), initial))
          more = arith::AndIOp::create(builder, loc, more, isInitial(result.value, state));
        scf::ConditionOp::create(builder, loc, more, carried);
      },
      [&](OpBuilder &, Location, ValueRange carried) {
        SmallVector<Value> hypers = loadHypers(op, carried[0]);
        SmallVector<Value> yielded = {addIndex(builder, loc, carried[0], constant(1))};
        for (auto [piece, parameter] : llvm::zip_equal(pieces, carried.drop_front())) {
          VectorBody vectors(builder, loc, piece.lanes, options.fusedMultiplyAdd);
          bindAll(vectors, parameter, hypers);
          yielded.push_back(vectors.spread(vectors.emitAll(body, {}, -1)[0]));
        }
        scf::YieldOp::create(builder, loc, yielded);
      });
  parameters.assign(loop.getResults().drop_front().begin(), loop.getResults().end());
  return loop.getResult(0);
}

// The steps `from` to `to` (which is not one of them), innermost so that the pieces stay
// in registers.
void UpdateEmitter::replay(CatchUpRowsOp op, ArrayRef<Piece> pieces, Value from, Value to) {
  SmallVector<Value> values = loadAll(pieces);
  size_t count = tables.size();
  std::optional<ArrayRef<float>> initial = freshStates(op);
  if (initial && op.getIds()) {
    SmallVector<Value> parameters;
    Value fresh;
    for (size_t piece = 0; piece < pieces.size(); ++piece) {
      parameters.push_back(values[piece * count]);
      for (auto [state, value] : llvm::enumerate(*initial)) {
        Value same = isInitial(values[piece * count + 1 + state], value);
        fresh = fresh ? Value(arith::AndIOp::create(builder, loc, fresh, same)) : same;
      }
    }
    from = replayFresh(op, *initial, fresh, pieces, parameters, from, to);
    for (auto [piece, parameter] : llvm::enumerate(parameters))
      values[piece * count] = parameter;
  }
  Value none = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0.0f));
  SmallVector<Value> gradients(pieces.size(), none);
  auto loop = scf::ForOp::create(builder, loc, from, to, constant(1), values);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> hypers = loadHypers(op, loop.getInductionVar());
    values.assign(loop.getRegionIterArgs().begin(), loop.getRegionIterArgs().end());
    applyBody(op.getBody().front(), pieces, values, gradients, hypers);
    scf::YieldOp::create(builder, loc, values);
  }
  storeAll(pieces, SmallVector<Value>(loop.getResults()));
}

// Before all rows catch up: those that are fresh as a whole, in a loop of their own, where the
// parameter alone is in registers and more of it at a time.
void UpdateEmitter::replayFreshRows(CatchUpRowsOp op, ArrayRef<float> initial, int64_t work) {
  auto type = cast<MemRefType>(op.getValues()[0].getType());
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1), lanes = options.lanes;
  OpBuilder::InsertionGuard guard(builder);
  Value row = beginUnits(constant(rows), work).getInductionVar();
  Value now = loadIndex(op.getNow(), constant(0)), seen = loadIndex(op.getLast(), row);
  Value start = mulIndex(builder, loc, row, columns);
  auto isFresh = [&](const Piece &piece, Value fresh) {
    for (auto [state, value] : llvm::enumerate(initial))
      fresh = arith::AndIOp::create(builder, loc, fresh,
                                    isInitial(load(tables[1 + state], piece.at, piece), value));
    return fresh;
  };
  Value fresh = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, seen, now);
  int64_t whole = columns / lanes * lanes;
  if (whole > 0) {
    auto loop = scf::ForOp::create(builder, loc, constant(0), constant(whole), constant(lanes),
                                   ValueRange{fresh});
    OpBuilder::InsertionGuard inner(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value at = addIndex(builder, loc, start, loop.getInductionVar());
    scf::YieldOp::create(builder, loc, isFresh({at, lanes}, loop.getRegionIterArgs()[0]));
    fresh = loop.getResult(0);
  }
  if (whole < columns)
    fresh = isFresh({addIndex(builder, loc, start, constant(whole)), columns - whole}, fresh);
  auto branch = scf::IfOp::create(builder, loc, fresh, /*withElseRegion=*/false);
  builder.setInsertionPointToStart(branch.thenBlock());
  Value yes = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
  overPieces(start, columns, 2 * replayedTogether(), [&](ArrayRef<Piece> pieces) {
    SmallVector<Value> parameters;
    for (const Piece &piece : pieces)
      parameters.push_back(load(tables[0], piece.at, piece));
    // How far it goes hangs on the states, so that all pieces get equally far.
    storeIndex(replayFresh(op, initial, yes, pieces, parameters, seen, now), op.getLast(), row);
    for (auto [piece, parameter] : llvm::zip_equal(pieces, parameters))
      store(parameter, tables[0], piece);
  });
}

// Asks for the row of an id that comes soon, in all tables: rows lie anywhere in memory, and
// what a row takes is shorter than the way to the last-level cache and back.
void UpdateEmitter::fetchRow(Value ids, Value position, Value count, int64_t columns) {
  Value last = arith::SubIOp::create(builder, loc, count, constant(1));
  Value soon = arith::MinUIOp::create(builder, loc,
                                      addIndex(builder, loc, position, constant(rowsAhead)), last);
  Value start = mulIndex(builder, loc, loadIndex(ids, soon), columns);
  constexpr int64_t line = 64 / 4;
  for (Value table : tables)
    for (int64_t column = 0; column < columns; column += line)
      memref::PrefetchOp::create(builder, loc, table,
                                 addIndex(builder, loc, start, constant(column)),
                                 /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
}

void UpdateEmitter::emit(CatchUpRowsOp op) {
  auto type = cast<MemRefType>(op.getValues()[0].getType());
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  flattenAll(op.getValues());
  int64_t work = columns * opsOf(op.getBody()) * usualMissedSteps;
  if (!op.getIds())
    if (std::optional<ArrayRef<float>> initial = freshStates(op))
      replayFreshRows(op, *initial, work * rows);
  Value row, seen;
  if (op.getIds()) {
    Value ids = flatten(builder, loc, op.getIds());
    Value heads = flatten(builder, loc, op.getHeads());
    Value count = memref::DimOp::create(builder, loc, ids, 0);
    int64_t perExample = elementsPerExample(cast<MemRefType>(op.getIds().getType()));
    Value position = beginUnits(count, work * perExample).getInductionVar();
    fetchRow(ids, position, count, columns);
    onlyIfHead(heads, position);
    row = loadIndex(ids, position);
  } else {
    row = beginUnits(constant(rows), work * rows).getInductionVar();
  }
  Value now = loadIndex(op.getNow(), constant(0));
  seen = loadIndex(op.getLast(), row);
  storeIndex(op.getIds() ? addIndex(builder, loc, now, constant(1)) : now, op.getLast(), row);
  Value missed = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, seen, now);
  auto branch = scf::IfOp::create(builder, loc, missed, /*withElseRegion=*/false);
  builder.setInsertionPointToStart(branch.thenBlock());
  overPieces(mulIndex(builder, loc, row, columns), columns, replayedTogether(),
             [&](ArrayRef<Piece> pieces) { replay(op, pieces, seen, now); });
}

void UpdateEmitter::emit(UpdateRowsOp op) {
  int64_t columns = cast<MemRefType>(op.getValues()[0].getType()).getDimSize(1);
  flattenAll(op.getValues());
  Value ids = flatten(builder, loc, op.getIds()), heads = flatten(builder, loc, op.getHeads());
  Value next = flatten(builder, loc, op.getNext());
  Value gradient = flatten(builder, loc, op.getGradient());
  int64_t perExample = elementsPerExample(cast<MemRefType>(op.getIds().getType()));
  Value count = memref::DimOp::create(builder, loc, ids, 0);
  Value position = beginUnits(count, columns * perExample * opsOf(op.getBody())).getInductionVar();
  SmallVector<Value> hypers = loadScalars(op.getHypers());
  onlyIfHead(heads, position);
  Value row = mulIndex(builder, loc, loadIndex(ids, position), columns);
  overPieces(row, columns, groupSize, [&](ArrayRef<Piece> pieces) {
    SmallVector<Value> start = {position};
    SmallVector<Type> types = {builder.getIndexType()};
    for (const Piece &piece : pieces) {
      start.push_back(zeroOf(piece));
      types.push_back(typeOf(piece));
    }
    auto chain = scf::WhileOp::create(
        builder, loc, types, start,
        [&](OpBuilder &b, Location l, ValueRange carried) {
          Value more = arith::CmpIOp::create(b, l, arith::CmpIPredicate::sge, carried[0],
                                             indexConstant(b, l, 0));
          scf::ConditionOp::create(b, l, more, carried);
        },
        [&](OpBuilder &b, Location l, ValueRange carried) {
          OpBuilder::InsertionGuard guard(builder);
          builder.setInsertionPointToEnd(b.getInsertionBlock());
          SmallVector<Value> yielded = {loadIndex(next, carried[0])};
          // The piece's column in the gradient's row.
          Value shift =
              arith::SubIOp::create(builder, l, mulIndex(builder, l, carried[0], columns), row);
          for (auto [piece, sum] : llvm::zip_equal(pieces, carried.drop_front()))
            yielded.push_back(arith::AddFOp::create(
                builder, l, sum,
                load(gradient, arith::AddIOp::create(builder, l, piece.at, shift), piece)));
          scf::YieldOp::create(builder, l, yielded);
        });
    SmallVector<Value> values = loadAll(pieces);
    applyBody(op.getBody().front(), pieces, values,
              SmallVector<Value>(chain.getResults().drop_front()), hypers);
    storeAll(pieces, values);
  });
}

} // namespace

void weir::emitUpdates(func::FuncOp function, const KernelOptions &options) {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front())
    if (isa<UpdateAllOp, GroupIdsOp, CatchUpRowsOp, UpdateRowsOp>(op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    llvm::TypeSwitch<Operation *>(op).Case<UpdateAllOp, GroupIdsOp, CatchUpRowsOp, UpdateRowsOp>(
        [&](auto update) { UpdateEmitter(op, options).emit(update); });
    op->erase();
  }
}
