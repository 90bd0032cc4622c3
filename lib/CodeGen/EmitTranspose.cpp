//===- EmitTranspose.cpp - element-wise ops across the order of axes ---------------------===//
//
// An op whose result is contiguous along one loop and whose operand is so along another
// works on square blocks: as many vectors are read as have lanes, turned in registers,
// and written along the other loop.
//
//   for each outer position, block of loop A                    (units of work)
//     for each block of loop B
//       lanes vectors along A, turned to lanes vectors along B
//       the body and one store for each of them
//
// A loop that isn't a multiple of the lanes ends with a block that starts early enough to
// be whole: its first elements are computed twice. Along A, the unit of work of the block
// before does both, so that no two threads write one address.
//
//===----------------------------------------------------------------------===//

#include "FlatAccess.h"
#include "Kernel.h"
#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace weir;

namespace {

// Loops that one loop can replace; `dim` is the innermost.
struct Loop {
  int64_t size; // dynamic where it is the batch, or rows that a step has counted
  int64_t dim;
};

// What the op does, if it is of this kind.
struct Plan {
  SmallVector<SmallVector<int64_t>> factors; // by operand, the result last; empty for scalars
  SmallVector<Loop> outer;
  Loop a, b;
};

} // namespace

static std::optional<Plan> makePlan(linalg::GenericOp op, int64_t lanes) {
  if (lanes < 2 || !llvm::isPowerOf2_64(lanes) || op.getNumReductionLoops() > 0 ||
      op.getNumDpsInits() != 1 || op.hasIndexSemantics() ||
      !op.getRegionOutputArgs()[0].use_empty() || !op.getBody()->getOps<memref::LoadOp>().empty())
    return std::nullopt;
  Plan plan;
  Value result = op.getOutputs()[0];
  int64_t loops = op.getNumLoops();
  for (OpOperand &operand : op->getOpOperands()) {
    Value memory = operand.get();
    if (!isa<MemRefType>(memory.getType())) {
      plan.factors.emplace_back();
      continue;
    }
    auto factors = accessFactors(memory, op.getMatchingIndexingMap(&operand), loops);
    if (!cast<MemRefType>(memory.getType()).getElementType().isF32() || !factors ||
        (!op.isDpsInit(&operand) && rootOf(memory) == rootOf(result)))
      return std::nullopt;
    plan.factors.push_back(*factors);
  }

  SmallVector<Loop> merged;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (int64_t dim = 0; dim < loops; ++dim) {
    bool joins =
        !merged.empty() && !ShapedType::isDynamic(ranges[dim]) &&
        !ShapedType::isDynamic(merged.back().size) &&
        llvm::all_of(plan.factors, [&](ArrayRef<int64_t> factors) {
          return factors.empty() || factors[merged.back().dim] == factors[dim] * ranges[dim];
        });
    if (joins)
      merged.back() = {merged.back().size * ranges[dim], dim};
    else
      merged.push_back({ranges[dim], dim});
  }
  auto isLong = [&](const Loop &loop) {
    return !ShapedType::isDynamic(loop.size) && loop.size >= lanes;
  };
  // B is where the result is contiguous, A where an operand is that isn't along B.
  auto b = llvm::find_if(
      merged, [&](const Loop &loop) { return isLong(loop) && plan.factors.back()[loop.dim] == 1; });
  if (b == merged.end())
    return std::nullopt;
  plan.b = *b;
  std::optional<Loop> a;
  for (ArrayRef<int64_t> factors : ArrayRef(plan.factors).drop_back()) {
    if (factors.empty() || factors[b->dim] == 0 || factors[b->dim] == 1)
      continue;
    auto found = llvm::find_if(
        merged, [&](const Loop &loop) { return isLong(loop) && factors[loop.dim] == 1; });
    if (found == merged.end() || (a && a->dim != found->dim))
      return std::nullopt;
    a = *found;
  }
  if (!a)
    return std::nullopt;
  plan.a = *a;
  for (const Loop &loop : merged)
    if (loop.dim != plan.a.dim && loop.dim != plan.b.dim)
      plan.outer.push_back(loop);
  return plan;
}

bool weir::isTranspose(const Kernel &kernel, const KernelOptions &options) {
  return !kernel.epilogue && makePlan(kernel.main, options.lanes).has_value();
}

void weir::emitTranspose(OpBuilder &builder, const Kernel &kernel, const KernelOptions &options) {
  linalg::GenericOp op = kernel.main;
  Location loc = op.getLoc();
  int64_t lanes = options.lanes;
  Plan plan = *makePlan(op, lanes);
  auto constant = [&](int64_t value) { return indexConstant(builder, loc, value); };
  SmallVector<Value> sizes = loopSizes(builder, op);

  // Whole blocks; the last one's unit also does the rest.
  int64_t blocksOfA = plan.a.size / lanes;
  int64_t work = std::max<int64_t>(op.getBody()->getOperations().size(), 1);
  for (int64_t size : loopSizesPerExample(op))
    work *= size;
  Value units = constant(blocksOfA);
  SmallVector<Value> outerSizes;
  for (const Loop &loop : plan.outer) {
    outerSizes.push_back(ShapedType::isDynamic(loop.size) ? sizes[loop.dim] : constant(loop.size));
    units = builder.createOrFold<arith::MulIOp>(loc, units, outerSizes.back());
  }
  SmallVector<Value> memories; // flat
  for (OpOperand &operand : op->getOpOperands())
    memories.push_back(isa<MemRefType>(operand.get().getType())
                           ? flatten(builder, loc, operand.get())
                           : operand.get());

  scf::ForOp unitLoop = makeUnitLoop(builder, loc, units, work);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(unitLoop.getBody());
  // The start of a block; the last one is whole.
  auto blockStart = [&](Value block, int64_t size) -> Value {
    Value start = mulIndex(builder, loc, block, lanes);
    if (size % lanes == 0)
      return start;
    return arith::MinUIOp::create(builder, loc, start, constant(size - lanes));
  };
  Value unit = unitLoop.getInductionVar();
  Value block = arith::RemUIOp::create(builder, loc, unit, constant(blocksOfA));
  Value rest = arith::DivUIOp::create(builder, loc, unit, constant(blocksOfA));
  SmallVector<Value> outer(plan.outer.size());
  for (size_t i = outer.size(); i-- > 1;) {
    outer[i] = arith::RemUIOp::create(builder, loc, rest, outerSizes[i]);
    rest = arith::DivUIOp::create(builder, loc, rest, outerSizes[i]);
  }
  if (!outer.empty())
    outer[0] = rest;
  Value a = mulIndex(builder, loc, block, lanes);
  if (plan.a.size % lanes != 0) {
    Value isLast = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, block,
                                         constant(blocksOfA - 1));
    Value count = arith::SelectOp::create(builder, loc, isLast, constant(2), constant(1));
    auto blocks = scf::ForOp::create(builder, loc, constant(0), count, constant(1));
    builder.setInsertionPointToStart(blocks.getBody());
    Value shift = mulIndex(builder, loc, blocks.getInductionVar(), plan.a.size % lanes);
    a = addIndex(builder, loc, a, shift);
  }
  for (auto [memory, factors] : llvm::zip_equal(memories, plan.factors)) {
    if (factors.empty())
      continue;
    Value offset = mulIndex(builder, loc, a, factors[plan.a.dim]);
    for (auto [loop, position] : llvm::zip_equal(plan.outer, outer))
      offset = addIndex(builder, loc, offset, mulIndex(builder, loc, position, factors[loop.dim]));
    memory = startingAt(builder, loc, memory, offset);
  }

  auto loopOfB = scf::ForOp::create(builder, loc, constant(0),
                                    constant(llvm::divideCeil(plan.b.size, lanes)), constant(1));
  builder.setInsertionPointToStart(loopOfB.getBody());
  Value b = blockStart(loopOfB.getInductionVar(), plan.b.size);
  auto type = VectorType::get({lanes}, builder.getF32Type());
  // Where operand `number` has element (a + i, b + j).
  auto at = [&](size_t number, int64_t i, int64_t j) {
    ArrayRef<int64_t> factors = plan.factors[number];
    Value start = mulIndex(builder, loc, b, factors[plan.b.dim]);
    return addIndex(builder, loc, start,
                    constant(i * factors[plan.a.dim] + j * factors[plan.b.dim]));
  };
  size_t inputs = op.getNumDpsInputs();
  SmallVector<SmallVector<Value>> turned(inputs);
  for (size_t number = 0; number < inputs; ++number) {
    ArrayRef<int64_t> factors = plan.factors[number];
    if (factors.empty() || factors[plan.b.dim] == 0 || factors[plan.b.dim] == 1)
      continue;
    for (int64_t j = 0; j < lanes; ++j)
      turned[number].push_back(
          vector::LoadOp::create(builder, loc, type, memories[number], at(number, 0, j)));
    turnSquares(builder, loc, turned[number]);
  }
  for (int64_t i = 0; i < lanes; ++i) {
    VectorBody body(builder, loc, lanes, options.fusedMultiplyAdd);
    for (size_t number = 0; number < inputs; ++number) {
      BlockArgument argument = op.getBody()->getArgument(number);
      ArrayRef<int64_t> factors = plan.factors[number];
      Lanes value;
      if (argument.use_empty())
        continue;
      if (factors.empty())
        value = {memories[number]};
      else if (!turned[number].empty())
        value = {turned[number][i]};
      else if (factors[plan.b.dim] == 1)
        value = {vector::LoadOp::create(builder, loc, type, memories[number], at(number, i, 0))};
      else
        value = {memref::LoadOp::create(builder, loc, memories[number], at(number, i, 0))};
      body.bind(argument, value);
    }
    Value result = body.spread(body.emit(*op.getBody(), {}, -1));
    vector::StoreOp::create(builder, loc, result, memories[inputs], at(inputs, i, 0));
  }
}
