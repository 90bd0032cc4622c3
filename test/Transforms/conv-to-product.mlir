// RUN: weir-opt --weir-conv-to-product %s | FileCheck %s
// RUN: weir-opt --weir-conv-to-product=algorithm=im2col %s | FileCheck %s --check-prefix=IM2COL

// A convolution is a product of patches with the weight.

#one = array<i64: 1, 1>
#zero = array<i64: 0, 0>

// CHECK-LABEL: func.func @padded
// CHECK-SAME: %[[X:.*]]: tensor<?x9x8x3xf32>, %[[W:.*]]: tensor<4x3x3x2xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[P:.*]] = weir.pad %[[X]] {high = array<i64: 2, 0, 0>, low = array<i64: 1, 3, 0>, value = 0.000000e+00 : f32}
// CHECK-NEXT: %[[M:.*]] = weir.transpose %[[W]] {permutation = array<i64: 2, 3, 1, 0>} : (tensor<4x3x3x2xf32>) -> tensor<3x2x3x4xf32>
// CHECK-NEXT: %[[R:.*]] = weir.windows %[[P]] {dilations = array<i64: 1, 3>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x12x11x3xf32>) -> tensor<?x5x8x3x2x3xf32>
// CHECK-NEXT: %[[S:.*]] = weir.product %[[R]], %[[M]]
// CHECK-NEXT: %[[Y:.*]] = weir.add %[[S]], %[[B]]
// CHECK-NEXT: return %[[Y]]
// IM2COL-LABEL: func.func @padded
// IM2COL: weir.pad
// IM2COL: %[[T:.*]] = weir.transpose
// IM2COL-NEXT: %[[R:.*]] = weir.im2col %{{.*}} {dilations = array<i64: 1, 3>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x12x11x3xf32>) -> tensor<?x5x8x18xf32>
// IM2COL-NEXT: %[[M:.*]] = weir.reshape %[[T]] : (tensor<3x2x3x4xf32>) -> tensor<18x4xf32>
// IM2COL-NEXT: weir.product %[[R]], %[[M]]
func.func @padded(%x: tensor<?x9x8x3xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<4xf32>) -> tensor<?x5x8x4xf32> {
  %0 = weir.conv2d %x, %w bias %b {strides = array<i64: 2, 1>, pad_low = array<i64: 1, 3>, pad_high = array<i64: 2, 0>, dilations = array<i64: 1, 3>, layout = #weir<layout channels_last>} : (tensor<?x9x8x3xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>) -> tensor<?x5x8x4xf32>
  return %0 : tensor<?x5x8x4xf32>
}

// Nothing to pad, no bias to add.
// CHECK-LABEL: func.func @bare
// CHECK-NOT: weir.pad
// CHECK: %[[Y:.*]] = weir.product
// CHECK-NEXT: return %[[Y]]
func.func @bare(%x: tensor<?x9x8x3xf32>, %w: tensor<4x3x3x2xf32>) -> tensor<?x7x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x8x3xf32>, tensor<4x3x3x2xf32>) -> tensor<?x7x7x4xf32>
  return %0 : tensor<?x7x7x4xf32>
}

// The pixels themselves are the rows of a 1x1 convolution.
// CHECK-LABEL: func.func @pointwise
// CHECK-SAME: %[[X:.*]]: tensor<?x9x8x3xf32>, %[[W:.*]]: tensor<4x3x1x1xf32>
// CHECK-NEXT: %[[R:.*]] = weir.reshape %[[W]] : (tensor<4x3x1x1xf32>) -> tensor<4x3xf32>
// CHECK-NEXT: %[[M:.*]] = weir.transpose %[[R]] {permutation = array<i64: 1, 0>}
// CHECK-NEXT: weir.product %[[X]], %[[M]] : (tensor<?x9x8x3xf32>, tensor<3x4xf32>) -> tensor<?x9x8x4xf32>
// IM2COL-LABEL: func.func @pointwise
// IM2COL-NOT: weir.im2col
// IM2COL: return
func.func @pointwise(%x: tensor<?x9x8x3xf32>, %w: tensor<4x3x1x1xf32>) -> tensor<?x9x8x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x8x3xf32>, tensor<4x3x1x1xf32>) -> tensor<?x9x8x4xf32>
  return %0 : tensor<?x9x8x4xf32>
}

// With a stride, only every other pixel is.
// CHECK-LABEL: func.func @strided_pointwise
// CHECK: weir.windows %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<?x9x8x3xf32>) -> tensor<?x5x4x1x1x3xf32>
func.func @strided_pointwise(%x: tensor<?x9x8x3xf32>, %w: tensor<4x3x1x1xf32>) -> tensor<?x5x4x4xf32> {
  %0 = weir.conv2d %x, %w {strides = array<i64: 2, 2>, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x8x3xf32>, tensor<4x3x1x1xf32>) -> tensor<?x5x4x4xf32>
  return %0 : tensor<?x5x4x4xf32>
}

// CHECK-LABEL: func.func @grouped
// CHECK: weir.conv2d
// CHECK-NOT: weir.product
func.func @grouped(%x: tensor<?x9x8x4xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x7x6x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, groups = 2 : i64, layout = #weir<layout channels_last>} : (tensor<?x9x8x4xf32>, tensor<4x2x3x3xf32>) -> tensor<?x7x6x4xf32>
  return %0 : tensor<?x7x6x4xf32>
}

// CHECK-LABEL: func.func @channels_first
// CHECK: weir.conv2d
// CHECK-NOT: weir.product
func.func @channels_first(%x: tensor<?x3x9x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x7x6xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x9x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x7x6xf32>
  return %0 : tensor<?x4x7x6xf32>
}
