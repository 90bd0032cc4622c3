//===- PlanArena.cpp - gives every buffer its place in one arena --------------------===//
//
// All buffers are either of fixed size or proportional to the batch (those of fewer rows, whose
// number is counted in a step, have places for a whole batch), so two packings
// by offset suffice: one counted in bytes, one in bytes per example, placed behind
// the first. Each is packed greedily, largest first, into the lowest gap that is free
// during the buffer's life (Pisarchyk and Lee, 2020, "greedy by size").
//
// Where a batch goes through segments of kernels in slices (see weir-slice-batch), what one
// segment leaves for a later one is packed a third time, for all examples, and lives as long
// as the segments that use it: each slice begins at its first kernel again.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/Passes.h"

#include "Frame.h"
#include "Kernel.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace weir {
#define GEN_PASS_DEF_PLANARENAPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

namespace {

// What a buffer's size is counted in: bytes, bytes per example of a slice, or of the batch.
enum class Kind { Fixed, Sliced, Carried };

struct Buffer {
  memref::AllocOp alloc;
  int64_t first = 0, last = 0; // positions in the block
  int64_t bytes = 0;
  Kind kind = Kind::Fixed;
  int64_t offset = 0;
};

// The positions of a segment's kernels in the block.
struct Segment {
  int64_t first, last;
};

struct PlanArenaPass : weir::impl::PlanArenaPassBase<PlanArenaPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.getBody().hasOneBlock())
      return;
    Block &block = function.getBody().front();
    if (failed(weir::verifySegments(function)))
      return signalPassFailure();
    DenseMap<Operation *, int64_t> position;
    for (auto [i, op] : llvm::enumerate(block))
      position[&op] = i;

    SmallVector<Segment> segments = findSegments(function, position);
    SmallVector<Buffer> buffers;
    for (auto alloc : block.getOps<memref::AllocOp>()) {
      Buffer buffer;
      buffer.alloc = alloc;
      if (!alloc.getDynamicSizes().empty())
        buffer.kind = Kind::Sliced;
      buffer.bytes = llvm::alignTo(weir::bytesPerExample(alloc.getType()), 64);
      buffer.first = buffer.last = position[alloc];
      if (!alloc->use_empty())
        buffer.first = position.size();
      extendLife(alloc.getResult(), block, position, buffer);
      extendToSegments(segments, buffer);
      buffers.push_back(buffer);
    }
    int64_t fixed = pack(buffers, Kind::Fixed);
    int64_t perExample = pack(buffers, Kind::Sliced);
    int64_t carried = pack(buffers, Kind::Carried);

    Builder builder(&getContext());
    int64_t number = 0;
    for (Buffer &buffer : buffers) {
      if (buffer.kind == Kind::Carried) {
        buffer.alloc->setAttr("weir.carried",
                              builder.getDenseI64ArrayAttr({number++, buffer.offset}));
        continue;
      }
      bool sliced = buffer.kind == Kind::Sliced;
      buffer.alloc->setAttr("weir.arena",
                            builder.getDenseI64ArrayAttr(
                                {sliced ? fixed : buffer.offset, sliced ? buffer.offset : 0}));
    }
    function->setAttr("weir.arena_bytes",
                      builder.getDenseI64ArrayAttr({fixed, perExample + carried}));
    if (!segments.empty())
      describeSegments(function, segments, buffers, carried);
  }

  static SmallVector<Segment> findSegments(func::FuncOp function,
                                           DenseMap<Operation *, int64_t> &position) {
    SmallVector<Segment> segments;
    auto list = function->getAttrOfType<ArrayAttr>("weir.segments");
    if (!list)
      return segments;
    SmallVector<int64_t> kernels;
    for (Operation &op : function.getBody().front())
      if (op.hasAttr("weir.kernel"))
        kernels.push_back(position[&op]);
    size_t next = 0;
    for (auto segment : list.getAsRange<weir::SegmentAttr>()) {
      size_t end = next + segment.getKernels();
      segments.push_back({kernels[next], kernels[end - 1]});
      next = end;
    }
    return segments;
  }

  // What more than one segment uses must outlive all slices of them.
  static void extendToSegments(ArrayRef<Segment> segments, Buffer &buffer) {
    auto uses = [&](const Segment &segment) {
      return buffer.first <= segment.last && segment.first <= buffer.last;
    };
    auto *first = llvm::find_if(segments, uses);
    if (first == segments.end() || buffer.last <= first->last)
      return;
    buffer.first = std::min(buffer.first, first->first);
    for (const Segment &segment : segments)
      if (uses(segment))
        buffer.last = std::max(buffer.last, segment.last);
    if (buffer.kind == Kind::Sliced) {
      assert(buffer.alloc.getType().isDynamicDim(0) && "a slice is some of the first axis");
      buffer.kind = Kind::Carried;
    }
  }

  // Says of each segment what its own buffers take, and of all of them what is carried.
  static void describeSegments(func::FuncOp function, ArrayRef<Segment> segments,
                               ArrayRef<Buffer> buffers, int64_t carried) {
    Builder builder(function.getContext());
    SmallVector<Attribute> described;
    auto list = function->getAttrOfType<ArrayAttr>("weir.segments");
    for (auto [segment, attribute] :
         llvm::zip_equal(segments, list.getAsRange<weir::SegmentAttr>())) {
      int64_t bytes = 0;
      for (const Buffer &buffer : buffers)
        if (buffer.kind == Kind::Sliced && buffer.first <= segment.last &&
            segment.first <= buffer.last)
          bytes = std::max(bytes, buffer.offset + buffer.bytes);
      described.push_back(weir::SegmentAttr::get(function.getContext(), attribute.getKernels(),
                                                 attribute.getExamples(), bytes));
    }
    function->setAttr("weir.segments", builder.getArrayAttr(described));
    function->setAttr("weir.carried_bytes", builder.getI64IntegerAttr(carried));
  }

  // A buffer lives from its first to its last use, through all views of it. A number in it that
  // says how large others are is `read` anew by each kernel that asks for their size.
  static void extendLife(Value value, Block &block, DenseMap<Operation *, int64_t> &position,
                         Buffer &buffer, bool read = false) {
    for (Operation *user : value.getUsers()) {
      bool isView = isa<ViewLikeOpInterface>(user);
      bool reads = read || (isa<memref::LoadOp>(user) && user->getBlock() == &block);
      if (isView || (reads && user->getBlock() == &block && !isa<scf::ForOp>(user)))
        for (Value result : user->getResults())
          extendLife(result, block, position, buffer, reads);
      if (isView)
        continue;
      int64_t at = position[block.findAncestorOpInBlock(*user)];
      buffer.first = std::min(buffer.first, at);
      buffer.last = std::max(buffer.last, at);
    }
  }

  static int64_t pack(MutableArrayRef<Buffer> buffers, Kind kind) {
    SmallVector<Buffer *> order;
    for (Buffer &buffer : buffers)
      if (buffer.kind == kind)
        order.push_back(&buffer);
    llvm::sort(order, [](Buffer *a, Buffer *b) {
      return std::pair(-a->bytes, a->first) < std::pair(-b->bytes, b->first);
    });
    int64_t total = 0;
    SmallVector<Buffer *> placed;
    for (Buffer *buffer : order) {
      SmallVector<Buffer *> rivals;
      for (Buffer *other : placed)
        if (other->first <= buffer->last && buffer->first <= other->last)
          rivals.push_back(other);
      llvm::sort(rivals, [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
      int64_t offset = 0;
      for (Buffer *rival : rivals) {
        if (offset + buffer->bytes <= rival->offset)
          break;
        offset = std::max(offset, rival->offset + rival->bytes);
      }
      buffer->offset = offset;
      total = std::max(total, offset + buffer->bytes);
      placed.push_back(buffer);
    }
    return total;
  }
};
} // namespace
