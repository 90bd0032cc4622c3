//===- Prelude.cpp - The text of the prelude, embedded --------------------===//

#include "weir/Frontend/Frontend.h"
#include "weir/Frontend/Parser.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace weir {

/// The bytes of lib/Prelude/*.weir in the order of their names, then a 0.
static constexpr char bytes[] = {
#include "weir/Frontend/Prelude.inc"
    0};

StringRef preludeText() { return StringRef(bytes, sizeof(bytes) - 1); }

std::vector<std::string> preludeBlocks() {
  Diagnostics diagnostics;
  std::vector<std::string> names;
  std::unique_ptr<ast::SourceFile> file = parse(preludeText(), diagnostics);
  for (const ast::Definition *definition : file->definitions)
    names.push_back(definition->name.text.str());
  sort(names);
  return names;
}

} // namespace weir
