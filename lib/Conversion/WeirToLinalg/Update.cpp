//===- Update.cpp - updates stay what they are ----------------------------------===//
//
// What an update does is written on memory, by weir-bind-step; here its operands get
// their new types.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

namespace {
struct UpdateLowering : OpConversionPattern<UpdateOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(UpdateOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<UpdateOp>(op, op.getResultTypes(), op.getOptimizerAttr(),
                                          adaptor.getValues(), adaptor.getGradient(),
                                          adaptor.getIds(), adaptor.getHypers(), op.getLazyAttr());
    return success();
  }
};
} // namespace

void weir::populateUpdateToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<UpdateLowering>(converter, patterns.getContext());
}
