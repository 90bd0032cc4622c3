//===- LowerToLLVM.cpp - vector loops to the LLVM dialect, in one go --------------------===//
//
// Upstream has one pass per dialect. Each walks, legalizes and materializes the whole
// module again, which for a network of fifty layers takes longer than everything
// before; one conversion with all their patterns does the same work once.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weir {
#define GEN_PASS_DEF_LOWERTOLLVMPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

namespace {

// On a processor without fused multiply-add, fma would be a call per element.
struct SplitFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FmaOp op, PatternRewriter &rewriter) const override {
    Value product = arith::MulFOp::create(rewriter, op.getLoc(), op.getA(), op.getB());
    rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
    return success();
  }
};

// vector.fma becomes llvm.fmuladd, which is two roundings and two instructions unless
// contraction is allowed; what is meant is one of each.
struct FuseExactly : OpRewritePattern<vector::FMAOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(vector::FMAOp op, PatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<math::FmaOp>(op, op.getLhs(), op.getRhs(), op.getAcc());
    return success();
  }
};

struct LowerToLLVMPass : weir::impl::LowerToLLVMPassBase<LowerToLLVMPass> {
  using Base::Base;

  void runOnOperation() override {
    simplify();
    if (failed(convert()))
      signalPassFailure();
  }

  // What has no counterpart in LLVM, within the dialects.
  void simplify() {
    RewritePatternSet patterns(&getContext());
    // exp, log, tanh, erf and their kin as arithmetic, good to a few units in the last
    // place; on vectors and on single elements alike, so that an element's bits don't
    // depend on how the loop was cut.
    populateMathPolynomialApproximationPatterns(
        patterns, MathPolynomialApproximationOptions{/*enableAvx2=*/false});
    patterns.add<FuseExactly>(&getContext());
    if (!fusedMultiplyAdd)
      patterns.add<SplitFma>(&getContext());
    // Rounding to bf16 as integer arithmetic: LLVM's own would call a function where the
    // processor has no instruction, and where it has one, it takes small numbers for zero.
    arith::populateExpandBFloat16Patterns(patterns);
    memref::populateExpandStridedMetadataPatterns(patterns);
    vector::populateVectorBroadcastLoweringPatterns(patterns);
    vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
    vector::populateVectorStepLoweringPatterns(patterns);
    GreedyRewriteConfig config;
    config.enableFolding(true);
    // What a pattern makes is visited at once: another walk through the module would find
    // nothing. At the end equal blocks are merged, as refusals of ids are.
    config.setMaxIterations(1);
    (void)applyPatternsGreedily(getOperation(), std::move(patterns), config);
  }

  LogicalResult convert() {
    MLIRContext *context = &getContext();
    LLVMTypeConverter converter(context);
    RewritePatternSet patterns(context);
    populateAffineToStdConversionPatterns(patterns);
    populateSCFToControlFlowConversionPatterns(patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    // Instructions where there are some; a call of fmaf or floorf for each element that is
    // left of a vector loop would cost more than the loop.
    populateMathToLLVMConversionPatterns(converter, patterns, /*approximateLog1p=*/false,
                                         /*benefit=*/2);
    populateMathToLibmConversionPatterns(patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);

    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    // None of these patterns fails once it has begun, so nothing is kept to undo them.
    ConversionConfig config;
    config.allowPatternRollback = false;
    return applyFullConversion(getOperation(), target, std::move(patterns), config);
  }
};
} // namespace
