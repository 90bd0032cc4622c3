//===- Interpreter.h - What a model means, by plain loops -------------------------===//
//
// Executes a module of the weir dialect op by op, in double precision. It is the
// oracle that every rewrite and every kernel is held against, so it shares nothing
// with the code generator and is written to be obviously right first.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_REFERENCE_INTERPRETER_H
#define WEIR_REFERENCE_INTERPRETER_H

#include "weir/Reference/RefTensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace mlir {
class ModuleOp;
class Operation;
} // namespace mlir

namespace weir {

/// Is shown each op's result as soon as it is known, may change it, and ends the run by
/// returning false.
using RefObserver = llvm::function_ref<bool(mlir::Operation *, RefTensor &)>;

/// Runs the module's first function, as written or after rewrites within the dialect,
/// in inference (dropout is the identity).
///
/// `inputs` are in the function's order, `[batch, example...]` or, if unbatched,
/// `[example...]`; so are the results. Refuses a negative batch, a wrong number of
/// inputs, wrong shapes, ids outside their range (input, position, value, range),
/// missing or wrongly shaped parameters, and ops that aren't the dialect's. It also fails
/// if the observer ends the run.
llvm::Expected<std::vector<RefTensor>> interpret(mlir::ModuleOp module,
                                                 const RefParameters &parameters,
                                                 const std::vector<RefTensor> &inputs,
                                                 int64_t batch, RefObserver observer = {});

} // namespace weir

#endif
