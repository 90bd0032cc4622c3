//===- Elementwise.cpp - arithmetic and activations ---------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace weir;

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

static LogicalResult inferBinary(std::optional<Location> loc, StringRef name, Value lhs, Value rhs,
                                 SmallVectorImpl<Type> &inferred) {
  auto shape = broadcastShapes(exampleShape(lhs), exampleShape(rhs));
  if (!shape)
    return emitOptionalError(loc, name, ": example shapes ", formatShape(exampleShape(lhs)),
                             " and ", formatShape(exampleShape(rhs)), " don't broadcast");
  bool batched = isBatched(lhs.getType()) || isBatched(rhs.getType());
  inferred.push_back(
      makeTensorType(batched, *shape, cast<RankedTensorType>(lhs.getType()).getElementType()));
  return success();
}

#define WEIR_BINARY(OP)                                                                            \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,  \
                                     SmallVectorImpl<Type> &inferred) {                            \
    return inferBinary(loc, getOperationName(), adaptor.getLhs(), adaptor.getRhs(), inferred);     \
  }
WEIR_BINARY(AddOp)
WEIR_BINARY(SubOp)
WEIR_BINARY(MulOp)
WEIR_BINARY(DivOp)
WEIR_BINARY(MaximumOp)
WEIR_BINARY(MinimumOp)
WEIR_BINARY(PowOp)
WEIR_BINARY(GreaterOp)
#undef WEIR_BINARY

#define WEIR_UNARY(OP)                                                                             \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,      \
                                     SmallVectorImpl<Type> &inferred) {                            \
    inferred.push_back(adaptor.getInput().getType());                                              \
    return success();                                                                              \
  }
WEIR_UNARY(NegOp)
WEIR_UNARY(AbsOp)
WEIR_UNARY(ExpOp)
WEIR_UNARY(LogOp)
WEIR_UNARY(Log1pOp)
WEIR_UNARY(SqrtOp)
WEIR_UNARY(RsqrtOp)
WEIR_UNARY(ErfOp)
WEIR_UNARY(TanhOp)
WEIR_UNARY(SigmoidOp)
WEIR_UNARY(ReluOp)
WEIR_UNARY(SoftplusOp)
#undef WEIR_UNARY

LogicalResult SelectOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  SmallVector<int64_t> shape;
  bool batched = false;
  for (Value operand : adaptor.getOperands()) {
    auto wider = broadcastShapes(shape, exampleShape(operand));
    if (!wider)
      return emitOptionalError(loc, getOperationName(), ": example shapes ",
                               formatShape(exampleShape(adaptor.getCondition())), ", ",
                               formatShape(exampleShape(adaptor.getOnTrue())), " and ",
                               formatShape(exampleShape(adaptor.getOnFalse())), " don't broadcast");
    shape = *wider;
    batched |= isBatched(operand.getType());
  }
  auto type = cast<RankedTensorType>(adaptor.getOnTrue().getType());
  inferred.push_back(makeTensorType(batched, shape, type.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

static bool isSplat(Attribute attr, float value) {
  auto elements = dyn_cast_or_null<DenseFPElementsAttr>(attr);
  return elements && elements.isSplat() && elements.getSplatValue<float>() == value;
}

// Folds two scalar constants. Larger constants stay: the code generator computes
// them once, when the model is prepared.
static Attribute foldScalars(Attribute lhs, Attribute rhs, Type type,
                             llvm::function_ref<float(float, float)> combine) {
  auto a = dyn_cast_or_null<DenseFPElementsAttr>(lhs);
  auto b = dyn_cast_or_null<DenseFPElementsAttr>(rhs);
  auto tensor = cast<RankedTensorType>(type);
  if (!a || !b || tensor.getRank() != 0)
    return {};
  return DenseElementsAttr::get(tensor,
                                combine(a.getSplatValue<float>(), b.getSplatValue<float>()));
}

// x + (-0.0) would be the exact identity; x + 0.0 differs only for x = -0.0,
// which no model can tell from 0.0 but by dividing by it.
OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 0.0f) && getLhs().getType() == getType())
    return getLhs();
  return foldScalars(adaptor.getLhs(), adaptor.getRhs(), getType(),
                     [](float a, float b) { return a + b; });
}

namespace {
// Two parts of a tensor that lie next to each other, each with zeros where the other one is, are
// joined: as the gradient of what several slices read. Equal but for the sign of a zero.
struct AddOfNeighbours : OpRewritePattern<AddOp> {
  using OpRewritePattern<AddOp>::OpRewritePattern;

  static PadOp zeroPad(Value value) {
    auto pad = value.getDefiningOp<PadOp>();
    return pad && pad->hasOneUse() && pad.getValue().isZero() ? pad : PadOp();
  }

  // The one axis along which `first` ends where `second` begins, if they are alike otherwise.
  static std::optional<int64_t> jointAxis(PadOp first, PadOp second) {
    std::optional<int64_t> joint;
    for (int64_t axis = 0, end = first.getLow().size(); axis < end; ++axis) {
      if (first.getLow()[axis] == second.getLow()[axis] &&
          first.getHigh()[axis] == second.getHigh()[axis])
        continue;
      int64_t border = first.getLow()[axis] + exampleShape(first.getInput())[axis];
      if (joint || border != second.getLow()[axis])
        return std::nullopt;
      joint = axis;
    }
    return joint;
  }

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    PadOp first = zeroPad(op.getLhs()), second = zeroPad(op.getRhs());
    if (!first || !second || first.getType() != second.getType())
      return rewriter.notifyMatchFailure(op, "the operands are no padded parts of one tensor");
    std::optional<int64_t> axis = jointAxis(first, second);
    if (!axis) {
      std::swap(first, second);
      axis = jointAxis(first, second);
    }
    if (!axis)
      return rewriter.notifyMatchFailure(op, "the parts are no neighbours");
    Value joined =
        ConcatOp::create(rewriter, op.getLoc(), {first.getInput(), second.getInput()}, *axis);
    SmallVector<int64_t> high(first.getHigh());
    high[*axis] = second.getHigh()[*axis];
    rewriter.replaceOpWithNewOp<PadOp>(op, joined, first.getLow(), high, first.getValue());
    return success();
  }
};
} // namespace

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AddOfNeighbours>(context);
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 0.0f) && getLhs().getType() == getType())
    return getLhs();
  return foldScalars(adaptor.getLhs(), adaptor.getRhs(), getType(),
                     [](float a, float b) { return a - b; });
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 1.0f) && getLhs().getType() == getType())
    return getLhs();
  return foldScalars(adaptor.getLhs(), adaptor.getRhs(), getType(),
                     [](float a, float b) { return a * b; });
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getRhs(), 1.0f) && getLhs().getType() == getType())
    return getLhs();
  return foldScalars(adaptor.getLhs(), adaptor.getRhs(), getType(),
                     [](float a, float b) { return a / b; });
}

OpFoldResult MaximumOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() && getLhs().getType() == getType() ? getLhs() : Value();
}

OpFoldResult MinimumOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() && getLhs().getType() == getType() ? getLhs() : Value();
}

OpFoldResult PowOp::fold(FoldAdaptor adaptor) {
  return isSplat(adaptor.getRhs(), 1.0f) && getLhs().getType() == getType() ? getLhs() : Value();
}

OpFoldResult GreaterOp::fold(FoldAdaptor adaptor) {
  return foldScalars(adaptor.getLhs(), adaptor.getRhs(), getType(),
                     [](float a, float b) { return a > b ? 1.0f : 0.0f; });
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  auto condition = dyn_cast_or_null<DenseFPElementsAttr>(adaptor.getCondition());
  if (!condition || !condition.isSplat())
    return {};
  Value taken = condition.getSplatValue<float>() != 0.0f ? getOnTrue() : getOnFalse();
  return taken.getType() == getType() ? taken : Value();
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  if (auto inner = getInput().getDefiningOp<NegOp>())
    return inner.getInput();
  auto scalar = dyn_cast_or_null<DenseFPElementsAttr>(adaptor.getInput());
  if (scalar && scalar.isSplat())
    return DenseElementsAttr::get(cast<RankedTensorType>(getType()),
                                  -scalar.getSplatValue<float>());
  return {};
}

OpFoldResult ReluOp::fold(FoldAdaptor) {
  return getInput().getDefiningOp<ReluOp>() ? getInput() : Value();
}
