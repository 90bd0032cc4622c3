//===- EmitProductResults.cpp - what becomes of one group's sums -------------------------===//
//
//   for each strip, for each row
//     add what the sum starts from, apply the epilogue
//     store along the columns; or, across: turn the rows' vectors, store along the rows
//
//===----------------------------------------------------------------------===//

#include "ProductEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace weir;

// Adds what the sum starts from, applies the epilogue and stores, one vector after
// the other; the last vector of a narrow panel has fewer lanes.
void ProductEmitter::finish(ArrayRef<Panel> panels, const Rows &rows, ArrayRef<Value> sums) {
  SmallVector<Value> outputBases = rowBases(output, rows), initBases;
  if (init)
    initBases = rowBases(*init, rows);
  SmallVector<SmallVector<Value>> inputBases(epilogueInputs.size());
  for (auto [bases, input] : llvm::zip_equal(inputBases, epilogueInputs))
    if (input)
      bases = rowBases(*input, rows);

  SmallVector<Strip> all = strips(panels);
  for (auto [j, strip] : llvm::enumerate(all)) {
    int64_t count = strip.count;
    Value column = addIndex(
        builder, loc, mulIndex(builder, loc, panels[strip.panel].number, strategy.getColumns()),
        constant(strip.first));
    VectorType type = vectorType(count);
    // Where the lanes run along the operand it is read as a vector, else one element
    // is shared by all.
    auto read = [&](const FlatAccess &access, Value base) -> Lanes {
      int64_t factor = access.factors[columnDim];
      Value at = addIndex(builder, loc, base, mulIndex(builder, loc, column, factor));
      if (factor == 1 && count > 1)
        return {vector::LoadOp::create(builder, loc, type, access.memory, at)};
      if (factor == 0 || count == 1)
        return {memref::LoadOp::create(builder, loc, access.memory, at)};
      SmallVector<Value> elements;
      for (int64_t lane = 0; lane < count; ++lane)
        elements.push_back(memref::LoadOp::create(
            builder, loc, access.memory, addIndex(builder, loc, at, constant(lane * factor))));
      return {vector::FromElementsOp::create(builder, loc, type, elements)};
    };
    auto isSameForAllRows = [&](const FlatAccess &access) {
      return llvm::all_of(
          rowLoops, [&](const MergedLoop &loop) { return access.factors[loop.innermost()] == 0; });
    };
    SmallVector<Lanes> shared(epilogueInputs.size());
    assert((!across || rows.count == strategy.getRows()) && "rows are whole groups");
    bool isTurned = across && count > 1;
    SmallVector<Value> turned;
    for (int64_t i = 0; i < rows.count; ++i) {
      Value value = sums[i * all.size() + j];
      if (count == 1)
        value = vector::ExtractOp::create(builder, loc, value, 0);
      else if (count < strip.lanes)
        value =
            vector::ExtractStridedSliceOp::create(builder, loc, value, ArrayRef<int64_t>{0},
                                                  ArrayRef<int64_t>{count}, ArrayRef<int64_t>{1});
      VectorBody body(builder, loc, count, options.fusedMultiplyAdd);
      if (init) {
        Value start = body.spread(read(*init, initBases[i]));
        // The first block of examples begins the sum.
        if (sumBlock && kernel.start)
          start = arith::SelectOp::create(builder, loc, isFirstBlock, body.spread({kernel.start}),
                                          start);
        value = arith::AddFOp::create(builder, loc, start, value);
      }
      Lanes result{value};
      if (linalg::GenericOp epilogue = kernel.epilogue) {
        for (auto [n, operand] : llvm::enumerate(epilogue.getDpsInputOperands())) {
          BlockArgument argument = epilogue.getMatchingBlockArgument(operand);
          if (operand->get() == op.getOutputs()[0]) {
            body.bind(argument, {value});
          } else if (!epilogueInputs[n]) {
            body.bind(argument, {operand->get()});
          } else if (isSameForAllRows(*epilogueInputs[n])) {
            if (!shared[n].value)
              shared[n] = read(*epilogueInputs[n], inputBases[n][i]);
            body.bind(argument, shared[n]);
          } else {
            body.bind(argument, read(*epilogueInputs[n], inputBases[n][i]));
          }
        }
        result = body.emit(*epilogue.getBody(), {}, -1);
      }
      Value stored = body.spread(result);
      if (isTurned)
        turned.push_back(stored);
      else
        store(stored, outputBases[i], column);
    }
    if (isTurned)
      storeAcross(std::move(turned), outputBases.front(), column);
  }
}

// One row's results of a strip.
void ProductEmitter::store(Value value, Value base, Value column) {
  int64_t factor = output.factors[columnDim];
  Value at = addIndex(builder, loc, base, mulIndex(builder, loc, column, factor));
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type) {
    memref::StoreOp::create(builder, loc, value, output.memory, at);
  } else if (factor == 1) {
    vector::StoreOp::create(builder, loc, value, output.memory, at);
  } else {
    for (int64_t lane = 0; lane < type.getNumElements(); ++lane)
      memref::StoreOp::create(builder, loc, vector::ExtractOp::create(builder, loc, value, lane),
                              output.memory, addIndex(builder, loc, at, constant(lane * factor)));
  }
}

// A strip's results of all rows of a group: a vector for each column, with a mask where the rows
// fill none. Columns and rows are filled up to whole squares.
void ProductEmitter::storeAcross(SmallVector<Value> values, Value base, Value column) {
  int64_t rows = values.size(), size = llvm::bit_ceil<uint64_t>(rows);
  int64_t columns = cast<VectorType>(values.front().getType()).getNumElements();
  int64_t filled = llvm::alignTo(columns, size), factor = output.factors[columnDim];
  if (filled > columns) {
    SmallVector<int64_t> lanesOrLast;
    for (int64_t lane = 0; lane < filled; ++lane)
      lanesOrLast.push_back(std::min(lane, columns - 1));
    for (Value &value : values)
      value = vector::ShuffleOp::create(builder, loc, value, value, lanesOrLast);
  }
  values.resize(size, values.back());
  turnSquares(builder, loc, values);
  SmallVector<bool> inside(size, false);
  std::fill_n(inside.begin(), rows, true);
  auto maskType = VectorType::get({size}, builder.getI1Type());
  Value mask = arith::ConstantOp::create(builder, loc,
                                         DenseElementsAttr::get(maskType, ArrayRef<bool>(inside)));
  Value at = addIndex(builder, loc, base, mulIndex(builder, loc, column, factor));
  for (int64_t i = 0; i < columns; ++i) {
    Value part = values[i % size];
    if (size < filled)
      part = vector::ExtractStridedSliceOp::create(builder, loc, part,
                                                   ArrayRef<int64_t>{i / size * size},
                                                   ArrayRef<int64_t>{size}, ArrayRef<int64_t>{1});
    Value to = addIndex(builder, loc, at, constant(i * factor));
    if (rows < size)
      vector::MaskedStoreOp::create(builder, loc, output.memory, to, mask, part);
    else
      vector::StoreOp::create(builder, loc, part, output.memory, to);
  }
}
