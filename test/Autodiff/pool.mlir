// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of pooling.

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x5x5xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.max_pool2d %[[V1]] {kernel = array<i64: 3, 3>, pad_high = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, strides = array<i64: 2, 1>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x3x5xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1x1xf32>) -> tensor<?x2x3x5xf32>
// CHECK: %[[V10:.*]] = weir.max_pool2d_gradient %[[V1]], %[[V9]] {kernel = array<i64: 3, 3>, pad_high = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, strides = array<i64: 2, 1>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.sum %[[V11]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x5x5xf32>) -> tensor<?xf32>
// CHECK: %[[V13:.*]] = weir.batch_sum %[[V12]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V3]], %[[V13]]
func.func @train(%x: tensor<?x2x5x5xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %v : (tensor<?x2x5x5xf32>, tensor<f32>) -> tensor<?x2x5x5xf32>
  %z = weir.max_pool2d %y {kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>} : (tensor<?x2x5x5xf32>) -> tensor<?x2x3x5xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x2x3x5xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x8xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.max_pool1d %[[V1]] {kernel = array<i64: 2>, pad_high = array<i64: 0>, pad_low = array<i64: 0>, strides = array<i64: 2>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x2x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x2x4xf32>
// CHECK: %[[V10:.*]] = weir.reshape %[[V1]] : (tensor<?x2x8xf32>) -> tensor<?x2x1x8xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V9]] : (tensor<?x2x4xf32>) -> tensor<?x2x1x4xf32>
// CHECK: %[[V12:.*]] = weir.max_pool2d_gradient %[[V10]], %[[V11]] {kernel = array<i64: 1, 2>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 2>}
// CHECK: %[[V13:.*]] = weir.reshape %[[V12]] : (tensor<?x2x1x8xf32>) -> tensor<?x2x8xf32>
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.sum %[[V14]] {axes = array<i64: 0, 1>} : (tensor<?x2x8xf32>) -> tensor<?xf32>
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V3]], %[[V16]]
func.func @train(%x: tensor<?x2x8xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %v : (tensor<?x2x8xf32>, tensor<f32>) -> tensor<?x2x8xf32>
  %z = weir.max_pool1d %y {kernel = array<i64: 2>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<?x2x8xf32>) -> tensor<?x2x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x2x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Windows side by side: the shares are repeated, and nothing is left for the rest.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x5x7xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.avg_pool2d %[[V1]] {kernel = array<i64: 2, 3>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 2, 3>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x2x2xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1x1xf32>) -> tensor<?x2x2x2xf32>
// CHECK: %[[V10:.*]] = weir.constant dense<6.000000e+00> : tensor<f32>
// CHECK: %[[V11:.*]] = weir.div %[[V9]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.reshape %[[V11]] : (tensor<?x2x2x2xf32>) -> tensor<?x2x2x1x2x1xf32>
// CHECK: %[[V13:.*]] = weir.broadcast %[[V12]] : (tensor<?x2x2x1x2x1xf32>) -> tensor<?x2x2x2x2x3xf32>
// CHECK: %[[V14:.*]] = weir.reshape %[[V13]] : (tensor<?x2x2x2x2x3xf32>) -> tensor<?x2x4x6xf32>
// CHECK: %[[V15:.*]] = weir.pad %[[V14]] {high = array<i64: 0, 1, 1>, low = array<i64: 0, 0, 0>, value = 0.000000e+00 : f32}
// CHECK: %[[V16:.*]] = weir.mul %[[V15]], %[[A0]]
// CHECK: %[[V17:.*]] = weir.sum %[[V16]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x5x7xf32>) -> tensor<?xf32>
// CHECK: %[[V18:.*]] = weir.batch_sum %[[V17]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V3]], %[[V18]]
func.func @train(%x: tensor<?x2x5x7xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %v : (tensor<?x2x5x7xf32>, tensor<f32>) -> tensor<?x2x5x7xf32>
  %z = weir.avg_pool2d %y {kernel = array<i64: 2, 3>, strides = array<i64: 2, 3>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x2x5x7xf32>) -> tensor<?x2x2x2xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x2x2x2xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Windows that overlap: each element collects from all that it lies in. At the border
// fewer elements share.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x3x3xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.avg_pool2d %[[V1]] {kernel = array<i64: 3, 3>, pad_high = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, strides = array<i64: 2, 2>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x2x2xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1x1xf32>) -> tensor<?x2x2x2xf32>
// CHECK: %[[V10:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V11:.*]] = weir.div %[[V9]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.dilate %[[V11]] {factors = array<i64: 1, 2, 2>}
// CHECK: %[[V13:.*]] = weir.pad %[[V12]] {high = array<i64: 0, 1, 1>, low = array<i64: 0, 1, 1>, value = 0.000000e+00 : f32}
// CHECK: %[[V14:.*]] = weir.avg_pool2d %[[V13]] {count_include_pad, kernel = array<i64: 3, 3>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[V15:.*]] = weir.constant dense<9.000000e+00> : tensor<f32>
// CHECK: %[[V16:.*]] = weir.mul %[[V14]], %[[V15]]
// CHECK: %[[V17:.*]] = weir.mul %[[V16]], %[[A0]]
// CHECK: %[[V18:.*]] = weir.sum %[[V17]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x3x3xf32>) -> tensor<?xf32>
// CHECK: %[[V19:.*]] = weir.batch_sum %[[V18]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V3]], %[[V19]]
func.func @train(%x: tensor<?x2x3x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %v : (tensor<?x2x3x3xf32>, tensor<f32>) -> tensor<?x2x3x3xf32>
  %z = weir.avg_pool2d %y {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>} : (tensor<?x2x3x3xf32>) -> tensor<?x2x2x2xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x2x2x2xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
