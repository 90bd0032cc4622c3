//===- Winograd.cpp - 3x3 convolutions with fewer products -------------------------===//

#include "weir/Dialect/IR/Winograd.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace weir;

WinogradMatrix weir::winogradInputMatrix(int64_t tile) {
  if (tile == 2)
    return {4, 4, {1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1}};
  return {6, 6, {4, 0,  -5, 0, 1, 0, 0, -4, -4, 1,  1, 0, 0, 4, -4, -1, 1, 0,
                 0, -2, -1, 2, 1, 0, 0, 2,  -1, -2, 1, 0, 0, 4, 0,  -5, 0, 1}};
}

WinogradMatrix weir::winogradWeightMatrix(int64_t tile) {
  if (tile == 2)
    return {4, 3, {1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1}};
  constexpr double a = 1.0 / 6, b = 1.0 / 12, c = 1.0 / 24;
  return {6, 3, {0.25, 0, 0, -a, -a, -a, -a, a, -a, c, b, a, c, -b, a, 0, 0, 1}};
}

WinogradMatrix weir::winogradOutputMatrix(int64_t tile) {
  if (tile == 2)
    return {2, 4, {1, 1, 1, 0, 0, 1, -1, -1}};
  return {4, 6, {1, 1, 1, 1, 1, 0, 0, 1, -1, 2, -2, 0, 0, 1, 1, 4, 4, 0, 0, 1, -1, 8, -8, 1}};
}

static LogicalResult checkTile(std::optional<Location> loc, StringRef name, int64_t tile) {
  if (isWinogradTile(tile))
    return success();
  return emitOptionalError(loc, name, ": a tile of 2 or 4 expected, found ", tile);
}

LogicalResult WinogradInputOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  int64_t tile = adaptor.getTile();
  if (failed(checkTile(loc, getOperationName(), tile)))
    return failure();
  ArrayRef<int64_t> input = exampleShape(adaptor.getInput());
  if (input.size() != 3)
    return emitOptionalError(loc, getOperationName(),
                             ": an image is [height, width, channels], found ", formatShape(input));
  for (int64_t size : input.take_front(2))
    if (size <= 2 || (size - 2) % tile != 0)
      return emitOptionalError(loc, getOperationName(),
                               ": height and width less 2 are multiples of ", tile, ", found ",
                               formatShape(input));
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  inferred.push_back(makeTensorType(
      isBatched(type),
      {(input[0] - 2) / tile, (input[1] - 2) / tile, (tile + 2) * (tile + 2), input[2]},
      type.getElementType()));
  return success();
}

LogicalResult WinogradWeightOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                 Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  int64_t tile = adaptor.getTile();
  if (failed(checkTile(loc, getOperationName(), tile)))
    return failure();
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  ArrayRef<int64_t> weight = exampleShape(type);
  if (isBatched(type) || weight.size() != 4 || weight[2] != 3 || weight[3] != 3)
    return emitOptionalError(loc, getOperationName(),
                             ": a weight is [outputs, channels, 3, 3], found ", type);
  inferred.push_back(RankedTensorType::get({(tile + 2) * (tile + 2), weight[1], weight[0]},
                                           type.getElementType()));
  return success();
}

LogicalResult WinogradOutputOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                 Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  int64_t tile = adaptor.getTile();
  if (failed(checkTile(loc, getOperationName(), tile)))
    return failure();
  auto type = cast<RankedTensorType>(adaptor.getInput().getType());
  ArrayRef<int64_t> tiles = exampleShape(type);
  if (tiles.size() != 4 || tiles[2] != (tile + 2) * (tile + 2))
    return emitOptionalError(loc, getOperationName(), ": tiles are [rows, columns, ",
                             (tile + 2) * (tile + 2), ", channels], found ", formatShape(tiles));
  int64_t height = adaptor.getHeight(), width = adaptor.getWidth();
  if (height < 1 || width < 1 || llvm::divideCeil(height, tile) != uint64_t(tiles[0]) ||
      llvm::divideCeil(width, tile) != uint64_t(tiles[1]))
    return emitOptionalError(loc, getOperationName(), ": ", tiles[0], " by ", tiles[1],
                             " tiles of ", tile, " don't cover ", height, " by ", width,
                             " results");
  inferred.push_back(
      makeTensorType(isBatched(type), {height, width, tiles[3]}, type.getElementType()));
  return success();
}
