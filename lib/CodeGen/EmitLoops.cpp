//===- EmitLoops.cpp - any linalg op as loops over vectors ----------------------------===//

#include "LoopEmitter.h"
#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace weir;

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
    dims[outer[0]] = builder.createOrFold<arith::DivUIOp>(loc, unit, sizes[outer[1]]);
    dims[outer[1]] = builder.createOrFold<arith::RemUIOp>(loc, unit, sizes[outer[1]]);
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
