//===- Layers.cpp - What each layer of a model costs --------------------------===//

#include "Layers.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Frontend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace weir {

static int64_t elements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

static int64_t multiplyAddsOf(Operation *op) {
  int64_t outputs = elements(exampleShape(op->getResult(0)));
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      // A row of the weight per output.
      .Case<LinearOp>(
          [&](LinearOp linear) { return outputs * exampleShape(linear.getWeight()).back(); })
      .Case<Conv1dOp, Conv2dOp>([&](auto conv) {
        return outputs * elements(exampleShape(conv.getWeight()).drop_front());
      })
      .Case<MatmulOp>(
          [&](MatmulOp matmul) { return outputs * exampleShape(matmul.getLhs()).back(); })
      .Default([](Operation *) { return int64_t(0); });
}

// The name that the source gives the op: its location's.
static std::string nameOf(Operation *op) {
  if (auto location = dyn_cast<NameLoc>(op->getLoc()))
    return location.getName().str();
  return "";
}

// The word of the source where the op comes from; empty if it isn't a word.
static llvm::StringRef wordAt(Operation *op, const llvm::SourceMgr &sources) {
  auto place = op->getLoc()->findInstanceOf<FileLineColLoc>();
  if (!place)
    return {};
  for (unsigned id = 1; id <= sources.getNumBuffers(); ++id) {
    const llvm::MemoryBuffer *buffer = sources.getMemoryBuffer(id);
    if (buffer->getBufferIdentifier() != place.getFilename())
      continue;
    llvm::SMLoc start = const_cast<llvm::SourceMgr &>(sources).FindLocForLineAndColumn(
        id, place.getLine(), place.getColumn());
    if (!start.isValid())
      return {};
    llvm::StringRef rest(start.getPointer(), buffer->getBufferEnd() - start.getPointer());
    return rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
  }
  return {};
}

std::vector<Layer> listLayers(ModuleOp module, const llvm::SourceMgr &sources) {
  auto function = *module.getOps<func::FuncOp>().begin();
  std::vector<std::string> blocks = preludeBlocks();
  std::vector<Layer> layers;
  llvm::StringSet<> counted;
  for (Operation &op : function.getBody().front()) {
    if (isa<ParamOp, ConstantOp>(op) || op.getNumResults() != 1)
      continue;
    // What a block of the prelude consists of shares the place of the block's call. One
    // op alone there says more than the block's name.
    llvm::StringRef word = wordAt(&op, sources);
    bool sameCall = std::binary_search(blocks.begin(), blocks.end(), word) && !layers.empty() &&
                    layers.back().ops.back()->getLoc() == op.getLoc();
    if (!sameCall)
      layers.push_back({});
    Layer &layer = layers.back();
    layer.ops.push_back(&op);
    layer.name = nameOf(&op);
    layer.kind = sameCall ? word.str() : op.getName().stripDialect().str();
    layer.shape = exampleShape(op.getResult(0)).vec();
    for (Value operand : op.getOperands()) {
      auto param = operand.getDefiningOp<ParamOp>();
      if (param && counted.insert(param.getName()).second)
        (param.getBuffer() ? layer.buffers : layer.parameters) += elements(exampleShape(operand));
    }
    layer.multiplyAdds += multiplyAddsOf(&op);
  }
  return layers;
}

int64_t countMultiplyAdds(ModuleOp module) {
  auto function = *module.getOps<func::FuncOp>().begin();
  int64_t sum = 0;
  for (Operation &op : function.getBody().front())
    if (op.getNumResults() == 1)
      sum += multiplyAddsOf(&op);
  return sum;
}

} // namespace weir
