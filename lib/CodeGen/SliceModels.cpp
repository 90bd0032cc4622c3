//===- SliceModels.cpp - which parts of a tensor are the same --------------------===//
//
// Bufferization asks this of every slice that is inserted and every slice before it.
// Upstream's models answer by integer programming, for sizes of any form; here offsets are
// constants, and sizes are constants, the batch or a number of rows that a step has counted.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/SliceModels.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Interfaces/SubsetOpInterface.h"

using namespace mlir;

namespace {

template <typename Op> struct Slice : SubsetOpInterface::ExternalModel<Slice<Op>, Op> {
  bool operatesOnEquivalentSubset(Operation *op, SubsetOpInterface candidate,
                                  llvm::function_ref<bool(Value, Value)> equivalent) const {
    auto other = dyn_cast<OffsetSizeAndStrideOpInterface>(candidate.getOperation());
    return other &&
           cast<OffsetSizeAndStrideOpInterface>(op).isSameAs(other, isEqualConstantIntOrValue) &&
           equivalent(cast<SubsetOpInterface>(op).getTensorContainer(),
                      candidate.getTensorContainer());
  }

  // Not known. No slice of the lowering's is written where that would matter.
  bool operatesOnDisjointSubset(Operation *, SubsetOpInterface,
                                llvm::function_ref<bool(Value, Value)>) const {
    return false;
  }
};

struct ExtractedSlice
    : SubsetExtractionOpInterface::ExternalModel<ExtractedSlice, tensor::ExtractSliceOp> {
  OpOperand &getSourceOperand(Operation *op) const {
    return cast<tensor::ExtractSliceOp>(op).getSourceMutable();
  }
};

struct InsertedSlice
    : SubsetInsertionOpInterface::ExternalModel<InsertedSlice, tensor::InsertSliceOp> {
  OpOperand &getSourceOperand(Operation *op) const {
    return cast<tensor::InsertSliceOp>(op).getSourceMutable();
  }

  Value buildSubsetExtraction(Operation *op, OpBuilder &builder, Location loc) const {
    auto insert = cast<tensor::InsertSliceOp>(op);
    return tensor::ExtractSliceOp::create(builder, loc, insert.getSourceType(), insert.getDest(),
                                          insert.getMixedOffsets(), insert.getMixedSizes(),
                                          insert.getMixedStrides());
  }

  // All but the source itself.
  SmallVector<Value> getValuesNeededToBuildSubsetExtraction(Operation *op) const {
    return SmallVector<Value>(llvm::drop_begin(op->getOperands()));
  }
};
} // namespace

void weir::registerSliceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    tensor::ExtractSliceOp::attachInterface<Slice<tensor::ExtractSliceOp>, ExtractedSlice>(
        *context);
    tensor::InsertSliceOp::attachInterface<Slice<tensor::InsertSliceOp>, InsertedSlice>(*context);
  });
}
