//===- Shape.cpp - joining, cutting and reordering -----------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace weir;

static Type elementType(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

static int64_t product(ArrayRef<int64_t> shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  if (elementType(getInput()) != elementType(getResult()))
    return emitOpError("keeps the element type, found ")
           << getInput().getType() << " and " << getType();
  if (isBatched(getInput().getType()) != isBatched(getType()))
    return emitOpError("keeps the batch, found ") << getInput().getType() << " and " << getType();
  if (product(exampleShape(getInput())) != product(exampleShape(getResult())))
    return emitOpError("keeps the number of elements: ")
           << formatShape(exampleShape(getInput())) << " holds "
           << product(exampleShape(getInput())) << ", " << formatShape(exampleShape(getResult()))
           << " holds " << product(exampleShape(getResult()));
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    if (inner.getInput().getType() == getType())
      return inner.getInput();
    setOperand(inner.getInput());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<bool> seen(shape.size(), false);
  SmallVector<int64_t> result;
  for (int64_t axis : permutation) {
    if (axis < 0 || axis >= static_cast<int64_t>(shape.size()) || seen[axis])
      break;
    seen[axis] = true;
    result.push_back(shape[axis]);
  }
  if (result.size() != shape.size() || permutation.size() != shape.size())
    return emitOptionalError(loc, getOperationName(), ": ", formatShape(permutation),
                             " is not a permutation of ", shape.size(), " example axes");
  inferred.push_back(makeTensorType(isBatched(adaptor.getInput().getType()), result,
                                    elementType(adaptor.getInput())));
  return success();
}

static bool isIdentity(ArrayRef<int64_t> permutation) {
  for (auto [i, axis] : llvm::enumerate(permutation))
    if (axis != static_cast<int64_t>(i))
      return false;
  return true;
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (isIdentity(getPermutation()))
    return getInput();
  auto inner = getInput().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> combined;
  for (int64_t axis : getPermutation())
    combined.push_back(inner.getPermutation()[axis]);
  if (isIdentity(combined))
    return inner.getInput();
  setPermutation(combined);
  setOperand(inner.getInput());
  return getResult();
}

namespace {
// A transpose that moves only axes of size 1 keeps the order of the elements.
struct TransposeOfUnitAxes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern<TransposeOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = exampleShape(op.getInput());
    int64_t last = -1;
    for (int64_t axis : op.getPermutation()) {
      if (shape[axis] == 1)
        continue;
      if (axis < last)
        return rewriter.notifyMatchFailure(op, "moves an axis longer than 1");
      last = axis;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<TransposeOfUnitAxes>(context);
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                        SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> offsets = adaptor.getOffsets(), sizes = adaptor.getSizes(),
                    strides = adaptor.getStrides();
  if (offsets.size() != shape.size() || sizes.size() != shape.size() ||
      strides.size() != shape.size())
    return emitOptionalError(loc, getOperationName(), ": needs offsets, sizes and strides for ",
                             shape.size(), " example axes");
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (offsets[axis] < 0 || sizes[axis] < 1 || strides[axis] < 1)
      return emitOptionalError(loc, getOperationName(), ": axis ", axis,
                               " needs an offset of at least 0, a size and a stride of at least 1");
    int64_t last = offsets[axis] + (sizes[axis] - 1) * strides[axis];
    if (last >= size)
      return emitOptionalError(loc, getOperationName(), ": reads element ", last, " of axis ", axis,
                               ", which has ", size);
  }
  inferred.push_back(makeTensorType(isBatched(adaptor.getInput().getType()), sizes,
                                    elementType(adaptor.getInput())));
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                      SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = exampleShape(adaptor.getInput());
  ArrayRef<int64_t> low = adaptor.getLow(), high = adaptor.getHigh();
  if (low.size() != shape.size() || high.size() != shape.size())
    return emitOptionalError(loc, getOperationName(), ": needs low and high for ", shape.size(),
                             " example axes");
  SmallVector<int64_t> result;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (low[axis] < 0 || high[axis] < 0)
      return emitOptionalError(loc, getOperationName(), ": axis ", axis, " has a negative padding");
    result.push_back(low[axis] + size + high[axis]);
  }
  inferred.push_back(makeTensorType(isBatched(adaptor.getInput().getType()), result,
                                    elementType(adaptor.getInput())));
  return success();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, getOperationName(), ": needs at least one operand");
  Value first = adaptor.getInputs().front();
  SmallVector<int64_t> result(exampleShape(first));
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= static_cast<int64_t>(result.size()))
    return emitOptionalError(loc, getOperationName(), ": axis ", axis, " of an example of rank ",
                             result.size());
  for (Value input : adaptor.getInputs().drop_front()) {
    ArrayRef<int64_t> shape = exampleShape(input);
    bool fits = shape.size() == result.size() && elementType(input) == elementType(first) &&
                isBatched(input.getType()) == isBatched(first.getType());
    for (int64_t i = 0; fits && i < static_cast<int64_t>(shape.size()); ++i)
      fits = i == axis || shape[i] == result[i];
    if (!fits)
      return emitOptionalError(loc, getOperationName(), ": ", input.getType(), " doesn't join ",
                               first.getType(), " along axis ", axis);
    result[axis] += shape[axis];
  }
  inferred.push_back(makeTensorType(isBatched(first.getType()), result, elementType(first)));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? getInputs().front() : Value();
}

namespace {
// Joining what was just joined along the same axis is one joining.
struct ConcatOfConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern<ConcatOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> inputs;
    SmallVector<Location> locations{op.getLoc()};
    for (Value input : op.getInputs()) {
      auto inner = input.getDefiningOp<ConcatOp>();
      if (!inner || inner.getAxis() != op.getAxis() || !inner->hasOneUse()) {
        inputs.push_back(input);
        continue;
      }
      llvm::append_range(inputs, inner.getInputs());
      locations.push_back(inner.getLoc());
    }
    if (locations.size() == 1)
      return rewriter.notifyMatchFailure(op, "no operand is joined for this op alone");
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputsMutable().assign(inputs);
      op->setLoc(rewriter.getFusedLoc(locations));
    });
    return success();
  }
};
} // namespace

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ConcatOfConcat>(context);
}

//===----------------------------------------------------------------------===//
// BroadcastOp
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  ArrayRef<int64_t> from = exampleShape(getInput()), to = exampleShape(getResult());
  auto shape = broadcastShapes(from, to);
  if (!shape || *shape != to)
    return emitOpError("can't stretch ") << formatShape(from) << " to " << formatShape(to);
  bool batched = isBatched(getInput().getType());
  if (batched && getBatch())
    return emitOpError("has a batch already, found ") << getInput().getType();
  if (getBatch() && !isBatched(getBatch().getType()))
    return emitOpError("takes the batch from a value without one, ") << getBatch().getType();
  if (isBatched(getType()) != (batched || getBatch()))
    return emitOpError("is batched when its input is or a batch is given, found ") << getType();
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// DilateOp, ReverseOp
//===----------------------------------------------------------------------===//

LogicalResult DilateOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> shape = exampleShape(adaptor.getInput()), factors = adaptor.getFactors();
  if (factors.size() != shape.size())
    return emitOptionalError(loc, getOperationName(), ": needs factors for ", shape.size(),
                             " example axes");
  SmallVector<int64_t> result;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    if (factors[axis] < 1)
      return emitOptionalError(loc, getOperationName(), ": axis ", axis,
                               " needs a factor of at least 1, found ", factors[axis]);
    result.push_back(size == 0 ? 0 : (size - 1) * factors[axis] + 1);
  }
  inferred.push_back(makeTensorType(isBatched(adaptor.getInput().getType()), result,
                                    elementType(adaptor.getInput())));
  return success();
}

OpFoldResult DilateOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

LogicalResult ReverseOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  int64_t rank = exampleShape(adaptor.getInput()).size();
  ArrayRef<int64_t> axes = adaptor.getAxes();
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (axis < 0 || axis >= rank)
      return emitOptionalError(loc, getOperationName(), ": axis ", axis, " of an example of rank ",
                               rank);
    if (i > 0 && axes[i - 1] >= axis)
      return emitOptionalError(loc, getOperationName(), ": axes must ascend, found ",
                               formatShape(axes));
  }
  inferred.push_back(adaptor.getInput().getType());
  return success();
}

OpFoldResult ReverseOp::fold(FoldAdaptor) {
  for (int64_t axis : getAxes())
    if (exampleShape(getInput())[axis] > 1)
      return {};
  return getInput();
}
