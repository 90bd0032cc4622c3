//===- EmitCatchUp.cpp - steps that rows of a table have missed ----------------------===//
//
// A row that no batch reads takes its steps later, with a gradient of zero and each step's own
// hyperparameters: see EmitUpdates.cpp.
//
//===----------------------------------------------------------------------===//

#include "UpdateEmitter.h"

using namespace mlir;
using namespace weir;

// How many ids ahead a row is fetched.
static constexpr int64_t rowsAhead = 2;
// A guess that decides from where on threads share the work.
static constexpr int64_t usualMissedSteps = 16;

SmallVector<Value> UpdateEmitter::loadHypers(CatchUpRowsOp op, Value step) {
  int64_t count = op.getBody().front().getNumArguments() - 1 - tables.size();
  SmallVector<Value> hypers;
  for (int64_t i = 0; i < count; ++i)
    hypers.push_back(
        memref::LoadOp::create(builder, loc, op.getHistory(), ValueRange{step, constant(i)}));
  return hypers;
}

// Whether a new state follows from more than the states and the hyperparameters: if not, a row
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
  parameters = SmallVector<Value>(loop.getResults().drop_front());
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
  Value missed = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, seen, now);
  builder.setInsertionPointToStart(
      scf::IfOp::create(builder, loc, missed, /*withElseRegion=*/false).thenBlock());
  Value fresh = arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
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
    Value heads = op.getHeads() ? flatten(builder, loc, op.getHeads()) : Value();
    Value count = memref::DimOp::create(builder, loc, ids, 0);
    int64_t perExample = elementsPerExample(cast<MemRefType>(op.getIds().getType()));
    Value position = beginUnits(count, work * perExample).getInductionVar();
    fetchRow(ids, position, count, columns);
    if (heads)
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
