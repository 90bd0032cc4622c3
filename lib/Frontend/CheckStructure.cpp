//===- CheckStructure.cpp - What needs no sizes to be checked -------------===//

#include "CheckStructure.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace weir {

using namespace ast;

static void checkDefinition(const Definition &definition, Diagnostics &diagnostics) {
  StringMap<SMRange> places;
  for (const Parameter &parameter : definition.parameters) {
    auto [place, isNew] = places.try_emplace(parameter.name.text, parameter.name.range);
    if (!isNew)
      diagnostics
          .error(parameter.name.range,
                 "there are two parameters called '" + parameter.name.text + "'")
          .note(place->second, "the first is here");
    if (!definition.isModel() && parameter.name.text == "name")
      diagnostics.error(parameter.name.range, "a parameter can't be called 'name'")
          .fix("every call takes `name:` as the name of what it makes");
  }
  bool returns = any_of(definition.body, [](const Statement *statement) {
    return statement->kind == StatementKind::Return;
  });
  if (definition.kind == DefinitionKind::Block && !returns)
    diagnostics
        .error(definition.closingBrace, "block '" + definition.name.text + "' returns nothing")
        .fix("end it with `return ...`");
}

/// Optimizers and schedules.
static void checkRule(const Definition &rule, Diagnostics &diagnostics) {
  size_t tensors = rule.kind == DefinitionKind::Optimizer ? 2 : 0;
  for (auto [i, parameter] : enumerate(rule.parameters)) {
    bool isTensor = parameter.kind == ParameterKind::Tensor;
    if (isTensor != (i < tensors)) {
      diagnostics
          .error(parameter.range, isTensor
                                      ? "the parameter '" + parameter.name.text + "' needs a type"
                                      : Twine("expected the names of the parameter and of its "
                                              "gradient first"))
          .fix(tensors ? "write `optimizer " + rule.name.text + "(value, gradient, lr: float)`"
                       : "write `" + parameter.name.text + ": float`");
      return;
    }
    if (parameter.name.text == "step" || parameter.name.text == "steps")
      diagnostics.error(parameter.name.range,
                        "'" + parameter.name.text +
                            "' is there already: the number of the step, or of all steps");
  }
  if (rule.parameters.size() < tensors)
    diagnostics
        .error(rule.range, "optimizer '" + rule.name.text +
                               "' needs names for the parameter and for its gradient")
        .fix("write `optimizer " + rule.name.text + "(value, gradient, lr: float)`");
}

/// Names of one kind exclude each other; a training has the name of its model.
static char nameSpace(DefinitionKind kind) {
  switch (kind) {
  case DefinitionKind::Model:
  case DefinitionKind::Block:
    return 'd';
  case DefinitionKind::Training:
    return 't';
  case DefinitionKind::Optimizer:
    return 'o';
  case DefinitionKind::Schedule:
    return 's';
  }
  return 0;
}

static void checkTraining(const SourceFile &file, const Definition &training,
                          Diagnostics &diagnostics) {
  std::vector<StringRef> models;
  for (const Definition *definition : file.definitions)
    if (definition->isModel())
      models.push_back(definition->name.text);
  if (is_contained(models, training.name.text))
    return;
  Diagnostic &message = diagnostics.error(
      training.name.range, "there is no model '" + training.name.text + "' to train in this file");
  if (StringRef near = nearestWord(training.name.text, models); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else
    message.fix("a training block has the name of its model");
}

void checkStructure(const SourceFile &file, Diagnostics &diagnostics) {
  StringMap<SMRange> places;
  for (const Definition *definition : file.definitions) {
    auto [place, isNew] =
        places.try_emplace((Twine(nameSpace(definition->kind)) + ":" + definition->name.text).str(),
                           definition->name.range);
    if (!isNew) {
      StringRef name = definition->name.text;
      diagnostics
          .error(definition->name.range, definition->kind == DefinitionKind::Training
                                             ? "there are two training blocks for '" + name + "'"
                                             : "'" + name + "' is already defined")
          .note(place->second, "the first definition is here");
    }
    checkDefinition(*definition, diagnostics);
    if (definition->kind == DefinitionKind::Optimizer ||
        definition->kind == DefinitionKind::Schedule)
      checkRule(*definition, diagnostics);
    if (definition->kind == DefinitionKind::Training)
      checkTraining(file, *definition, diagnostics);
  }
}

} // namespace weir
