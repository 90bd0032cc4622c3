//===- Kernel.cpp - what becomes one loop nest ------------------------------------===//

#include "Kernel.h"

#include "VectorBody.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace weir;

Value weir::rootOf(Value memory) {
  while (auto view = memory.getDefiningOp<ViewLikeOpInterface>())
    memory = view.getViewSource();
  return memory;
}

int64_t weir::elementsPerExample(MemRefType type) {
  int64_t elements = 1;
  for (int64_t size : type.getShape())
    elements *= ShapedType::isDynamic(size) ? 1 : size;
  return elements;
}

int64_t weir::bytesPerExample(MemRefType type) {
  return elementsPerExample(type) * (type.getElementTypeBitWidth() / 8);
}

static bool writesTo(Operation *op, Value root) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::any_of(linalgOp.getDpsInits(), [&](Value out) { return rootOf(out) == root; });
  return false;
}

static bool touches(Operation *op, Value root) {
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return isa<MemRefType>(operand.getType()) && rootOf(operand) == root;
  });
}

// The fill of exactly this output, with nothing in between that touches the buffer.
static linalg::FillOp findFill(linalg::GenericOp main) {
  Value output = main.getOutputs()[0];
  Value root = rootOf(output);
  for (Operation *op = main->getPrevNode(); op; op = op->getPrevNode()) {
    if (auto fill = dyn_cast<linalg::FillOp>(op); fill && fill.getOutputs()[0] == output)
      return fill;
    if (!isa<ViewLikeOpInterface>(op) && touches(op, root))
      return nullptr;
  }
  return nullptr;
}

// The only reader of the output, if it is element-wise and can wait for no one: then
// it is applied to each result before it is stored. It has its axes in the same order, or, if it
// may be `across`, in another.
static linalg::GenericOp findEpilogue(linalg::GenericOp main, linalg::FillOp fill, bool across) {
  if (main.getNumReductionLoops() == 0)
    return nullptr;
  Value output = main.getOutputs()[0];
  if (!output.getDefiningOp<memref::AllocOp>())
    return nullptr;
  linalg::GenericOp reader;
  for (Operation *user : output.getUsers()) {
    if (user == main || user == fill)
      continue;
    if (reader && reader != user)
      return nullptr;
    reader = dyn_cast<linalg::GenericOp>(user);
    if (!reader)
      return nullptr;
  }
  if (!reader || reader->getBlock() != main->getBlock() || !main->isBeforeInBlock(reader) ||
      reader.getNumParallelLoops() != reader.getNumLoops() || reader.getOutputs().size() != 1 ||
      reader.getOutputs()[0] == output || reader.hasIndexSemantics() ||
      reader->hasAttr("weir.strategy"))
    return nullptr;
  AffineMap order;
  for (OpOperand &operand : reader->getOpOperands()) {
    if (operand.get() != output)
      continue;
    AffineMap map = reader.getMatchingIndexingMap(&operand);
    bool fits = across ? map.isPermutation() && (!order || map == order) : map.isIdentity();
    if (!fits)
      return nullptr;
    order = map;
  }
  if (!reader.getMatchingIndexingMap(reader.getDpsInitOperand(0)).isIdentity() ||
      !reader.getRegionOutputArgs()[0].use_empty())
    return nullptr;
  // The kernel runs where the reader stands, so nothing may overwrite its inputs
  // until then.
  for (Operation *op = main->getNextNode(); op != reader; op = op->getNextNode())
    for (Value input : main.getInputs())
      if (isa<MemRefType>(input.getType()) && writesTo(op, rootOf(input)))
        return nullptr;
  return reader;
}

Kernel weir::formKernel(linalg::GenericOp main) {
  Kernel kernel;
  kernel.main = main;
  if (main.getNumReductionLoops() > 0) {
    kernel.fill = findFill(main);
    if (kernel.fill)
      kernel.start = kernel.fill.getInputs()[0];
  }
  kernel.epilogue = findEpilogue(main, kernel.fill, /*across=*/false);
  if (!kernel.epilogue && main->hasAttr("weir.strategy")) {
    kernel.epilogue = findEpilogue(main, kernel.fill, /*across=*/true);
    if (kernel.epilogue && !writesAcross(kernel))
      kernel.epilogue = nullptr;
  }
  return kernel;
}

SmallVector<int64_t> weir::loopSizesPerExample(linalg::GenericOp op) {
  SmallVector<int64_t> sizes;
  for (int64_t size : op.getStaticLoopRanges())
    sizes.push_back(ShapedType::isDynamic(size) ? 1 : size);
  return sizes;
}

SmallVector<Value> weir::loopSizes(OpBuilder &builder, linalg::GenericOp op) {
  SmallVector<Value> sizes;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (auto [loop, range] : llvm::enumerate(ranges)) {
    if (!ShapedType::isDynamic(range)) {
      sizes.push_back(indexConstant(builder, op.getLoc(), range));
      continue;
    }
    // A dynamic loop is the batch, or rows that a step has counted; some operand has it as
    // an axis of its own.
    for (OpOperand &operand : op->getOpOperands()) {
      auto map = op.getMatchingIndexingMap(&operand);
      auto position = map.getResultPosition(builder.getAffineDimExpr(loop));
      if (!position)
        continue;
      sizes.push_back(memref::DimOp::create(builder, op.getLoc(), operand.get(), *position));
      break;
    }
    assert(sizes.size() == loop + 1 && "no operand has the batch as an axis");
  }
  return sizes;
}

scf::ForOp weir::makeUnitLoop(OpBuilder &builder, Location loc, Value units, int64_t work) {
  auto loop = scf::ForOp::create(builder, loc, indexConstant(builder, loc, 0), units,
                                 indexConstant(builder, loc, 1));
  loop->setAttr("weir.kernel", builder.getI64IntegerAttr(work));
  return loop;
}
