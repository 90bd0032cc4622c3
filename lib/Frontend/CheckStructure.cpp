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
    if (!definition.isModel && parameter.name.text == "name")
      diagnostics.error(parameter.name.range, "a parameter can't be called 'name'")
          .fix("every call takes `name:` as the name of what it makes");
  }
  bool returns = any_of(definition.body, [](const Statement *statement) {
    return statement->kind == StatementKind::Return;
  });
  if (!definition.isModel && !returns)
    diagnostics
        .error(definition.closingBrace, "block '" + definition.name.text + "' returns nothing")
        .fix("end it with `return ...`");
}

void checkStructure(const SourceFile &file, Diagnostics &diagnostics) {
  StringMap<SMRange> places;
  for (const Definition *definition : file.definitions) {
    auto [place, isNew] = places.try_emplace(definition->name.text, definition->name.range);
    if (!isNew)
      diagnostics
          .error(definition->name.range, "'" + definition->name.text + "' is already defined")
          .note(place->second, "the first definition is here");
    checkDefinition(*definition, diagnostics);
  }
}

} // namespace weir
