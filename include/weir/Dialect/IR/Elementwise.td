//===- Elementwise.td - arithmetic and activations --------------*- tablegen -*-===//
//
// Ops that work element by element: arithmetic with broadcasting, and functions
// of one variable. What can be composed of these (gelu, mish, ...) is not an op:
// the prelude says it.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_IR_ELEMENTWISE_TD
#define WEIR_DIALECT_IR_ELEMENTWISE_TD

include "weir/Dialect/IR/WeirDialect.td"

class Weir_BinaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : Weir_InferredOp<mnemonic, traits> {
  let summary = formula # ", element by element";
  let description = [{
    Combines two tensors element by element, with broadcasting.

    1. The example shapes of `lhs` and `rhs` are broadcastable.
    2. The result has the broadcast example shape; it is batched when an operand is.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # [{ %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$lhs, Weir_FloatTensor:$rhs);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Weir_AddOp : Weir_BinaryOp<"add", "lhs + rhs", [Commutative]> { let hasCanonicalizer = 1; }
def Weir_SubOp : Weir_BinaryOp<"sub", "lhs - rhs">;
def Weir_MulOp : Weir_BinaryOp<"mul", "lhs * rhs", [Commutative]>;
def Weir_DivOp : Weir_BinaryOp<"div", "lhs / rhs">;
def Weir_MaximumOp : Weir_BinaryOp<"maximum", "max(lhs, rhs)", [Commutative]>;
def Weir_MinimumOp : Weir_BinaryOp<"minimum", "min(lhs, rhs)", [Commutative]>;
def Weir_PowOp : Weir_BinaryOp<"pow", "lhs to the power rhs">;
def Weir_GreaterOp : Weir_BinaryOp<"greater", "1 if lhs > rhs, else 0 (a NaN is never greater)">;

def Weir_SelectOp : Weir_InferredOp<"select"> {
  let summary = "on_true where condition isn't 0, else on_false";
  let description = [{
    Takes each element from one of two tensors, with broadcasting. What isn't taken
    has no influence, be it infinite or NaN.

    1. The example shapes of the three operands are broadcastable.
    2. The result has the broadcast example shape; it is batched when an operand is.

    Example:
    ```mlir
    %r = weir.select %mask, %x, %zero : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$condition, Weir_FloatTensor:$on_true,
                       Weir_FloatTensor:$on_false);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = [{
    $condition `,` $on_true `,` $on_false attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

class Weir_UnaryOp<string mnemonic, string formula>
    : Weir_InferredOp<mnemonic> {
  let summary = formula # ", element by element";
  let description = [{
    Applies }] # formula # [{ to every element.

    1. The result has the operand's type.

    Example:
    ```mlir
    %r = weir.}] # mnemonic # [{ %x : tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Weir_FloatTensor:$input);
  let results = (outs Weir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Weir_NegOp : Weir_UnaryOp<"neg", "-x"> { let hasFolder = 1; }
def Weir_AbsOp : Weir_UnaryOp<"abs", "|x|">;
def Weir_ExpOp : Weir_UnaryOp<"exp", "e to the power x">;
def Weir_LogOp : Weir_UnaryOp<"log", "the natural logarithm of x">;
def Weir_Log1pOp : Weir_UnaryOp<"log1p", "log(1 + x)">;
def Weir_SqrtOp : Weir_UnaryOp<"sqrt", "the square root of x">;
def Weir_RsqrtOp : Weir_UnaryOp<"rsqrt", "1 / sqrt(x)">;
def Weir_ErfOp : Weir_UnaryOp<"erf", "the error function of x">;
def Weir_TanhOp : Weir_UnaryOp<"tanh", "tanh(x)">;
def Weir_SigmoidOp : Weir_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def Weir_ReluOp : Weir_UnaryOp<"relu", "max(x, 0)"> { let hasFolder = 1; }
def Weir_SoftplusOp : Weir_UnaryOp<"softplus", "log(1 + exp(x)), without overflow">;

#endif // WEIR_DIALECT_IR_ELEMENTWISE_TD
