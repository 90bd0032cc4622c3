//===- Layers.cpp - What each layer of a model costs --------------------------===//

#include "Layers.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
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
      .Case<LinearOp>([&](LinearOp linear) {
        return outputs * exampleShape(linear.getWeight()).back();
      })
      .Case<Conv1dOp, Conv2dOp>([&](auto conv) {
        return outputs * elements(exampleShape(conv.getWeight()).drop_front());
      })
      .Case<MatmulOp>([&](MatmulOp matmul) {
        return outputs * exampleShape(matmul.getLhs()).back();
      })
      .Default([](Operation *) { return int64_t(0); });
}

// The name that the source gives the op: its location's.
static std::string nameOf(Operation *op) {
  if (auto location = dyn_cast<NameLoc>(op->getLoc()))
    return location.getName().str();
  return "";
}

std::vector<Layer> listLayers(ModuleOp module) {
  auto function = *module.getOps<func::FuncOp>().begin();
  std::vector<Layer> layers;
  llvm::StringSet<> counted;
  for (Operation &op : function.getBody().front()) {
    if (isa<ParamOp, ConstantOp>(op) || op.getNumResults() != 1)
      continue;
    Layer layer{&op, nameOf(&op), op.getName().stripDialect().str(),
                exampleShape(op.getResult(0)).vec()};
    for (Value operand : op.getOperands()) {
      auto param = operand.getDefiningOp<ParamOp>();
      if (param && counted.insert(param.getName()).second)
        (param.getBuffer() ? layer.buffers : layer.parameters) += elements(exampleShape(operand));
    }
    layer.multiplyAdds = multiplyAddsOf(&op);
    layers.push_back(std::move(layer));
  }
  return layers;
}

int64_t countMultiplyAdds(ModuleOp module) {
  int64_t sum = 0;
  for (const Layer &layer : listLayers(module))
    sum += layer.multiplyAdds;
  return sum;
}

} // namespace weir
