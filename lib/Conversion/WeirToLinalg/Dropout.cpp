//===- Dropout.cpp - dropout masks to linalg -----------------------------------------===//
//
// Philox4x32-10 (Salmon et al., 2011) written out as integer arithmetic, one element
// after the other: 32-bit words in 64-bit integers, so that a product's halves are a
// shift and a mask away.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

namespace {

// Builds 64-bit integer arithmetic.
struct Words {
  OpBuilder &b;
  Location l;

  Value constant(uint64_t value) const {
    return arith::ConstantOp::create(b, l, b.getI64IntegerAttr(static_cast<int64_t>(value)));
  }
  Value low(Value x) const { return arith::AndIOp::create(b, l, x, constant(0xffffffffu)); }
  Value high(Value x) const { return arith::ShRUIOp::create(b, l, x, constant(32)); }
  Value mul(Value x, uint64_t factor) const {
    return arith::MulIOp::create(b, l, x, constant(factor));
  }
  Value xorAll(Value x, Value y, Value z) const {
    return arith::XOrIOp::create(b, l, arith::XOrIOp::create(b, l, x, y), z);
  }
};

} // namespace

// Word `which` (0 to 3, a value) of the block at this counter.
static Value philoxWord(const Words &words, std::array<Value, 4> counter, Value key0, Value key1,
                        Value which) {
  for (int round = 0; round < 10; ++round) {
    Value product0 = words.mul(counter[0], 0xD2511F53u);
    Value product1 = words.mul(counter[2], 0xCD9E8D57u);
    counter = {words.xorAll(words.high(product1), counter[1], key0), words.low(product1),
               words.xorAll(words.high(product0), counter[3], key1), words.low(product0)};
    OpBuilder &b = words.b;
    key0 = words.low(arith::AddIOp::create(b, words.l, key0, words.constant(0x9E3779B9u)));
    key1 = words.low(arith::AddIOp::create(b, words.l, key1, words.constant(0xBB67AE85u)));
  }
  Value result = counter[3];
  for (int i = 2; i >= 0; --i) {
    Value isThis =
        arith::CmpIOp::create(words.b, words.l, arith::CmpIPredicate::eq, which, words.constant(i));
    result = arith::SelectOp::create(words.b, words.l, isThis, counter[i], result);
  }
  return result;
}

namespace {

struct DropoutMaskLowering : OpConversionPattern<DropoutMaskOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(DropoutMaskOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    float probability = op.getProbability().convertToDouble();
    float kept = 1.0f / (1.0f - probability);
    int64_t rank = type.getRank();
    MLIRContext *context = rewriter.getContext();
    SmallVector<AffineMap> maps = {
        AffineMap::get(rank, 0, getAffineConstantExpr(0, context), context),
        AffineMap::get(rank, 0, getAffineConstantExpr(1, context), context),
        rewriter.getMultiDimIdentityMap(rank)};
    SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
    Value empty = makeEmpty(rewriter, loc, type, adaptor.getLike());
    auto generic = linalg::GenericOp::create(
        rewriter, loc, type, ValueRange{adaptor.getKey(), adaptor.getKey()}, empty, maps, iterators,
        [&](OpBuilder &b, Location l, ValueRange e) {
          Words words{b, l};
          // The element's number in row-major order.
          Value number = words.constant(0);
          for (int64_t i = 0; i < rank; ++i) {
            Value index =
                arith::IndexCastOp::create(b, l, b.getI64Type(), linalg::IndexOp::create(b, l, i));
            if (i > 0)
              number = words.mul(number, type.getDimSize(i));
            number = arith::AddIOp::create(b, l, number, index);
          }
          Value block = arith::ShRUIOp::create(b, l, number, words.constant(2));
          Value which = arith::AndIOp::create(b, l, number, words.constant(3));
          Value word = philoxWord(
              words,
              {words.low(block), words.high(block), words.low(e[1]), words.constant(op.getLayer())},
              words.low(e[0]), words.high(e[0]), which);
          Value bits = arith::ShRUIOp::create(b, l, word, words.constant(8));
          Value uniform = arith::UIToFPOp::create(
              b, l, b.getF32Type(), arith::TruncIOp::create(b, l, b.getI32Type(), bits));
          uniform = arith::MulFOp::create(b, l, uniform, floatConstant(b, l, 0x1p-24f));
          Value dropped = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OLT, uniform,
                                                floatConstant(b, l, probability));
          Value value = arith::SelectOp::create(b, l, dropped, floatConstant(b, l, 0.0f),
                                                floatConstant(b, l, kept));
          linalg::YieldOp::create(b, l, value);
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void weir::populateDropoutToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<DropoutMaskLowering>(converter, patterns.getContext());
}
