// RUN: weir-opt --weir-pointwise-to-matmul %s | FileCheck %s

// A 1x1 convolution between an input and an output, with what may stand between: bias,
// relu, a factor per channel.
// CHECK-LABEL: func.func @lone
// CHECK-SAME: %[[X:.*]]: tensor<?x3x16x17xf32>, %[[W:.*]]: tensor<5x3x1x1xf32>, %[[B:.*]]: tensor<5xf32>, %[[S:.*]]: tensor<5x1x1xf32>
// CHECK-DAG: %[[M:.*]] = weir.reshape %[[W]] : (tensor<5x3x1x1xf32>) -> tensor<5x3xf32>
// CHECK-DAG: %[[P:.*]] = weir.reshape %[[X]] : (tensor<?x3x16x17xf32>) -> tensor<?x3x272xf32>
// CHECK: %[[Y:.*]] = weir.matmul %[[M]], %[[P]]
// CHECK: %[[C:.*]] = weir.reshape %[[B]] : (tensor<5xf32>) -> tensor<5x1xf32>
// CHECK: %[[Z:.*]] = weir.add %[[Y]], %[[C]]
// CHECK: %[[I:.*]] = weir.reshape %[[Z]] : (tensor<?x5x272xf32>) -> tensor<?x5x16x17xf32>
// CHECK: %[[R:.*]] = weir.relu %[[I]]
// CHECK: weir.mul %[[R]], %[[S]]
func.func @lone(%x: tensor<?x3x16x17xf32>, %w: tensor<5x3x1x1xf32>, %b: tensor<5xf32>, %s: tensor<5x1x1xf32>) -> tensor<?x5x16x17xf32> {
  %0 = weir.conv2d %x, %w bias %b {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x3x16x17xf32>, tensor<5x3x1x1xf32>, tensor<5xf32>) -> tensor<?x5x16x17xf32>
  %1 = weir.relu %0 : tensor<?x5x16x17xf32>
  %2 = weir.mul %1, %s : (tensor<?x5x16x17xf32>, tensor<5x1x1xf32>) -> tensor<?x5x16x17xf32>
  return %2 : tensor<?x5x16x17xf32>
}

// The layer after it wants the channels last.
// CHECK-LABEL: func.func @followed
// CHECK: weir.conv2d
func.func @followed(%x: tensor<?x3x16x17xf32>, %w: tensor<5x3x1x1xf32>) -> tensor<?x5x8x8xf32> {
  %0 = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x3x16x17xf32>, tensor<5x3x1x1xf32>) -> tensor<?x5x16x17xf32>
  %1 = weir.max_pool2d %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x5x16x17xf32>) -> tensor<?x5x8x8xf32>
  return %1 : tensor<?x5x8x8xf32>
}

// So does the one before it.
// CHECK-LABEL: func.func @preceded
// CHECK: weir.conv2d
func.func @preceded(%x: tensor<?x3x34x34xf32>, %w: tensor<5x3x1x1xf32>) -> tensor<?x5x17x17xf32> {
  %0 = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x3x34x34xf32>) -> tensor<?x3x17x17xf32>
  %1 = weir.conv2d %0, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x3x17x17xf32>, tensor<5x3x1x1xf32>) -> tensor<?x5x17x17xf32>
  return %1 : tensor<?x5x17x17xf32>
}

// Not a product of all pixels with one matrix, or too few of them.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-4: weir.conv2d
// CHECK-NOT: weir.matmul
// CHECK: return
func.func @others(%x: tensor<?x4x18x18xf32>, %small: tensor<?x4x9x9xf32>, %w: tensor<6x4x1x1xf32>, %g: tensor<6x2x1x1xf32>) -> (tensor<?x6x9x9xf32>, tensor<?x6x20x20xf32>, tensor<?x6x18x18xf32>, tensor<?x6x9x9xf32>) {
  %0 = weir.conv2d %x, %w {strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x18x18xf32>, tensor<6x4x1x1xf32>) -> tensor<?x6x9x9xf32>
  %1 = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x4x18x18xf32>, tensor<6x4x1x1xf32>) -> tensor<?x6x20x20xf32>
  %2 = weir.conv2d %x, %g {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<?x4x18x18xf32>, tensor<6x2x1x1xf32>) -> tensor<?x6x18x18xf32>
  %3 = weir.conv2d %small, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x9x9xf32>, tensor<6x4x1x1xf32>) -> tensor<?x6x9x9xf32>
  return %0, %1, %2, %3 : tensor<?x6x9x9xf32>, tensor<?x6x20x20xf32>, tensor<?x6x18x18xf32>, tensor<?x6x9x9xf32>
}
