//===- OutlineKernels.cpp - functions of kernels, and a model's exported functions ------===//

#include "weir/CodeGen/ParallelKernels.h"
#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "Frame.h"
#include "Kernel.h"
#include "VectorBody.h"

#include "weir/Runtime/weir_runtime.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

namespace weir {
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

namespace {

struct OutlineKernelsPass : weir::impl::OutlineKernelsPassBase<OutlineKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto prepare = module.lookupSymbol<func::FuncOp>("prepare");
    auto run = module.lookupSymbol<func::FuncOp>("run");
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    if (auto step = module.lookupSymbol<func::FuncOp>("train_step")) {
      ArrayRef<int64_t> arena = arenaOf(step);
      rebuild(builder, step, prefix + "_train_step");
      addSizeFunction(builder, prefix + "_arena_size", arena[0], arena[1], 0);
      if (auto catchUp = module.lookupSymbol<func::FuncOp>("catch_up")) {
        rebuild(builder, catchUp, prefix + "_catch_up");
        catchUp.erase();
      }
      step.erase();
      return;
    }
    if (!prepare || !run) {
      module.emitError("expected the functions 'prepare' and 'run', or 'train_step'");
      return signalPassFailure();
    }
    if (failed(verifySegments(run)))
      return signalPassFailure();
    ArrayRef<int64_t> runArena = arenaOf(run), prepareArena = arenaOf(prepare);
    int64_t preparedBytes = module->getAttrOfType<IntegerAttr>("weir.prepared_bytes").getInt();
    rebuild(builder, prepare, prefix + "_prepare");
    rebuild(builder, run, prefix + "_run");
    addSizeFunction(builder, prefix + "_prepared_size", 0, 0, preparedBytes);
    if (run->hasAttr("weir.segments"))
      addSizeFunction(builder, prefix + "_arena_size", run, prepareArena[0]);
    else
      addSizeFunction(builder, prefix + "_arena_size", runArena[0], runArena[1], prepareArena[0]);
    prepare.erase();
    run.erase();
  }

  static ArrayRef<int64_t> arenaOf(func::FuncOp function) {
    return function->getAttrOfType<DenseI64ArrayAttr>("weir.arena_bytes").asArrayRef();
  }

  static SmallVector<SegmentAttr> segmentsOf(func::FuncOp function) {
    auto list = function->getAttrOfType<ArrayAttr>("weir.segments");
    return list ? llvm::to_vector(list.getAsRange<SegmentAttr>()) : SmallVector<SegmentAttr>();
  }

  // Writes a function (batch) -> bytes.
  static void addSizeFunction(OpBuilder &builder, const std::string &name,
                              llvm::function_ref<Value(OpBuilder &, Value)> bytes) {
    Location loc = builder.getUnknownLoc();
    Type i64 = builder.getI64Type();
    auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(i64, i64));
    OpBuilder body = OpBuilder::atBlockBegin(function.addEntryBlock());
    Value size = bytes(body, function.getArgument(0));
    func::ReturnOp::create(body, loc, size);
  }

  static Value integer(OpBuilder &body, Location loc, int64_t value) {
    return arith::ConstantOp::create(body, loc, body.getI64IntegerAttr(value));
  }

  // max(fixed + perExample * batch, least)
  static void addSizeFunction(OpBuilder &builder, const std::string &name, int64_t fixed,
                              int64_t perExample, int64_t least) {
    addSizeFunction(builder, name, [&](OpBuilder &body, Value batch) -> Value {
      Location loc = batch.getLoc();
      Value bytes = arith::MulIOp::create(body, loc, batch, integer(body, loc, perExample));
      bytes = arith::AddIOp::create(body, loc, bytes, integer(body, loc, fixed));
      return arith::MaxSIOp::create(body, loc, bytes, integer(body, loc, least));
    });
  }

  // max(what slices take + carried * batch, least)
  static void addSizeFunction(OpBuilder &builder, const std::string &name, func::FuncOp run,
                              int64_t least) {
    int64_t carried = run->getAttrOfType<IntegerAttr>("weir.carried_bytes").getInt();
    addSizeFunction(builder, name, [&](OpBuilder &body, Value batch) -> Value {
      Location loc = batch.getLoc();
      Value bytes = slicedBytes(body, run, batch);
      Value whole = arith::MulIOp::create(body, loc, batch, integer(body, loc, carried));
      bytes = arith::AddIOp::create(body, loc, bytes, whole);
      return arith::MaxSIOp::create(body, loc, bytes, integer(body, loc, least));
    });
  }

  // What the arena has before what is carried from segment to segment: the buffers of fixed
  // size, and those of the segment whose slice takes most.
  static Value slicedBytes(OpBuilder &body, func::FuncOp run, Value batch) {
    Location loc = batch.getLoc();
    Value most = integer(body, loc, 0);
    for (SegmentAttr segment : segmentsOf(run)) {
      Value examples = batch;
      if (segment.getExamples() != 0)
        examples =
            arith::MinSIOp::create(body, loc, batch, integer(body, loc, segment.getExamples()));
      Value bytes =
          arith::MulIOp::create(body, loc, examples, integer(body, loc, segment.getBytes()));
      most = arith::MaxSIOp::create(body, loc, most, bytes);
    }
    return arith::AddIOp::create(body, loc, most, integer(body, loc, arenaOf(run)[0]));
  }

  // Kernels into functions of their own; what calls them into an exported function.
  void rebuild(OpBuilder &builder, func::FuncOp source, const std::string &name) {
    Location loc = source.getLoc();
    Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
    auto target = func::FuncOp::create(builder, loc, name,
                                       builder.getFunctionType(pointer, builder.getI32Type()));
    OpBuilder body = OpBuilder::atBlockBegin(target.addEntryBlock());
    Value frame = target.getArgument(0);
    checkPointers(body, source, frame);
    for (BlockArgument argument : source.getArguments())
      if (auto cardinality =
              source.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), "weir.cardinality"))
        checkIds(body, source, argument, frame, cardinality.getInt());

    SmallVector<scf::ForOp> kernels(source.getBody().front().getOps<scf::ForOp>());
    SmallVector<SegmentAttr> segments = segmentsOf(source);
    if (segments.empty())
      callKernels(builder, body, source, frame, name, kernels, 0);
    int64_t first = 0;
    for (auto [i, segment] : llvm::enumerate(segments)) {
      std::string own = name + "_slice" + (segments.size() > 1 ? std::to_string(i) : "");
      func::FuncOp slice = makeInternal(builder, loc, own, pointer);
      OpBuilder inner = OpBuilder::atBlockBegin(slice.addEntryBlock());
      callKernels(builder, inner, source, slice.getArgument(0), name,
                  ArrayRef(kernels).slice(first, segment.getKernels()), first);
      func::ReturnOp::create(inner, loc);
      first += segment.getKernels();
      if (segments.size() == 1)
        callWholeOrSlices(body, source, frame, slice, segment.getExamples());
      else
        callSlices(body, source, frame, slice, segment.getExamples());
    }
    returnStatus(body, loc, WEIR_OK);
  }

  static func::FuncOp makeInternal(OpBuilder &builder, Location loc, const std::string &name,
                                   TypeRange arguments) {
    auto function =
        func::FuncOp::create(builder, loc, name, builder.getFunctionType(arguments, {}));
    function.setPrivate();
    function->setAttr("llvm.linkage",
                      LLVM::LinkageAttr::get(builder.getContext(), LLVM::Linkage::Internal));
    return function;
  }

  // The kernels are numbered from `number` on.
  void callKernels(OpBuilder &builder, OpBuilder &body, func::FuncOp source, Value frame,
                   const std::string &name, ArrayRef<scf::ForOp> kernels, int64_t number) {
    Type i64 = builder.getI64Type();
    FrameReader reader(source, frame);
    for (scf::ForOp loop : kernels) {
      func::FuncOp kernel =
          makeInternal(builder, loop.getLoc(), name + "_kernel" + std::to_string(number++),
                       {frame.getType(), i64, i64});
      fillKernel(kernel, source, loop);
      Value units = reader.read(body, loop.getUpperBound());
      callKernel(body, loop.getLoc(), kernel, frame, units, examplesToDivide(loop, parallelWork));
    }
  }

  // The caller's frame serves a batch that is no larger than a slice.
  static void callWholeOrSlices(OpBuilder &body, func::FuncOp source, Value frame, func::FuncOp one,
                                int64_t slice) {
    Location loc = source.getLoc();
    Value batch = loadField(body, loc, frame, frame_layout::batch, body.getI64Type());
    Value fits = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::sle, batch,
                                       integer(body, loc, slice));
    auto branch = scf::IfOp::create(body, loc, fits, /*withElseRegion=*/true);
    OpBuilder whole = branch.getThenBodyBuilder();
    func::CallOp::create(whole, loc, one, frame);
    OpBuilder parts = branch.getElseBodyBuilder();
    callSlices(parts, source, frame, one, slice);
  }

  // Calls `one` for up to `slice` examples at a time, or for all if that is 0. Each time it
  // gets a frame of its own, whose inputs and outputs, and whatever goes from segment to
  // segment, begin with the first of these examples.
  static void callSlices(OpBuilder &parts, func::FuncOp source, Value frame, func::FuncOp one,
                         int64_t slice) {
    Location loc = source.getLoc();
    Type i64 = parts.getI64Type(), pointer = frame.getType();
    Value batch = loadField(parts, loc, frame, frame_layout::batch, i64);
    auto constant = [&](int64_t value) { return integer(parts, loc, value); };
    // As few slices as there can be, and as even: a last one of few examples takes long.
    auto divideUp = [&](Value value, Value divisor) -> Value {
      Value most = arith::SubIOp::create(parts, loc, divisor, constant(1));
      most = arith::AddIOp::create(parts, loc, value, most);
      return arith::DivUIOp::create(parts, loc, most, divisor);
    };
    // A batch of none is a slice of none, which fills what has no batch.
    Value end = arith::MaxSIOp::create(parts, loc, batch, constant(1));
    Value step = end;
    if (slice > 0)
      step = divideUp(step, divideUp(step, constant(slice)));
    auto allocate = [&](int64_t words) -> Value {
      return LLVM::AllocaOp::create(parts, loc, pointer, i64, constant(words));
    };
    auto shift = [&](OpBuilder &at, Value start, Value offset) -> Value {
      return LLVM::GEPOp::create(at, loc, pointer, at.getI8Type(), start,
                                 ArrayRef<LLVM::GEPArg>{offset});
    };
    // By field of the frame and number in its list: where it begins for the whole batch, and
    // what an example takes.
    struct Entry {
      Value start;
      int64_t bytes;
    };
    llvm::MapVector<int64_t, llvm::MapVector<int64_t, Entry>> lists;
    auto bytesOf = [](MemRefType type) {
      return type.hasStaticShape() ? 0 : bytesPerExample(type);
    };
    llvm::SmallDenseMap<int64_t, Value> given; // the caller's lists
    for (BlockArgument argument : source.getArguments()) {
      FrameBuffer buffer = frameBuffer(source, argument);
      if (!buffer.isList)
        continue;
      Value &list = given[buffer.field];
      if (!list)
        list = loadField(parts, loc, frame, buffer.field, pointer);
      lists[buffer.field][buffer.number] = {loadField(parts, loc, list, buffer.number * 8, pointer),
                                            bytesOf(cast<MemRefType>(argument.getType()))};
    }
    Value carried; // where the part of the arena begins that goes from segment to segment
    for (auto alloc : source.getBody().front().getOps<memref::AllocOp>()) {
      auto place = alloc->getAttrOfType<DenseI64ArrayAttr>("weir.carried");
      if (!place)
        continue;
      if (!carried)
        carried = shift(parts, loadField(parts, loc, frame, frame_layout::arena, pointer),
                        slicedBytes(parts, source, batch));
      FrameBuffer buffer = carriedBuffer(source, alloc);
      Value offset = arith::MulIOp::create(parts, loc, batch, constant(place[1]));
      lists[buffer.field][buffer.number] = {shift(parts, carried, offset),
                                            bytesOf(alloc.getType())};
    }
    Value own = allocate(sizeof(weir_frame) / 8);
    for (int64_t field : {frame_layout::prepared, frame_layout::arena, frame_layout::parallelFor,
                          frame_layout::pool})
      storeField(parts, loc, own, field, loadField(parts, loc, frame, field, pointer));
    llvm::SmallDenseMap<int64_t, Value> ownLists;
    for (auto &[field, entries] : lists) {
      int64_t length = 0;
      for (auto &[number, entry] : entries)
        length = std::max(length, number + 1);
      ownLists[field] = allocate(length);
      storeField(parts, loc, own, field, ownLists[field]);
    }
    auto loop = scf::ForOp::create(parts, loc, constant(0), end, step);
    OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
    Value begin = loop.getInductionVar();
    Value rest = arith::SubIOp::create(inner, loc, batch, begin);
    storeField(inner, loc, own, frame_layout::batch,
               arith::MinSIOp::create(inner, loc, rest, step));
    for (auto &[field, entries] : lists)
      for (auto &[number, entry] : entries) {
        Value offset = arith::MulIOp::create(inner, loc, begin, integer(inner, loc, entry.bytes));
        storeField(inner, loc, ownLists[field], number * 8, shift(inner, entry.start, offset));
      }
    func::CallOp::create(inner, loc, one, own);
  }

  static void fillKernel(func::FuncOp kernel, func::FuncOp source, scf::ForOp loop) {
    Location loc = loop.getLoc();
    OpBuilder body = OpBuilder::atBlockBegin(kernel.addEntryBlock());
    FrameReader reader(source, kernel.getArgument(0));
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(loop.getRegion(), captured);
    IRMapping mapping;
    for (Value value : captured)
      mapping.map(value, reader.read(body, value));
    auto toIndex = [&](Value value) {
      return arith::IndexCastOp::create(body, loc, body.getIndexType(), value);
    };
    auto copy = scf::ForOp::create(body, loc, toIndex(kernel.getArgument(1)),
                                   toIndex(kernel.getArgument(2)), indexConstant(body, loc, 1));
    mapping.map(loop.getInductionVar(), copy.getInductionVar());
    OpBuilder inner = OpBuilder::atBlockBegin(copy.getBody());
    for (Operation &op : loop.getBody()->without_terminator())
      inner.clone(op, mapping);
    func::ReturnOp::create(body, loc);
  }

  // Through the caller's parallel_for if there is one and the batch has so many examples, else
  // here.
  void callKernel(OpBuilder &body, Location loc, func::FuncOp kernel, Value frame, Value units,
                  int64_t leastExamples) {
    Type i64 = body.getI64Type();
    Type pointer = LLVM::LLVMPointerType::get(body.getContext());
    auto constant = [&](int64_t n) {
      return arith::ConstantOp::create(body, loc, body.getI64IntegerAttr(n));
    };
    Value count = arith::IndexCastOp::create(body, loc, i64, units);
    Value batch = loadField(body, loc, frame, frame_layout::batch, i64);
    Value hook = loadField(body, loc, frame, frame_layout::parallelFor, pointer);
    Value none = LLVM::ZeroOp::create(body, loc, pointer);
    Value hasHook = LLVM::ICmpOp::create(body, loc, LLVM::ICmpPredicate::ne, hook, none);
    Value isLarge =
        arith::CmpIOp::create(body, loc, arith::CmpIPredicate::sge, batch, constant(leastExamples));
    Value isDivisible =
        arith::CmpIOp::create(body, loc, arith::CmpIPredicate::sgt, count, constant(1));
    Value parallel = hasHook;
    if (parallelWork > 0)
      parallel = arith::AndIOp::create(body, loc, hasHook,
                                       arith::AndIOp::create(body, loc, isLarge, isDivisible));
    auto branch = scf::IfOp::create(body, loc, parallel, /*withElseRegion=*/true);
    {
      OpBuilder then = branch.getThenBodyBuilder();
      Value pool = loadField(then, loc, frame, frame_layout::pool, pointer);
      Value function =
          func::ConstantOp::create(then, loc, kernel.getFunctionType(), kernel.getSymName());
      Value address = UnrealizedConversionCastOp::create(then, loc, pointer, function).getResult(0);
      auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(body.getContext()),
                                              {pointer, i64, pointer, pointer});
      LLVM::CallOp::create(then, loc, type, ValueRange{hook, pool, count, address, frame});
    }
    OpBuilder otherwise = branch.getElseBodyBuilder();
    Value zero = arith::ConstantOp::create(otherwise, loc, body.getI64IntegerAttr(0));
    func::CallOp::create(otherwise, loc, kernel, ValueRange{frame, zero, count});
  }

  // Goes to a block of its own if `bad` holds, else on in the body. The builder that is
  // returned writes that block, which must leave the function.
  static OpBuilder branchIf(OpBuilder &body, Location loc, Value bad) {
    Region *region = body.getBlock()->getParent();
    Block *refusal = new Block, *next = new Block;
    region->push_back(refusal);
    region->push_back(next);
    cf::CondBranchOp::create(body, loc, bad, refusal, ValueRange{}, next, ValueRange{});
    body.setInsertionPointToStart(next);
    return OpBuilder::atBlockBegin(refusal);
  }

  static void returnStatus(OpBuilder &body, Location loc, int32_t status) {
    Value value = arith::ConstantOp::create(body, loc, body.getI32IntegerAttr(status));
    func::ReturnOp::create(body, loc, value);
  }

  // Returns 2 from the function if the batch is negative, or if a pointer is null that
  // has any bytes to point to: with no examples, only what has no batch needs memory.
  static void checkPointers(OpBuilder &body, func::FuncOp source, Value frame) {
    Location loc = source.getLoc();
    Type pointer = frame.getType(), i64 = body.getI64Type();
    Value none = LLVM::ZeroOp::create(body, loc, pointer);
    auto isNull = [&](Value value) -> Value {
      return LLVM::ICmpOp::create(body, loc, LLVM::ICmpPredicate::eq, value, none);
    };
    auto refuseIf = [&](Value bad) {
      OpBuilder refusal = branchIf(body, loc, bad);
      returnStatus(refusal, loc, WEIR_BAD_ARGUMENT);
    };
    refuseIf(isNull(frame));

    Value batch = loadField(body, loc, frame, frame_layout::batch, i64);
    Value zero = arith::ConstantOp::create(body, loc, body.getI64IntegerAttr(0));
    Value bad = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::slt, batch, zero);
    Value hasExamples = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::sgt, batch, zero);
    auto addNull = [&](Value value, bool onlyWithExamples) {
      Value null = isNull(value);
      if (onlyWithExamples)
        null = arith::AndIOp::create(body, loc, null, hasExamples);
      bad = arith::OrIOp::create(body, loc, bad, null);
    };
    ArrayRef<int64_t> arena = arenaOf(source);
    if (arena[0] + arena[1] > 0)
      addNull(loadField(body, loc, frame, frame_layout::arena, pointer), arena[0] == 0);
    // The tensors, by the field of the frame and the number in its list.
    llvm::MapVector<std::pair<int64_t, int64_t>, bool> tensors;
    llvm::SetVector<int64_t> fields;
    for (BlockArgument argument : source.getArguments()) {
      FrameBuffer buffer = frameBuffer(source, argument);
      if (buffer.field < 0)
        continue;
      fields.insert(buffer.field);
      if (buffer.isList)
        tensors.insert({{buffer.field, buffer.number},
                        !cast<MemRefType>(argument.getType()).hasStaticShape()});
    }
    llvm::SmallDenseMap<int64_t, Value> lists;
    for (int64_t field : fields) {
      lists[field] = loadField(body, loc, frame, field, pointer);
      addNull(lists[field], /*onlyWithExamples=*/false);
    }
    refuseIf(bad);
    bad = arith::ConstantOp::create(body, loc, body.getBoolAttr(false));
    for (auto [place, batched] : tensors)
      addNull(loadField(body, loc, lists[place.first], place.second * 8, pointer), batched);
    if (!tensors.empty())
      refuseIf(bad);
  }

  // Returns 1 from the function, with the error filled in, if an id is outside its
  // table. The loop has no branch, so that it costs little where all is well.
  static void checkIds(OpBuilder &body, func::FuncOp source, BlockArgument argument, Value frame,
                       int64_t cardinality) {
    Location loc = argument.getLoc();
    Type i64 = body.getI64Type();
    FrameReader reader(source, frame);
    Value ids = reader.read(body, argument);
    auto type = cast<MemRefType>(ids.getType());
    int64_t perExample = elementsPerExample(type);
    Value count = indexConstant(body, loc, perExample);
    if (!type.hasStaticShape())
      count = mulIndex(body, loc, reader.readBatch(body), perExample);
    auto flatType = MemRefType::get({ShapedType::kDynamic}, i64);
    Value flat = memref::ReinterpretCastOp::create(
        body, loc, flatType, ids, OpFoldResult(body.getIndexAttr(0)), ArrayRef<OpFoldResult>{count},
        ArrayRef<OpFoldResult>{body.getIndexAttr(1)});
    Value limit = arith::ConstantOp::create(body, loc, body.getI64IntegerAttr(cardinality));
    auto loop = scf::ForOp::create(body, loc, indexConstant(body, loc, 0), count,
                                   indexConstant(body, loc, 1), count);
    {
      OpBuilder inner = OpBuilder::atBlockBegin(loop.getBody());
      Value position = loop.getInductionVar();
      Value id = memref::LoadOp::create(inner, loc, flat, position);
      Value bad = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::uge, id, limit);
      Value first = arith::MinUIOp::create(inner, loc, loop.getRegionIterArg(0), position);
      Value next = arith::SelectOp::create(inner, loc, bad, first, loop.getRegionIterArg(0));
      scf::YieldOp::create(inner, loc, next);
    }
    Value first = loop.getResult(0);
    Value refused = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::ult, first, count);

    OpBuilder refusal = branchIf(body, loc, refused);
    Value number =
        arith::ConstantOp::create(refusal, loc, refusal.getI64IntegerAttr(argument.getArgNumber()));
    Value value = memref::LoadOp::create(refusal, loc, flat, first);
    Value position = arith::IndexCastOp::create(refusal, loc, i64, first);
    storeField(refusal, loc, frame, frame_layout::errorInput, number);
    storeField(refusal, loc, frame, frame_layout::errorPosition, position);
    storeField(refusal, loc, frame, frame_layout::errorValue, value);
    returnStatus(refusal, loc, WEIR_INDEX_OUT_OF_RANGE);
  }
};
} // namespace
