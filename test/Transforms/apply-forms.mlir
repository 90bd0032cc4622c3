// RUN: weir-opt --weir-apply-forms %s | FileCheck %s

// Convolutions get the forms that the function's choices name for their shape.

#one = array<i64: 1, 1>
#two = array<i64: 2, 2>
#zero = array<i64: 0, 0>
#wide = #weir.form_choice<channels = 5, outputs = 3, height = 7, width = 12, kernelHeight = 3, kernelWidth = 3, dense = true, form = winograd2>
#strided = #weir.form_choice<channels = 3, outputs = 4, height = 4, width = 4, kernelHeight = 3, kernelWidth = 3, dense = false, form = im2col>

// CHECK-LABEL: func.func @chosen
// CHECK: weir.conv2d {{.*}} weir.form = #weir<form winograd2>
// CHECK: weir.conv2d {{.*}} weir.form = #weir<form im2col>
func.func @chosen(%x: tensor<?x7x12x5xf32>, %w: tensor<3x5x3x3xf32>, %y: tensor<?x9x9x3xf32>, %v: tensor<4x3x3x3xf32>) -> (tensor<?x7x12x3xf32>, tensor<?x4x4x4xf32>) attributes {weir.choices = [#wide, #strided]} {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x12x5xf32>, tensor<3x5x3x3xf32>) -> tensor<?x7x12x3xf32>
  %1 = weir.conv2d %y, %v {strides = #two, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x4x4xf32>
  return %0, %1 : tensor<?x7x12x3xf32>, tensor<?x4x4x4xf32>
}

// Another width, other channels, a stride, which `dense` excludes.
// CHECK-LABEL: func.func @other_shapes
// CHECK-NOT: weir.form =
// CHECK: return
func.func @other_shapes(%x: tensor<?x7x13x5xf32>, %w: tensor<3x5x3x3xf32>, %y: tensor<?x7x12x4xf32>, %v: tensor<3x4x3x3xf32>, %z: tensor<?x14x24x5xf32>) -> (tensor<?x7x13x3xf32>, tensor<?x7x12x3xf32>, tensor<?x7x12x3xf32>) attributes {weir.choices = [#wide]} {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x13x5xf32>, tensor<3x5x3x3xf32>) -> tensor<?x7x13x3xf32>
  %1 = weir.conv2d %y, %v {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x12x4xf32>, tensor<3x4x3x3xf32>) -> tensor<?x7x12x3xf32>
  %2 = weir.conv2d %z, %w {strides = #two, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x14x24x5xf32>, tensor<3x5x3x3xf32>) -> tensor<?x7x12x3xf32>
  return %0, %1, %2 : tensor<?x7x13x3xf32>, tensor<?x7x12x3xf32>, tensor<?x7x12x3xf32>
}

// A form that can't compute it, channels first, an image without a batch.
// CHECK-LABEL: func.func @cannot
// CHECK-NOT: weir.form =
// CHECK: return
func.func @cannot(%x: tensor<?x9x9x3xf32>, %w: tensor<4x3x3x3xf32>, %y: tensor<?x5x7x12xf32>, %v: tensor<3x5x3x3xf32>, %z: tensor<7x12x5xf32>) -> (tensor<?x4x4x4xf32>, tensor<?x3x7x12xf32>, tensor<7x12x3xf32>) attributes {weir.choices = [#wide, #weir.form_choice<channels = 3, outputs = 4, height = 4, width = 4, kernelHeight = 3, kernelWidth = 3, dense = false, form = winograd4>]} {
  %0 = weir.conv2d %x, %w {strides = #two, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x4x4xf32>
  %1 = weir.conv2d %y, %v {strides = #one, pad_low = #one, pad_high = #one, dilations = #one} : (tensor<?x5x7x12xf32>, tensor<3x5x3x3xf32>) -> tensor<?x3x7x12xf32>
  %2 = weir.conv2d %z, %v {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<7x12x5xf32>, tensor<3x5x3x3xf32>) -> tensor<7x12x3xf32>
  return %0, %1, %2 : tensor<?x4x4x4xf32>, tensor<?x3x7x12xf32>, tensor<7x12x3xf32>
}

// A function that says nothing.
// CHECK-LABEL: func.func @silent
// CHECK-NOT: weir.form =
// CHECK: return
func.func @silent(%x: tensor<?x7x12x5xf32>, %w: tensor<3x5x3x3xf32>) -> tensor<?x7x12x3xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x12x5xf32>, tensor<3x5x3x3xf32>) -> tensor<?x7x12x3xf32>
  return %0 : tensor<?x7x12x3xf32>
}
