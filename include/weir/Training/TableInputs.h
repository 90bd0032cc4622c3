//===- TableInputs.h - Which input's ids choose the rows of which table -------===//
#ifndef WEIR_TRAINING_TABLEINPUTS_H
#define WEIR_TRAINING_TABLEINPUTS_H

#include <map>
#include <string>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace weir {

/// The embedding tables of a module in the weir dialect, by parameter name, each with the
/// input that it is indexed with (the first one, if there are several).
std::map<std::string, std::string> findTableInputs(mlir::ModuleOp module);

} // namespace weir

#endif
