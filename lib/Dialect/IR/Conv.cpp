//===- Conv.cpp - convolutions and their patches -----------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

template <typename Adaptor>
static LogicalResult inferConv(std::optional<Location> loc, StringRef name, int64_t spatial,
                               Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> weight = exampleShape(adaptor.getWeight());
  int64_t rank = spatial + 1;
  if (static_cast<int64_t>(input.size()) != rank)
    return emitOptionalError(loc, name, ": an image has ", rank, " example axes, found ",
                             formatShape(input));
  if (isBatched(adaptor.getWeight().getType()) || static_cast<int64_t>(weight.size()) != rank + 1)
    return emitOptionalError(loc, name, ": a weight has ", rank + 1, " axes, found ",
                             adaptor.getWeight().getType());
  bool last = adaptor.getLayout() == Layout::ChannelsLast;
  int64_t channels = last ? input.back() : input.front();
  ArrayRef<int64_t> sizes = last ? input.drop_back() : input.drop_front();
  int64_t groups = adaptor.getGroups();
  if (groups < 1 || channels % groups || weight[0] % groups)
    return emitOptionalError(loc, name, ": ", groups, " groups don't divide ", channels,
                             " channels and ", weight[0], " outputs");
  if (weight[1] != channels / groups)
    return emitOptionalError(loc, name, ": the weight takes ", weight[1],
                             " channels per group, the input has ", channels / groups);
  if (Value bias = adaptor.getBias())
    if (isBatched(bias.getType()) || exampleShape(bias) != weight.take_front(1))
      return emitOptionalError(loc, name, ": a bias of ", weight[0], " outputs expected, found ",
                               bias.getType());
  for (ArrayRef<int64_t> list :
       {adaptor.getStrides(), adaptor.getPadLow(), adaptor.getPadHigh(), adaptor.getDilations()})
    if (static_cast<int64_t>(list.size()) != spatial)
      return emitOptionalError(loc, name, ": strides, paddings and dilations need ", spatial,
                               " entries, found ", formatShape(list));
  SmallVector<int64_t> result;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t stride = adaptor.getStrides()[i], dilation = adaptor.getDilations()[i];
    int64_t low = adaptor.getPadLow()[i], high = adaptor.getPadHigh()[i];
    int64_t kernel = weight[2 + i];
    if (stride < 1 || dilation < 1 || low < 0 || high < 0)
      return emitOptionalError(
          loc, name, ": spatial axis ", i,
          " needs a stride and a dilation of at least 1 and no negative padding");
    int64_t positions = windowPositions(sizes[i], low, high, kernel, stride, dilation);
    if (positions < 1)
      return emitOptionalError(loc, name, ": a kernel that reaches over ",
                               dilation * (kernel - 1) + 1, " elements doesn't fit ",
                               sizes[i] + low + high, " on spatial axis ", i);
    result.push_back(positions);
  }
  result.insert(last ? result.end() : result.begin(), weight[0]);
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  inferred.push_back(makeTensorType(isBatched(type), result, type.getElementType()));
  return success();
}

LogicalResult Conv1dOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferConv(loc, getOperationName(), 1, adaptor, inferred);
}

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  return inferConv(loc, getOperationName(), 2, adaptor, inferred);
}

// The output positions of patches over a padded channels-last image.
template <typename Adaptor>
static FailureOr<SmallVector<int64_t>> inferPositions(std::optional<Location> loc, StringRef name,
                                                      Adaptor adaptor) {
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> kernel = adaptor.getKernel(), strides = adaptor.getStrides(),
                    dilations = adaptor.getDilations();
  if (input.size() != 3)
    return emitOptionalError(loc, name, ": an image is [height, width, channels], found ",
                             formatShape(input));
  if (kernel.size() != 2 || strides.size() != 2 || dilations.size() != 2)
    return emitOptionalError(loc, name, ": kernel, strides and dilations need two entries");
  SmallVector<int64_t> positions;
  for (int i = 0; i < 2; ++i) {
    if (kernel[i] < 1 || strides[i] < 1 || dilations[i] < 1)
      return emitOptionalError(loc, name, ": kernel, strides and dilations are at least 1");
    positions.push_back(windowPositions(input[i], 0, 0, kernel[i], strides[i], dilations[i]));
    if (positions.back() < 1)
      return emitOptionalError(loc, name, ": a kernel that reaches over ",
                               dilations[i] * (kernel[i] - 1) + 1, " elements doesn't fit ",
                               input[i], " on spatial axis ", i);
  }
  return positions;
}

LogicalResult WindowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  auto shape = inferPositions(loc, getOperationName(), adaptor);
  if (failed(shape))
    return failure();
  shape->append(
      {adaptor.getKernel()[0], adaptor.getKernel()[1], exampleShape(adaptor.getInput()).back()});
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  inferred.push_back(makeTensorType(isBatched(type), *shape, type.getElementType()));
  return success();
}

LogicalResult Im2colOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  auto shape = inferPositions(loc, getOperationName(), adaptor);
  if (failed(shape))
    return failure();
  shape->push_back(adaptor.getKernel()[0] * adaptor.getKernel()[1] *
                   exampleShape(adaptor.getInput()).back());
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  inferred.push_back(makeTensorType(isBatched(type), *shape, type.getElementType()));
  return success();
}

LogicalResult Conv2dWeightGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                       Adaptor adaptor,
                                                       SmallVectorImpl<Type> &inferred) {
  Type inputType = adaptor.getInput().getType(), gradientType = adaptor.getGradient().getType();
  ArrayRef<int64_t> input = exampleShape(inputType), gradient = exampleShape(gradientType);
  StringRef name = getOperationName();
  if (isBatched(inputType) != isBatched(gradientType))
    return emitOptionalError(loc, name, ": both or neither have a batch, found ", inputType,
                             " and ", gradientType);
  if (input.size() != 3 || gradient.size() != 3)
    return emitOptionalError(loc, name, ": an image has 3 example axes, found ", formatShape(input),
                             " and ", formatShape(gradient));
  for (ArrayRef<int64_t> list : {adaptor.getKernel(), adaptor.getStrides(), adaptor.getPadLow(),
                                 adaptor.getPadHigh(), adaptor.getDilations()})
    if (list.size() != 2)
      return emitOptionalError(loc, name,
                               ": kernel, strides, paddings and dilations need 2 entries, found ",
                               formatShape(list));
  bool last = adaptor.getLayout() == Layout::ChannelsLast;
  int64_t channels = last ? input.back() : input.front();
  int64_t outputs = last ? gradient.back() : gradient.front();
  int64_t groups = adaptor.getGroups();
  if (groups < 1 || channels % groups || outputs % groups)
    return emitOptionalError(loc, name, ": ", groups, " groups don't divide ", channels,
                             " channels and ", outputs, " outputs");
  ArrayRef<int64_t> sizes = last ? input.drop_back() : input.drop_front();
  ArrayRef<int64_t> results = last ? gradient.drop_back() : gradient.drop_front();
  for (int64_t i = 0; i < 2; ++i) {
    int64_t kernel = adaptor.getKernel()[i], stride = adaptor.getStrides()[i];
    int64_t dilation = adaptor.getDilations()[i];
    int64_t low = adaptor.getPadLow()[i], high = adaptor.getPadHigh()[i];
    if (kernel < 1 || stride < 1 || dilation < 1 || low < 0 || high < 0)
      return emitOptionalError(loc, name, ": spatial axis ", i,
                               " needs a kernel, a stride and a dilation of at least 1 and no "
                               "negative padding");
    int64_t positions = windowPositions(sizes[i], low, high, kernel, stride, dilation);
    if (positions != results[i])
      return emitOptionalError(loc, name, ": the convolution has ", positions,
                               " positions on spatial axis ", i, ", the gradient ", results[i]);
  }
  inferred.push_back(RankedTensorType::get(
      {outputs, channels / groups, adaptor.getKernel()[0], adaptor.getKernel()[1]},
      cast<RankedTensorType>(inputType).getElementType()));
  return success();
}
