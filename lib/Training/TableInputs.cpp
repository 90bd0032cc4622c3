//===- TableInputs.cpp - Which input's ids choose the rows of which table -----===//

#include "weir/Training/TableInputs.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weir {

// Ids are reshaped, sliced and joined on the way, but not computed with.
static std::string inputOf(mlir::Value ids) {
  while (mlir::Operation *op = ids.getDefiningOp()) {
    if (op->getNumOperands() == 0)
      return "";
    ids = op->getOperand(0);
  }
  auto argument = mlir::cast<mlir::BlockArgument>(ids);
  auto function = mlir::dyn_cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp());
  auto name =
      function ? function.getArgAttrOfType<mlir::StringAttr>(argument.getArgNumber(), "weir.name")
               : mlir::StringAttr();
  return name ? name.str() : "";
}

std::map<std::string, std::string> findTableInputs(mlir::ModuleOp module) {
  std::map<std::string, std::string> inputs;
  auto note = [&](mlir::Value ids, mlir::Value table) {
    if (auto param = table.getDefiningOp<ParamOp>())
      if (std::string input = inputOf(ids); !input.empty())
        inputs.emplace(param.getName().str(), input);
  };
  module.walk([&](mlir::Operation *op) {
    if (auto embedding = mlir::dyn_cast<EmbeddingOp>(op))
      note(embedding.getIds(), embedding.getTable());
    else if (auto bag = mlir::dyn_cast<EmbeddingBagOp>(op))
      note(bag.getIds(), bag.getTable());
  });
  return inputs;
}

} // namespace weir
