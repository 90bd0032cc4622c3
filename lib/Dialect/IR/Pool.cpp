//===- Pool.cpp - pooling -------------------------------------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

template <typename Adaptor>
static LogicalResult inferPool(std::optional<Location> loc, StringRef name, int64_t spatial,
                               Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  if (static_cast<int64_t>(input.size()) != spatial + 1)
    return emitOptionalError(loc, name, ": the input has ", spatial + 1, " example axes, found ",
                             formatShape(input));
  for (ArrayRef<int64_t> list :
       {adaptor.getKernel(), adaptor.getStrides(), adaptor.getPadLow(), adaptor.getPadHigh()})
    if (static_cast<int64_t>(list.size()) != spatial)
      return emitOptionalError(loc, name, ": kernel, strides and paddings need ", spatial,
                               " entries, found ", formatShape(list));
  bool last = adaptor.getLayout() == Layout::ChannelsLast;
  ArrayRef<int64_t> sizes = last ? input.drop_back() : input.drop_front();
  SmallVector<int64_t> result;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t kernel = adaptor.getKernel()[i], stride = adaptor.getStrides()[i];
    int64_t low = adaptor.getPadLow()[i], high = adaptor.getPadHigh()[i];
    if (kernel < 1 || stride < 1 || low < 0 || high < 0 || low >= kernel || high >= kernel)
      return emitOptionalError(loc, name, ": spatial axis ", i,
                               " needs a kernel and a stride of at least 1 and paddings from 0 to "
                               "below the kernel");
    int64_t positions = windowPositions(sizes[i], low, high, kernel, stride, /*dilation=*/1);
    if (positions < 1)
      return emitOptionalError(loc, name, ": a window of ", kernel, " doesn't fit ",
                               sizes[i] + low + high, " elements on spatial axis ", i);
    result.push_back(positions);
  }
  result.insert(last ? result.end() : result.begin(), last ? input.back() : input.front());
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  inferred.push_back(makeTensorType(isBatched(type), result, type.getElementType()));
  return success();
}

#define WEIR_POOL(OP, SPATIAL)                                                                     \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,  \
                                     SmallVectorImpl<Type> &inferred) {                            \
    return inferPool(loc, getOperationName(), SPATIAL, adaptor, inferred);                         \
  }
WEIR_POOL(MaxPool1dOp, 1)
WEIR_POOL(MaxPool2dOp, 2)
WEIR_POOL(AvgPool1dOp, 1)
WEIR_POOL(AvgPool2dOp, 2)
#undef WEIR_POOL

LogicalResult MaxPool2dGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                    Adaptor adaptor,
                                                    SmallVectorImpl<Type> &inferred) {
  SmallVector<Type> pooled;
  if (failed(inferPool(loc, getOperationName(), 2, adaptor, pooled)))
    return failure();
  if (adaptor.getGradient().getType() != pooled.front())
    return emitOptionalError(loc, getOperationName(), ": the pooling gives ", pooled.front(),
                             ", the gradient is ", adaptor.getGradient().getType());
  inferred.push_back(adaptor.getInput().getType());
  return success();
}
