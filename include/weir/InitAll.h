//===- InitAll.h - all dialects and passes ---------------------------*- C++ -*-===//
//
// The one place where dialects, their interfaces and passes are registered.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_INITALL_H
#define WEIR_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace weir {

/// The weir dialect and those that it is lowered through, with the interfaces that
/// bufferization, tiling and vectorization need.
void registerAllWeirDialects(mlir::DialectRegistry &registry);

/// Weir's passes and pipelines, and the upstream ones that go well with them.
/// For tools that build pipelines from text; call it once per process.
void registerAllWeirPasses();

} // namespace weir

#endif // WEIR_INITALL_H
