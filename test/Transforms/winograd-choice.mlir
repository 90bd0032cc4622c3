// RUN: weir-opt --weir-winograd %s | FileCheck %s

// Which convolutions are worth their transforms.

#one = array<i64: 1, 1>

// CHECK-LABEL: func.func @many_tiles
// CHECK: weir.winograd_input {{.*}} {tile = 4 : i64}
func.func @many_tiles(%x: tensor<?x28x28x32xf32>, %w: tensor<32x32x3x3xf32>) -> tensor<?x28x28x32xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x28x28x32xf32>, tensor<32x32x3x3xf32>) -> tensor<?x28x28x32xf32>
  return %0 : tensor<?x28x28x32xf32>
}

// One tile, or four, for matrices that are larger than what they multiply, and come from memory.
// CHECK-LABEL: func.func @few_tiles
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @few_tiles(%x: tensor<?x4x4x512xf32>, %w: tensor<512x512x3x3xf32>) -> tensor<?x4x4x512xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x4x4x512xf32>, tensor<512x512x3x3xf32>) -> tensor<?x4x4x512xf32>
  return %0 : tensor<?x4x4x512xf32>
}

// An image of three channels has little to sum up.
// CHECK-LABEL: func.func @few_channels
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @few_channels(%x: tensor<?x28x28x3xf32>, %w: tensor<32x3x3x3xf32>) -> tensor<?x28x28x32xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x28x28x3xf32>, tensor<32x3x3x3xf32>) -> tensor<?x28x28x32xf32>
  return %0 : tensor<?x28x28x32xf32>
}
