//===- weir-lsp-server.cpp - serves the dialect to editors --------------------===//

#include "weir/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  weir::registerAllWeirDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
