//===- WeirToLinalg.cpp - from the weir dialect to linalg -----------------------------===//

#include "weir/Conversion/Passes.h"

#include "Common.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace weir {
#define GEN_PASS_DEF_WEIRTOLINALGPASS
#include "weir/Conversion/Passes.h.inc"
} // namespace weir

using namespace mlir;

namespace {
struct WeirToLinalgPass : weir::impl::WeirToLinalgPassBase<WeirToLinalgPass> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> std::optional<Type> {
      if (!isa<weir::IdType>(type.getElementType()))
        return std::nullopt;
      return RankedTensorType::get(type.getShape(), IntegerType::get(type.getContext(), 64));
    });

    ConversionTarget target(*context);
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect, math::MathDialect,
                           scf::SCFDialect, tensor::TensorDialect, memref::MemRefDialect,
                           bufferization::BufferizationDialect>();
    target.addIllegalDialect<weir::WeirDialect>();
    target.addLegalOp<weir::ParamOp, weir::UniqueIdsOp>();
    target.addDynamicallyLegalOp<weir::UpdateOp>(
        [&](weir::UpdateOp op) { return converter.isLegal(op.getOperation()); });
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return converter.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op.getOperandTypes()); });

    RewritePatternSet patterns(context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    weir::populateElementwiseToLinalg(converter, patterns);
    weir::populateReduceToLinalg(converter, patterns);
    weir::populateShapeToLinalg(converter, patterns);
    weir::populateEmbeddingToLinalg(converter, patterns);
    weir::populateLinearToLinalg(converter, patterns);
    weir::populateConvToLinalg(converter, patterns);
    weir::populateWinogradToLinalg(converter, patterns);
    weir::populatePoolToLinalg(converter, patterns);
    weir::populateDropoutToLinalg(converter, patterns);
    weir::populateUpdateToLinalg(converter, patterns);
    // Ids carry their cardinality only in their type, so what checks them at run
    // time needs it kept: see the attribute on the function's arguments.
    for (auto [i, type] : llvm::enumerate(getOperation().getArgumentTypes())) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (auto id = tensor ? dyn_cast<weir::IdType>(tensor.getElementType()) : nullptr)
        getOperation().setArgAttr(
            i, "weir.cardinality",
            IntegerAttr::get(IntegerType::get(context, 64), id.getCardinality()));
    }
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
