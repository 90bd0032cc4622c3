//===- EmitLoops.cpp - any linalg op as loops over vectors ----------------------------===//

#include "Kernel.h"
#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace weir;

namespace {

// How a reduction combines, if it does so in one operation whose order may change.
std::optional<vector::CombiningKind> combiningKind(linalg::GenericOp op) {
  BlockArgument accumulator = op.getRegionOutputArgs()[0];
  Operation *combine = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  if (!accumulator.hasOneUse() || !combine || *accumulator.user_begin() != combine)
    return std::nullopt;
  if (isa<arith::AddFOp>(combine))
    return vector::CombiningKind::ADD;
  if (isa<arith::MaximumFOp>(combine))
    return vector::CombiningKind::MAXIMUMF;
  return std::nullopt;
}

class LoopEmitter {
public:
  LoopEmitter(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options)
      : builder(builder), kernel(kernel), op(kernel.main), loc(op.getLoc()), options(options),
        sizes(loopSizes(builder, op)), staticSizes(op.getStaticLoopRanges()),
        dims(op.getNumLoops()) {}

  void emit();
  /// Everything inside the first loop, whose position is given.
  void emitInside(Value position);

private:
  int64_t chooseVectorDim();
  int64_t score(int64_t dim);
  void emitOuter(ArrayRef<int64_t> loops);
  void emitVectorLoop();
  void emitReduced();
  void emitElement(int64_t lanes);
  SmallVector<Value> accumulate(ArrayRef<int64_t> loops, SmallVector<Value> accumulators,
                                int64_t lanes);
  Value accumulateOne(ArrayRef<int64_t> loops, Value accumulator, int64_t lanes) {
    return accumulate(loops, SmallVector<Value>{accumulator}, lanes)[0];
  }
  void emitStrip(Value from, int64_t vectors);
  void forEachTogether(llvm::function_ref<void(int64_t)> body);
  Value accumulateOnce(Value accumulator, int64_t lanes);
  void chooseUnrolling(ArrayRef<int64_t> outer);
  Value startValue(int64_t lanes);
  void finish(Lanes value, int64_t lanes, int64_t vectorDim);
  Value combine(vector::CombiningKind kind, Value a, Value b);
  bool isReduction(int64_t dim) {
    return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
  }

  OpBuilder &builder;
  const Kernel &kernel;
  linalg::GenericOp op;
  Location loc;
  const KernelOptions &options;
  SmallVector<Value> sizes;
  SmallVector<int64_t> staticSizes;
  SmallVector<Value> dims;
  int64_t vectorDim = -1;
  SmallVector<int64_t> reductionDims; // without the vector's
  /// The reduction is written out term by term.
  bool unrollTerms = false;
  /// So many results are computed together, so far apart along this loop; 1 for none.
  int64_t together = 1, togetherDim = -1, togetherStep = 1;
};

// Contiguous accesses count for a loop, scattered ones against.
int64_t LoopEmitter::score(int64_t dim) {
  int64_t total = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || type.getRank() == 0 || op.getMatchingBlockArgument(&operand).use_empty())
      if (!op.isDpsInit(&operand))
        continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!type || failed(type.getStridesAndOffset(strides, offset)))
      continue;
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      auto factor = linearFactor(expr, dim);
      if (factor == 0)
        continue;
      // Axes of size one may follow, but for the batch: it is left to threads.
      bool isLast = i + 1 == map.getNumResults() || !ShapedType::isDynamic(staticSizes[dim]);
      int64_t weight = op.isDpsInit(&operand) ? 2 : 1;
      total += factor && *factor == 1 && isLast && strides[i] == 1 ? 2 * weight : -weight;
    }
  }
  op.walk([&](memref::LoadOp load) {
    if (load.getIndices().empty())
      return;
    auto index = load.getIndices().back().getDefiningOp<linalg::IndexOp>();
    total += index && static_cast<int64_t>(index.getDim()) == dim ? 2 : 0;
  });
  return total;
}

int64_t LoopEmitter::chooseVectorDim() {
  if (options.lanes == 1)
    return -1;
  // The batch comes last: a loop that the lanes run along is no unit of parallel work.
  for (bool batch : {false, true}) {
    int64_t best = -1, bestScore = 0;
    for (int64_t dim = static_cast<int64_t>(op.getNumLoops()) - 1; dim >= 0; --dim) {
      if ((isReduction(dim) && (batch || !combiningKind(op))) ||
          ShapedType::isDynamic(staticSizes[dim]) != batch || staticSizes[dim] == 1)
        continue;
      int64_t value = score(dim);
      if (value > bestScore) {
        best = dim;
        bestScore = value;
      }
    }
    if (best >= 0)
      return best;
  }
  return -1;
}

void LoopEmitter::emitInside(Value position) {
  vectorDim = chooseVectorDim();
  if (vectorDim == 0)
    vectorDim = -1;
  dims[0] = position;
  SmallVector<int64_t> outer;
  for (int64_t dim = 1, end = op.getNumLoops(); dim < end; ++dim)
    if (dim != vectorDim)
      outer.push_back(dim);
  emitOuter(outer);
}

void LoopEmitter::emit() {
  vectorDim = chooseVectorDim();
  SmallVector<int64_t> outer;
  int64_t work = 0;
  for (int64_t dim = 0, end = op.getNumLoops(); dim < end; ++dim) {
    if (isReduction(dim)) {
      if (dim != vectorDim)
        reductionDims.push_back(dim);
    } else if (dim != vectorDim) {
      outer.push_back(dim);
    }
  }
  work = std::max<int64_t>(op.getBody()->getOperations().size(), 1);
  for (int64_t size : loopSizesPerExample(op))
    work *= size;

  chooseUnrolling(outer);
  // The first two outer loops are the units of work.
  size_t unitLoops = std::min<size_t>(outer.size() - (together > 1), 2);
  Value units = indexConstant(builder, loc, 1);
  for (size_t i = 0; i < unitLoops; ++i)
    units = builder.createOrFold<arith::MulIOp>(loc, units, sizes[outer[i]]);
  scf::ForOp loop = makeUnitLoop(builder, loc, units, work);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value unit = loop.getInductionVar();
  if (unitLoops == 2) {
    dims[outer[0]] = arith::DivUIOp::create(builder, loc, unit, sizes[outer[1]]);
    dims[outer[1]] = arith::RemUIOp::create(builder, loc, unit, sizes[outer[1]]);
  } else if (unitLoops == 1) {
    dims[outer[0]] = unit;
  }
  emitOuter(ArrayRef(outer).drop_front(unitLoops));
}

// A window of a few positions is written out term by term: a loop of three would cost more
// than what it does. Then neighbouring results share most of what they read, and their
// sums needn't wait for each other, so a few are computed together. Those at the end of
// the loop start early enough to be as many; they are computed twice, so nothing that is
// read may be overwritten.
void LoopEmitter::chooseUnrolling(ArrayRef<int64_t> outer) {
  constexpr int64_t mostTerms = 32, mostTogether = 4, mostOps = 400;
  if (reductionDims.empty() || options.lanes == 1 || (vectorDim >= 0 && isReduction(vectorDim)))
    return;
  int64_t terms = 1;
  for (int64_t dim : reductionDims)
    terms *= ShapedType::isDynamic(staticSizes[dim]) ? mostTerms + 1 : staticSizes[dim];
  int64_t ops = terms * op.getBody()->getOperations().size();
  if (terms > mostTerms || ops > mostOps)
    return;
  unrollTerms = true;

  if (outer.empty() || !kernel.start || ShapedType::isDynamic(staticSizes[outer.back()]))
    return;
  linalg::GenericOp last = kernel.epilogue ? kernel.epilogue : op;
  Value written = rootOf(last.getOutputs()[0]);
  for (linalg::GenericOp reader : {op, last})
    for (Value input : reader.getInputs())
      if (isa<MemRefType>(input.getType()) && rootOf(input) == written)
        return;
  togetherDim = outer.back();
  together = std::min({mostTogether, staticSizes[togetherDim], mostOps / ops});
}

void LoopEmitter::emitOuter(ArrayRef<int64_t> loops) {
  if (loops.empty())
    return vectorDim >= 0 && isReduction(vectorDim) ? emitReduced() : emitVectorLoop();
  int64_t dim = loops.front(), step = dim == togetherDim ? together : 1;
  auto loop = scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0), sizes[dim],
                                 indexConstant(builder, loc, step));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  dims[dim] = loop.getInductionVar();
  if (step > 1 && staticSizes[dim] % step != 0)
    dims[dim] = arith::MinUIOp::create(builder, loc, dims[dim],
                                       indexConstant(builder, loc, staticSizes[dim] - step));
  emitOuter(loops.drop_front());
}

// Whole vectors, then what is left: one narrower vector where the size is known, one
// element after the other where it is the batch.
void LoopEmitter::emitVectorLoop() {
  if (vectorDim < 0)
    return emitElement(1);
  int64_t lanes = options.lanes;
  auto over = [&](Value from, Value to, int64_t step) {
    auto loop = scf::ForOp::create(builder, loc, from, to, indexConstant(builder, loc, step));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    dims[vectorDim] = loop.getInductionVar();
    emitElement(step);
  };
  int64_t size = staticSizes[vectorDim];
  Value zero = indexConstant(builder, loc, 0);
  if (ShapedType::isDynamic(size)) {
    Value rest =
        arith::RemUIOp::create(builder, loc, sizes[vectorDim], indexConstant(builder, loc, lanes));
    Value whole = arith::SubIOp::create(builder, loc, sizes[vectorDim], rest);
    over(zero, whole, lanes);
    over(whole, sizes[vectorDim], 1);
    return;
  }
  int64_t whole = size / lanes * lanes;
  if (!reductionDims.empty() && !unrollTerms && whole > lanes) {
    // A reduction that stays a loop runs once for several vectors; fewer, where each is
    // much code.
    int64_t most = op.getBody()->getOperations().size() <= 8 ? 8 : 2;
    int64_t vectors = whole / lanes;
    int64_t strips = vectors / most;
    if (strips > 1) {
      auto loop =
          scf::ForOp::create(builder, loc, zero, indexConstant(builder, loc, strips * most * lanes),
                             indexConstant(builder, loc, most * lanes));
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      emitStrip(loop.getInductionVar(), most);
    } else if (strips == 1) {
      emitStrip(zero, most);
    }
    if (vectors % most != 0)
      emitStrip(indexConstant(builder, loc, strips * most * lanes), vectors % most);
  } else if (whole > lanes)
    over(zero, indexConstant(builder, loc, whole), lanes);
  else if (whole == lanes) {
    dims[vectorDim] = zero;
    emitElement(lanes);
  }
  if (whole < size) {
    dims[vectorDim] = indexConstant(builder, loc, whole);
    emitElement(size - whole);
  }
}

// What a reduction starts from, or nothing to start from for an element-wise op.
Value LoopEmitter::startValue(int64_t lanes) {
  VectorBody body(builder, loc, lanes, options.fusedMultiplyAdd);
  if (kernel.start)
    return body.spread({kernel.start});
  Lanes old = body.load(op.getOutputs()[0], op.getMatchingIndexingMap(op.getDpsInitOperand(0)),
                        dims, vectorDim);
  return body.spread(old);
}

void LoopEmitter::emitElement(int64_t lanes) {
  bool readsOutput = op.getNumReductionLoops() > 0 || !op.getRegionOutputArgs()[0].use_empty();
  // All are read before the first is stored.
  SmallVector<Value> results(together);
  if (readsOutput)
    forEachTogether([&](int64_t i) { results[i] = startValue(lanes); });
  results = accumulate(reductionDims, std::move(results), lanes);
  forEachTogether([&](int64_t i) { finish({results[i]}, lanes, vectorDim); });
}

void LoopEmitter::forEachTogether(llvm::function_ref<void(int64_t)> body) {
  if (together == 1)
    return body(0);
  Value first = dims[togetherDim];
  for (int64_t i = 0; i < together; ++i) {
    dims[togetherDim] =
        addIndex(builder, loc, first, indexConstant(builder, loc, i * togetherStep));
    body(i);
  }
  dims[togetherDim] = first;
}

// So many whole vectors along the vectors' loop at once: the reduction's loops run once
// for all of them, and what doesn't depend on the lane is done once.
void LoopEmitter::emitStrip(Value from, int64_t vectors) {
  dims[vectorDim] = from;
  togetherDim = vectorDim;
  togetherStep = options.lanes;
  together = vectors;
  emitElement(options.lanes);
  together = 1;
}

// The reduction loops around the body; the accumulators are carried in registers.
SmallVector<Value> LoopEmitter::accumulate(ArrayRef<int64_t> loops, SmallVector<Value> accumulators,
                                           int64_t lanes) {
  if (loops.empty()) {
    forEachTogether([&](int64_t i) { accumulators[i] = accumulateOnce(accumulators[i], lanes); });
    return accumulators;
  }
  if (unrollTerms) {
    for (int64_t i = 0; i < staticSizes[loops.front()]; ++i) {
      dims[loops.front()] = indexConstant(builder, loc, i);
      accumulators = accumulate(loops.drop_front(), std::move(accumulators), lanes);
    }
    return accumulators;
  }
  auto loop = scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0), sizes[loops.front()],
                                 indexConstant(builder, loc, 1), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  dims[loops.front()] = loop.getInductionVar();
  SmallVector<Value> next =
      accumulate(loops.drop_front(), SmallVector<Value>(loop.getRegionIterArgs()), lanes);
  scf::YieldOp::create(builder, loc, next);
  return SmallVector<Value>(loop.getResults());
}

Value LoopEmitter::accumulateOnce(Value accumulator, int64_t lanes) {
  VectorBody body(builder, loc, lanes, options.fusedMultiplyAdd);
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty())
      continue;
    if (!isa<MemRefType>(operand->get().getType()))
      body.bind(argument, {operand->get()});
    else
      body.bind(argument, body.load(operand->get(), op.getMatchingIndexingMap(operand), dims,
                                    lanes > 1 ? vectorDim : -1));
  }
  if (accumulator)
    body.bind(op.getRegionOutputArgs()[0], {accumulator});
  Lanes result = body.emit(*op.getBody(), dims, lanes > 1 ? vectorDim : -1);
  return body.spread(result);
}

Value LoopEmitter::combine(vector::CombiningKind kind, Value a, Value b) {
  if (kind == vector::CombiningKind::ADD)
    return arith::AddFOp::create(builder, loc, a, b);
  return arith::MaximumFOp::create(builder, loc, a, b);
}

// The lanes run along the reduction itself: each lane reduces its own elements, then
// the lanes are combined.
void LoopEmitter::emitReduced() {
  vector::CombiningKind kind = *combiningKind(op);
  auto elementType =
      cast<FloatType>(cast<MemRefType>(op.getOutputs()[0].getType()).getElementType());
  bool isAdd = kind == vector::CombiningKind::ADD;
  APFloat neutralValue = isAdd
                             ? APFloat::getZero(elementType.getFloatSemantics())
                             : APFloat::getInf(elementType.getFloatSemantics(), /*Negative=*/true);
  Value neutral =
      arith::ConstantOp::create(builder, loc, builder.getFloatAttr(elementType, neutralValue));
  int64_t size = staticSizes[vectorDim], lanes = options.lanes;
  assert(!ShapedType::isDynamic(size) && "the batch is never reduced");
  int64_t parallelDim = vectorDim;

  auto reduceLanes = [&](Value lanesValue) -> Value {
    if (!isa<VectorType>(lanesValue.getType()))
      return lanesValue;
    return vector::ReductionOp::create(builder, loc, kind, lanesValue,
                                       isAdd ? arith::FastMathFlags::reassoc
                                             : arith::FastMathFlags::none);
  };
  auto spreadNeutral = [&](int64_t width) {
    return VectorBody(builder, loc, width, false).spread({neutral});
  };

  // The other reduction loops run around the vector loop.
  int64_t whole = size / lanes * lanes;
  Value result;
  if (whole > 0) {
    Value wide = spreadNeutral(lanes);
    SmallVector<int64_t> loops(reductionDims);
    std::function<Value(ArrayRef<int64_t>, Value)> nest = [&](ArrayRef<int64_t> rest,
                                                              Value accumulator) -> Value {
      bool innermost = rest.empty();
      int64_t dim = innermost ? parallelDim : rest.front();
      Value upper = innermost ? indexConstant(builder, loc, whole) : sizes[dim];
      auto loop =
          scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0), upper,
                             indexConstant(builder, loc, innermost ? lanes : 1), accumulator);
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      dims[dim] = loop.getInductionVar();
      Value inner = innermost ? accumulateOne({}, loop.getRegionIterArg(0), lanes)
                              : nest(rest.drop_front(), loop.getRegionIterArg(0));
      scf::YieldOp::create(builder, loc, inner);
      return loop.getResult(0);
    };
    result = reduceLanes(nest(loops, wide));
  }
  if (whole < size) {
    dims[parallelDim] = indexConstant(builder, loc, whole);
    int64_t rest = size - whole;
    Value narrow = reduceLanes(accumulateOne(reductionDims, spreadNeutral(rest), rest));
    result = result ? combine(kind, result, narrow) : narrow;
  }
  // The output's own lanes don't run along the reduction: one element is left.
  int64_t saved = vectorDim;
  vectorDim = -1;
  result = combine(kind, startValue(1), result);
  finish({result}, 1, -1);
  vectorDim = saved;
}

// Applies the epilogue, if any, and stores.
void LoopEmitter::finish(Lanes value, int64_t lanes, int64_t alongDim) {
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  VectorBody body(builder, loc, lanes, options.fusedMultiplyAdd);
  if (lanes == 1)
    alongDim = -1;
  if (!kernel.epilogue)
    return body.store(value, op.getOutputs()[0], outputMap, dims, alongDim);
  // The epilogue's loops are the axes of the output.
  linalg::GenericOp epilogue = kernel.epilogue;
  SmallVector<Value> outputDims;
  int64_t outputVectorDim = -1;
  for (auto [i, expr] : llvm::enumerate(outputMap.getResults())) {
    outputDims.push_back(evaluate(builder, loc, expr, dims));
    if (alongDim >= 0 && expr.isFunctionOfDim(alongDim))
      outputVectorDim = i;
  }
  for (OpOperand *operand : epilogue.getDpsInputOperands()) {
    BlockArgument argument = epilogue.getMatchingBlockArgument(operand);
    if (operand->get() == op.getOutputs()[0])
      body.bind(argument, value);
    else if (!isa<MemRefType>(operand->get().getType()))
      body.bind(argument, {operand->get()});
    else if (!argument.use_empty())
      body.bind(argument, body.load(operand->get(), epilogue.getMatchingIndexingMap(operand),
                                    outputDims, outputVectorDim));
  }
  Lanes result = body.emit(*epilogue.getBody(), outputDims, outputVectorDim);
  body.store(result, epilogue.getOutputs()[0],
             epilogue.getMatchingIndexingMap(epilogue.getDpsInitOperand(0)), outputDims,
             outputVectorDim);
}

} // namespace

void weir::emitTogether(OpBuilder &builder, ArrayRef<linalg::GenericOp> ops,
                        const KernelOptions &options) {
  linalg::GenericOp first = ops.front();
  if (ops.size() == 1 || first.getNumLoops() < 2) {
    for (linalg::GenericOp op : ops) {
      Kernel kernel;
      kernel.main = op;
      emitLoops(builder, kernel, options);
    }
    return;
  }
  int64_t work = 0;
  for (linalg::GenericOp op : ops) {
    int64_t elements = 1;
    for (int64_t size : loopSizesPerExample(op))
      elements *= size;
    work += elements;
  }
  Value positions = loopSizes(builder, first)[0];
  scf::ForOp loop = makeUnitLoop(builder, first.getLoc(), positions, work);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  for (linalg::GenericOp op : ops) {
    Kernel kernel;
    kernel.main = op;
    LoopEmitter(builder, kernel, options).emitInside(loop.getInductionVar());
  }
}

void weir::emitLoops(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options) {
  LoopEmitter(builder, kernel, options).emit();
}
