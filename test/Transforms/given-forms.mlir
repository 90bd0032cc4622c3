// RUN: weir-opt --weir-winograd %s | FileCheck %s --check-prefix=PAYS
// RUN: weir-opt --weir-winograd="always=true tile=4" %s | FileCheck %s --check-prefix=ALWAYS
// RUN: weir-opt --weir-conv-to-product %s | FileCheck %s --check-prefix=PRODUCT
// RUN: weir-opt --weir-conv-to-product=algorithm=im2col %s | FileCheck %s --check-prefix=COPIED
// RUN: weir-opt --weir-rewrite %s | FileCheck %s --check-prefix=STAGE

// A convolution with a form is computed as that says, whatever estimates and options say.

#one = array<i64: 1, 1>
#zero = array<i64: 0, 0>

// Of two channels estimates say that transforms don't pay.
// PAYS-LABEL: func.func @tiles_of_two
// PAYS: weir.winograd_input %{{.*}} {tile = 2 : i64}
// PAYS-NOT: weir.form =
// ALWAYS-LABEL: func.func @tiles_of_two
// ALWAYS: weir.winograd_input %{{.*}} {tile = 2 : i64}
// STAGE-LABEL: func.func @tiles_of_two
// STAGE: weir.winograd_input %{{.*}} {tile = 2 : i64}
func.func @tiles_of_two(%x: tensor<?x6x9x2xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x4x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>, weir.form = #weir<form winograd2>} : (tensor<?x6x9x2xf32>, tensor<4x2x3x3xf32>) -> tensor<?x4x7x4xf32>
  return %0 : tensor<?x4x7x4xf32>
}

// PAYS-LABEL: func.func @tiles_of_four
// PAYS: weir.winograd_input %{{.*}} {tile = 4 : i64}
func.func @tiles_of_four(%x: tensor<?x6x9x2xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x4x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>, weir.form = #weir<form winograd4>} : (tensor<?x6x9x2xf32>, tensor<4x2x3x3xf32>) -> tensor<?x4x7x4xf32>
  return %0 : tensor<?x4x7x4xf32>
}

// Of this shape estimates and options take Winograd's way.
// PAYS-LABEL: func.func @windows
// PAYS-NOT: weir.winograd
// ALWAYS-LABEL: func.func @windows
// ALWAYS-NOT: weir.winograd
// ALWAYS: return
// PRODUCT-LABEL: func.func @windows
// PRODUCT: weir.windows
// COPIED-LABEL: func.func @windows
// COPIED-NOT: weir.im2col
// COPIED: weir.windows
// STAGE-LABEL: func.func @windows
// STAGE-NOT: weir.winograd
// STAGE: weir.windows
func.func @windows(%x: tensor<?x10x14x16xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<?x8x12x16xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>, weir.form = #weir<form windows>} : (tensor<?x10x14x16xf32>, tensor<16x16x3x3xf32>) -> tensor<?x8x12x16xf32>
  return %0 : tensor<?x8x12x16xf32>
}

// PAYS-LABEL: func.func @copied
// PAYS-NOT: weir.winograd
// PAYS: return
// PRODUCT-LABEL: func.func @copied
// PRODUCT-NOT: weir.windows
// PRODUCT: weir.im2col
// STAGE-LABEL: func.func @copied
// STAGE-NOT: weir.winograd
// STAGE: weir.im2col
func.func @copied(%x: tensor<?x10x14x16xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<?x8x12x16xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>, weir.form = #weir<form im2col>} : (tensor<?x10x14x16xf32>, tensor<16x16x3x3xf32>) -> tensor<?x8x12x16xf32>
  return %0 : tensor<?x8x12x16xf32>
}

// The estimate says otherwise; what the function says of itself goes before it.
// STAGE-LABEL: func.func @by_the_function
// STAGE: weir.winograd_input %{{.*}} {tile = 2 : i64}
func.func @by_the_function(%x: tensor<?x16x10x14xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<?x16x8x12xf32> attributes {weir.choices = [#weir.form_choice<channels = 16, outputs = 16, height = 8, width = 12, kernelHeight = 3, kernelWidth = 3, dense = true, form = winograd2>]} {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x16x10x14xf32>, tensor<16x16x3x3xf32>) -> tensor<?x16x8x12xf32>
  return %0 : tensor<?x16x8x12xf32>
}

// Nothing is said: the estimate.
// STAGE-LABEL: func.func @estimated
// STAGE: weir.winograd_input %{{.*}} {tile = 4 : i64}
func.func @estimated(%x: tensor<?x16x10x14xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<?x16x8x12xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x16x10x14xf32>, tensor<16x16x3x3xf32>) -> tensor<?x16x8x12xf32>
  return %0 : tensor<?x16x8x12xf32>
}
