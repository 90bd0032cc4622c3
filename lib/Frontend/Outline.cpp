//===- Outline.cpp - What is known before the sizes are -------------------===//
//
// The model is elaborated with gaps: a size without a value is poison, as the
// result of an error is, and all that depends on it is left out.
//
//===----------------------------------------------------------------------===//

#include "DataBindings.h"
#include "Elaborator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Casting.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

/// The model's size that the expression is, and nothing else.
static const Parameter *findSize(const Definition &model, const Expr *expr) {
  const auto *reference = dyn_cast<ReferenceExpr>(expr);
  for (const Parameter &parameter : model.parameters)
    if (reference && parameter.name.text == reference->name &&
        parameter.kind == ParameterKind::Size)
      return &parameter;
  return nullptr;
}

InputOutline Elaborator::outlineInput(const Definition &model, const Statement &statement,
                                      const StringMap<Binding> &bindings) {
  InputOutline result;
  result.name = statement.name.text.str();
  result.target = statement.kind == StatementKind::Target;
  for (const Expr *size : statement.type->shape) {
    result.shape.push_back(evaluateSize(size, "an entry of a shape"));
    const Parameter *parameter = findSize(model, size);
    result.shapeParameters.push_back(parameter ? parameter->name.text.str() : "");
  }
  const Expr *cardinality = statement.type->cardinality;
  if (!cardinality)
    return result;
  result.isIndex = true;
  result.cardinality = evaluateSize(cardinality, "the number of ids");
  result.fixed = true;
  if (const Parameter *parameter = findSize(model, cardinality)) {
    result.sizeParameter = parameter->name.text.str();
    result.hasDefault = parameter->defaultValue;
    result.fixed = bindings.contains(parameter->name.text);
  }
  return result;
}

std::vector<InputOutline> Elaborator::outline(const Definition &model,
                                              const StringMap<Binding> &bindings,
                                              ArrayRef<const Statement *> training) {
  mlir::Location location = builder.getUnknownLoc();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = mlir::func::FuncOp::create(builder, location, model.name.text,
                                             builder.getFunctionType({}, {}));
  body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  Frame top;
  top.definition = &model;
  top.scopes.emplace_back();
  frame = &top;
  bindModelParameters(model, bindings);

  std::vector<InputOutline> result;
  for (const Statement *statement : model.body) {
    if (statement->kind == StatementKind::Input)
      result.push_back(outlineInput(model, *statement, bindings));
    elaborate(statement, nullptr);
  }
  inTraining = true;
  for (const Statement *statement : training) {
    if (statement->kind == StatementKind::Let)
      elaborateLet(*statement, /*isLet=*/false, /*warnUnused=*/false);
    if (statement->kind != StatementKind::Target)
      continue;
    result.push_back(outlineInput(model, *statement, bindings));
    elaborateInput(*statement);
  }
  frame = nullptr;
  return result;
}

void Elaborator::elaborateData(ArrayRef<const Statement *> statements) {
  std::vector<InputOutline> ports;
  for (bool target : {false, true})
    for (const Port &port : target ? targets : inputs) {
      Value value = Value::ofTensor(port.value, port.name.range);
      InputOutline &outline = ports.emplace_back();
      outline.name = port.name.text.str();
      outline.target = target;
      outline.shape.assign(value.shape().begin(), value.shape().end());
      outline.shapeParameters.resize(outline.shape.size());
      if (auto ids = dyn_cast<IdType>(value.elementType())) {
        outline.isIndex = outline.fixed = true;
        outline.cardinality = ids.getCardinality();
      }
    }
  plan.data = bindData(statements, ports, diagnostics);
}

} // namespace weir
