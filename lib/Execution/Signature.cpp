//===- Signature.cpp - What a model takes, gives and learns -----------------------===//

#include "weir/Execution/Signature.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

namespace weir {

static std::string nameOr(mlir::StringAttr name, const char *kind, unsigned number) {
  return name ? name.str() : kind + std::to_string(number);
}

static Signature::Input readInput(mlir::func::FuncOp function, unsigned number) {
  auto type = mlir::cast<mlir::RankedTensorType>(function.getArgumentTypes()[number]);
  Signature::Input input;
  input.name =
      nameOr(function.getArgAttrOfType<mlir::StringAttr>(number, "weir.name"), "input", number);
  input.shape = exampleShape(type).vec();
  input.batched = isBatched(type);
  if (auto id = mlir::dyn_cast<IdType>(type.getElementType())) {
    input.isIndex = true;
    input.cardinality = id.getCardinality();
  }
  return input;
}

static Signature::Output readOutput(mlir::func::FuncOp function, unsigned number) {
  mlir::Type type = function.getResultTypes()[number];
  return {
      nameOr(function.getResultAttrOfType<mlir::StringAttr>(number, "weir.name"), "output", number),
      exampleShape(type).vec(), isBatched(type)};
}

static Signature::Parameter readParameter(ParamOp op) {
  Result<Init> init = parseInit(op.getInit().str());
  assert(init.ok() && op.getInitArgs().size() == 2 && "the verifier knows these initializers");
  return {op.getName().str(),
          exampleShape(op.getResult()).vec(),
          *init,
          {op.getInitArgs()[0], op.getInitArgs()[1]},
          op.getBuffer()};
}

Signature readSignature(mlir::ModuleOp module) {
  auto functions = module.getOps<mlir::func::FuncOp>();
  assert(!functions.empty() && "a model is a function");
  mlir::func::FuncOp function = *functions.begin();
  Signature signature;
  signature.model = function.getName().str();
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    signature.inputs.push_back(readInput(function, i));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    signature.outputs.push_back(readOutput(function, i));
  llvm::StringSet<> seen;
  function.walk([&](ParamOp op) {
    if (seen.insert(op.getName()).second)
      signature.parameters.push_back(readParameter(op));
  });
  return signature;
}

std::vector<int64_t> wholeShape(const std::vector<int64_t> &example, bool batched, int64_t batch) {
  std::vector<int64_t> shape = example;
  if (batched)
    shape.insert(shape.begin(), batch);
  return shape;
}

std::string describeBadId(const Signature::Input &input, int64_t position, int64_t value) {
  int64_t perExample = 1;
  for (int64_t size : input.shape)
    perExample *= size;
  std::string where = fmt::format("input '{}'", input.name);
  if (input.batched)
    where += fmt::format(", example {}", position / perExample);
  if (!input.shape.empty())
    where += fmt::format(", position {}", position % perExample);
  return fmt::format("{}: the id {} is outside 0..{}", where, value, input.cardinality - 1);
}

} // namespace weir
