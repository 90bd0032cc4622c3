//===- InferSizes.h - Sizes from the shapes of given weights (private) ----===//
#ifndef WEIR_LIB_FRONTEND_INFERSIZES_H
#define WEIR_LIB_FRONTEND_INFERSIZES_H

#include "weir/Frontend/Frontend.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace weir {

/// Builds the model for trial values; nothing if it can't be built so.
using Probe = llvm::function_ref<std::optional<ParameterShapes>(const llvm::StringMap<Binding> &)>;

/// Finds the sizes of `model` that have neither a binding nor a default, and
/// adds to `bindings` those that `given` determines.
///
/// The model is a black box here: it is built for several trial values, and an
/// entry of a parameter's shape that moves in step with one unknown size alone
/// (`a * size + b`) is solved for it. What can't be found is left unbound.
void inferSizes(const ast::Definition &model, const ParameterShapes &given, Probe probe,
                llvm::StringMap<Binding> &bindings);

} // namespace weir

#endif
