//===- Shapes.cpp - example shapes, batches, windows --------------------------===//

#include "weir/Dialect/IR/Shapes.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

bool weir::isBatched(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() > 0 && tensor.isDynamicDim(0);
}

ArrayRef<int64_t> weir::exampleShape(Type type) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  return isBatched(type) ? shape.drop_front() : shape;
}

RankedTensorType weir::makeTensorType(bool batched, ArrayRef<int64_t> example, Type elementType) {
  SmallVector<int64_t> shape;
  if (batched)
    shape.push_back(ShapedType::kDynamic);
  shape.append(example.begin(), example.end());
  return RankedTensorType::get(shape, elementType);
}

std::optional<SmallVector<int64_t>> weir::broadcastShapes(ArrayRef<int64_t> lhs,
                                                          ArrayRef<int64_t> rhs) {
  ArrayRef<int64_t> longer = lhs.size() >= rhs.size() ? lhs : rhs;
  ArrayRef<int64_t> shorter = lhs.size() >= rhs.size() ? rhs : lhs;
  SmallVector<int64_t> result(longer);
  size_t shift = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t &size = result[i + shift];
    if (size == shorter[i] || shorter[i] == 1)
      continue;
    if (size != 1)
      return std::nullopt;
    size = shorter[i];
  }
  return result;
}

int64_t weir::windowPositions(int64_t size, int64_t low, int64_t high, int64_t kernel,
                              int64_t stride, int64_t dilation) {
  int64_t room = size + low + high - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

std::string weir::formatShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleaveComma(shape, os);
  os << "]";
  return text;
}
