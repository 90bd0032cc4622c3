//===- EmitWinograd.cpp - the transforms of Winograd's convolution, in registers ------===//
//
// A transform along two axes is done along one, then along the other. Vectors run along
// the channels; a tile's elements, 36 or 16 vectors, are the registers (and their spills).
//
//   input:   for each row of tiles                    (units of work)
//              for each tile, for each vector of channels: B^T d B
//   output:  the same: A^T m A, then the epilogue, and only what lies in the image is stored
//   weight:  for each channel                         (units of work), when prepared
//              for each output: G g G^T
//
//===----------------------------------------------------------------------===//

#include "FlatAccess.h"
#include "Kernel.h"
#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace weir;

namespace {

// A square of values, row by row.
struct Square {
  int64_t columns;
  SmallVector<Value> values;
  Square(int64_t rows, int64_t columns) : columns(columns), values(rows * columns) {}
  Value &at(int64_t row, int64_t column) { return values[row * columns + column]; }
};

// Short names for sums of scaled values, which a transform consists of.
class Sums {
public:
  Sums(OpBuilder &builder, Location loc, bool fused) : builder(builder), loc(loc), fused(fused) {}

  Value add(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubFOp::create(builder, loc, a, b); }
  Value scale(double factor, Value a) {
    return arith::MulFOp::create(builder, loc, constant(factor, a.getType()), a);
  }
  /// factor * a + b
  Value add(double factor, Value a, Value b) {
    if (fused && isa<VectorType>(a.getType()))
      return vector::FMAOp::create(builder, loc, constant(factor, a.getType()), a, b);
    return add(scale(factor, a), b);
  }

private:
  Value constant(double value, Type type) {
    TypedAttr attribute = builder.getF32FloatAttr(value);
    if (auto vector = dyn_cast<VectorType>(type))
      attribute = DenseElementsAttr::get(vector, attribute);
    return arith::ConstantOp::create(builder, loc, attribute);
  }

  OpBuilder &builder;
  Location loc;
  bool fused;
};

using Transform1d = SmallVector<Value> (*)(Sums, int64_t, ArrayRef<Value>);

// B^T d.
SmallVector<Value> transformInput(Sums s, int64_t tile, ArrayRef<Value> d) {
  if (tile == 2)
    return {s.sub(d[0], d[2]), s.add(d[1], d[2]), s.sub(d[2], d[1]), s.sub(d[1], d[3])};
  Value a = s.add(-4, d[2], d[4]), b = s.add(-4, d[1], d[3]);
  Value c = s.sub(d[4], d[2]), e = s.sub(d[3], d[1]);
  return {s.add(4, d[0], s.add(-5, d[2], d[4])),
          s.add(a, b),
          s.sub(a, b),
          s.add(2, e, c),
          s.add(-2, e, c),
          s.add(4, d[1], s.add(-5, d[3], d[5]))};
}

// A^T m.
SmallVector<Value> transformOutput(Sums s, int64_t tile, ArrayRef<Value> m) {
  if (tile == 2)
    return {s.add(s.add(m[0], m[1]), m[2]), s.sub(s.sub(m[1], m[2]), m[3])};
  Value a = s.add(m[1], m[2]), b = s.sub(m[1], m[2]);
  Value c = s.add(m[3], m[4]), e = s.sub(m[3], m[4]);
  return {s.add(s.add(m[0], a), c), s.add(2, e, b), s.add(4, c, a), s.add(s.add(8, e, b), m[5])};
}

// G g.
SmallVector<Value> transformWeight(Sums s, int64_t tile, ArrayRef<Value> g) {
  if (tile == 2) {
    Value a = s.scale(0.5, s.add(g[0], g[2])), b = s.scale(0.5, g[1]);
    return {g[0], s.add(a, b), s.sub(a, b), g[2]};
  }
  Value a = s.scale(-1.0 / 6, s.add(g[0], g[2])), b = s.scale(-1.0 / 6, g[1]);
  Value c = s.add(1.0 / 6, g[2], s.scale(1.0 / 24, g[0])), e = s.scale(1.0 / 12, g[1]);
  return {s.scale(0.25, g[0]), s.add(a, b), s.sub(a, b), s.add(c, e), s.sub(c, e), g[2]};
}

// The strides of a buffer that flatten can take; nothing if they aren't known.
std::optional<SmallVector<int64_t>> stridesOf(Value memory) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(cast<MemRefType>(memory.getType()).getStridesAndOffset(strides, offset)) ||
      ShapedType::isDynamic(offset) || llvm::any_of(strides, ShapedType::isDynamic))
    return std::nullopt;
  return strides;
}

class WinogradEmitter {
public:
  WinogradEmitter(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options)
      : builder(builder), kernel(kernel), op(kernel.main), loc(op.getLoc()), options(options),
        tile(op->getAttrOfType<IntegerAttr>("weir.tile").getInt()), n(tile + 2) {}

  void emitInput();
  void emitOutput();
  void emitWeight();

private:
  Value constant(int64_t value) { return indexConstant(builder, loc, value); }
  Sums sums() { return Sums(builder, loc, options.fusedMultiplyAdd); }
  scf::ForOp loopOver(int64_t from, int64_t to, int64_t step) {
    return scf::ForOp::create(builder, loc, constant(from), constant(to), constant(step));
  }
  /// position[i] * factors[i], summed.
  Value offset(ArrayRef<Value> position, ArrayRef<int64_t> factors) {
    Value sum = constant(0);
    for (auto [at, factor] : llvm::zip_equal(position, factors))
      sum = addIndex(builder, loc, sum, mulIndex(builder, loc, at, factor));
    return sum;
  }
  Value load(Value memory, Value at, int64_t lanes) {
    if (lanes == 1)
      return memref::LoadOp::create(builder, loc, memory, at);
    auto type = VectorType::get({lanes}, builder.getF32Type());
    return vector::LoadOp::create(builder, loc, type, memory, at);
  }
  void store(Value value, Value memory, Value at) {
    if (isa<VectorType>(value.getType()))
      vector::StoreOp::create(builder, loc, value, memory, at);
    else
      memref::StoreOp::create(builder, loc, value, memory, at);
  }

  Square transform(Square square, int64_t rows, Transform1d along);
  void forEachTile(int64_t tileRows, int64_t tileColumns, Value batch, int64_t work,
                   llvm::function_ref<void(ArrayRef<Value>)> body);
  void forEachVector(int64_t channels, llvm::function_ref<void(Value, int64_t)> body);
  void emitResults(ArrayRef<Value> position, Value channel, int64_t lanes, Square results,
                   ArrayRef<FlatAccess> operands, const FlatAccess &output);

  OpBuilder &builder;
  const Kernel &kernel;
  linalg::GenericOp op;
  Location loc;
  const KernelOptions &options;
  int64_t tile, n;
};

// Along the rows, then along the columns, of a square with `rows` rows.
Square WinogradEmitter::transform(Square square, int64_t rows, Transform1d along) {
  int64_t size = 0;
  SmallVector<SmallVector<Value>> half;
  for (int64_t u = 0; u < rows; ++u) {
    half.push_back(along(sums(), tile, ArrayRef(square.values).slice(u * rows, rows)));
    size = half.back().size();
  }
  Square result(size, size);
  for (int64_t j = 0; j < size; ++j) {
    SmallVector<Value> column;
    for (int64_t u = 0; u < rows; ++u)
      column.push_back(half[u][j]);
    for (auto [i, value] : llvm::enumerate(along(sums(), tile, column)))
      result.at(i, j) = value;
  }
  return result;
}

// A row of tiles is a unit of work. The body gets the example, the row and the column.
void WinogradEmitter::forEachTile(int64_t tileRows, int64_t tileColumns, Value batch, int64_t work,
                                  llvm::function_ref<void(ArrayRef<Value>)> body) {
  Value units = mulIndex(builder, loc, batch, tileRows);
  scf::ForOp loop = makeUnitLoop(builder, loc, units, tileRows * tileColumns * work);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value unit = loop.getInductionVar();
  Value example = arith::DivUIOp::create(builder, loc, unit, constant(tileRows));
  Value row = arith::RemUIOp::create(builder, loc, unit, constant(tileRows));
  scf::ForOp columns = loopOver(0, tileColumns, 1);
  builder.setInsertionPointToStart(columns.getBody());
  body({example, row, columns.getInductionVar()});
}

void WinogradEmitter::forEachVector(int64_t channels,
                                    llvm::function_ref<void(Value, int64_t)> body) {
  int64_t lanes = options.lanes, whole = channels / lanes * lanes;
  if (whole > 0) {
    scf::ForOp loop = loopOver(0, whole, lanes);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    body(loop.getInductionVar(), lanes);
  }
  if (whole < channels)
    body(constant(whole), channels - whole);
}

// image [batch, height, width, channels] to [batch, rows, columns, positions, channels].
void WinogradEmitter::emitInput() {
  Value image = op.getInputs()[0], tiles = op.getOutputs()[0];
  ArrayRef<int64_t> shape = cast<MemRefType>(tiles.getType()).getShape();
  SmallVector<int64_t> from = *stridesOf(image), to = *stridesOf(tiles);
  Value flatImage = flatten(builder, loc, image), flatTiles = flatten(builder, loc, tiles);
  int64_t channels = shape[4];
  Value batch = memref::DimOp::create(builder, loc, tiles, 0);
  forEachTile(shape[1], shape[2], batch, n * n * channels * 4, [&](ArrayRef<Value> position) {
    Value pixels = startingAt(builder, loc, flatImage,
                              offset(position, {from[0], from[1] * tile, from[2] * tile}));
    Value transformed =
        startingAt(builder, loc, flatTiles, offset(position, ArrayRef(to).take_front(3)));
    forEachVector(channels, [&](Value channel, int64_t lanes) {
      Square square(n, n);
      for (int64_t u = 0; u < n; ++u)
        for (int64_t v = 0; v < n; ++v)
          square.at(u, v) = load(
              pixels, addIndex(builder, loc, channel, constant(u * from[1] + v * from[2])), lanes);
      Square result = transform(std::move(square), n, transformInput);
      for (int64_t j = 0; j < n; ++j)
        for (int64_t i = 0; i < n; ++i)
          store(result.at(i, j), transformed,
                addIndex(builder, loc, channel, constant((i * n + j) * to[3])));
    });
  });
}

// [outputs, channels, 3, 3] to [positions, channels, outputs].
void WinogradEmitter::emitWeight() {
  Value weight = op.getInputs()[0], matrices = op.getOutputs()[0];
  ArrayRef<int64_t> shape = cast<MemRefType>(matrices.getType()).getShape();
  SmallVector<int64_t> from = *stridesOf(weight), to = *stridesOf(matrices);
  Value flatWeight = flatten(builder, loc, weight), flatMatrices = flatten(builder, loc, matrices);
  scf::ForOp loop = makeUnitLoop(builder, loc, constant(shape[1]), shape[1] * shape[2] * n * n * 4);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  scf::ForOp outputs = loopOver(0, shape[2], 1);
  builder.setInsertionPointToStart(outputs.getBody());
  Value channel = loop.getInductionVar(), output = outputs.getInductionVar();
  Value kernelAt = offset({output, channel}, ArrayRef(from).take_front(2));
  Value matrixAt = offset({channel, output}, ArrayRef(to).drop_front());
  Square square(3, 3);
  for (int64_t u = 0; u < 3; ++u)
    for (int64_t v = 0; v < 3; ++v)
      square.at(u, v) = load(
          flatWeight, addIndex(builder, loc, kernelAt, constant(u * from[2] + v * from[3])), 1);
  Square result = transform(std::move(square), 3, transformWeight);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      store(result.at(i, j), flatMatrices,
            addIndex(builder, loc, matrixAt, constant((i * n + j) * to[0])));
}

// [batch, rows, columns, positions, channels] to [batch, height, width, channels].
void WinogradEmitter::emitOutput() {
  Value tiles = op.getInputs()[0];
  linalg::GenericOp last = kernel.epilogue ? kernel.epilogue : op;
  ArrayRef<int64_t> shape = cast<MemRefType>(tiles.getType()).getShape();
  SmallVector<int64_t> from = *stridesOf(tiles);
  Value flatTiles = flatten(builder, loc, tiles);
  auto access = [&](OpOperand *operand) -> FlatAccess {
    AffineMap map = last.getMatchingIndexingMap(operand);
    return {flatten(builder, loc, operand->get()), *accessFactors(operand->get(), map, 4)};
  };
  AffineMap identity = builder.getMultiDimIdentityMap(4);
  FlatAccess output{flatten(builder, loc, last.getOutputs()[0]),
                    *accessFactors(last.getOutputs()[0], identity, 4)};
  SmallVector<FlatAccess> operands;
  if (kernel.epilogue)
    for (OpOperand *operand : last.getDpsInputOperands())
      operands.push_back(operand->get() == op.getOutputs()[0] ||
                                 !isa<MemRefType>(operand->get().getType())
                             ? FlatAccess()
                             : access(operand));
  int64_t channels = shape[4];
  Value batch = memref::DimOp::create(builder, loc, tiles, 0);
  forEachTile(shape[1], shape[2], batch, n * n * channels * 4, [&](ArrayRef<Value> position) {
    Value transformed =
        startingAt(builder, loc, flatTiles, offset(position, ArrayRef(from).take_front(3)));
    forEachVector(channels, [&](Value channel, int64_t lanes) {
      Square square(n, n);
      for (int64_t u = 0; u < n; ++u)
        for (int64_t v = 0; v < n; ++v)
          square.at(u, v) = load(
              transformed, addIndex(builder, loc, channel, constant((u * n + v) * from[3])), lanes);
      Square results = transform(std::move(square), n, transformOutput);
      emitResults(position, channel, lanes, std::move(results), operands, output);
    });
  });
}

// One tile's results, through the epilogue, to those pixels that lie in the image.
void WinogradEmitter::emitResults(ArrayRef<Value> position, Value channel, int64_t lanes,
                                  Square results, ArrayRef<FlatAccess> operands,
                                  const FlatAccess &output) {
  auto addressOf = [&](const FlatAccess &access) {
    Value at =
        offset(position, {access.factors[0], access.factors[1] * tile, access.factors[2] * tile});
    return addIndex(builder, loc, at, mulIndex(builder, loc, channel, access.factors[3]));
  };
  auto read = [&](const FlatAccess &access, Value at) -> Lanes {
    return {load(access.memory, at, access.factors[3] == 0 ? 1 : lanes)};
  };
  Value outputAt = addressOf(output);
  SmallVector<Value> starts;
  SmallVector<Lanes> shared(operands.size());
  for (auto [i, access] : llvm::enumerate(operands)) {
    starts.push_back(access.memory ? addressOf(access) : Value());
    if (access.memory && access.factors[1] == 0 && access.factors[2] == 0)
      shared[i] = read(access, starts[i]);
  }
  // Which rows and columns of a tile at the end may lie past the image.
  ArrayRef<int64_t> shape = cast<MemRefType>(op.getOutputs()[0].getType()).getShape();
  auto inside = [&](Value tileNumber, int64_t i, int64_t size) -> Value {
    if (size % tile == 0 || i < size % tile)
      return nullptr;
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, tileNumber,
                                 constant(size / tile));
  };
  for (int64_t j = 0; j < tile; ++j)
    for (int64_t i = 0; i < tile; ++i) {
      OpBuilder::InsertionGuard guard(builder);
      Value rowInside = inside(position[1], i, shape[1]);
      Value columnInside = inside(position[2], j, shape[2]);
      Value both = rowInside && columnInside
                       ? Value(arith::AndIOp::create(builder, loc, rowInside, columnInside))
                   : rowInside ? rowInside
                               : columnInside;
      if (both) {
        auto branch = scf::IfOp::create(builder, loc, both, /*withElseRegion=*/false);
        builder.setInsertionPointToStart(branch.thenBlock());
      }
      Value value = results.at(i, j);
      VectorBody body(builder, loc, lanes, options.fusedMultiplyAdd);
      Lanes result{value};
      if (linalg::GenericOp epilogue = kernel.epilogue) {
        for (auto [k, operand] : llvm::enumerate(epilogue.getDpsInputOperands())) {
          BlockArgument argument = epilogue.getMatchingBlockArgument(operand);
          const FlatAccess &access = operands[k];
          if (operand->get() == op.getOutputs()[0])
            body.bind(argument, {value});
          else if (!access.memory)
            body.bind(argument, {operand->get()});
          else if (shared[k].value)
            body.bind(argument, shared[k]);
          else
            body.bind(argument, read(access, addIndex(builder, loc, starts[k],
                                                      constant(i * access.factors[1] +
                                                               j * access.factors[2]))));
        }
        result = body.emit(*epilogue.getBody(), {}, -1);
      }
      store(body.spread(result), output.memory,
            addIndex(builder, loc, outputAt,
                     constant(i * output.factors[1] + j * output.factors[2])));
    }
}

} // namespace

bool weir::isWinograd(const Kernel &kernel) {
  linalg::GenericOp op = kernel.main;
  auto kind = op->getAttrOfType<StringAttr>("weir.winograd");
  // A transform starts from nothing.
  if (!kind || !kernel.start)
    return false;
  auto lastStride = [](Value memory) {
    auto strides = stridesOf(memory);
    return strides ? strides->back() : 0;
  };
  if (lastStride(op.getInputs()[0]) != 1)
    return false;
  if (kind.getValue() == "weight")
    return !kernel.epilogue && stridesOf(op.getOutputs()[0]).has_value();
  linalg::GenericOp last = kernel.epilogue ? kernel.epilogue : op;
  if (lastStride(last.getOutputs()[0]) != 1)
    return false;
  if (kind.getValue() == "input")
    return !kernel.epilogue && op.getNumParallelLoops() == 5;
  if (op.getNumParallelLoops() != 4)
    return false;
  if (!kernel.epilogue)
    return true;
  return llvm::all_of(last.getDpsInputOperands(), [&](OpOperand *operand) {
    if (!isa<MemRefType>(operand->get().getType()) || operand->get() == op.getOutputs()[0])
      return true;
    auto factors = accessFactors(operand->get(), last.getMatchingIndexingMap(operand), 4);
    return factors && ((*factors)[3] == 0 || (*factors)[3] == 1);
  });
}

void weir::emitWinograd(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options) {
  WinogradEmitter emitter(builder, kernel, options);
  StringRef kind = kernel.main->getAttrOfType<StringAttr>("weir.winograd");
  if (kind == "input")
    emitter.emitInput();
  else if (kind == "output")
    emitter.emitOutput();
  else
    emitter.emitWeight();
}
