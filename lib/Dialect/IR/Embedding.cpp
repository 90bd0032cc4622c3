//===- Embedding.cpp - rows of tables -------------------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"

using namespace mlir;
using namespace weir;

static int64_t cardinality(Value ids) {
  return cast<IdType>(cast<RankedTensorType>(ids.getType()).getElementType()).getCardinality();
}

static LogicalResult checkTable(std::optional<Location> loc, StringRef name, Value ids,
                                Value table) {
  if (isBatched(table.getType()) || exampleShape(table).size() != 2)
    return emitOptionalError(loc, name, ": a table is [rows, columns], found ", table.getType());
  if (exampleShape(table).front() != cardinality(ids))
    return emitOptionalError(loc, name, ": ids below ", cardinality(ids), " but a table of ",
                             exampleShape(table).front(), " rows");
  return success();
}

LogicalResult OneHotOp::inferReturnTypes(MLIRContext *context, std::optional<Location>,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  SmallVector<int64_t> shape(exampleShape(adaptor.getIds()));
  shape.push_back(cardinality(adaptor.getIds()));
  inferred.push_back(
      makeTensorType(isBatched(adaptor.getIds().getType()), shape, Float32Type::get(context)));
  return success();
}

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkTable(loc, getOperationName(), adaptor.getIds(), adaptor.getTable())))
    return failure();
  SmallVector<int64_t> shape(exampleShape(adaptor.getIds()));
  shape.push_back(exampleShape(adaptor.getTable()).back());
  inferred.push_back(
      makeTensorType(isBatched(adaptor.getIds().getType()), shape, Float32Type::get(context)));
  return success();
}

LogicalResult EmbeddingBagOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                               Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkTable(loc, getOperationName(), adaptor.getIds(), adaptor.getTable())))
    return failure();
  SmallVector<int64_t> shape(exampleShape(adaptor.getIds()));
  if (shape.empty())
    return emitOptionalError(loc, getOperationName(), ": a bag needs several ids per example");
  shape.back() = exampleShape(adaptor.getTable()).back();
  inferred.push_back(
      makeTensorType(isBatched(adaptor.getIds().getType()), shape, Float32Type::get(context)));
  return success();
}

LogicalResult EmbeddingGradientOp::inferReturnTypes(MLIRContext *context,
                                                    std::optional<Location> loc, Adaptor adaptor,
                                                    SmallVectorImpl<Type> &inferred) {
  Value ids = adaptor.getIds(), gradient = adaptor.getGradient();
  ArrayRef<int64_t> shape = exampleShape(gradient);
  if (isBatched(ids.getType()) != isBatched(gradient.getType()) || shape.empty() ||
      shape.drop_back() != exampleShape(ids))
    return emitOptionalError(loc, getOperationName(), ": ", gradient.getType(),
                             " isn't one row for each of ", ids.getType());
  inferred.push_back(
      RankedTensorType::get({cardinality(ids), shape.back()}, Float32Type::get(context)));
  return success();
}

static LogicalResult checkOnePerExample(std::optional<Location> loc, StringRef name, Value ids) {
  if (isBatched(ids.getType()) && exampleShape(ids).empty())
    return success();
  return emitOptionalError(loc, name, ": needs one id per example, found ", ids.getType());
}

static LogicalResult checkBatchOfRows(std::optional<Location> loc, StringRef name, Value rows) {
  if (isBatched(rows.getType()) && exampleShape(rows).size() == 1)
    return success();
  return emitOptionalError(loc, name, ": needs one row per example, found ", rows.getType());
}

LogicalResult UniqueOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkOnePerExample(loc, getOperationName(), adaptor.getIds())))
    return failure();
  inferred.assign(2, adaptor.getIds().getType());
  return success();
}

LogicalResult GatherRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkOnePerExample(loc, getOperationName(), adaptor.getPositions())) ||
      failed(checkBatchOfRows(loc, getOperationName(), adaptor.getRows())))
    return failure();
  inferred.push_back(adaptor.getRows().getType());
  return success();
}

LogicalResult SegmentSumOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             Adaptor adaptor, SmallVectorImpl<Type> &inferred) {
  if (failed(checkOnePerExample(loc, getOperationName(), adaptor.getPositions())) ||
      failed(checkBatchOfRows(loc, getOperationName(), adaptor.getRows())))
    return failure();
  if (!isBatched(adaptor.getSegments().getType()))
    return emitOptionalError(loc, getOperationName(), ": counts the batch of a value without one, ",
                             adaptor.getSegments().getType());
  inferred.push_back(adaptor.getRows().getType());
  return success();
}
