// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Pools in both layouts.

// CHECK-LABEL: func.func @max_pool1d_0(
// CHECK: weir.max_pool1d %{{.*}} {kernel = array<i64: 3>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 2>} : (tensor<?x4x9xf32>) -> tensor<?x4x4xf32>
func.func @max_pool1d_0(%x: tensor<?x4x9xf32>) {
  %r = weir.max_pool1d %x {kernel = array<i64: 3>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 2>} : (tensor<?x4x9xf32>) -> tensor<?x4x4xf32>
  return
}

// CHECK-LABEL: func.func @avg_pool1d_1(
// CHECK: weir.avg_pool1d %{{.*}} {kernel = array<i64: 3>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 2>} : (tensor<?x4x9xf32>) -> tensor<?x4x4xf32>
func.func @avg_pool1d_1(%x: tensor<?x4x9xf32>) {
  %r = weir.avg_pool1d %x {kernel = array<i64: 3>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 2>} : (tensor<?x4x9xf32>) -> tensor<?x4x4xf32>
  return
}

// CHECK-LABEL: func.func @max_pool2d_2(
// CHECK: weir.max_pool2d %{{.*}} {kernel = array<i64: 3, 2>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x4x9x8xf32>) -> tensor<?x4x4x3xf32>
func.func @max_pool2d_2(%x: tensor<?x4x9x8xf32>) {
  %r = weir.max_pool2d %x {kernel = array<i64: 3, 2>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x4x9x8xf32>) -> tensor<?x4x4x3xf32>
  return
}

// CHECK-LABEL: func.func @avg_pool2d_3(
// CHECK: weir.avg_pool2d %{{.*}} {kernel = array<i64: 3, 2>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x4x9x8xf32>) -> tensor<?x4x4x3xf32>
func.func @avg_pool2d_3(%x: tensor<?x4x9x8xf32>) {
  %r = weir.avg_pool2d %x {kernel = array<i64: 3, 2>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x4x9x8xf32>) -> tensor<?x4x4x3xf32>
  return
}

// CHECK-LABEL: func.func @avg_pool2d_4(
// CHECK: weir.avg_pool2d %{{.*}} {count_include_pad, kernel = array<i64: 3, 2>, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x3x4xf32>
func.func @avg_pool2d_4(%x: tensor<?x9x8x4xf32>) {
  %r = weir.avg_pool2d %x {count_include_pad, kernel = array<i64: 3, 2>, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 3>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x3x4xf32>
  return
}

// CHECK-LABEL: func.func @max_pool2d_gradient_5(
// CHECK: weir.max_pool2d_gradient %{{.*}}, %{{.*}} {kernel
func.func @max_pool2d_gradient_5(%x: tensor<?x2x4x5xf32>, %g: tensor<?x2x2x5xf32>) {
  %r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 2, 3>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x2x4x5xf32>, tensor<?x2x2x5xf32>) -> tensor<?x2x4x5xf32>
  return
}

// CHECK-LABEL: func.func @max_pool2d_gradient_6(
// CHECK: weir.max_pool2d_gradient %{{.*}}, %{{.*}} {kernel
func.func @max_pool2d_gradient_6(%x: tensor<4x5x2xf32>, %g: tensor<2x5x2xf32>) {
  %r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 2, 3>, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<4x5x2xf32>, tensor<2x5x2xf32>) -> tensor<4x5x2xf32>
  return
}
