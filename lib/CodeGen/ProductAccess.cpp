//===- ProductAccess.cpp - which products EmitProduct.cpp can write ----------------------===//

#include "ProductAccess.h"

#include "FlatAccess.h"

#include "weir/CodeGen/CostModel.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace weir;

AffineMap weir::throughOutput(const Kernel &kernel, OpOperand *operand) {
  linalg::GenericOp op = kernel.main, epilogue = kernel.epilogue;
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  // All that are the result have the same map.
  auto isResult = [&](OpOperand *input) { return input->get() == op.getOutputs()[0]; };
  OpOperand *result = *llvm::find_if(epilogue.getDpsInputOperands(), isResult);
  AffineMap order = inversePermutation(epilogue.getMatchingIndexingMap(result));
  return epilogue.getMatchingIndexingMap(operand).compose(order.compose(outputMap));
}

// Whether a packed matrix has the two vectors of a panel interleaved, as bf16.
static bool isHalved(linalg::GenericOp op) {
  return getElementTypeOrSelf(op.getInputs()[1].getType()).isBF16();
}

std::optional<SmallVector<int64_t>> weir::matrixFactors(linalg::GenericOp op, bool packed) {
  AffineMap map = op.getIndexingMapsArray()[1];
  if (packed) {
    SmallVector<AffineExpr> exprs(map.getResults());
    exprs.front() = exprs.back() = getAffineConstantExpr(0, op.getContext());
    if (isHalved(op))
      exprs[exprs.size() - 2] = exprs.back();
    map = AffineMap::get(map.getNumDims(), 0, exprs, op.getContext());
  }
  return accessFactors(op.getInputs()[1], map, op.getNumLoops());
}

bool weir::isPacked(linalg::GenericOp op) {
  AffineExpr first = op.getIndexingMapsArray()[1].getResults().front();
  return first.getKind() == AffineExprKind::FloorDiv;
}

bool weir::isProduct(const Kernel &kernel) {
  linalg::GenericOp op = kernel.main;
  if (!op->hasAttr("weir.strategy"))
    return false;
  int64_t loops = op.getNumLoops();
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto column = dyn_cast<AffineDimExpr>(outputMap.getResults().back());
  auto factors = matrixFactors(op, isPacked(op));
  if (!column || !factors || (!isPacked(op) && (*factors)[column.getPosition()] != 1))
    return false;
  if (!accessFactors(op.getInputs()[0], op.getIndexingMapsArray()[0], loops) ||
      !accessFactors(op.getOutputs()[0], outputMap, loops))
    return false;
  if (!kernel.epilogue)
    return true;
  linalg::GenericOp epilogue = kernel.epilogue;
  return llvm::all_of(epilogue->getOpOperands(), [&](OpOperand &operand) {
    return !isa<MemRefType>(operand.get().getType()) ||
           accessFactors(operand.get(), throughOutput(kernel, &operand), loops).has_value();
  });
}

bool weir::writesAcross(const Kernel &kernel) {
  if (!kernel.epilogue || !kernel.start || !isProduct(kernel))
    return false;
  linalg::GenericOp op = kernel.main, epilogue = kernel.epilogue;
  int64_t loops = op.getNumLoops();
  auto strategy = op->getAttrOfType<ProductStrategyAttr>("weir.strategy");
  AffineMap outputMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  int64_t column = cast<AffineDimExpr>(outputMap.getResults().back()).getPosition();
  auto factorsOf = [&](OpOperand *operand) {
    return *accessFactors(operand->get(), throughOutput(kernel, operand), loops);
  };
  SmallVector<int64_t> result = factorsOf(epilogue.getDpsInitOperand(0));
  if (result[column] == 1)
    return false;
  // Operands that lie across as well would be read element by element.
  for (OpOperand *operand : epilogue.getDpsInputOperands())
    if (isa<MemRefType>(operand->get().getType()) && operand->get() != op.getOutputs()[0] &&
        factorsOf(operand)[column] > 1)
      return false;
  // An example's rows are neighbours in the result. A sum over the batch adds to what it has
  // stored, block by block, and can't be turned in between.
  SmallVector<int64_t> ranges = op.getStaticLoopRanges(), matrix = *matrixFactors(op, isPacked(op));
  int64_t rows = 1;
  bool pastBatch = false; // an axis outside the batch would lie between its examples
  for (int64_t dim = loops; dim-- > 0;) {
    bool isSum = op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction;
    if (isSum && ShapedType::isDynamic(ranges[dim]))
      return false;
    if (isSum || dim == column || matrix[dim] != 0)
      continue;
    if (ShapedType::isDynamic(ranges[dim])) {
      pastBatch = true;
    } else if (ranges[dim] != 1) {
      if (pastBatch || result[dim] != rows)
        return false;
      rows *= ranges[dim];
    }
  }
  return storingAcrossPays(rows, strategy.getRows(), strategy.getLanes());
}
