//===- DifferentiableOpInterface.td - reverse rules ---------------*- tablegen -*-===//
//
// What `weir-differentiate` asks of an op. The dialect's ops have it as external
// models (lib/Autodiff), so that the dialect itself doesn't depend on derivatives.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_TD
#define WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let description = [{
    An op that knows its reverse rule: from the gradients of a scalar with respect to
    its results it builds those with respect to its operands.
  }];
  let cppNamespace = "::weir";
  let methods = [
    InterfaceMethod<[{
      Builds the gradients of the operands at the builder's insertion point, which all
      operands and results of the op dominate.

      - `resultGradients` has one value per result, of the result's type; none is null.
      - `wanted` has one entry per operand: whether its gradient is asked for.
      - `operandGradients` has one null value per operand, and gets a value of the
        operand's type for each wanted operand; one that stays null says that the
        gradient is zero.

      An op without a derivative emits an error that says why, and fails.
    }], "::llvm::LogicalResult", "buildGradient",
        (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGradients,
             "::llvm::ArrayRef<bool>":$wanted,
             "::llvm::MutableArrayRef<::mlir::Value>":$operandGradients)>
  ];
}

#endif // WEIR_AUTODIFF_DIFFERENTIABLEOPINTERFACE_TD
