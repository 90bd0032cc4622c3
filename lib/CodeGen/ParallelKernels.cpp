//===- ParallelKernels.cpp - Which kernels threads divide ---------------------------===//

#include "weir/CodeGen/ParallelKernels.h"

#include "weir/CodeGen/CostModel.h"

#include "Kernel.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

int64_t weir::examplesToDivide(scf::ForOp kernel, int64_t parallelWork) {
  llvm::SetVector<Value> used, buffers;
  getUsedValuesDefinedAbove(kernel.getRegion(), used);
  for (Value value : used)
    if (isa<MemRefType>(value.getType()))
      buffers.insert(rootOf(value));
  int64_t bytes = 0;
  for (Value buffer : buffers)
    if (auto type = cast<MemRefType>(buffer.getType()); !type.hasStaticShape())
      bytes += bytesPerExample(type);
  int64_t work = kernel->getAttrOfType<IntegerAttr>("weir.kernel").getInt();
  return examplesToDivide(work, bytes, parallelWork);
}
