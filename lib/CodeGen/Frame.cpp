//===- Frame.cpp - the memory of a call, seen from generated code ------------------===//

#include "Frame.h"

#include "Kernel.h"

#include "VectorBody.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Runtime/weir_runtime.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace weir;

static_assert(offsetof(weir_frame, batch) == frame_layout::batch);
static_assert(offsetof(weir_frame, inputs) == frame_layout::inputs);
static_assert(offsetof(weir_frame, outputs) == frame_layout::outputs);
static_assert(offsetof(weir_frame, prepared) == frame_layout::prepared);
static_assert(offsetof(weir_frame, arena) == frame_layout::arena);
static_assert(offsetof(weir_frame, parallel_for) == frame_layout::parallelFor);
static_assert(offsetof(weir_frame, pool) == frame_layout::pool);
static_assert(offsetof(weir_frame, error.input) == frame_layout::errorInput);
static_assert(offsetof(weir_frame, error.position) == frame_layout::errorPosition);
static_assert(offsetof(weir_frame, error.value) == frame_layout::errorValue);

static Value fieldAddress(OpBuilder &builder, Location loc, Value pointer, int64_t offset) {
  if (offset == 0)
    return pointer;
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(), pointer,
                             ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
}

Value weir::loadField(OpBuilder &builder, Location loc, Value frame, int64_t offset, Type type) {
  return LLVM::LoadOp::create(builder, loc, type, fieldAddress(builder, loc, frame, offset));
}

void weir::storeField(OpBuilder &builder, Location loc, Value frame, int64_t offset, Value value) {
  LLVM::StoreOp::create(builder, loc, value, fieldAddress(builder, loc, frame, offset));
}

Value FrameReader::readBatch(OpBuilder &builder) {
  if (!batch) {
    Value loaded =
        loadField(builder, source.getLoc(), frame, frame_layout::batch, builder.getI64Type());
    batch = arith::IndexCastOp::create(builder, source.getLoc(), builder.getIndexType(), loaded);
  }
  return batch;
}

Value FrameReader::shift(OpBuilder &builder, Location loc, Value pointer, Value bytes) {
  Value offset = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), bytes);
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(), pointer,
                             ArrayRef<LLVM::GEPArg>{offset});
}

// A pointer as a dense buffer of the given type: a descriptor of bytes, viewed. `dynamic` is the
// size of its dynamic axis, if it has one: the batch, or a number in memory.
Value FrameReader::view(OpBuilder &builder, Location loc, Value pointer, Type type,
                        ValueRange dynamic) {
  auto memory = cast<MemRefType>(type);
  int64_t bytes = bytesPerExample(memory);
  Value size = indexConstant(builder, loc, bytes);
  if (!memory.hasStaticShape())
    size = mulIndex(builder, loc, dynamic[0], bytes);
  Type i64 = builder.getI64Type();
  auto list = LLVM::LLVMArrayType::get(i64, 1);
  auto descriptor = LLVM::LLVMStructType::getLiteral(
      builder.getContext(), {pointer.getType(), pointer.getType(), i64, list, list});
  Value value = LLVM::PoisonOp::create(builder, loc, descriptor);
  auto constant = [&](int64_t n) {
    return LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(n));
  };
  auto insert = [&](Value element, ArrayRef<int64_t> position) {
    value = LLVM::InsertValueOp::create(builder, loc, value, element, position);
  };
  insert(pointer, {0});
  insert(pointer, {1});
  insert(constant(0), {2});
  insert(arith::IndexCastOp::create(builder, loc, i64, size), {3, 0});
  insert(constant(1), {4, 0});
  auto byteBuffer = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  Value raw = UnrealizedConversionCastOp::create(builder, loc, byteBuffer, value).getResult(0);
  return memref::ViewOp::create(builder, loc, memory, raw, indexConstant(builder, loc, 0), dynamic);
}

FrameBuffer weir::frameBuffer(func::FuncOp source, BlockArgument argument) {
  auto buffer = source.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), "weir.buffer");
  StringRef kind = cast<StringAttr>(buffer[0]).getValue();
  FrameBuffer result;
  result.number = cast<IntegerAttr>(buffer[1]).getInt();
  result.offset = cast<IntegerAttr>(buffer[2]).getInt();
  if (kind == "prepared")
    result.field = frame_layout::prepared;
  else if (kind == "input")
    result.field = frame_layout::inputs;
  else if (kind == "output")
    result.field = frame_layout::outputs;
  result.isList = kind == "input" || kind == "output";
  return result;
}

LogicalResult weir::verifySegments(func::FuncOp function) {
  auto segments = function->getAttrOfType<ArrayAttr>("weir.segments");
  if (!segments)
    return success();
  int64_t covered = 0;
  for (auto segment : segments.getAsRange<SegmentAttr>())
    covered += segment.getKernels();
  int64_t kernels = llvm::count_if(function.getBody().front(),
                                   [](Operation &op) { return op.hasAttr("weir.kernel"); });
  if (covered == kernels)
    return success();
  return function.emitError("weir.segments are ")
         << covered << " kernels together, the function has " << kernels;
}

FrameBuffer weir::carriedBuffer(func::FuncOp source, memref::AllocOp alloc) {
  FrameBuffer result;
  result.field = frame_layout::outputs;
  result.isList = true;
  for (BlockArgument argument : source.getArguments())
    if (FrameBuffer output = frameBuffer(source, argument); output.field == frame_layout::outputs)
      result.number = std::max(result.number, output.number + 1);
  result.number += alloc->getAttrOfType<DenseI64ArrayAttr>("weir.carried")[0];
  return result;
}

Value FrameReader::readArgument(OpBuilder &builder, BlockArgument argument) {
  Location loc = argument.getLoc();
  FrameBuffer buffer = frameBuffer(source, argument);
  if (buffer.field < 0)
    return readBatch(builder);
  Type pointer = frame.getType();
  Value start = loadField(builder, loc, frame, buffer.field, pointer);
  if (buffer.isList)
    start = loadField(builder, loc, start, buffer.number * 8, pointer);
  if (buffer.offset != 0)
    start = shift(builder, loc, start, indexConstant(builder, loc, buffer.offset));
  Type type = argument.getType();
  SmallVector<Value> sizes;
  if (!cast<MemRefType>(type).hasStaticShape())
    sizes.push_back(readBatch(builder));
  return view(builder, loc, start, type, sizes);
}

Value FrameReader::read(OpBuilder &builder, Value value) {
  if (Value found = known.lookupOrNull(value))
    return found;
  Value result;
  auto sizesOf = [&](memref::AllocOp alloc) {
    return llvm::map_to_vector(alloc.getDynamicSizes(),
                               [&](Value size) { return read(builder, size); });
  };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    result = readArgument(builder, argument);
  } else if (auto alloc = value.getDefiningOp<memref::AllocOp>();
             alloc && alloc->hasAttr("weir.carried")) {
    Location loc = alloc.getLoc();
    FrameBuffer buffer = carriedBuffer(source, alloc);
    Value list = loadField(builder, loc, frame, buffer.field, frame.getType());
    Value start = loadField(builder, loc, list, buffer.number * 8, frame.getType());
    result = view(builder, loc, start, alloc.getType(), sizesOf(alloc));
  } else if (alloc) {
    Location loc = alloc.getLoc();
    ArrayRef<int64_t> place = alloc->getAttrOfType<DenseI64ArrayAttr>("weir.arena").asArrayRef();
    Value bytes = indexConstant(builder, loc, place[0]);
    if (place[1] != 0)
      bytes = addIndex(builder, loc, bytes, mulIndex(builder, loc, readBatch(builder), place[1]));
    Value arena = loadField(builder, loc, frame, frame_layout::arena, frame.getType());
    result = view(builder, loc, shift(builder, loc, arena, bytes), alloc.getType(), sizesOf(alloc));
  } else {
    Operation *op = value.getDefiningOp();
    for (Value operand : op->getOperands())
      read(builder, operand);
    Operation *copy = builder.clone(*op, known);
    return copy->getResult(cast<OpResult>(value).getResultNumber());
  }
  known.map(value, result);
  return result;
}
