//===- WeirDialect.td - the weir dialect ------------------------*- tablegen -*-===//
//
// The dialect itself, its types and attributes, and the base of all its ops.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_IR_WEIRDIALECT_TD
#define WEIR_DIALECT_IR_WEIRDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Weir_Dialect : Dialect {
  let name = "weir";
  let summary = "neural networks, one op per layer";
  let description = [{
    A faithful picture of a model: one op per layer, in the order of the source.

    **Batch.** Axis 0 of a value is the batch when it is dynamic (`?`); every
    other dimension is static. Such a value is *batched*; a parameter or a
    constant is *unbatched*. A value's *example shape* is its shape without the
    batch, and all axis attributes count example axes, from 0.

    **Broadcasting.** Example shapes are aligned at their last axes; axes of size
    1 stretch. The result is batched when any operand is.

    **Layouts.** Tensors are channels first, as in PyTorch, until a rewrite
    changes an op's `layout`. Weights keep PyTorch's layouts.
  }];
  let cppNamespace = "::weir";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
}

//===----------------------------------------------------------------------===//
// Types and attributes
//===----------------------------------------------------------------------===//

def Weir_IndexType : TypeDef<Weir_Dialect, "Id", []> {
  let mnemonic = "index";
  let summary = "an id in 0..cardinality-1";
  let description = [{
    The element type of tensors of ids: rows of an embedding table. It carries its
    cardinality, so that a table of another size is refused.

    1. `cardinality` is at least 1.

    Example: `tensor<?x!weir.index<672>>`
  }];
  let parameters = (ins "int64_t":$cardinality);
  let assemblyFormat = "`<` $cardinality `>`";
  let genVerifyDecl = 1;
}

def Weir_Tensor : RankedTensorOf<[F32, Weir_IndexType]>;
def Weir_FloatTensor : RankedTensorOf<[F32]>;
def Weir_IndexTensor : RankedTensorOf<[Weir_IndexType]>;

def Weir_Layout : I32EnumAttr<"Layout", "where the channels lie", [
    I32EnumAttrCase<"ChannelsFirst", 0, "channels_first">,
    I32EnumAttrCase<"ChannelsLast", 1, "channels_last">]> {
  let cppNamespace = "::weir";
  let genSpecializedAttr = 0;
}
def Weir_LayoutAttr : EnumAttr<Weir_Dialect, Weir_Layout, "layout">;

def Weir_BagMode : I32EnumAttr<"BagMode", "how a bag of rows becomes one", [
    I32EnumAttrCase<"Sum", 0, "sum">,
    I32EnumAttrCase<"Mean", 1, "mean">,
    I32EnumAttrCase<"Max", 2, "max">]> {
  let cppNamespace = "::weir";
  let genSpecializedAttr = 0;
}
def Weir_BagModeAttr : EnumAttr<Weir_Dialect, Weir_BagMode, "bag_mode">;

def Weir_ProductStrategyAttr : AttrDef<Weir_Dialect, "ProductStrategy"> {
  let mnemonic = "product_strategy";
  let summary = "how a product is tiled, blocked and packed";
  let description = [{
    What the code generator decided for one product, and what its later passes obey.

    - `rows`, `columns`: the block of results that lives in registers while the sum
      runs; the matrix is packed into panels of `columns`.
    - `lanes`: the width of a vector; it divides `columns`.
    - `rowBlock`: how many rows meet a panel before the next panel is read.
    - `panelBlock`: how many panels make one unit of parallel work.
    - `sums`: how many sums make one result; term `k` is part of sum `k mod sums`, where `k`
      counts the innermost loop of the sum, and what is left of that of the first.

    1. All of them are at least 1.
    2. `columns` is a multiple of `lanes`.
    3. `rowBlock` is at least `rows`.
    4. `sums` is a power of two.

    Example: `#weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 120, panelBlock = 4>`
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "int64_t":$lanes,
                        "int64_t":$rowBlock, "int64_t":$panelBlock,
                        DefaultValuedParameter<"int64_t", "1">:$sums);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Weir_ConvForm : I32EnumAttr<"ConvForm", "how a convolution becomes products", [
    I32EnumAttrCase<"Windows", 0, "windows">,
    I32EnumAttrCase<"Im2col", 1, "im2col">,
    I32EnumAttrCase<"Winograd2", 2, "winograd2">,
    I32EnumAttrCase<"Winograd4", 3, "winograd4">]> {
  let cppNamespace = "::weir";
  let genSpecializedAttr = 0;
}
def Weir_ConvFormAttr : EnumAttr<Weir_Dialect, Weir_ConvForm, "form"> {
  let description = [{
    `weir.form` of a `conv2d` says how it becomes products, in place of the estimate:
    over windows of the image, over copied patches, or in Winograd's way with tiles of 2x2
    or 4x4 results.

    1. It is on a `conv2d` of one group.
    2. `winograd2` and `winograd4` need a kernel of 3x3 without stride and dilation.

    Example: `weir.form = #weir<form winograd4>`
  }];
}

def Weir_FormChoiceAttr : AttrDef<Weir_Dialect, "FormChoice"> {
  let mnemonic = "form_choice";
  let summary = "the form that convolutions of one shape get";
  let description = [{
    An element of a function's `weir.choices`, which `weir-apply-forms` puts on the
    convolutions.

    - `channels`, `outputs`: of the weight.
    - `height`, `width`: of the result.
    - `dense`: whether there is neither stride nor dilation.

    Example: `#weir.form_choice<channels = 64, outputs = 64, height = 56, width = 56, kernelHeight = 3, kernelWidth = 3, dense = true, form = winograd4>`
  }];
  let parameters = (ins "int64_t":$channels, "int64_t":$outputs, "int64_t":$height,
                        "int64_t":$width, "int64_t":$kernelHeight, "int64_t":$kernelWidth,
                        "bool":$dense, EnumParameter<Weir_ConvForm>:$form);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Weir_ProductChoiceAttr : AttrDef<Weir_Dialect, "ProductChoice"> {
  let mnemonic = "product_choice";
  let summary = "the strategy that products of one shape get";
  let description = [{
    An element of a function's `weir.choices`, which `weir-apply-tilings` puts on the
    products. `type` says what they read, the rows and the matrix, and what they give.

    Example: `#weir.product_choice<type = (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>, strategy = <rows = 4, columns = 24, lanes = 8, rowBlock = 24, panelBlock = 2>>`
  }];
  let parameters = (ins "::mlir::FunctionType":$type, "::weir::ProductStrategyAttr":$strategy);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Weir_SegmentAttr : AttrDef<Weir_Dialect, "Segment"> {
  let mnemonic = "segment";
  let summary = "consecutive kernels that a batch goes through a slice at a time";
  let description = [{
    `weir.segments` of a function `run` is a list of these, for all of its kernels in order.

    - `kernels`: how many kernels it has, at least 1.
    - `examples`: how many examples a slice has at most; 0 for the whole batch at once.
    - `bytes`: what an example takes of the arena while it is in the segment, without what
      goes from segment to segment.

    Example: `#weir.segment<kernels = 5, examples = 8, bytes = 4096>`
  }];
  let parameters = (ins "int64_t":$kernels, "int64_t":$examples,
                        DefaultValuedParameter<"int64_t", "0">:$bytes);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Bases
//===----------------------------------------------------------------------===//

class Weir_Op<string mnemonic, list<Trait> traits = []>
    : Op<Weir_Dialect, mnemonic, traits # [Pure]>;

// An op whose result type follows from its operands and attributes. The
// inference function states every constraint; the op is verified through it.
class Weir_InferredOp<string mnemonic, list<Trait> traits = []>
    : Weir_Op<mnemonic, traits # [InferTypeOpAdaptor]>;

#endif // WEIR_DIALECT_IR_WEIRDIALECT_TD
