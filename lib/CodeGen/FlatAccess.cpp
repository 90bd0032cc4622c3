//===- FlatAccess.cpp - buffers read through one address --------------------------===//

#include "FlatAccess.h"

#include "VectorBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace weir;

std::optional<SmallVector<int64_t>> weir::accessFactors(Value memory, AffineMap map,
                                                        int64_t loops) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(cast<MemRefType>(memory.getType()).getStridesAndOffset(strides, offset)) ||
      ShapedType::isDynamic(offset))
    return std::nullopt;
  SmallVector<int64_t> factors(loops, 0);
  for (auto [stride, expr] : llvm::zip_equal(strides, map.getResults())) {
    if (ShapedType::isDynamic(stride))
      return std::nullopt;
    for (int64_t dim = 0; dim < loops; ++dim) {
      auto factor = linearFactor(expr, dim);
      if (!factor)
        return std::nullopt;
      factors[dim] += *factor * stride;
    }
  }
  return factors;
}

Value weir::flatten(OpBuilder &builder, Location loc, Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  [[maybe_unused]] LogicalResult found = type.getStridesAndOffset(strides, offset);
  assert(succeeded(found) && "checked by accessFactors");
  OpFoldResult size = builder.getIndexAttr(1);
  if (type.getRank() > 0) {
    if (type.isDynamicDim(0))
      size =
          builder.createOrFold<arith::MulIOp>(loc, memref::DimOp::create(builder, loc, memory, 0),
                                              indexConstant(builder, loc, strides[0]));
    else
      size = builder.getIndexAttr(std::max<int64_t>(type.getDimSize(0) * strides[0], 1));
  }
  auto layout = StridedLayoutAttr::get(builder.getContext(), offset, {1});
  int64_t staticSize = isa<Attribute>(size) ? cast<IntegerAttr>(cast<Attribute>(size)).getInt()
                                            : ShapedType::kDynamic;
  auto flat = MemRefType::get({staticSize}, type.getElementType(), layout);
  return memref::ReinterpretCastOp::create(
      builder, loc, flat, memory, OpFoldResult(builder.getIndexAttr(offset)),
      ArrayRef<OpFoldResult>{size}, ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
}

Value weir::startingAt(OpBuilder &builder, Location loc, Value memory, Value offset) {
  auto type = cast<MemRefType>(memory.getType());
  auto layout = StridedLayoutAttr::get(builder.getContext(), ShapedType::kDynamic, {1});
  int64_t start = cast<StridedLayoutAttr>(type.getLayout()).getOffset();
  Value from = offset;
  if (ShapedType::isDynamic(start)) {
    auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, memory);
    from = addIndex(builder, loc, offset, metadata.getOffset());
  } else {
    from = addIndex(builder, loc, offset, indexConstant(builder, loc, start));
  }
  auto part = MemRefType::get({ShapedType::kDynamic}, type.getElementType(), layout);
  Value size =
      arith::SubIOp::create(builder, loc, memref::DimOp::create(builder, loc, memory, 0), offset);
  return memref::ReinterpretCastOp::create(builder, loc, part, memory, OpFoldResult(from),
                                           ArrayRef<OpFoldResult>{size},
                                           ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
}
