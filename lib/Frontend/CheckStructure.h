//===- CheckStructure.h - What needs no sizes to be checked (private) -----===//
#ifndef WEIR_LIB_FRONTEND_CHECKSTRUCTURE_H
#define WEIR_LIB_FRONTEND_CHECKSTRUCTURE_H

#include "weir/Frontend/AST.h"
#include "weir/Frontend/Diagnostics.h"

namespace weir {

/// Reports definitions and parameters of the same name, and blocks without a
/// result. Blocks that no model uses are checked here only.
void checkStructure(const ast::SourceFile &file, Diagnostics &diagnostics);

} // namespace weir

#endif
