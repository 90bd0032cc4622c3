//===- Passes.td - rewrites of the weir dialect ---------------------*- tablegen -*-===//
//
// Every rewrite from the dialect to the dialect, each a pass that can be run
// alone. In the examples, attributes that don't matter are left out.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_TRANSFORMS_PASSES_TD
#define WEIR_DIALECT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

class Weir_Rewrite<string flag> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::weir::WeirDialect"];
}

//===----------------------------------------------------------------------===//
// What inference doesn't need
//===----------------------------------------------------------------------===//

def RemoveDropoutPass : Weir_Rewrite<"weir-remove-dropout"> {
  let summary = "Replace dropout by its input, which is what it computes in inference";
  let description = [{
    ```mlir
    %1 = weir.dropout %0 {probability = 2.0e-01 : f64} : tensor<?x64xf32>
    %2 = weir.relu %1 : tensor<?x64xf32>
    ```
    becomes
    ```mlir
    %1 = weir.relu %0 : tensor<?x64xf32>
    ```
  }];
}

def FoldBatchNormPass : Weir_Rewrite<"weir-fold-batch-norm"> {
  let summary = "Fold batch norm into the weights of the layer before it";
  let description = [{
    A batch norm is an affine function of each channel, and so is what a convolution
    or a linear layer does last. The layer's weight and bias become computations on
    parameters, which are done once, when the model is prepared.

    ```mlir
    %1 = weir.conv2d %0, %w {...} : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x6x6xf32>
    %2 = weir.batch_norm %1, %gamma, %beta, %mean, %variance {axis = 0 : i64, epsilon = 1.0e-05 : f64} : ...
    ```
    becomes
    ```mlir
    %e = weir.constant dense<1.0e-05> : tensor<f32>
    %v = weir.add %variance, %e : ...
    %r = weir.rsqrt %v : tensor<4xf32>
    %scale = weir.mul %gamma, %r : ...
    %s = weir.reshape %scale : (tensor<4xf32>) -> tensor<4x1x1x1xf32>
    %w1 = weir.mul %w, %s : ...
    %m = weir.mul %mean, %scale : ...
    %b1 = weir.sub %beta, %m : ...
    %1 = weir.conv2d %0, %w1 bias %b1 {...} : ...
    ```

    The layer is left alone if its result is used elsewhere, or if the axis of the
    batch norm is not that of the layer's outputs.
  }];
}

def ExpandBatchNormPass : Weir_Rewrite<"weir-expand-batch-norm"> {
  let summary = "Replace batch norm by one multiplication and one addition per element";
  let description = [{
    For a batch norm that has no layer to fold into. Scale and shift are computed from
    parameters, once.

    ```mlir
    %1 = weir.batch_norm %0, %gamma, %beta, %mean, %variance {axis = 0 : i64, ...}
        : (tensor<?x4x6x6xf32>, tensor<4xf32>, ...) -> tensor<?x4x6x6xf32>
    ```
    becomes
    ```mlir
    %s = weir.reshape %scale : (tensor<4xf32>) -> tensor<4x1x1xf32>
    %t = weir.reshape %shift : (tensor<4xf32>) -> tensor<4x1x1xf32>
    %1 = weir.mul %0, %s : ...
    %2 = weir.add %1, %t : ...
    ```
    with `scale = gamma * rsqrt(variance + epsilon)` and `shift = beta - mean * scale`.
  }];
}

//===----------------------------------------------------------------------===//
// Fewer copies
//===----------------------------------------------------------------------===//

def OneHotToEmbeddingPass : Weir_Rewrite<"weir-one-hot-to-embedding"> {
  let summary = "Replace the product of one-hot rows with a matrix by a look-up";
  let description = [{
    ```mlir
    %1 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
    %2 = weir.matmul %1, %table : (tensor<?x5xf32>, tensor<5x3xf32>) -> tensor<?x3xf32>
    ```
    becomes
    ```mlir
    %2 = weir.embedding %ids, %table : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
    ```
    A linear layer's weight is transposed first, its bias added afterwards; a product's
    `init` is added too. A matrix of a rank other than two is left alone.
  }];
}

def FoldPadPass : Weir_Rewrite<"weir-fold-pad"> {
  let summary = "Fold explicit padding into the layer that reads it";
  let description = [{
    ```mlir
    %1 = weir.pad %0 {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, value = 0.0 : f32} : ...
    %2 = weir.conv2d %1, %w {pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, ...} : ...
    ```
    becomes
    ```mlir
    %2 = weir.conv2d %0, %w {pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, ...} : ...
    ```

    Into a convolution if the value is 0 and channels aren't padded; into an average pool
    as well, which must then count its padding, so it must do so already or have none;
    into another pad if the values are equal. Never into a maximum pool: it ignores its
    own padding, but not these zeros.
  }];
}

def SplitConcatPass : Weir_Rewrite<"weir-split-concat"> {
  let summary = "Replace the product of joined tensors by a sum of products";
  let description = [{
    ```mlir
    %1 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x40xf32>, tensor<?x60xf32>) -> tensor<?x100xf32>
    %2 = weir.product %1, %m : (tensor<?x100xf32>, tensor<100x8xf32>) -> tensor<?x8xf32>
    ```
    becomes
    ```mlir
    %m0 = weir.slice %m {offsets = array<i64: 0, 0>, sizes = array<i64: 40, 8>, ...} : ...
    %m1 = weir.slice %m {offsets = array<i64: 40, 0>, sizes = array<i64: 60, 8>, ...} : ...
    %1 = weir.product %a, %m0 : ...
    %2 = weir.product %b, %m1 init %1 : ...
    ```

    `linear` and `matmul` are treated alike. What is saved is a copy of all the joined
    elements; what is paid is that every product after the first reads and writes the
    sums again. So a concat is split if `features * (operands - 1)` is at most the number
    of joined elements, unless `always` is set. A concat that has another user is
    computed anyway, and is left alone.
  }];
  let options = [
    Option<"always", "always", "bool", "false", "Split whatever it costs">
  ];
}

def FoldTablesPass : Weir_Rewrite<"weir-fold-tables"> {
  let summary = "Multiply a table once instead of the rows that are looked up in it";
  let description = [{
    ```mlir
    %1 = weir.embedding %ids, %t : (tensor<?x!weir.index<672>>, tensor<672x60xf32>) -> tensor<?x60xf32>
    %2 = weir.product %1, %m : (tensor<?x60xf32>, tensor<60x100xf32>) -> tensor<?x100xf32>
    ```
    becomes
    ```mlir
    %u = weir.product %t, %m : (tensor<672x60xf32>, tensor<60x100xf32>) -> tensor<672x100xf32>
    %2 = weir.embedding %ids, %u : ...
    ```

    A look-up is the product of one-hot rows with the table, and products may be taken in
    any order; that of table and matrix depends on parameters only, so it is computed once,
    at load. A bag is treated alike, if it is a sum or a mean. Of joined rows each part
    that is looked up meets its own rows of the matrix, and the results are added.

    With `r` rows in the table, `d` long, `k` ids for each row and `n` features, a table is
    folded if `2 k (n - d) <= d n` (reading other rows costs less than the product), if it
    grows at most to twice its size or to 1 MiB, and if no more than 2^32 products are
    needed to fold it.
  }];
}

//===----------------------------------------------------------------------===//
// Towards products
//===----------------------------------------------------------------------===//

def Expand1dPass : Weir_Rewrite<"weir-expand-1d"> {
  let summary = "Express layers over one spatial axis by those over two";
  let description = [{
    ```mlir
    %1 = weir.max_pool1d %0 {kernel = array<i64: 2>, ...} : (tensor<?x4x20xf32>) -> tensor<?x4x10xf32>
    ```
    becomes
    ```mlir
    %a = weir.reshape %0 : (tensor<?x4x20xf32>) -> tensor<?x4x1x20xf32>
    %b = weir.max_pool2d %a {kernel = array<i64: 1, 2>, ...} : (tensor<?x4x1x20xf32>) -> tensor<?x4x1x10xf32>
    %1 = weir.reshape %b : (tensor<?x4x1x10xf32>) -> tensor<?x4x10xf32>
    ```
    and `conv1d`, `avg_pool1d` likewise.
  }];
}

def PointwiseToMatmulPass : Weir_Rewrite<"weir-pointwise-to-matmul"> {
  let summary = "Leave lone 1x1 convolutions as the image lies";
  let description = [{
    A 1x1 convolution of stride 1 is a product of the weight with the image, whose pixels lie
    next to each other when the channels are first. Where the image is an input of the
    model and the result, up to elementwise ops, an output, there is no neighbour that would
    have the channels last, and the two transposes would be all for this one layer.

    ```mlir
    %1 = weir.conv2d %0, %w bias %b {...} : (tensor<?x64x56x56xf32>, tensor<256x64x1x1xf32>, tensor<256xf32>) -> tensor<?x256x56x56xf32>
    ```
    becomes
    ```mlir
    %m = weir.reshape %w : (tensor<256x64x1x1xf32>) -> tensor<256x64xf32>
    %x = weir.reshape %0 : (tensor<?x64x56x56xf32>) -> tensor<?x64x3136xf32>
    %p = weir.matmul %m, %x : (tensor<256x64xf32>, tensor<?x64x3136xf32>) -> tensor<?x256x3136xf32>
    %c = weir.reshape %b : (tensor<256xf32>) -> tensor<256x1xf32>
    %s = weir.add %p, %c : ...
    %1 = weir.reshape %s : (tensor<?x256x3136xf32>) -> tensor<?x256x56x56xf32>
    ```

    Images of fewer than 256 pixels fill too few vectors for that, and are left alone.
  }];
}

def ChannelsLastPass : Weir_Rewrite<"weir-channels-last"> {
  let summary = "Move channels to the last axis, from the first image layer to the last";
  let description = [{
    Vectors run along channels, so they must lie next to each other. Each convolution and
    pool is put between two transposes; the second sinks through everything that
    doesn't care about the order of axes (elementwise ops, reductions, norms, softmax,
    concat, pad, slice, reshapes that keep axes apart) until it meets the first of the next
    layer, and both vanish. Where an image is flattened into a product, the rows of the
    product's matrix are put into the new order instead, once, as a computation on a
    parameter.

    ```mlir
    %1 = weir.conv2d %0, %w {...} : (tensor<?x3x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x7x7xf32>
    %2 = weir.relu %1 : tensor<?x4x7x7xf32>
    ```
    becomes
    ```mlir
    %a = weir.transpose %0 {permutation = array<i64: 1, 2, 0>} : ...
    %1 = weir.conv2d %a, %w {layout = #weir<layout channels_last>, ...} : ...
    %2 = weir.relu %1 : tensor<?x7x7x4xf32>
    %3 = weir.transpose %2 {permutation = array<i64: 2, 0, 1>} : ...
    ```
  }];
}

def LinearToProductPass : Weir_Rewrite<"weir-linear-to-product"> {
  let summary = "Express linear layers and products with a parameter as weir.product";
  let description = [{
    ```mlir
    %1 = weir.linear %0, %w bias %b : (tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<?x10xf32>
    ```
    becomes
    ```mlir
    %m = weir.transpose %w {permutation = array<i64: 1, 0>} : (tensor<10x64xf32>) -> tensor<64x10xf32>
    %p = weir.product %0, %m : (tensor<?x64xf32>, tensor<64x10xf32>) -> tensor<?x10xf32>
    %1 = weir.add %p, %b : ...
    ```
    A `matmul` whose right side is unbatched and of rank two is a product too; one
    whose right side depends on the example is left alone.
  }];
}

def ApplyFormsPass : Weir_Rewrite<"weir-apply-forms"> {
  let summary = "Give convolutions the forms that the function's choices name";
  let description = [{
    A function may say how it is to be computed, in `weir.choices`; what was measured is
    written there. A convolution with channels last whose shape is that of a
    `form_choice` gets its form, which `weir-winograd` and `weir-conv-to-product` obey;
    the others are left to the estimate.

    ```mlir
    func.func @f(...) attributes {weir.choices = [#weir.form_choice<channels = 64, outputs = 32, height = 7, ..., form = winograd2>]} {
      %1 = weir.conv2d %0, %w {...} : (tensor<?x7x12x64xf32>, tensor<32x64x3x3xf32>) -> tensor<?x7x12x32xf32>
    ```
    becomes
    ```mlir
      %1 = weir.conv2d %0, %w {weir.form = #weir<form winograd2>, ...} : ...
    ```
  }];
}

def WinogradPass : Weir_Rewrite<"weir-winograd"> {
  let summary = "Express 3x3 convolutions with fewer products, where that pays";
  let description = [{
    Winograd's convolution (Lavin and Gray, Fast Algorithms for Convolutional Neural
    Networks, 2015): tiles of the image and the weight are transformed, multiplied position
    by position, and the sums over channels are transformed back. With `tile` 4, a
    tile of 16 results takes 36 products per channel instead of 144; with 2, 4 results take 16
    instead of 36. The weight depends on parameters only and is transformed once.

    ```mlir
    %1 = weir.conv2d %0, %w bias %b {layout = #weir<layout channels_last>, pad_low = array<i64: 1, 1>, ...}
        : (tensor<?x7x12x64xf32>, tensor<32x64x3x3xf32>, tensor<32xf32>) -> tensor<?x7x12x32xf32>
    ```
    becomes
    ```mlir
    %a = weir.pad %0 {low = array<i64: 1, 1, 0>, high = array<i64: 2, 1, 0>, value = 0.0 : f32} : ...
    %t = weir.winograd_input %a {tile = 4 : i64} : (tensor<?x10x14x64xf32>) -> tensor<?x2x3x36x64xf32>
    %u = weir.winograd_weight %w {tile = 4 : i64} : (tensor<32x64x3x3xf32>) -> tensor<36x64x32xf32>
    %m = weir.grouped_product %t, %u : ... -> tensor<?x2x3x36x32xf32>
    %r = weir.winograd_output %m {tile = 4 : i64, height = 7 : i64, width = 12 : i64} : ... -> tensor<?x7x12x32xf32>
    %1 = weir.add %r, %b : ...
    ```

    Convolutions of another kernel, with a stride, a dilation, groups, channels first or
    without a batch are left alone, and so are those where the estimate says that the
    transforms cost more than the products that they save. `always` asks for no
    estimate; `tile`, if not 0, says which of the two is taken. A convolution with
    `weir.form` is computed as that says, whatever the options are.
  }];
  let options = [
    Option<"always", "always", "bool", "false", "Rewrite every convolution that can be">,
    Option<"tile", "tile", "int64_t", "0", "Results of a tile per axis, 2 or 4; 0 to choose">,
    Option<"examples", "examples", "int64_t", "1",
           "of a usual call: what fetching a weight costs is shared by them in the estimate">
  ];
}

def ConvToProductPass : Weir_Rewrite<"weir-conv-to-product"> {
  let summary = "Express convolution as a matrix product";
  let description = [{
    Padding becomes an op of its own, so that whoever produces the image can write it into
    a padded buffer. The patches are then the rows of a product with the weight as
    `[kernel height, kernel width, channels, outputs]`:

    ```mlir
    %1 = weir.conv2d %0, %w bias %b {layout = #weir<layout channels_last>, pad_low = array<i64: 1, 1>, ...}
        : (tensor<?x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<?x8x8x4xf32>
    ```
    becomes, with `algorithm=windows`, where nothing is copied,
    ```mlir
    %a = weir.pad %0 {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 0.0 : f32} : ...
    %r = weir.windows %a {kernel = array<i64: 3, 3>, ...} : (tensor<?x10x10x3xf32>) -> tensor<?x8x8x3x3x3xf32>
    %m = weir.transpose %w {permutation = array<i64: 2, 3, 1, 0>} : ...
    %p = weir.product %r, %m : (tensor<?x8x8x3x3x3xf32>, tensor<3x3x3x4xf32>) -> tensor<?x8x8x4xf32>
    %1 = weir.add %p, %b : ...
    ```
    and with `algorithm=im2col`, which copies every patch to a row,
    ```mlir
    %r = weir.im2col %a {kernel = array<i64: 3, 3>, ...} : (tensor<?x10x10x3xf32>) -> tensor<?x8x8x27xf32>
    %p = weir.product %r, %m : (tensor<?x8x8x27xf32>, tensor<27x4xf32>) -> tensor<?x8x8x4xf32>
    ```
    A convolution with `weir.form` has its own say. A 1x1 convolution of stride 1 is a product
    of the pixels themselves in both cases.
    Grouped convolutions, and those with channels first, are left alone.
  }];
  let options = [
    Option<"algorithm", "algorithm", "::weir::ConvAlgorithm",
           "::weir::ConvAlgorithm::Windows", "How the patches become rows",
           [{::llvm::cl::values(
               clEnumValN(::weir::ConvAlgorithm::Windows, "windows", "a view, nothing is copied"),
               clEnumValN(::weir::ConvAlgorithm::Im2col, "im2col", "a matrix of all patches"))}]>
  ];
}

//===----------------------------------------------------------------------===//
// The border
//===----------------------------------------------------------------------===//

def VerifyRewrittenPass : Pass<"weir-verify-rewritten", "::mlir::func::FuncOp"> {
  let summary = "Check that only ops remain that the lowering knows";
  let description = [{
    After the rewrites a function holds parameters, constants, elementwise ops,
    reductions, softmax, layer_norm, ops that shape and join, look-ups, products,
    `matmul` of values that depend on the example (or of rank three and more),
    `windows` as the rows of products, `im2col`, the parts of Winograd's convolution, and, with channels last, grouped
    convolutions and pools over two axes. Anything else is an error at its location.
  }];
}

#endif // WEIR_DIALECT_TRANSFORMS_PASSES_TD
