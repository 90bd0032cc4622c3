//===- weir-opt.cpp - runs passes on a file of IR -----------------------------===//

#include "weir/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  weir::registerAllWeirDialects(registry);
  weir::registerAllWeirPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Weir's optimizer driver\n", registry));
}
