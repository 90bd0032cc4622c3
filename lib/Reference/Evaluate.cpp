//===- Evaluate.cpp - One op of the dialect on given operands ---------------------===//
//
// Reads the ops' attributes, turns example axes into whole axes, and calls the kernels.
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "Kernels.h"
#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Execution/Signature.h"

#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;

namespace weir::reference {

namespace {

// An op and what it is evaluated on.
struct Call {
  Operation *op;
  ArrayRef<const RefTensor *> operands;
  int64_t batch;

  const RefTensor &operand(unsigned number) const { return *operands[number]; }
  // The operand, or null if it was left out.
  const RefTensor *optional(unsigned number) const {
    return number < operands.size() ? operands[number] : nullptr;
  }
  Type type(unsigned number) const { return op->getOperand(number).getType(); }
  Type resultType() const { return op->getResult(0).getType(); }
  // The result's whole shape.
  Shape shape() const {
    return wholeShape(exampleShape(resultType()).vec(), isBatched(resultType()), batch);
  }
  // The operand's whole axis.
  int64_t axis(int64_t exampleAxis) const { return wholeAxis(type(0), exampleAxis); }
};

} // namespace

static Shape toShape(ArrayRef<int64_t> list) { return Shape(list.begin(), list.end()); }

static double toDouble(const APFloat &value) { return value.convertToDouble(); }

// The list of an attribute with one entry per example axis, with an entry for the
// batch in front.
static Shape withBatch(const Call &call, ArrayRef<int64_t> list, int64_t entry) {
  return wholeShape(toShape(list), isBatched(call.type(0)), entry);
}

//===----------------------------------------------------------------------===//
// Families
//===----------------------------------------------------------------------===//

// The operand, ready to be broadcast: a batched one of lower rank than the result gets
// its missing axes behind the batch.
static RefTensor aligned(const Call &call, unsigned number) {
  size_t rank = exampleShape(call.resultType()).size();
  RefTensor operand = call.operand(number);
  if (isBatched(call.type(number)))
    operand.shape.insert(operand.shape.begin() + 1, rank + 1 - operand.shape.size(), 1);
  return operand;
}

static RefTensor combineOperands(const Call &call, Binary function) {
  return combine(function, aligned(call, 0), aligned(call, 1));
}

static RefTensor stretched(const Call &call, unsigned number) {
  return broadcast(aligned(call, number), call.shape());
}

static RefTensor mapOperand(const Call &call, Unary function) {
  return map(function, call.operand(0));
}

template <class Op> static RefTensor reduceOperand(const Call &call, Op op, Reduction reduction) {
  Shape axes;
  for (int64_t axis : op.getAxes())
    axes.push_back(call.axis(axis));
  return reduce(reduction, call.operand(0), axes, call.shape());
}

static std::optional<RefTensor> constant(ConstantOp op, const Shape &shape) {
  auto values = op.getValue().tryGetValues<float>();
  if (!values)
    return std::nullopt;
  return RefTensor{shape, std::vector<double>(values->begin(), values->end())};
}

static RefTensor embeddingBag(const Call &call, EmbeddingBagOp op) {
  Reduction reduction = op.getMode() == BagMode::Sum    ? Reduction::Sum
                        : op.getMode() == BagMode::Mean ? Reduction::Mean
                                                        : Reduction::Max;
  return embeddingBag(reduction, call.operand(0), call.operand(1));
}

static RefTensor matmul(const Call &call) {
  // As [batch, leading, rows, columns], with 1 for what there isn't.
  auto asMatrices = [&](unsigned number) {
    ArrayRef<int64_t> example = exampleShape(call.type(number));
    int64_t columns = example.back();
    int64_t rows = example.size() > 1 ? example[example.size() - 2] : 1;
    int64_t leading = example.size() > 2 ? volume(toShape(example.drop_back(2))) : 1;
    int64_t batch = isBatched(call.type(number)) ? call.batch : 1;
    return reshape(call.operand(number), {batch, leading, rows, columns});
  };
  return reshape(matmul(asMatrices(0), asMatrices(1)), call.shape());
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

// One entry per spatial axis as two entries; what is missing is an axis of height 1.
static Shape inTwo(ArrayRef<int64_t> list, int64_t missing) {
  return list.size() == 1 ? Shape{missing, list[0]} : toShape(list);
}

// An operand as [batch, channels, height, width].
static RefTensor asImages(const Call &call, Layout layout, unsigned number = 0) {
  RefTensor images = call.operand(number);
  if (!isBatched(call.type(number)))
    images.shape.insert(images.shape.begin(), 1);
  if (layout == Layout::ChannelsLast)
    images = moveAxis(images, static_cast<int64_t>(images.shape.size()) - 1, 1);
  if (images.shape.size() == 3)
    images.shape.insert(images.shape.begin() + 2, 1);
  return images;
}

// The inverse, for the result.
static RefTensor fromImages(const Call &call, RefTensor images, Layout layout) {
  if (layout == Layout::ChannelsLast)
    images = moveAxis(images, 1, 3);
  return reshape(std::move(images), call.shape());
}

template <class Op> static RefTensor convolve(const Call &call, Op op) {
  RefTensor weight = call.operand(1);
  if (weight.shape.size() == 3)
    weight.shape.insert(weight.shape.begin() + 2, 1);
  Window window = {{weight.shape[2], weight.shape[3]},
                   inTwo(op.getStrides(), 1),
                   inTwo(op.getPadLow(), 0),
                   inTwo(op.getPadHigh(), 0),
                   inTwo(op.getDilations(), 1)};
  return fromImages(
      call,
      conv2d(asImages(call, op.getLayout()), weight, call.optional(2), window, op.getGroups()),
      op.getLayout());
}

// The first operand, with a batch of one if it has none.
static RefTensor withOneBatch(const Call &call) {
  RefTensor operand = call.operand(0);
  if (!isBatched(call.type(0)))
    operand.shape.insert(operand.shape.begin(), 1);
  return operand;
}

template <class Op> static RefTensor patches(const Call &call, Op op) {
  RefTensor image = withOneBatch(call);
  Window window = {toShape(op.getKernel()),
                   toShape(op.getStrides()),
                   {0, 0},
                   {0, 0},
                   toShape(op.getDilations())};
  return reshape(windows(image, window), call.shape());
}

template <class Op> static Window poolWindow(Op op) {
  return {inTwo(op.getKernel(), 1),
          inTwo(op.getStrides(), 1),
          inTwo(op.getPadLow(), 0),
          inTwo(op.getPadHigh(), 0),
          {1, 1}};
}

template <class Op> static RefTensor poolLargest(const Call &call, Op op) {
  return fromImages(call, maxPool2d(asImages(call, op.getLayout()), poolWindow(op)),
                    op.getLayout());
}

template <class Op> static RefTensor poolAverage(const Call &call, Op op) {
  return fromImages(
      call, avgPool2d(asImages(call, op.getLayout()), poolWindow(op), op.getCountIncludePad()),
      op.getLayout());
}

static RefTensor maskFor(const Call &call, DropoutMaskOp op) {
  const std::vector<double> &key = call.operand(0).data;
  return dropoutMask(call.shape(), static_cast<uint64_t>(key[0]), static_cast<uint64_t>(key[1]),
                     op.getLayer(), toDouble(op.getProbability()));
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

using Answer = std::optional<RefTensor>;

static Answer evaluateElementwise(const Call &call) {
  return TypeSwitch<Operation *, Answer>(call.op)
      .Case([&](AddOp) { return combineOperands(call, [](double a, double b) { return a + b; }); })
      .Case([&](SubOp) { return combineOperands(call, [](double a, double b) { return a - b; }); })
      .Case([&](MulOp) { return combineOperands(call, [](double a, double b) { return a * b; }); })
      .Case([&](DivOp) { return combineOperands(call, [](double a, double b) { return a / b; }); })
      .Case([&](MaximumOp) { return combineOperands(call, larger); })
      .Case([&](MinimumOp) { return combineOperands(call, smaller); })
      .Case([&](PowOp) { return combineOperands(call, std::pow); })
      .Case([&](GreaterOp) {
        return combineOperands(call, [](double a, double b) { return a > b ? 1.0 : 0.0; });
      })
      .Case([&](SelectOp) {
        return select(stretched(call, 0), stretched(call, 1), stretched(call, 2));
      })
      .Case([&](NegOp) { return mapOperand(call, [](double x) { return -x; }); })
      .Case([&](AbsOp) { return mapOperand(call, std::fabs); })
      .Case([&](ExpOp) { return mapOperand(call, std::exp); })
      .Case([&](LogOp) { return mapOperand(call, std::log); })
      .Case([&](Log1pOp) { return mapOperand(call, std::log1p); })
      .Case([&](SqrtOp) { return mapOperand(call, std::sqrt); })
      .Case([&](RsqrtOp) { return mapOperand(call, [](double x) { return 1.0 / std::sqrt(x); }); })
      .Case([&](ErfOp) { return mapOperand(call, std::erf); })
      .Case([&](TanhOp) { return mapOperand(call, std::tanh); })
      .Case([&](SigmoidOp) { return mapOperand(call, sigmoid); })
      .Case([&](ReluOp) { return mapOperand(call, relu); })
      .Case([&](SoftplusOp) { return mapOperand(call, softplus); })
      .Default([](Operation *) { return std::nullopt; });
}

static Answer evaluateShape(const Call &call) {
  return TypeSwitch<Operation *, Answer>(call.op)
      .Case([&](ReshapeOp) { return reshape(call.operand(0), call.shape()); })
      .Case([&](TransposeOp op) {
        Shape permutation;
        for (int64_t axis : op.getPermutation())
          permutation.push_back(call.axis(axis));
        if (isBatched(call.type(0)))
          permutation.insert(permutation.begin(), 0);
        return transpose(call.operand(0), permutation);
      })
      .Case([&](SliceOp op) {
        return slice(call.operand(0), withBatch(call, op.getOffsets(), 0), call.shape(),
                     withBatch(call, op.getStrides(), 1));
      })
      .Case([&](PadOp op) {
        return pad(call.operand(0), withBatch(call, op.getLow(), 0),
                   withBatch(call, op.getHigh(), 0), toDouble(op.getValue()));
      })
      .Case([&](ConcatOp op) { return concat(call.operands.vec(), call.axis(op.getAxis())); })
      .Case([&](BroadcastOp) { return stretched(call, 0); })
      .Case(
          [&](DilateOp op) { return dilate(call.operand(0), withBatch(call, op.getFactors(), 1)); })
      .Case([&](ReverseOp op) {
        Shape axes;
        for (int64_t axis : op.getAxes())
          axes.push_back(call.axis(axis));
        return reverse(call.operand(0), axes);
      })
      .Default([](Operation *) { return std::nullopt; });
}

static Answer evaluateReduction(const Call &call) {
  return TypeSwitch<Operation *, Answer>(call.op)
      .Case([&](SumOp op) { return reduceOperand(call, op, Reduction::Sum); })
      .Case([&](MeanOp op) { return reduceOperand(call, op, Reduction::Mean); })
      .Case([&](MaxOp op) { return reduceOperand(call, op, Reduction::Max); })
      .Case([&](BatchSumOp) { return reduce(Reduction::Sum, call.operand(0), {0}, call.shape()); })
      .Case([&](BatchSizeOp) { return RefTensor{{}, {static_cast<double>(call.batch)}}; })
      .Case([&](BatchMeanOp op) { return channelMean(call.operand(0), call.axis(op.getAxis())); })
      .Case([&](BatchVarianceOp op) {
        return channelVariance(call.operand(0), call.axis(op.getAxis()));
      })
      .Case([&](SoftmaxOp op) { return softmax(call.operand(0), call.axis(op.getAxis())); })
      .Case([&](LogSoftmaxOp op) { return logSoftmax(call.operand(0), call.axis(op.getAxis())); })
      .Default([](Operation *) { return std::nullopt; });
}

static Answer evaluateLayer(const Call &call) {
  return TypeSwitch<Operation *, Answer>(call.op)
      .Case([&](ConstantOp op) { return constant(op, call.shape()); })
      .Case([&](OneHotOp) { return oneHot(call.operand(0), call.shape().back()); })
      .Case<EmbeddingOp, GatherRowsOp>(
          [&](auto) { return embedding(call.operand(0), call.operand(1)); })
      .Case([&](EmbeddingBagOp op) { return embeddingBag(call, op); })
      .Case([&](LinearOp) { return linear(call.operand(0), call.operand(1), call.optional(2)); })
      .Case([&](MatmulOp) { return matmul(call); })
      .Case([&](ProductOp) { return product(call.operand(0), call.operand(1), call.optional(2)); })
      .Case<Conv1dOp, Conv2dOp>([&](auto op) { return convolve(call, op); })
      .Case<WindowsOp, Im2colOp>([&](auto op) { return patches(call, op); })
      .Case([&](GroupedProductOp) { return groupedProduct(call.operand(0), call.operand(1)); })
      .Case([&](WinogradInputOp op) {
        return reshape(winogradInput(withOneBatch(call), op.getTile()), call.shape());
      })
      .Case([&](WinogradWeightOp op) { return winogradWeight(call.operand(0), op.getTile()); })
      .Case([&](WinogradOutputOp op) {
        return reshape(
            winogradOutput(withOneBatch(call), op.getTile(), op.getHeight(), op.getWidth()),
            call.shape());
      })
      .Case<MaxPool1dOp, MaxPool2dOp>([&](auto op) { return poolLargest(call, op); })
      .Case<AvgPool1dOp, AvgPool2dOp>([&](auto op) { return poolAverage(call, op); })
      .Case([&](BatchNormOp op) {
        return batchNorm(call.operand(0), call.operand(1), call.operand(2), call.operand(3),
                         call.operand(4), toDouble(op.getEpsilon()), call.axis(op.getAxis()));
      })
      .Case([&](LayerNormOp op) {
        return layerNorm(call.operand(0), call.operand(1), call.operand(2),
                         toDouble(op.getEpsilon()));
      })
      .Case([&](DropoutOp) { return call.operand(0); })
      .Default([](Operation *) { return std::nullopt; });
}

static Answer evaluateGradient(const Call &call) {
  return TypeSwitch<Operation *, Answer>(call.op)
      .Case([&](EmbeddingGradientOp) {
        return embeddingGradient(call.operand(0), call.operand(1), call.shape().front());
      })
      .Case([&](SegmentSumOp) {
        return embeddingGradient(call.operand(0), call.operand(1), call.operand(2).shape.front());
      })
      .Case([&](ProductWeightGradientOp) {
        return productWeightGradient(call.operand(0), call.operand(1));
      })
      .Case([&](Conv2dWeightGradientOp op) {
        Window window = {toShape(op.getKernel()), toShape(op.getStrides()), toShape(op.getPadLow()),
                         toShape(op.getPadHigh()), toShape(op.getDilations())};
        return conv2dWeightGradient(asImages(call, op.getLayout(), 0),
                                    asImages(call, op.getLayout(), 1), window, op.getGroups());
      })
      .Case([&](MaxPool2dGradientOp op) {
        RefTensor images = maxPool2dGradient(asImages(call, op.getLayout(), 0),
                                             asImages(call, op.getLayout(), 1), poolWindow(op));
        return fromImages(call, std::move(images), op.getLayout());
      })
      .Case([&](DropoutMaskOp op) { return maskFor(call, op); })
      .Default([](Operation *) { return std::nullopt; });
}

// The batch of the first operand that has one: rows that several examples share are fewer than
// the examples.
static int64_t batchOf(Operation *op, ArrayRef<const RefTensor *> operands, int64_t batch) {
  for (auto [value, operand] : llvm::zip_equal(op->getOperands(), operands))
    if (isBatched(value.getType()))
      return operand->shape.front();
  return batch;
}

std::vector<RefTensor> evaluate(Operation *op, ArrayRef<const RefTensor *> operands,
                                int64_t batch) {
  Call call = {op, operands, batchOf(op, operands, batch)};
  if (isa<UniqueOp>(op))
    return unique(call.operand(0));
  std::vector<RefTensor> results;
  for (auto family :
       {evaluateElementwise, evaluateShape, evaluateReduction, evaluateLayer, evaluateGradient})
    if (Answer answer = family(call)) {
      assert((isa<SegmentSumOp>(op) || answer->shape == call.shape()) &&
             "a kernel disagrees with the op's type");
      results.push_back(std::move(*answer));
      break;
    }
  return results;
}

} // namespace weir::reference
