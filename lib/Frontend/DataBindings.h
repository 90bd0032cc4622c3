//===- DataBindings.h - What `data` statements say (private) --------------===//
#ifndef WEIR_LIB_FRONTEND_DATABINDINGS_H
#define WEIR_LIB_FRONTEND_DATABINDINGS_H

#include "weir/Frontend/AST.h"
#include "weir/Frontend/Diagnostics.h"
#include "weir/Frontend/Outline.h"

namespace weir {

/// The bindings of `data` statements to these inputs and targets, as far as
/// their shapes are known. Mistakes are reported and left out.
std::vector<TrainingPlan::DataBinding> bindData(llvm::ArrayRef<const ast::Statement *> statements,
                                                llvm::ArrayRef<InputOutline> ports,
                                                Diagnostics &diagnostics);

} // namespace weir

#endif
