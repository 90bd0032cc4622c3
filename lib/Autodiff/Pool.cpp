//===- Pool.cpp - reverse rules of pooling --------------------------------------===//
//
// A maximum sends the gradient to one winner, which is an op of its own. An average
// sends it to all elements of its window: the sum, over the windows that an element lies
// in, of their shares, which is an average pooling of the shares, spread `stride` apart.
//
//===----------------------------------------------------------------------===//

#include "ReverseRule.h"

using namespace mlir;
using namespace weir;

namespace {
// Pooling over two spatial axes, channels first.
struct Pool {
  Value input, gradient;
  SmallVector<int64_t> kernel, strides, low, high;

  ArrayRef<int64_t> positions() const { return exampleShape(gradient).drop_front(); }
  ArrayRef<int64_t> sizes() const { return exampleShape(input).drop_front(); }
};
} // namespace

template <typename OpTy> static FailureOr<Pool> readPool(OpTy op, ReverseRule &r) {
  if (op.getLayout() != Layout::ChannelsFirst)
    return op.emitOpError("has no gradient once its channels are last: differentiate before "
                          "layouts change");
  Pool pool{op.getInput(),
            r.gradient,
            llvm::to_vector(op.getKernel()),
            llvm::to_vector(op.getStrides()),
            llvm::to_vector(op.getPadLow()),
            llvm::to_vector(op.getPadHigh())};
  if (pool.kernel.size() == 1) {
    // An image of height 1.
    auto withHeight = [&](Value value) {
      ArrayRef<int64_t> shape = exampleShape(value);
      return r.reshape(value, {shape[0], 1, shape[1]});
    };
    pool.input = withHeight(pool.input);
    pool.gradient = withHeight(pool.gradient);
    pool.kernel.insert(pool.kernel.begin(), 1);
    pool.strides.insert(pool.strides.begin(), 1);
    pool.low.insert(pool.low.begin(), 0);
    pool.high.insert(pool.high.begin(), 0);
  }
  return pool;
}

template <typename OpTy> static LogicalResult maxPoolRule(OpTy op, ReverseRule &r) {
  auto pool = readPool(op, r);
  if (failed(pool))
    return failure();
  if (!r.wants(0))
    return success();
  Value result =
      MaxPool2dGradientOp::create(r.builder, r.loc, pool->input, pool->gradient, pool->kernel,
                                  pool->strides, pool->low, pool->high, Layout::ChannelsFirst);
  r.give(0, r.reshape(result, exampleShape(op.getInput())));
  return success();
}

// How many elements of each window are counted in its average: one number, or
// [1, rows, columns] where windows differ.
static Value counts(const Pool &pool, bool countIncludePad, ReverseRule &r) {
  int64_t whole = pool.kernel[0] * pool.kernel[1];
  SmallVector<float> values;
  for (int64_t y = 0; y < pool.positions()[0]; ++y)
    for (int64_t x = 0; x < pool.positions()[1]; ++x) {
      int64_t inside = 1, position[2] = {y, x};
      for (int axis = 0; axis < 2; ++axis) {
        int64_t first = position[axis] * pool.strides[axis] - pool.low[axis];
        int64_t end = std::min(first + pool.kernel[axis], pool.sizes()[axis]);
        inside *= end - std::max<int64_t>(first, 0);
      }
      values.push_back(static_cast<float>(countIncludePad ? whole : inside));
    }
  if (llvm::all_equal(values))
    return r.scalar(values.front());
  auto type =
      RankedTensorType::get({1, pool.positions()[0], pool.positions()[1]}, r.builder.getF32Type());
  return ConstantOp::create(r.builder, r.loc, type,
                            DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

// Whether each element lies in one window at most, and the first window starts the image.
static bool isTiling(const Pool &pool) {
  for (int axis = 0; axis < 2; ++axis)
    if (pool.strides[axis] != pool.kernel[axis] || pool.low[axis] != 0 ||
        pool.positions()[axis] * pool.kernel[axis] > pool.sizes()[axis])
      return false;
  return true;
}

// Each share repeated over its window; zeros where there is none.
static Value repeated(const Pool &pool, Value share, ReverseRule &r) {
  ArrayRef<int64_t> shape = exampleShape(share), kernel = pool.kernel;
  Value spread = r.reshape(share, {shape[0], shape[1], 1, shape[2], 1});
  auto type =
      makeTensorType(isBatched(share.getType()),
                     {shape[0], shape[1], kernel[0], shape[2], kernel[1]}, r.builder.getF32Type());
  spread = BroadcastOp::create(r.builder, r.loc, type, spread, /*batch=*/Value());
  int64_t height = shape[1] * kernel[0], width = shape[2] * kernel[1];
  spread = r.reshape(spread, {shape[0], height, width});
  SmallVector<int64_t> rest{0, pool.sizes()[0] - height, pool.sizes()[1] - width};
  if (rest[1] == 0 && rest[2] == 0)
    return spread;
  return PadOp::create(r.builder, r.loc, spread, ArrayRef<int64_t>{0, 0, 0}, rest, APFloat(0.0f));
}

// For each element, the sum of the shares of the windows that it lies in.
static Value collected(const Pool &pool, Value share, ReverseRule &r) {
  if (pool.strides[0] != 1 || pool.strides[1] != 1)
    share = DilateOp::create(r.builder, r.loc, share,
                             ArrayRef<int64_t>{1, pool.strides[0], pool.strides[1]});
  SmallVector<int64_t> low{0}, high{0};
  for (int axis = 0; axis < 2; ++axis) {
    // Paddings are below the kernel, so neither is negative.
    low.push_back(pool.kernel[axis] - 1 - pool.low[axis]);
    high.push_back(pool.sizes()[axis] + pool.kernel[axis] - 1 - exampleShape(share)[1 + axis] -
                   low.back());
  }
  share = PadOp::create(r.builder, r.loc, share, low, high, APFloat(0.0f));
  SmallVector<int64_t> ones{1, 1}, zeros{0, 0};
  Value mean = AvgPool2dOp::create(r.builder, r.loc, share, pool.kernel, ones, zeros, zeros,
                                   /*count_include_pad=*/true, Layout::ChannelsFirst);
  return r.mul(mean, r.scalar(static_cast<double>(pool.kernel[0] * pool.kernel[1])));
}

template <typename OpTy> static LogicalResult avgPoolRule(OpTy op, ReverseRule &r) {
  auto pool = readPool(op, r);
  if (failed(pool))
    return failure();
  if (!r.wants(0))
    return success();
  Value share = r.div(pool->gradient, counts(*pool, op.getCountIncludePad(), r));
  Value result = isTiling(*pool) ? repeated(*pool, share, r) : collected(*pool, share, r);
  r.give(0, r.reshape(result, exampleShape(op.getInput())));
  return success();
}

void weir::attachPoolRules(MLIRContext *context) {
  attachRule<MaxPool1dOp, maxPoolRule<MaxPool1dOp>>(context);
  attachRule<MaxPool2dOp, maxPoolRule<MaxPool2dOp>>(context);
  attachRule<AvgPool1dOp, avgPoolRule<AvgPool1dOp>>(context);
  attachRule<AvgPool2dOp, avgPoolRule<AvgPool2dOp>>(context);
}
