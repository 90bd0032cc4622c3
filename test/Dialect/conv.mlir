// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Convolutions in both layouts, and their patches.

// CHECK-LABEL: func.func @conv1d_0(
// CHECK: weir.conv1d %{{.*}}, %{{.*}} bias %{{.*}} {dilations = array<i64: 2>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 3>} : (tensor<?x4x9xf32>, tensor<6x4x3xf32>, tensor<6xf32>) -> tensor<?x6x2xf32>
func.func @conv1d_0(%x: tensor<?x4x9xf32>, %w: tensor<6x4x3xf32>, %b: tensor<6xf32>) {
  %r = weir.conv1d %x, %w bias %b {dilations = array<i64: 2>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 3>} : (tensor<?x4x9xf32>, tensor<6x4x3xf32>, tensor<6xf32>) -> tensor<?x6x2xf32>
  return
}

// CHECK-LABEL: func.func @conv2d_1(
// CHECK: weir.conv2d %{{.*}}, %{{.*}} {dilations = array<i64: 1, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x4x9x8xf32>, tensor<6x4x3x2xf32>) -> tensor<?x6x4x7xf32>
func.func @conv2d_1(%x: tensor<?x4x9x8xf32>, %w: tensor<6x4x3x2xf32>) {
  %r = weir.conv2d %x, %w {dilations = array<i64: 1, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x4x9x8xf32>, tensor<6x4x3x2xf32>) -> tensor<?x6x4x7xf32>
  return
}

// CHECK-LABEL: func.func @conv2d_2(
// CHECK: weir.conv2d %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<?x9x8x4xf32>, tensor<6x2x3x3xf32>) -> tensor<?x7x6x6xf32>
func.func @conv2d_2(%x: tensor<?x9x8x4xf32>, %w: tensor<6x2x3x3xf32>) {
  %r = weir.conv2d %x, %w {dilations = array<i64: 1, 1>, groups = 2 : i64, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<?x9x8x4xf32>, tensor<6x2x3x3xf32>) -> tensor<?x7x6x6xf32>
  return
}

// CHECK-LABEL: func.func @windows_3(
// CHECK: weir.windows %{{.*}} {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x3x2x4xf32>
func.func @windows_3(%x: tensor<?x9x8x4xf32>) {
  %r = weir.windows %x {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x3x2x4xf32>
  return
}

// CHECK-LABEL: func.func @im2col_4(
// CHECK: weir.im2col %{{.*}} {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x24xf32>
func.func @im2col_4(%x: tensor<?x9x8x4xf32>) {
  %r = weir.im2col %x {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x24xf32>
  return
}

// CHECK-LABEL: func.func @conv2d_weight_gradient_5(
// CHECK: weir.conv2d_weight_gradient %{{.*}}, %{{.*}} {dilations
func.func @conv2d_weight_gradient_5(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// CHECK-LABEL: func.func @conv2d_weight_gradient_6(
// CHECK: weir.conv2d_weight_gradient %{{.*}}, %{{.*}} {dilations
func.func @conv2d_weight_gradient_6(%x: tensor<?x5x6x4xf32>, %g: tensor<?x3x3x6xf32>) {
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, groups = 2 : i64, kernel = array<i64: 3, 2>, layout = #weir<layout channels_last>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x5x6x4xf32>, tensor<?x3x3x6xf32>) -> tensor<6x2x3x2xf32>
  return
}
