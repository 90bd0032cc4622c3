//===- Training.cpp - The numbers of a training plan ----------------------===//

#include "weir/Frontend/Training.h"
#include "weir/Frontend/Parser.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace weir {

static std::vector<double> inputsOf(int64_t step, int64_t steps) {
  return {static_cast<double>(step), static_cast<double>(steps)};
}

std::vector<double> TrainingPlan::evaluateHypers(int64_t step, int64_t steps) const {
  return program.evaluate(inputsOf(step, steps), hyperNodes);
}

std::vector<double> TrainingPlan::evaluateScheduled(int64_t step, int64_t steps) const {
  return program.evaluate(inputsOf(step, steps), scheduledNodes);
}

double TrainingPlan::Metric::evaluate(const std::vector<double> &values) const {
  return program.evaluate(values, {node}).front();
}

static std::vector<std::string> preludeNames(ast::DefinitionKind kind) {
  Diagnostics diagnostics;
  std::vector<std::string> names;
  std::unique_ptr<ast::SourceFile> file = parse(preludeText(), diagnostics);
  for (const ast::Definition *definition : file->definitions)
    if (definition->kind == kind)
      names.push_back(definition->name.text.str());
  sort(names);
  return names;
}

std::vector<std::string> preludeBlocks() { return preludeNames(ast::DefinitionKind::Block); }
std::vector<std::string> preludeOptimizers() {
  return preludeNames(ast::DefinitionKind::Optimizer);
}
std::vector<std::string> preludeSchedules() { return preludeNames(ast::DefinitionKind::Schedule); }

} // namespace weir
