//===- Frontend.h - From a .weir file to the weir dialect -----------------===//
//
// What the driver, the tests and the fuzzer call. Messages are collected, not
// printed; every message points into a buffer of the given source manager.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_FRONTEND_FRONTEND_H
#define WEIR_FRONTEND_FRONTEND_H

#include "weir/Frontend/AST.h"
#include "weir/Frontend/Diagnostics.h"

#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace llvm {
class SourceMgr;
} // namespace llvm
namespace mlir {
class MLIRContext;
class ModuleOp;
} // namespace mlir

namespace weir {

/// A compile-time value given from outside: a size, a float or a bool.
using Binding = std::variant<int64_t, double, bool>;

/// "672", "0.5", "true" as a value; nothing if the text is none of these.
std::optional<Binding> parseBinding(llvm::StringRef text);

/// Shapes by parameter name, as a weights file has them.
using ParameterShapes = std::map<std::string, llvm::SmallVector<int64_t>>;

struct ModelOptions {
  /// Values for the model's parameters; they beat the defaults in the text.
  llvm::StringMap<Binding> bindings;
  /// Which model to build when the file has several.
  std::string modelName;
  /// If given, sizes that have neither binding nor default are inferred from
  /// these shapes (in the model's names, that is, after renaming).
  const ParameterShapes *parameterShapes = nullptr;
};

/// Reads, parses and elaborates a file. Returns a module with one function, in
/// the weir dialect, or null if there were errors. `context` must have the weir
/// and func dialects available; they are loaded here.
mlir::OwningOpRef<mlir::ModuleOp> loadModel(llvm::StringRef path, llvm::SourceMgr &sources,
                                            mlir::MLIRContext &context, const ModelOptions &options,
                                            Diagnostics &diagnostics);

/// The same for text in memory; `name` stands for the file in messages.
mlir::OwningOpRef<mlir::ModuleOp> loadModelFromText(llvm::StringRef text, llvm::StringRef name,
                                                    llvm::SourceMgr &sources,
                                                    mlir::MLIRContext &context,
                                                    const ModelOptions &options,
                                                    Diagnostics &diagnostics);

/// Reads and parses only; null if there were errors.
std::unique_ptr<ast::SourceFile> loadSyntax(llvm::StringRef path, llvm::SourceMgr &sources,
                                            Diagnostics &diagnostics);

/// The text of the prelude: the blocks that every model may use.
llvm::StringRef preludeText();
/// The names of the prelude's blocks, and of the layers and functions that the
/// compiler knows itself, each sorted.
std::vector<std::string> preludeBlocks();
std::vector<std::string> builtinFunctions();
/// How a built-in is called, as "relu(x)"; empty if there is none of the name.
std::string builtinSignature(llvm::StringRef name);

} // namespace weir

#endif
