//===- SliceBatch.cpp - how many examples go through which kernels together ---------------===//
//
// What one kernel writes is read by the next: from a cache, if the examples are few. But
// every slice of a batch reads the weights again. Both are counted as bytes that are moved
// (CostModel.h), and the cheapest division of the kernels into segments, each with slices of
// its own, is found by dynamic programming over the kernels.
//
//===----------------------------------------------------------------------===//

#include "weir/CodeGen/CostModel.h"
#include "weir/CodeGen/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"

#include "Kernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

#include <limits>

namespace weir {
#define GEN_PASS_DEF_SLICEBATCHPASS
#include "weir/CodeGen/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

// Another segment must save as much as this part of what one segment moves.
static constexpr double kLeastGain = 0.05;

namespace {

// What a kernel reads and writes.
struct Traffic {
  double activations = 0;      // bytes per example
  double footprint = 0;        // bytes per example of all buffers that are alive
  double work = 0;             // operations per example
  SmallVector<double> statics; // bytes of each buffer that has no batch: weights, mostly
  SmallVector<double> weights; // what a slice reads of them, by its size
};

// A buffer of the arena, from the first kernel that uses it to the last.
struct Life {
  double bytes = 0; // per example
  size_t first = 0, last = 0;
};

// The best division of the kernels up to one: where its last segment begins, and how many
// examples a slice has there.
struct Division {
  double cost = 0;
  size_t begin = 0;
  int64_t examples = 0;
};

struct SliceBatchPass : weir::impl::SliceBatchPassBase<SliceBatchPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.getName() != "run" || cacheBytes == 0)
      return;
    caches.second = cacheBytes;
    collect(function);
    if (kernels.empty())
      return;
    // A first division counts how much there is to gain.
    double whole = divide(std::numeric_limits<double>::infinity()).back().cost;
    std::vector<Division> best = divide(kLeastGain * whole);
    SmallVector<Attribute> segments;
    for (size_t end = kernels.size(); end > 0; end = best[end].begin)
      segments.push_back(SegmentAttr::get(&getContext(), end - best[end].begin, best[end].examples,
                                          /*bytes=*/0));
    std::reverse(segments.begin(), segments.end());
    if (segments.size() > 1 || best.back().examples != 0)
      function->setAttr("weir.segments", ArrayAttr::get(&getContext(), segments));
  }

private:
  void collect(func::FuncOp function) {
    kernels.clear();
    lives.clear();
    llvm::MapVector<Value, Life> alive;
    for (auto loop : function.getBody().front().getOps<scf::ForOp>()) {
      size_t number = kernels.size();
      Traffic &kernel = kernels.emplace_back();
      kernel.work = double(loop->getAttrOfType<IntegerAttr>("weir.kernel").getInt());
      llvm::SetVector<Value> used, roots;
      getUsedValuesDefinedAbove(loop.getRegion(), used);
      for (Value value : used)
        if (isa<MemRefType>(value.getType()))
          roots.insert(rootOf(value));
      for (Value root : roots) {
        auto type = cast<MemRefType>(root.getType());
        double bytes = double(bytesPerExample(type));
        if (type.hasStaticShape()) {
          kernel.statics.push_back(bytes);
          allWeights += bytes;
          continue;
        }
        kernel.activations += bytes;
        if (root.getDefiningOp<memref::AllocOp>()) {
          Life &life = alive.insert({root, {bytes, number, number}}).first->second;
          life.last = number;
        }
      }
    }
    for (auto &[root, life] : alive) {
      lives.push_back(life);
      for (size_t i = life.first; i <= life.last; ++i)
        kernels[i].footprint += life.bytes;
    }
    for (Traffic &kernel : kernels)
      for (int64_t examples : sizes) {
        // An example reads no more numbers than it has operations: of a table, say, its rows.
        double most = 4 * kernel.work * double(examples), sum = 0;
        for (double bytes : kernel.statics)
          sum += std::min(bytes, most);
        kernel.weights.push_back(sum);
      }
  }

  // For each number of kernels, the best division of the first so many; each segment but the
  // first costs `perSegment` besides what it moves.
  std::vector<Division> divide(double perSegment) const {
    // What is carried into the segment that begins with a kernel is written and read, of the
    // whole batch, which is as often in memory as not.
    constexpr double toCarry = 6;
    std::vector<double> carried(kernels.size() + 1, 0);
    for (const Life &life : lives)
      for (size_t begin = life.first + 1; begin <= life.last; ++begin)
        carried[begin] += toCarry * life.bytes;

    std::vector<Division> best(kernels.size() + 1);
    for (size_t end = 1; end <= kernels.size(); ++end)
      best[end].cost = std::numeric_limits<double>::infinity();
    for (size_t begin = 0; begin < kernels.size(); ++begin) {
      double before = begin == 0 ? 0 : best[begin].cost + perSegment + carried[begin];
      SliceTraffic traffic;
      traffic.weightsInMemory = allWeights > double(caches.last());
      std::vector<double> weights(sizes.size(), 0);
      for (size_t end = begin + 1; end <= kernels.size(); ++end) {
        const Traffic &kernel = kernels[end - 1];
        traffic.kernels += 1;
        traffic.activations += kernel.activations;
        traffic.footprint = std::max(traffic.footprint, kernel.footprint);
        for (size_t i = 0; i < sizes.size(); ++i) {
          traffic.weights = weights[i] += kernel.weights[i];
          double cost = before + sliceCost(traffic, sizes[i], caches);
          if (cost < best[end].cost)
            best[end] = {cost, begin, sizes[i] == sizes.back() ? 0 : sizes[i]};
        }
      }
    }
    return best;
  }

  CacheSizes caches{};
  SmallVector<Traffic> kernels;
  SmallVector<Life> lives;
  double allWeights = 0;
  // What slices are tried; the last stands for all examples at once.
  const std::vector<int64_t> sizes = {1,  2,  3,   4,   6,   8,   12,  16,  24,   32,   48,
                                      64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 1 << 20};
};
} // namespace
