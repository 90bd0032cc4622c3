// RUN: weir-opt --weir-fold-pad %s | FileCheck %s

// Explicit padding becomes a layer's own, where that means the same.

#one = array<i64: 1, 1>
#zero = array<i64: 0, 0>

// It adds to the padding that the layer has, side by side.
// CHECK-LABEL: func.func @conv2d
// CHECK-SAME: %[[X:.*]]: tensor<?x3x5x6xf32>
// CHECK-NOT: weir.pad
// CHECK: weir.conv2d %[[X]], %{{.*}} {dilations = array<i64: 1, 1>, pad_high = array<i64: 3, 0>, pad_low = array<i64: 1, 3>, strides = array<i64: 2, 1>}
func.func @conv2d(%x: tensor<?x3x5x6xf32>, %w: tensor<4x3x3x2xf32>) -> tensor<?x4x4x8xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 1, 2>, high = array<i64: 0, 3, 0>, value = 0.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x3x9x8xf32>
  %1 = weir.conv2d %0, %w {strides = array<i64: 2, 1>, pad_low = array<i64: 0, 1>, pad_high = #zero, dilations = #one} : (tensor<?x3x9x8xf32>, tensor<4x3x3x2xf32>) -> tensor<?x4x4x8xf32>
  return %1 : tensor<?x4x4x8xf32>
}

// CHECK-LABEL: func.func @conv1d_channels_last
// CHECK-NOT: weir.pad
// CHECK: weir.conv1d
// CHECK-SAME: pad_high = array<i64: 2>
// CHECK-SAME: pad_low = array<i64: 1>
func.func @conv1d_channels_last(%x: tensor<?x5x3xf32>, %w: tensor<4x3x3xf32>) -> tensor<?x6x4xf32> {
  %0 = weir.pad %x {low = array<i64: 1, 0>, high = array<i64: 2, 0>, value = 0.0 : f32} : (tensor<?x5x3xf32>) -> tensor<?x8x3xf32>
  %1 = weir.conv1d %0, %w {strides = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, dilations = array<i64: 1>, layout = #weir<layout channels_last>} : (tensor<?x8x3xf32>, tensor<4x3x3xf32>) -> tensor<?x6x4xf32>
  return %1 : tensor<?x6x4xf32>
}

// An average counts explicit zeros, so it must count its padding from now on.
// CHECK-LABEL: func.func @avg_pool2d
// CHECK-NOT: weir.pad
// CHECK: weir.avg_pool2d
// CHECK-SAME: count_include_pad
// CHECK-SAME: pad_high = array<i64: 1, 0>
// CHECK-SAME: pad_low = array<i64: 1, 1>
func.func @avg_pool2d(%x: tensor<?x3x5x6xf32>) -> tensor<?x3x3x3xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 0>, value = 0.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x3x7x7xf32>
  %1 = weir.avg_pool2d %0 {kernel = array<i64: 3, 2>, strides = array<i64: 2, 2>, pad_low = #zero, pad_high = #zero} : (tensor<?x3x7x7xf32>) -> tensor<?x3x3x3xf32>
  return %1 : tensor<?x3x3x3xf32>
}

// CHECK-LABEL: func.func @pad_of_pad
// CHECK: weir.pad %{{.*}} {high = array<i64: 0, 5>, low = array<i64: 3, 2>, value = 1.500000e+00 : f32}
// CHECK-NOT: weir.pad
func.func @pad_of_pad(%x: tensor<?x3x4xf32>) -> tensor<?x6x11xf32> {
  %0 = weir.pad %x {low = array<i64: 1, 2>, high = array<i64: 0, 3>, value = 1.5 : f32} : (tensor<?x3x4xf32>) -> tensor<?x4x9xf32>
  %1 = weir.pad %0 {low = array<i64: 2, 0>, high = array<i64: 0, 2>, value = 1.5 : f32} : (tensor<?x4x9xf32>) -> tensor<?x6x11xf32>
  return %1 : tensor<?x6x11xf32>
}

// CHECK-LABEL: func.func @pads_of_different_values
// CHECK-COUNT-2: weir.pad
func.func @pads_of_different_values(%x: tensor<?x3xf32>) -> tensor<?x5xf32> {
  %0 = weir.pad %x {low = array<i64: 1>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<?x3xf32>) -> tensor<?x4xf32>
  %1 = weir.pad %0 {low = array<i64: 1>, high = array<i64: 0>, value = 1.0 : f32} : (tensor<?x4xf32>) -> tensor<?x5xf32>
  return %1 : tensor<?x5xf32>
}

// A convolution pads with nothing but zeros.
// CHECK-LABEL: func.func @conv2d_of_ones
// CHECK: weir.pad
// CHECK: weir.conv2d
// CHECK-SAME: pad_high = array<i64: 0, 0>
func.func @conv2d_of_ones(%x: tensor<?x3x5x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, value = 1.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x3x7x8xf32>
  %1 = weir.conv2d %0, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x7x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x5x6xf32>
  return %1 : tensor<?x4x5x6xf32>
}

// CHECK-LABEL: func.func @padded_channels
// CHECK: weir.pad
func.func @padded_channels(%x: tensor<?x3x5x6xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<?x4x3x4xf32> {
  %0 = weir.pad %x {low = array<i64: 1, 0, 0>, high = array<i64: 0, 0, 0>, value = 0.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.conv2d %0, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x4x5x6xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x3x4xf32>
  return %1 : tensor<?x4x3x4xf32>
}

// The pool's own padding is not counted, the explicit one is.
// CHECK-LABEL: func.func @avg_pool2d_that_does_not_count
// CHECK: weir.pad
func.func @avg_pool2d_that_does_not_count(%x: tensor<?x3x5x6xf32>) -> tensor<?x3x3x3xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 0, 1>, high = array<i64: 0, 0, 0>, value = 0.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x3x5x7xf32>
  %1 = weir.avg_pool2d %0 {kernel = array<i64: 3, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 1, 0>} : (tensor<?x3x5x7xf32>) -> tensor<?x3x3x3xf32>
  return %1 : tensor<?x3x3x3xf32>
}

// A window of nothing but padding has no average of its own.
// CHECK-LABEL: func.func @avg_pool2d_with_an_empty_window
// CHECK: weir.pad
func.func @avg_pool2d_with_an_empty_window(%x: tensor<?x3x4x4xf32>) -> tensor<?x3x3x2xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 2, 0>, high = array<i64: 0, 0, 0>, value = 0.0 : f32} : (tensor<?x3x4x4xf32>) -> tensor<?x3x6x4xf32>
  %1 = weir.avg_pool2d %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = #zero, pad_high = #zero} : (tensor<?x3x6x4xf32>) -> tensor<?x3x3x2xf32>
  return %1 : tensor<?x3x3x2xf32>
}

// A maximum pool ignores its padding, but these zeros may be the largest.
// CHECK-LABEL: func.func @max_pool2d
// CHECK: weir.pad
// CHECK: weir.max_pool2d
// CHECK-SAME: pad_high = array<i64: 0, 0>
func.func @max_pool2d(%x: tensor<?x3x5x6xf32>) -> tensor<?x3x3x3xf32> {
  %0 = weir.pad %x {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 0>, value = 0.0 : f32} : (tensor<?x3x5x6xf32>) -> tensor<?x3x7x7xf32>
  %1 = weir.max_pool2d %0 {kernel = array<i64: 3, 2>, strides = array<i64: 2, 2>, pad_low = #zero, pad_high = #zero} : (tensor<?x3x7x7xf32>) -> tensor<?x3x3x3xf32>
  return %1 : tensor<?x3x3x3xf32>
}
