// RUN: weir-opt --weir-expand-1d %s | FileCheck %s

// Layers over one spatial axis become layers over two, the new one of size 1.

// CHECK-LABEL: func.func @conv1d
// CHECK-SAME: %[[X:.*]]: tensor<?x4x11xf32>, %[[W:.*]]: tensor<6x2x3xf32>, %[[B:.*]]: tensor<6xf32>
// CHECK-DAG: %[[W2:.*]] = weir.reshape %[[W]] : (tensor<6x2x3xf32>) -> tensor<6x2x1x3xf32>
// CHECK-DAG: %[[X2:.*]] = weir.reshape %[[X]] : (tensor<?x4x11xf32>) -> tensor<?x4x1x11xf32>
// CHECK: %[[Y2:.*]] = weir.conv2d %[[X2]], %[[W2]] bias %[[B]] {dilations = array<i64: 1, 3>, groups = 2 : i64, pad_high = array<i64: 0, 2>, pad_low = array<i64: 0, 1>, strides = array<i64: 1, 2>}
// CHECK: weir.reshape %[[Y2]] : (tensor<?x6x1x4xf32>) -> tensor<?x6x4xf32>
func.func @conv1d(%x: tensor<?x4x11xf32>, %w: tensor<6x2x3xf32>, %b: tensor<6xf32>) -> tensor<?x6x4xf32> {
  %0 = weir.conv1d %x, %w bias %b {strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 2>, dilations = array<i64: 3>, groups = 2 : i64} : (tensor<?x4x11xf32>, tensor<6x2x3xf32>, tensor<6xf32>) -> tensor<?x6x4xf32>
  return %0 : tensor<?x6x4xf32>
}

// CHECK-LABEL: func.func @channels_last
// CHECK: weir.reshape %{{.*}} : (tensor<?x11x4xf32>) -> tensor<?x1x11x4xf32>
// CHECK: weir.conv2d
// CHECK-SAME: layout = #weir<layout channels_last>
// CHECK: weir.reshape %{{.*}} : (tensor<?x1x9x6xf32>) -> tensor<?x9x6xf32>
func.func @channels_last(%x: tensor<?x11x4xf32>, %w: tensor<6x4x3xf32>) -> tensor<?x9x6xf32> {
  %0 = weir.conv1d %x, %w {strides = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, dilations = array<i64: 1>, layout = #weir<layout channels_last>} : (tensor<?x11x4xf32>, tensor<6x4x3xf32>) -> tensor<?x9x6xf32>
  return %0 : tensor<?x9x6xf32>
}

// CHECK-LABEL: func.func @max_pool1d
// CHECK: weir.max_pool2d %{{.*}} {kernel = array<i64: 1, 3>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 1>, strides = array<i64: 1, 2>} : (tensor<?x4x1x11xf32>) -> tensor<?x4x1x5xf32>
func.func @max_pool1d(%x: tensor<?x4x11xf32>) -> tensor<?x4x5xf32> {
  %0 = weir.max_pool1d %x {kernel = array<i64: 3>, strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 0>} : (tensor<?x4x11xf32>) -> tensor<?x4x5xf32>
  return %0 : tensor<?x4x5xf32>
}

// CHECK-LABEL: func.func @avg_pool1d
// CHECK: weir.avg_pool2d %{{.*}} {count_include_pad, kernel = array<i64: 1, 3>
// CHECK: weir.avg_pool2d %{{.*}} {kernel = array<i64: 1, 2>
func.func @avg_pool1d(%x: tensor<?x4x11xf32>) -> tensor<?x4x3xf32> {
  %0 = weir.avg_pool1d %x {kernel = array<i64: 3>, strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, count_include_pad} : (tensor<?x4x11xf32>) -> tensor<?x4x6xf32>
  %1 = weir.avg_pool1d %0 {kernel = array<i64: 2>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<?x4x6xf32>) -> tensor<?x4x3xf32>
  return %1 : tensor<?x4x3xf32>
}
