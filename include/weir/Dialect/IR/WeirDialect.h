//===- WeirDialect.h - the weir dialect and its ops -----------------*- C++ -*-===//

#ifndef WEIR_DIALECT_IR_WEIRDIALECT_H
#define WEIR_DIALECT_IR_WEIRDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "weir/Dialect/IR/WeirDialect.h.inc"
#include "weir/Dialect/IR/WeirEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "weir/Dialect/IR/WeirTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "weir/Dialect/IR/WeirAttributes.h.inc"

#define GET_OP_CLASSES
#include "weir/Dialect/IR/WeirOps.h.inc"

#include "weir/Dialect/IR/Shapes.h"

#endif // WEIR_DIALECT_IR_WEIRDIALECT_H
