//===- WeirDialect.cpp - registration, types, parameters, constants ----------===//

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace weir;

#include "weir/Dialect/IR/WeirDialect.cpp.inc"
#include "weir/Dialect/IR/WeirEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "weir/Dialect/IR/WeirTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "weir/Dialect/IR/WeirAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "weir/Dialect/IR/WeirOps.cpp.inc"

void WeirDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "weir/Dialect/IR/WeirTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "weir/Dialect/IR/WeirAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "weir/Dialect/IR/WeirOps.cpp.inc"
      >();
}

Operation *WeirDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                            Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

LogicalResult IdType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t cardinality) {
  if (cardinality < 1)
    return emitError() << "an index needs a cardinality of at least 1, found " << cardinality;
  return success();
}

LogicalResult SegmentAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t kernels,
                                  int64_t examples, int64_t bytes) {
  if (kernels < 1)
    return emitError() << "a segment of 1 or more kernels expected, found " << kernels;
  if (examples < 0 || bytes < 0)
    return emitError() << "0 or more examples and bytes expected, found " << examples << " and "
                       << bytes;
  return success();
}

LogicalResult ParamOp::verify() {
  if (getName().empty())
    return emitOpError("needs a name");
  if (isBatched(getType()))
    return emitOpError("has no batch, found ") << getType();
  if (getInit() != "constant" && getInit() != "normal" && getInit() != "uniform")
    return emitOpError("init is \"constant\", \"normal\" or \"uniform\", found \"")
           << getInit() << "\"";
  if (getInitArgs().size() != 2)
    return emitOpError("needs two init_args, found ") << getInitArgs().size();
  // Each name is checked against those before it, so every pair is seen once.
  for (Operation *op = (*this)->getPrevNode(); op; op = op->getPrevNode())
    if (auto other = dyn_cast<ParamOp>(op); other && other.getName() == getName()) {
      InFlightDiagnostic error = emitOpError("name \"") << getName() << "\" is taken";
      error.attachNote(other.getLoc()) << "by this parameter";
      return error;
    }
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
