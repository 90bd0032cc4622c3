//===- SinkTransposes.cpp - transposes move towards the outputs ---------------===//
//
// Throughout, `transpose(x, p)` reads "axis i of the result is axis p[i] of x".
// An op on transpose(x, p) becomes the op on x, its axes mapped through p, and a
// transpose of its result.
//
//===----------------------------------------------------------------------===//

#include "SinkTransposes.h"

#include "Utils.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace weir;

// The transpose that computes a batched value. Those of parameters are done
// once, when the model is prepared, and stay where they are.
static TransposeOp transposeOf(Value value) {
  return isBatched(value.getType()) ? value.getDefiningOp<TransposeOp>() : TransposeOp();
}

static SmallVector<int64_t> permuted(ArrayRef<int64_t> list, ArrayRef<int64_t> permutation) {
  return applyPermutation(list, permutation);
}

static SmallVector<int64_t> inverse(ArrayRef<int64_t> permutation) {
  return invertPermutationVector(permutation);
}

// Whether a transpose of this shape leaves the order of the elements alone.
static bool movesOnlyUnitAxes(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t axis : permutation) {
    if (shape[axis] == 1)
      continue;
    if (axis < last)
      return false;
    last = axis;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Several operands
//===----------------------------------------------------------------------===//

// The example shape of an operand among `rank` axes, aligned at the last one.
static SmallVector<int64_t> alignedShape(Value value, size_t rank) {
  ArrayRef<int64_t> shape = exampleShape(value);
  SmallVector<int64_t> aligned(rank - shape.size(), 1);
  llvm::append_range(aligned, shape);
  return aligned;
}

// The op that repeats an unbatched value for each example, if one computes `value`.
static BroadcastOp repeatedForBatch(Value value) {
  auto op = value.getDefiningOp<BroadcastOp>();
  return op && op.getBatch() ? op : BroadcastOp();
}

// Whether `value` can stand beside x where it stood beside transpose(x, p)
// without a transpose at run time that isn't there already.
static bool isFreeBeside(Value value, ArrayRef<int64_t> permutation) {
  if (exampleShape(value).size() > permutation.size())
    return false;
  if (!isBatched(value.getType()) || repeatedForBatch(value))
    return true;
  if (auto op = value.getDefiningOp<TransposeOp>(); op && op.getPermutation() == permutation)
    return true;
  SmallVector<int64_t> back = inverse(permutation);
  if (movesOnlyUnitAxes(alignedShape(value, permutation.size()), back))
    return true;
  // Someone else reads it transposed. Only in this direction, or two operands
  // could be transposed in turn for ever.
  return permutation == ArrayRef(kToChannelsFirst) &&
         llvm::any_of(value.getUsers(), [&](Operation *user) {
           auto op = dyn_cast<TransposeOp>(user);
           return op && op.getPermutation() == ArrayRef(back);
         });
}

// That value, in the order of x's axes.
static Value besideInput(PatternRewriter &rewriter, Location loc, Value value,
                         ArrayRef<int64_t> permutation) {
  if (exampleShape(value).empty())
    return value;
  if (auto op = value.getDefiningOp<TransposeOp>(); op && op.getPermutation() == permutation)
    return op.getInput();
  SmallVector<int64_t> aligned = alignedShape(value, permutation.size());
  SmallVector<int64_t> back = inverse(permutation);
  if (BroadcastOp op = repeatedForBatch(value)) {
    Value input =
        reshapeTo(rewriter, loc, op.getInput(), alignedShape(op.getInput(), permutation.size()));
    Type type =
        makeTensorType(/*batched=*/true, permuted(aligned, back), op.getType().getElementType());
    return BroadcastOp::create(rewriter, loc, type, transposeTo(rewriter, loc, input, back),
                               op.getBatch());
  }
  if (movesOnlyUnitAxes(aligned, back))
    return reshapeTo(rewriter, loc, value, permuted(aligned, back));
  return transposeTo(rewriter, loc, reshapeTo(rewriter, loc, value, aligned), back);
}

namespace {
// Elementwise ops of several operands, one of them transposed.
struct SinkThroughElementwise : RewritePattern {
  SinkThroughElementwise(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isBinaryElementwise(op) && !isa<SelectOp>(op))
      return rewriter.notifyMatchFailure(op, "not an elementwise op of several operands");
    for (Value operand : op->getOperands()) {
      auto transpose = transposeOf(operand);
      if (!transpose)
        continue;
      SmallVector<int64_t> permutation(transpose.getPermutation());
      auto isFree = [&](Value other) {
        return other == operand || isFreeBeside(other, permutation);
      };
      if (!llvm::all_of(op->getOperands(), isFree))
        continue;
      // A small operand that is stretched is not worth a transpose of the result.
      auto isAlike = [&](Value other) {
        auto otherTranspose = transposeOf(other);
        return otherTranspose && otherTranspose.getPermutation() == ArrayRef(permutation);
      };
      if (!llvm::all_of(op->getOperands(), isAlike) &&
          exampleShape(operand) != exampleShape(op->getResult(0)))
        continue;
      SmallVector<Value> operands;
      for (Value other : op->getOperands())
        operands.push_back(besideInput(rewriter, op->getLoc(), other, permutation));
      Value result = rebuildElementwise(rewriter, op, operands);
      rewriter.replaceOpWithNewOp<TransposeOp>(op, result, permutation);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no transposed operand with partners that allow it");
  }
};

struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    TransposeOp first;
    for (Value input : op.getInputs())
      if ((first = transposeOf(input)))
        break;
    if (!first)
      return rewriter.notifyMatchFailure(op, "no operand is transposed");
    SmallVector<int64_t> permutation(first.getPermutation());
    if (!llvm::all_of(op.getInputs(),
                      [&](Value input) { return isFreeBeside(input, permutation); }))
      return rewriter.notifyMatchFailure(op, "an operand would have to be transposed");
    SmallVector<Value> inputs;
    for (Value input : op.getInputs())
      inputs.push_back(besideInput(rewriter, op.getLoc(), input, permutation));
    Value result = ConcatOp::create(rewriter, op.getLoc(), inputs, permutation[op.getAxis()]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, result, permutation);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

struct SinkThroughUnary : RewritePattern {
  SinkThroughUnary(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isUnaryElementwise(op) && !isa<DropoutOp>(op))
      return rewriter.notifyMatchFailure(op, "not an op of one tensor, element by element");
    auto transpose = transposeOf(op->getOperand(0));
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    Value result = rebuildElementwise(rewriter, op, transpose.getInput());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, result, transpose.getPermutation());
    return success();
  }
};

template <typename Reduce> struct SinkThroughReduce : OpRewritePattern<Reduce> {
  using OpRewritePattern<Reduce>::OpRewritePattern;
  LogicalResult matchAndRewrite(Reduce op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<int64_t> axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(permutation[axis]);
    llvm::sort(axes);
    Value result =
        Reduce::create(rewriter, op.getLoc(), transpose.getInput(), axes, op.getKeepDims());
    SmallVector<int64_t> remaining(permutation);
    if (!op.getKeepDims()) {
      // Number the axes that stay anew, without those that went before them.
      llvm::erase_if(remaining, [&](int64_t axis) { return llvm::is_contained(axes, axis); });
      for (int64_t &axis : remaining)
        axis -= llvm::count_if(axes, [&](int64_t gone) { return gone < axis; });
    }
    rewriter.replaceOp(op, transposeTo(rewriter, op.getLoc(), result, remaining));
    return success();
  }
};

// Ops that name one axis and keep the shape.
template <typename Op> struct SinkThroughAxis : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    auto moved = cast<Op>(rewriter.clone(*op));
    moved.getInputMutable().assign(transpose.getInput());
    moved.setAxis(transpose.getPermutation()[op.getAxis()]);
    moved.getResult().setType(transpose.getInput().getType());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, moved.getResult(), transpose.getPermutation());
    return success();
  }
};

struct SinkThroughLayerNorm : OpRewritePattern<LayerNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LayerNormOp op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    int64_t first = permutation.size() - exampleShape(op.getWeight()).size();
    SmallVector<int64_t> normalized;
    for (int64_t axis : permutation.drop_front(first))
      normalized.push_back(axis - first);
    if (llvm::any_of(normalized, [](int64_t axis) { return axis < 0; }))
      return rewriter.notifyMatchFailure(op, "the normalized axes would not be the last ones");
    SmallVector<int64_t> back = inverse(normalized);
    Value weight = transposeTo(rewriter, op.getLoc(), op.getWeight(), back);
    Value bias = transposeTo(rewriter, op.getLoc(), op.getBias(), back);
    Value result = LayerNormOp::create(rewriter, op.getLoc(), transpose.getInput(), weight, bias,
                                       op.getEpsilonAttr());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, result, permutation);
    return success();
  }
};

struct SinkThroughPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    SmallVector<int64_t> back = inverse(transpose.getPermutation());
    Value result =
        PadOp::create(rewriter, op.getLoc(), transpose.getInput(), permuted(op.getLow(), back),
                      permuted(op.getHigh(), back), op.getValue());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, result, transpose.getPermutation());
    return success();
  }
};

struct SinkThroughSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    SmallVector<int64_t> back = inverse(transpose.getPermutation());
    Value result = SliceOp::create(rewriter, op.getLoc(), transpose.getInput(),
                                   permuted(op.getOffsets(), back), permuted(op.getSizes(), back),
                                   permuted(op.getStrides(), back));
    rewriter.replaceOpWithNewOp<TransposeOp>(op, result, transpose.getPermutation());
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

// Axes that a reshape merges or splits among themselves: the axes of the
// operand and those of the result, all longer than 1, that hold the same elements.
struct ReshapeGroup {
  SmallVector<int64_t, 4> from, to;
};
} // namespace

// The groups of a reshape, smallest possible, in order.
static SmallVector<ReshapeGroup> reshapeGroups(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<ReshapeGroup> groups;
  size_t i = 0, j = 0;
  auto next = [](ArrayRef<int64_t> shape, size_t &position, SmallVectorImpl<int64_t> &axes) {
    while (position < shape.size() && shape[position] == 1)
      ++position;
    if (position == shape.size())
      return int64_t(1);
    axes.push_back(position);
    return shape[position++];
  };
  while (true) {
    ReshapeGroup group;
    int64_t fromSize = next(from, i, group.from), toSize = next(to, j, group.to);
    if (group.from.empty() || group.to.empty())
      return groups;
    while (fromSize != toSize) {
      if (fromSize < toSize)
        fromSize *= next(from, i, group.from);
      else
        toSize *= next(to, j, group.to);
    }
    groups.push_back(std::move(group));
  }
}

namespace {
// A reshape that keeps axes apart which the transpose moves apart, for instance
// one that only adds or drops axes of size 1, or that merges height and width.
struct SinkThroughReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto transpose = transposeOf(op.getInput());
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    ArrayRef<int64_t> shape = exampleShape(transpose.getResult());
    ArrayRef<int64_t> target = exampleShape(op.getResult());
    if (llvm::is_contained(shape, 0))
      return rewriter.notifyMatchFailure(op, "holds nothing");
    if (movesOnlyUnitAxes(exampleShape(transpose.getInput()), permutation)) {
      rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), transpose.getInput(), target));
      return success();
    }
    SmallVector<ReshapeGroup> groups = reshapeGroups(shape, target);
    SmallVector<int64_t> back = inverse(permutation);
    for (const ReshapeGroup &group : groups)
      for (size_t i = 1; i < group.from.size(); ++i) {
        // Between two axes of a group, x may have nothing but axes of size 1.
        int64_t begin = permutation[group.from[i - 1]], end = permutation[group.from[i]];
        bool adjacent = begin < end;
        for (int64_t axis = begin + 1; adjacent && axis < end; ++axis)
          adjacent = shape[back[axis]] == 1;
        if (!adjacent)
          return rewriter.notifyMatchFailure(op, "merges axes that the transpose brought together");
      }
    llvm::sort(groups, [&](const ReshapeGroup &a, const ReshapeGroup &b) {
      return permutation[a.from.front()] < permutation[b.from.front()];
    });
    // The result's axes in the order of x: those of size 1 first, then the groups.
    SmallVector<int64_t> order;
    for (auto [axis, size] : llvm::enumerate(target))
      if (size == 1)
        order.push_back(axis);
    for (const ReshapeGroup &group : groups)
      llvm::append_range(order, group.to);
    Value result = reshapeTo(rewriter, op.getLoc(), transpose.getInput(), permuted(target, order));
    rewriter.replaceOp(op, transposeTo(rewriter, op.getLoc(), result, inverse(order)));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Flattened images
//===----------------------------------------------------------------------===//

// reshape(transpose(x, p)) -> [kept..., k], where the transpose and the reshape
// leave the `kept` first axes alone.
struct Flattened {
  TransposeOp transpose;
  int64_t kept;
};
} // namespace

static std::optional<Flattened> flattenedTranspose(Value value) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  auto transpose = reshape ? transposeOf(reshape.getInput()) : TransposeOp();
  ArrayRef<int64_t> shape = exampleShape(value);
  if (!transpose || shape.empty())
    return std::nullopt;
  int64_t kept = shape.size() - 1;
  ArrayRef<int64_t> image = exampleShape(transpose.getResult());
  if (image.size() < shape.size() || image.take_front(kept) != shape.take_front(kept))
    return std::nullopt;
  for (int64_t axis = 0; axis < kept; ++axis)
    if (transpose.getPermutation()[axis] != axis)
      return std::nullopt;
  return Flattened{transpose, kept};
}

// Reorders axis `axis` of a parameter, which counts the elements of a flattened
// transpose(x, p), so that it counts those of the flattened x.
static Value unflattenedOrder(PatternRewriter &rewriter, Location loc, Value parameter,
                              int64_t axis, const Flattened &flattened) {
  TransposeOp transpose = flattened.transpose;
  ArrayRef<int64_t> shape = exampleShape(parameter);
  ArrayRef<int64_t> image = exampleShape(transpose.getResult()).drop_front(flattened.kept);
  SmallVector<int64_t> split(shape.take_front(axis));
  llvm::append_range(split, image);
  llvm::append_range(split, shape.drop_front(axis + 1));
  SmallVector<int64_t> back = inverse(transpose.getPermutation());
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, split.size()));
  for (size_t i = 0; i < image.size(); ++i)
    permutation[axis + i] = axis + back[flattened.kept + i] - flattened.kept;
  Value reordered =
      transposeTo(rewriter, loc, reshapeTo(rewriter, loc, parameter, split), permutation);
  return reshapeTo(rewriter, loc, reordered, shape);
}

namespace {
// A product with a flattened image: the matrix takes the elements in the order
// in which they lie.
template <typename Op> struct AbsorbIntoMatrix : OpRewritePattern<Op> {
  AbsorbIntoMatrix(MLIRContext *context, int64_t axis)
      : OpRewritePattern<Op>(context), axis(axis) {}
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Value rows = op->getOperand(0), matrix = op->getOperand(1);
    auto flattened = flattenedTranspose(rows);
    if (!flattened)
      return rewriter.notifyMatchFailure(op, "the rows are no flattened transpose");
    if (isBatched(matrix.getType()) || exampleShape(matrix).size() != 2)
      return rewriter.notifyMatchFailure(op, "the right side is no parameter of rank two");
    Value input =
        reshapeTo(rewriter, op.getLoc(), flattened->transpose.getInput(), exampleShape(rows));
    matrix = unflattenedOrder(rewriter, op.getLoc(), matrix, axis, *flattened);
    rewriter.modifyOpInPlace(op, [&] {
      op->setOperand(0, input);
      op->setOperand(1, matrix);
    });
    return success();
  }
  int64_t axis; ///< the axis of the matrix that is summed over
};

// An elementwise op between the flattening and the product: it moves in front.
struct RaiseAboveFlatten : RewritePattern {
  RaiseAboveFlatten(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    bool binary = isBinaryElementwise(op);
    if (!binary && !isUnaryElementwise(op) && !isa<DropoutOp>(op))
      return rewriter.notifyMatchFailure(op, "not elementwise");
    for (int i = 0; i < (binary ? 2 : 1); ++i) {
      Value value = op->getOperand(i);
      auto flattened = flattenedTranspose(value);
      if (!flattened)
        continue;
      TransposeOp transpose = flattened->transpose;
      ArrayRef<int64_t> shape = exampleShape(value);
      SmallVector<Value, 2> operands(op->getOperands());
      operands[i] = transpose.getInput();
      if (binary) {
        Value &other = operands[1 - i];
        ArrayRef<int64_t> otherShape = exampleShape(other);
        if (isBatched(other.getType()) || otherShape.size() > 1)
          continue;
        if (otherShape.size() == 1 && otherShape[0] == 1)
          other = reshapeTo(rewriter, op->getLoc(), other, {});
        if (otherShape.size() == 1 && otherShape[0] > 1) {
          if (otherShape[0] != shape.back())
            continue;
          other = unflattenedOrder(rewriter, op->getLoc(), other, 0, *flattened);
          ArrayRef<int64_t> image = exampleShape(transpose.getInput());
          other = reshapeTo(rewriter, op->getLoc(), other, image.drop_front(flattened->kept));
        }
      }
      Value result = rebuildElementwise(rewriter, op, operands);
      result = TransposeOp::create(rewriter, op->getLoc(), result, transpose.getPermutation());
      rewriter.replaceOp(op, reshapeTo(rewriter, op->getLoc(), result, shape));
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is a flattened transpose");
  }
};
} // namespace

void weir::populateSinkTransposePatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns
      .add<SinkThroughUnary, SinkThroughElementwise, SinkThroughConcat, SinkThroughReduce<SumOp>,
           SinkThroughReduce<MeanOp>, SinkThroughReduce<MaxOp>, SinkThroughAxis<SoftmaxOp>,
           SinkThroughAxis<LogSoftmaxOp>, SinkThroughAxis<BatchNormOp>, SinkThroughLayerNorm,
           SinkThroughPad, SinkThroughSlice, SinkThroughReshape, RaiseAboveFlatten>(context);
  patterns.add<AbsorbIntoMatrix<ProductOp>, AbsorbIntoMatrix<MatmulOp>>(context, /*axis=*/0);
  patterns.add<AbsorbIntoMatrix<LinearOp>>(context, /*axis=*/1);
}
