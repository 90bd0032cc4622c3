//===- Choices.cpp - attributes that say how something is to be computed ------===//

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace weir;

LogicalResult ProductStrategyAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                          int64_t rows, int64_t columns, int64_t lanes,
                                          int64_t rowBlock, int64_t panelBlock, int64_t sums) {
  for (auto [name, value] : {std::pair("rows", rows),
                             {"columns", columns},
                             {"lanes", lanes},
                             {"panelBlock", panelBlock}})
    if (value < 1)
      return emitError() << "a strategy of 1 or more " << name << " expected, found " << value;
  if (columns % lanes != 0)
    return emitError() << "columns in whole vectors of " << lanes << " lanes expected, found "
                       << columns;
  if (rowBlock < rows)
    return emitError() << "a rowBlock of at least one group of " << rows << " rows expected, found "
                       << rowBlock;
  if (sums < 1 || !llvm::isPowerOf2_64(sums))
    return emitError() << "a power of two as the number of sums expected, found " << sums;
  return success();
}

static LogicalResult verifyForm(Operation *op, Attribute value) {
  auto form = dyn_cast<ConvFormAttr>(value);
  if (!form)
    return op->emitOpError("weir.form: a form of a convolution expected, found ") << value;
  auto conv = dyn_cast<Conv2dOp>(op);
  if (!conv || conv.getGroups() != 1)
    return op->emitOpError("has no forms to choose from: weir.form needs a conv2d of one group");
  // This comes before the op's own verifier, which says what is wrong with it.
  if (op->getNumOperands() < 2 || !conv.getStridesAttr() || !conv.getDilationsAttr() ||
      !isa<RankedTensorType>(conv.getWeight().getType()) ||
      exampleShape(conv.getWeight()).size() != 4)
    return success();
  bool winograd = form.getValue() == ConvForm::Winograd2 || form.getValue() == ConvForm::Winograd4;
  ArrayRef<int64_t> kernel = exampleShape(conv.getWeight()).drop_front(2);
  auto isOne = [](int64_t n) { return n == 1; };
  if (winograd && !(kernel[0] == 3 && kernel[1] == 3 && llvm::all_of(conv.getStrides(), isOne) &&
                    llvm::all_of(conv.getDilations(), isOne)))
    return op->emitOpError("weir.form: ")
           << value << " needs a kernel of 3x3 without stride and dilation";
  return success();
}

LogicalResult WeirDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == "weir.form")
    return verifyForm(op, value);
  if (name == "weir.strategy" && !isa<ProductStrategyAttr>(value))
    return op->emitOpError("weir.strategy: a strategy of a product expected, found ") << value;
  if (name == "weir.choices") {
    auto choices = dyn_cast<ArrayAttr>(value);
    if (!isa<FunctionOpInterface>(op) || !choices ||
        !llvm::all_of(choices, llvm::IsaPred<FormChoiceAttr, ProductChoiceAttr>))
      return op->emitOpError("weir.choices: a function's list of form_choice and product_choice "
                             "expected, found ")
             << value;
  }
  return success();
}
