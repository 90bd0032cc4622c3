//===- PlanArena.cpp - gives every buffer its place in one arena --------------------===//
//
// All buffers are either of fixed size or proportional to the batch, so two packings
// by offset suffice: one counted in bytes, one in bytes per example, placed behind
// the first. Each is packed greedily, largest first, into the lowest gap that is free
// during the buffer's life (Pisarchyk and Lee, 2020, "greedy by size").
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace weir {
#define GEN_PASS_DEF_PLANARENAPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;

namespace {

struct Buffer {
  memref::AllocOp alloc;
  int64_t first = 0, last = 0; // positions in the block
  int64_t bytes = 0;           // per example, if batched
  bool batched = false;
  int64_t offset = 0;
};

struct PlanArenaPass : weir::impl::PlanArenaPassBase<PlanArenaPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.getBody().hasOneBlock())
      return;
    Block &block = function.getBody().front();
    DenseMap<Operation *, int64_t> position;
    for (auto [i, op] : llvm::enumerate(block))
      position[&op] = i;

    SmallVector<Buffer> buffers;
    for (auto alloc : block.getOps<memref::AllocOp>()) {
      Buffer buffer;
      buffer.alloc = alloc;
      buffer.batched = !alloc.getDynamicSizes().empty();
      int64_t elements = 1;
      for (int64_t size : alloc.getType().getShape())
        elements *= ShapedType::isDynamic(size) ? 1 : size;
      buffer.bytes = llvm::alignTo(elements * (alloc.getType().getElementTypeBitWidth() / 8), 64);
      buffer.first = buffer.last = position[alloc];
      if (!alloc->use_empty())
        buffer.first = position.size();
      extendLife(alloc.getResult(), block, position, buffer);
      buffers.push_back(buffer);
    }
    int64_t fixed = pack(buffers, /*batched=*/false);
    int64_t perExample = pack(buffers, /*batched=*/true);

    Builder builder(&getContext());
    for (Buffer &buffer : buffers) {
      int64_t fixedPart = buffer.batched ? fixed : buffer.offset;
      int64_t batchPart = buffer.batched ? buffer.offset : 0;
      buffer.alloc->setAttr("weir.arena", builder.getDenseI64ArrayAttr({fixedPart, batchPart}));
    }
    function->setAttr("weir.arena_bytes", builder.getDenseI64ArrayAttr({fixed, perExample}));
  }

  // A buffer lives from its first to its last use, through all views of it.
  static void extendLife(Value value, Block &block, DenseMap<Operation *, int64_t> &position,
                         Buffer &buffer) {
    for (Operation *user : value.getUsers()) {
      if (isa<ViewLikeOpInterface>(user)) {
        for (Value view : user->getResults())
          extendLife(view, block, position, buffer);
        continue;
      }
      int64_t at = position[block.findAncestorOpInBlock(*user)];
      buffer.first = std::min(buffer.first, at);
      buffer.last = std::max(buffer.last, at);
    }
  }

  static int64_t pack(MutableArrayRef<Buffer> buffers, bool batched) {
    SmallVector<Buffer *> order;
    for (Buffer &buffer : buffers)
      if (buffer.batched == batched)
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
