//===- UnitAccess.cpp - what a unit of a kernel touches of each buffer ------------===//

#include "UnitAccess.h"

#include "Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace weir;

//===----------------------------------------------------------------------===//
// How many units there are
//===----------------------------------------------------------------------===//

static std::optional<int64_t> constantOf(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

static std::optional<UnitCount> sizeOf(Value size);

// The first axis of a buffer, if it is the batch, or of one that has the same elements in
// another shape.
static std::optional<UnitCount> firstAxis(Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  Value whole = memory;
  while (Operation *view = whole.getDefiningOp()) {
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(view))
      break;
    whole = view->getOperand(0);
  }
  auto wholeType = cast<MemRefType>(whole.getType());
  if (wholeType.getNumDynamicDims() != 1 || !wholeType.isDynamicDim(0) ||
      type.getNumDynamicDims() != 1 || !type.isDynamicDim(0))
    return std::nullopt;
  int64_t elements = elementsPerExample(wholeType), own = elementsPerExample(type);
  if (own == 0 || elements % own != 0)
    return std::nullopt;
  UnitCount batch{1, true};
  if (auto alloc = whole.getDefiningOp<memref::AllocOp>()) {
    std::optional<UnitCount> size = sizeOf(alloc.getDynamicSizes()[0]);
    if (!size)
      return std::nullopt;
    batch = *size;
  } else if (!isa<BlockArgument>(whole)) {
    return std::nullopt;
  }
  return UnitCount{batch.factor * (elements / own), batch.batched};
}

static std::optional<UnitCount> sizeOf(Value size) {
  if (std::optional<int64_t> constant = constantOf(size))
    return UnitCount{*constant, false};
  if (isa<BlockArgument>(size))
    return UnitCount{1, true};
  if (auto dim = size.getDefiningOp<memref::DimOp>())
    return dim.getConstantIndex() == 0 ? firstAxis(dim.getSource()) : std::nullopt;
  if (auto product = size.getDefiningOp<arith::MulIOp>()) {
    std::optional<UnitCount> lhs = sizeOf(product.getLhs()), rhs = sizeOf(product.getRhs());
    if (lhs && rhs && !(lhs->batched && rhs->batched))
      return UnitCount{lhs->factor * rhs->factor, lhs->batched || rhs->batched};
  }
  return std::nullopt;
}

std::optional<UnitCount> weir::countUnits(scf::ForOp kernel) {
  if (constantOf(kernel.getLowerBound()) != 0 || constantOf(kernel.getStep()) != 1)
    return std::nullopt;
  return sizeOf(kernel.getUpperBound());
}

//===----------------------------------------------------------------------===//
// Where a unit touches a buffer
//===----------------------------------------------------------------------===//

namespace {

// A sum of values, each times a factor.
struct Linear {
  llvm::SmallMapVector<Value, int64_t, 4> terms;
  int64_t constant = 0;

  void add(Value value, int64_t factor) {
    if (std::optional<int64_t> known = constantOf(value)) {
      constant += factor * *known;
      return;
    }
    if (auto sum = value.getDefiningOp<arith::AddIOp>()) {
      add(sum.getLhs(), factor);
      return add(sum.getRhs(), factor);
    }
    if (auto product = value.getDefiningOp<arith::MulIOp>()) {
      if (std::optional<int64_t> times = constantOf(product.getRhs()))
        return add(product.getLhs(), factor * *times);
      if (std::optional<int64_t> times = constantOf(product.getLhs()))
        return add(product.getRhs(), factor * *times);
    }
    terms[value] += factor;
  }

  // unit / n * (n * f) + unit % n * f is unit * f.
  void joinQuotients(Value unit) {
    for (auto [value, factor] : llvm::to_vector(terms)) {
      auto rest = value.getDefiningOp<arith::RemUIOp>();
      std::optional<int64_t> divisor = rest ? constantOf(rest.getRhs()) : std::nullopt;
      if (!divisor || rest.getLhs() != unit)
        continue;
      for (auto [other, otherFactor] : llvm::to_vector(terms)) {
        auto quotient = other.getDefiningOp<arith::DivUIOp>();
        if (!quotient || quotient.getLhs() != unit || constantOf(quotient.getRhs()) != divisor ||
            otherFactor != *divisor * factor)
          continue;
        terms[unit] += factor;
        terms.erase(value);
        terms.erase(other);
        break;
      }
    }
  }
};

struct Interval {
  int64_t low, high;
};

// A load or store of one or several neighbouring elements.
struct Access {
  Value memory;
  ValueRange indices;
  int64_t elements = 1;
};

} // namespace

static std::optional<Access> accessOf(Operation *op) {
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return Access{load.getMemRef(), load.getIndices()};
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return Access{store.getMemRef(), store.getIndices()};
  if (auto load = dyn_cast<vector::LoadOp>(op))
    return Access{load.getBase(), load.getIndices(), load.getVectorType().getNumElements()};
  if (auto store = dyn_cast<vector::StoreOp>(op))
    return Access{store.getBase(), store.getIndices(), store.getVectorType().getNumElements()};
  return std::nullopt;
}

// The values that an index takes inside of a unit.
static std::optional<Interval> rangeOf(Value index) {
  if (auto least = index.getDefiningOp<arith::MinUIOp>()) {
    std::optional<Interval> range = rangeOf(least.getLhs());
    std::optional<int64_t> most = constantOf(least.getRhs());
    if (!range || !most || range->low < 0 || *most < 0)
      return std::nullopt;
    return Interval{std::min(range->low, *most), std::min(range->high, *most)};
  }
  auto loop = scf::getForInductionVarOwner(index);
  if (!loop)
    return std::nullopt;
  std::optional<int64_t> begin = constantOf(loop.getLowerBound()),
                         end = constantOf(loop.getUpperBound()), step = constantOf(loop.getStep());
  if (!begin || !end || !step || *step <= 0 || *begin < 0)
    return std::nullopt;
  if (*begin >= *end)
    return Interval{*begin, *begin};
  return Interval{*begin, *begin + (*end - 1 - *begin) / *step * *step};
}

// The first element that is touched, counted from where the buffer begins.
static std::optional<Linear> elementOf(const Access &access, Value unit) {
  SmallVector<int64_t> strides;
  int64_t offset;
  auto type = cast<MemRefType>(access.memory.getType());
  // Only of views that show elements as they are.
  for (Value memory = access.memory; memory != rootOf(access.memory);) {
    Operation *view = memory.getDefiningOp();
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp, memref::SubViewOp>(view))
      return std::nullopt;
    memory = view->getOperand(0);
  }
  if (failed(type.getStridesAndOffset(strides, offset)) || ShapedType::isDynamic(offset) ||
      llvm::any_of(strides, ShapedType::isDynamic) ||
      !cast<MemRefType>(rootOf(access.memory).getType()).getLayout().isIdentity())
    return std::nullopt;
  Linear element;
  element.constant = offset;
  for (auto [index, stride] : llvm::zip_equal(access.indices, strides))
    element.add(index, stride);
  element.joinQuotients(unit);
  return element;
}

// How many elements apart units begin, if each stays before the next one's first; or 0.
static int64_t partOf(const Access &access, Value unit) {
  std::optional<Linear> element = elementOf(access, unit);
  if (!element)
    return 0;
  int64_t part = 0;
  Interval range{element->constant, element->constant};
  for (auto [value, factor] : element->terms) {
    if (value == unit) {
      part = factor;
      continue;
    }
    std::optional<Interval> own = rangeOf(value);
    if (!own)
      return 0;
    range.low += factor * (factor > 0 ? own->low : own->high);
    range.high += factor * (factor > 0 ? own->high : own->low);
  }
  bool stays = range.low >= 0 && range.high + access.elements <= part;
  return stays ? part : 0;
}

std::optional<UnitAccesses> weir::findAccesses(scf::ForOp kernel) {
  UnitAccesses found;
  Value unit = kernel.getInductionVar();
  WalkResult all = kernel.getBody()->walk([&](Operation *op) {
    if (op->hasTrait<OpTrait::HasRecursiveMemoryEffects>() || isMemoryEffectFree(op))
      return WalkResult::advance();
    auto effects = dyn_cast<MemoryEffectOpInterface>(op);
    if (!effects)
      return WalkResult::interrupt();
    SmallVector<MemoryEffects::EffectInstance> list;
    effects.getEffects(list);
    std::optional<Access> access = accessOf(op);
    for (const MemoryEffects::EffectInstance &effect : list) {
      if (!effect.getValue())
        return WalkResult::interrupt();
      int64_t part = access ? partOf(*access, unit) : 0;
      UnitAccess &own = found[rootOf(effect.getValue())];
      bool reads = isa<MemoryEffects::Read>(effect.getEffect());
      (reads ? own.read : own.written) = true;
      own.part = own.part == -1 || own.part == part ? part : 0;
    }
    return WalkResult::advance();
  });
  if (all.wasInterrupted())
    return std::nullopt;
  return found;
}

std::optional<int64_t> weir::placeInUnit(Operation *op, scf::ForOp kernel) {
  std::optional<Access> access = accessOf(op);
  if (!access || access->elements != 1 || partOf(*access, kernel.getInductionVar()) == 0)
    return std::nullopt;
  Linear element = *elementOf(*access, kernel.getInductionVar());
  if (element.terms.size() != 1)
    return std::nullopt;
  return element.constant;
}

bool weir::areIndependent(const UnitAccesses &first, const UnitAccesses &second) {
  return llvm::all_of(first, [&](const auto &entry) {
    const auto *other = second.find(entry.first);
    if (other == second.end() || !(entry.second.written || other->second.written))
      return true;
    return entry.second.part > 0 && entry.second.part == other->second.part;
  });
}
