//===- LossText.cpp - Which output is held against which target -----------===//

#include "weir/Training/LossText.h"

#include "weir/Frontend/Parser.h"

#include "llvm/Support/Casting.h"

using namespace weir::ast;

namespace weir {

static const Expr *findLoss(llvm::ArrayRef<const Statement *> statements) {
  for (const Statement *statement : statements)
    if (statement->kind == StatementKind::Loss)
      return statement->value;
  return nullptr;
}

static std::optional<LossText> describe(const Expr *loss) {
  auto *call = llvm::dyn_cast_or_null<CallExpr>(loss);
  if (!call || call->arguments.size() < 2)
    return std::nullopt;
  auto *output = llvm::dyn_cast_or_null<ReferenceExpr>(call->arguments[0].value);
  auto *target = llvm::dyn_cast_or_null<ReferenceExpr>(call->arguments[1].value);
  if (!output || !target)
    return std::nullopt;
  return LossText{call->callee.text.str(), output->name.str(), target->name.str()};
}

std::optional<LossText> readLossText(std::string_view text, std::string_view model,
                                     const std::vector<std::string> &statements) {
  Diagnostics quiet;
  for (const std::string &statement : statements)
    for (std::unique_ptr<SourceFile> file = parseTrainingStatements(statement, quiet);
         const Definition *definition : file->definitions)
      if (const Expr *loss = findLoss(definition->body))
        return describe(loss);
  std::unique_ptr<SourceFile> file = parse(text, quiet);
  for (const Definition *definition : file->definitions)
    if (definition->kind == DefinitionKind::Training &&
        definition->name.text == llvm::StringRef(model))
      if (const Expr *loss = findLoss(definition->body))
        return describe(loss);
  return std::nullopt;
}

} // namespace weir
