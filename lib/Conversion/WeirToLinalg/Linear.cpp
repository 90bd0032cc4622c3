//===- Linear.cpp - matrix products to linalg ------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace weir;

// Rows that are windows are read from the image itself:
//   image[b, y * stride + i * dilation, x * stride + j * dilation, c].
static Value lookThroughWindows(Value original, Value converted, SmallVector<AffineExpr> &exprs,
                                ConversionPatternRewriter &rewriter) {
  auto windows = original.getDefiningOp<WindowsOp>();
  if (!windows)
    return converted;
  int64_t first = exprs.size() - 5; // the output row
  ArrayRef<int64_t> strides = windows.getStrides(), dilations = windows.getDilations();
  AffineExpr y = exprs[first] * strides[0] + exprs[first + 2] * dilations[0];
  AffineExpr x = exprs[first + 1] * strides[1] + exprs[first + 3] * dilations[1];
  AffineExpr channel = exprs[first + 4];
  exprs.truncate(first);
  exprs.append({y, x, channel});
  return rewriter.getRemappedValue(windows.getInput());
}

// How many of the first and of the last lines of the image, or columns, are zeros, if the rows are
// windows of a padded one.
static DenseI64ArrayAttr zerosAlong(int64_t axis, Value rows) {
  auto windows = rows.getDefiningOp<WindowsOp>();
  auto pad = windows ? windows.getInput().getDefiningOp<PadOp>() : PadOp();
  if (!pad || !pad.getValue().isPosZero() || pad.getLow().size() != 3)
    return nullptr;
  int64_t low = pad.getLow()[axis], high = pad.getHigh()[axis];
  return low + high > 0 ? DenseI64ArrayAttr::get(rows.getContext(), {low, high}) : nullptr;
}

// Where all sizes are known, the rows aren't a batch's but a small table's, which is
// multiplied once per load. That takes a plain loop less time than the compiler needs
// for a kernel and for packing its matrix.
static bool isSmallTable(linalg::GenericOp product) {
  constexpr int64_t mostSteps = 1 << 18;
  int64_t steps = 1;
  for (int64_t size : product.getStaticLoopRanges()) {
    if (size == 0)
      return true;
    if (ShapedType::isDynamic(size) || size > mostSteps / steps)
      return false;
    steps *= size;
  }
  return true;
}

namespace {

// A product becomes one contraction. Loops: the row axes, the column, the reduced
// axes.
struct ProductLowering : OpConversionPattern<ProductOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ProductOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t reduced = exampleShape(op.getMatrix()).size() - 1;
    int64_t rowAxes = type.getRank() - 1;
    int64_t loops = type.getRank() + reduced;
    auto dim = [&](int64_t i) { return rewriter.getAffineDimExpr(i); };

    SmallVector<AffineExpr> rowExprs, matrixExprs, resultExprs;
    for (int64_t i = 0; i < rowAxes; ++i)
      rowExprs.push_back(dim(i));
    for (int64_t i = 0; i < type.getRank(); ++i)
      resultExprs.push_back(dim(i));
    for (int64_t i = 0; i < reduced; ++i) {
      rowExprs.push_back(dim(type.getRank() + i));
      matrixExprs.push_back(dim(type.getRank() + i));
    }
    matrixExprs.push_back(dim(rowAxes));

    Value rows = lookThroughWindows(op.getRows(), adaptor.getRows(), rowExprs, rewriter);

    Value init =
        adaptor.getInit() ? adaptor.getInit() : makeFilled(rewriter, loc, type, rows, 0.0f);
    SmallVector<AffineMap> maps = {AffineMap::get(loops, 0, rowExprs, rewriter.getContext()),
                                   AffineMap::get(loops, 0, matrixExprs, rewriter.getContext()),
                                   AffineMap::get(loops, 0, resultExprs, rewriter.getContext())};
    SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
    iterators.append(reduced, IteratorType::reduction);
    auto generic =
        linalg::GenericOp::create(rewriter, loc, type, ValueRange{rows, adaptor.getMatrix()}, init,
                                  maps, iterators, buildMultiplyAdd);
    if (!isSmallTable(generic)) {
      generic->setAttr("weir.product", rewriter.getUnitAttr());
      if (DenseI64ArrayAttr zeros = zerosAlong(0, op.getRows()))
        generic->setAttr("weir.zero_lines", zeros);
      if (DenseI64ArrayAttr zeros = zerosAlong(1, op.getRows()))
        generic->setAttr("weir.zero_columns", zeros);
    }
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

// Loops: the row axes and the group, the column, the sum. The matrices are a
// parameter's, so this is a product with an axis that rows, matrices and result share.
struct GroupedProductLowering : OpConversionPattern<GroupedProductOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(GroupedProductOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t rank = type.getRank();
    SmallVector<AffineExpr> rowExprs, resultExprs;
    for (int64_t i = 0; i < rank; ++i)
      resultExprs.push_back(rewriter.getAffineDimExpr(i));
    rowExprs.assign(resultExprs);
    AffineExpr group = resultExprs[rank - 2], column = resultExprs[rank - 1];
    AffineExpr sum = rewriter.getAffineDimExpr(rank);
    rowExprs.back() = sum;
    MLIRContext *context = rewriter.getContext();
    SmallVector<AffineMap> maps = {AffineMap::get(rank + 1, 0, rowExprs, context),
                                   AffineMap::get(rank + 1, 0, {group, sum, column}, context),
                                   AffineMap::get(rank + 1, 0, resultExprs, context)};
    SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
    iterators.push_back(IteratorType::reduction);
    Value init = makeFilled(rewriter, loc, type, adaptor.getRows(), 0.0f);
    auto generic = linalg::GenericOp::create(rewriter, loc, type,
                                             ValueRange{adaptor.getRows(), adaptor.getMatrices()},
                                             init, maps, iterators, buildMultiplyAdd);
    generic->setAttr("weir.product", rewriter.getUnitAttr());
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

// Loops: the matrix's rows, its column, then the batch and the row axes, which are
// summed over.
struct ProductWeightGradientLowering : OpConversionPattern<ProductWeightGradientOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ProductWeightGradientOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t summed = cast<RankedTensorType>(op.getGradient().getType()).getRank() - 1;
    int64_t matrixRows = type.getRank() - 1, loops = type.getRank() + summed;
    SmallVector<AffineExpr> rowExprs, gradientExprs, resultExprs;
    for (int64_t i = 0; i < summed; ++i) {
      AffineExpr expr = rewriter.getAffineDimExpr(type.getRank() + i);
      rowExprs.push_back(expr);
      gradientExprs.push_back(expr);
    }
    gradientExprs.push_back(rewriter.getAffineDimExpr(matrixRows));
    for (int64_t i = 0; i < type.getRank(); ++i) {
      resultExprs.push_back(rewriter.getAffineDimExpr(i));
      if (i < matrixRows)
        rowExprs.push_back(resultExprs.back());
    }
    Value rows = lookThroughWindows(op.getRows(), adaptor.getRows(), rowExprs, rewriter);
    Value init = makeFilled(rewriter, loc, type, rows, 0.0f);
    SmallVector<AffineMap> maps;
    for (ArrayRef<AffineExpr> exprs :
         {ArrayRef(rowExprs), ArrayRef(gradientExprs), ArrayRef(resultExprs)})
      maps.push_back(AffineMap::get(loops, 0, exprs, rewriter.getContext()));
    SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
    iterators.append(summed, IteratorType::reduction);
    auto generic =
        linalg::GenericOp::create(rewriter, loc, type, ValueRange{rows, adaptor.getGradient()},
                                  init, maps, iterators, buildMultiplyAdd);
    generic->setAttr("weir.contraction", rewriter.getUnitAttr());
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

// A product of two computed matrices: loops are the leading axes, the row, the
// column, the sum.
struct MatmulLowering : OpConversionPattern<MatmulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(MatmulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    int64_t loops = type.getRank() + 1;
    AffineExpr sum = rewriter.getAffineDimExpr(loops - 1);
    bool rowVector = exampleShape(op.getLhs()).size() == 1;
    int64_t inner = rowVector ? 1 : 2; // result axes that aren't leading ones

    auto operandMap = [&](RankedTensorType operand, bool isLhs) {
      SmallVector<AffineExpr> exprs;
      int64_t own = isLhs && rowVector ? 1 : 2;
      if (isBatched(operand))
        exprs.push_back(rewriter.getAffineDimExpr(0));
      int64_t leading = exampleShape(operand).size() - own;
      for (int64_t i = 0; i < leading; ++i)
        exprs.push_back(rewriter.getAffineDimExpr(type.getRank() - inner - leading + i));
      if (isLhs) {
        if (!rowVector)
          exprs.push_back(rewriter.getAffineDimExpr(type.getRank() - 2));
        exprs.push_back(sum);
      } else {
        exprs.append({sum, rewriter.getAffineDimExpr(type.getRank() - 1)});
      }
      return AffineMap::get(loops, 0, exprs, rewriter.getContext());
    };
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    Value init = makeFilled(rewriter, loc, type, pickBatchSource({lhs, rhs}), 0.0f);
    SmallVector<AffineExpr> resultExprs;
    for (int64_t i = 0; i < type.getRank(); ++i)
      resultExprs.push_back(rewriter.getAffineDimExpr(i));
    SmallVector<AffineMap> maps = {operandMap(cast<RankedTensorType>(lhs.getType()), true),
                                   operandMap(cast<RankedTensorType>(rhs.getType()), false),
                                   AffineMap::get(loops, 0, resultExprs, rewriter.getContext())};
    SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
    iterators.push_back(IteratorType::reduction);
    auto generic = linalg::GenericOp::create(rewriter, loc, type, ValueRange{lhs, rhs}, init, maps,
                                             iterators, buildMultiplyAdd);
    generic->setAttr("weir.contraction", rewriter.getUnitAttr());
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void weir::populateLinearToLinalg(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns
      .add<ProductLowering, GroupedProductLowering, ProductWeightGradientLowering, MatmulLowering>(
          converter, patterns.getContext());
}
