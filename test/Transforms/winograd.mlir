// RUN: weir-opt --weir-winograd=always=true %s | FileCheck %s
// RUN: weir-opt --weir-winograd="always=true tile=2" %s | FileCheck %s --check-prefix=TWO
// RUN: weir-opt --weir-winograd %s | FileCheck %s --check-prefix=CHOICE
// RUN: weir-opt --weir-winograd="examples=8" %s | FileCheck %s --check-prefix=EIGHT
// RUN: not weir-opt --weir-winograd="examples=0" %s 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not weir-opt --weir-winograd="tile=3" %s 2>&1 | FileCheck %s --check-prefix=THREE
// NONE: error: weir-winograd: 1 or more examples expected, found 0
// THREE: error: weir-winograd: a tile of 2 or 4 expected, found 3

// 3x3 convolutions in Winograd's way.

#one = array<i64: 1, 1>
#two = array<i64: 2, 2>
#zero = array<i64: 0, 0>

// Tiles of 4 cover 8 by 12: the image is padded by one row more.
// CHECK-LABEL: func.func @padded
// CHECK-SAME: %[[X:.*]]: tensor<?x7x12x5xf32>, %[[W:.*]]: tensor<3x5x3x3xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT: %[[P:.*]] = weir.pad %[[X]] {high = array<i64: 2, 1, 0>, low = array<i64: 1, 1, 0>, value = 0.000000e+00 : f32}
// CHECK-NEXT: %[[T:.*]] = weir.winograd_input %[[P]] {tile = 4 : i64} : (tensor<?x10x14x5xf32>) -> tensor<?x2x3x36x5xf32>
// CHECK-NEXT: %[[U:.*]] = weir.winograd_weight %[[W]] {tile = 4 : i64} : (tensor<3x5x3x3xf32>) -> tensor<36x5x3xf32>
// CHECK-NEXT: %[[M:.*]] = weir.grouped_product %[[T]], %[[U]] : (tensor<?x2x3x36x5xf32>, tensor<36x5x3xf32>) -> tensor<?x2x3x36x3xf32>
// CHECK-NEXT: %[[R:.*]] = weir.winograd_output %[[M]] {height = 7 : i64, tile = 4 : i64, width = 12 : i64} : (tensor<?x2x3x36x3xf32>) -> tensor<?x7x12x3xf32>
// CHECK-NEXT: %[[Y:.*]] = weir.add %[[R]], %[[B]]
// CHECK-NEXT: return %[[Y]]
// TWO-LABEL: func.func @padded
// TWO: weir.pad %{{.*}} {high = array<i64: 2, 1, 0>, low = array<i64: 1, 1, 0>
// TWO: weir.winograd_input %{{.*}} {tile = 2 : i64} : (tensor<?x10x14x5xf32>) -> tensor<?x4x6x16x5xf32>
// TWO: weir.winograd_output %{{.*}} {height = 7 : i64, tile = 2 : i64, width = 12 : i64}
// So few channels don't pay for the transforms.
// CHOICE-LABEL: func.func @padded
// CHOICE-NOT: weir.winograd
// CHOICE: weir.conv2d
func.func @padded(%x: tensor<?x7x12x5xf32>, %w: tensor<3x5x3x3xf32>, %b: tensor<3xf32>) -> tensor<?x7x12x3xf32> {
  %0 = weir.conv2d %x, %w bias %b {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x12x5xf32>, tensor<3x5x3x3xf32>, tensor<3xf32>) -> tensor<?x7x12x3xf32>
  return %0 : tensor<?x7x12x3xf32>
}

// Whole tiles, no padding, no bias.
// CHECK-LABEL: func.func @bare
// CHECK-NOT: weir.pad
// CHECK: weir.winograd_input %arg0 {tile = 4 : i64}
// CHECK: %[[Y:.*]] = weir.winograd_output
// CHECK-NEXT: return %[[Y]]
func.func @bare(%x: tensor<?x6x10x2xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x4x8x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x6x10x2xf32>, tensor<4x2x3x3xf32>) -> tensor<?x4x8x4xf32>
  return %0 : tensor<?x4x8x4xf32>
}

// A single result is part of a tile, too.
// CHECK-LABEL: func.func @single
// CHECK: weir.pad %{{.*}} {high = array<i64: 3, 3, 0>, low = array<i64: 0, 0, 0>
// CHECK: weir.winograd_output %{{.*}} {height = 1 : i64, tile = 4 : i64, width = 1 : i64}
func.func @single(%x: tensor<?x3x3x2xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x1x1x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x3x3x2xf32>, tensor<4x2x3x3xf32>) -> tensor<?x1x1x4xf32>
  return %0 : tensor<?x1x1x4xf32>
}

// CHECK-LABEL: func.func @strided
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @strided(%x: tensor<?x9x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x4x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #two, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x4x4xf32>
  return %0 : tensor<?x4x4x4xf32>
}

// CHECK-LABEL: func.func @dilated
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @dilated(%x: tensor<?x9x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x5x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = array<i64: 2, 1>, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<?x5x7x4xf32>
  return %0 : tensor<?x5x7x4xf32>
}

// CHECK-LABEL: func.func @grouped
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @grouped(%x: tensor<?x9x9x4xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<?x7x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, groups = 2 : i64, layout = #weir<layout channels_last>} : (tensor<?x9x9x4xf32>, tensor<4x2x3x3xf32>) -> tensor<?x7x7x4xf32>
  return %0 : tensor<?x7x7x4xf32>
}

// CHECK-LABEL: func.func @other_kernels
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
// CHECK: weir.conv2d
func.func @other_kernels(%x: tensor<?x9x9x3xf32>, %w: tensor<4x3x5x5xf32>, %v: tensor<4x3x3x1xf32>) -> (tensor<?x5x5x4xf32>, tensor<?x7x9x4xf32>) {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x5x5xf32>) -> tensor<?x5x5x4xf32>
  %1 = weir.conv2d %x, %v {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x9x9x3xf32>, tensor<4x3x3x1xf32>) -> tensor<?x7x9x4xf32>
  return %0, %1 : tensor<?x5x5x4xf32>, tensor<?x7x9x4xf32>
}

// CHECK-LABEL: func.func @channels_first
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @channels_first(%x: tensor<?x3x9x9xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x7x7xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x7x7xf32>
  return %0 : tensor<?x4x7x7xf32>
}

// CHECK-LABEL: func.func @no_batch
// CHECK-NOT: weir.winograd
// CHECK: weir.conv2d
func.func @no_batch(%x: tensor<9x9x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<7x7x4xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, layout = #weir<layout channels_last>} : (tensor<9x9x3xf32>, tensor<4x3x3x3xf32>) -> tensor<7x7x4xf32>
  return %0 : tensor<7x7x4xf32>
}

// Larger tiles have larger weights, 36 instead of 16 for each of 9: where the image is small
// and the weight large, they pay for many examples, which share what it costs to fetch them.
// CHOICE-LABEL: func.func @large_weight
// CHOICE: weir.winograd_weight %{{.*}} {tile = 2 : i64}
// EIGHT-LABEL: func.func @large_weight
// EIGHT: weir.winograd_weight %{{.*}} {tile = 4 : i64}
func.func @large_weight(%x: tensor<?x7x7x512xf32>, %w: tensor<512x512x3x3xf32>) -> tensor<?x7x7x512xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one, layout = #weir<layout channels_last>} : (tensor<?x7x7x512xf32>, tensor<512x512x3x3xf32>) -> tensor<?x7x7x512xf32>
  return %0 : tensor<?x7x7x512xf32>
}
