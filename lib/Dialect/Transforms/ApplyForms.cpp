//===- ApplyForms.cpp - convolutions get the forms that were chosen ------------===//

#include "weir/Dialect/Transforms/Passes.h"

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weir {
#define GEN_PASS_DEF_APPLYFORMSPASS
#include "weir/Dialect/Transforms/Passes.h.inc"
} // namespace weir

using namespace mlir;
using namespace weir;

static bool matches(FormChoiceAttr choice, Conv2dOp op) {
  ArrayRef<int64_t> weight = exampleShape(op.getWeight()), result = exampleShape(op.getResult());
  auto isOne = [](int64_t n) { return n == 1; };
  bool dense = llvm::all_of(op.getStrides(), isOne) && llvm::all_of(op.getDilations(), isOne);
  return choice.getOutputs() == weight[0] && choice.getChannels() == weight[1] &&
         choice.getKernelHeight() == weight[2] && choice.getKernelWidth() == weight[3] &&
         choice.getHeight() == result[0] && choice.getWidth() == result[1] &&
         choice.getDense() == dense;
}

// Whether the convolution can be computed so.
static bool applies(ConvForm form, FormChoiceAttr choice) {
  if (form != ConvForm::Winograd2 && form != ConvForm::Winograd4)
    return true;
  return choice.getDense() && choice.getKernelHeight() == 3 && choice.getKernelWidth() == 3;
}

namespace {
struct ApplyFormsPass : weir::impl::ApplyFormsPassBase<ApplyFormsPass> {
  using Base::Base;
  void runOnOperation() override {
    auto choices = getOperation()->getAttrOfType<ArrayAttr>("weir.choices");
    if (!choices)
      return;
    getOperation().walk([&](Conv2dOp op) {
      if (op.getLayout() != Layout::ChannelsLast || op.getGroups() != 1 ||
          !isBatched(op.getInput().getType()))
        return;
      for (Attribute element : choices)
        if (auto choice = dyn_cast<FormChoiceAttr>(element);
            choice && matches(choice, op) && applies(choice.getForm(), choice))
          op->setAttr("weir.form", ConvFormAttr::get(&getContext(), choice.getForm()));
    });
  }
};
} // namespace
