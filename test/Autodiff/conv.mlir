// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of convolutions.

// With strides: a set of channels for each pair of remainders, at the output's resolution,
// through the elements of the kernel that lie a stride apart; the sets are put beside each
// other.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x5x6xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V3:.*]] = weir.conv2d %[[V2]], %[[V1]] {dilations = array<i64: 1, 1>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>}
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1, 2>} : (tensor<?x3x3x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1x1xf32>) -> tensor<?x3x3x3xf32>
// CHECK: %[[W0:.*]] = weir.pad %[[V1]] {high = array<i64: 0, 0, 0, 0>, low = array<i64: 0, 0, 1, 0>, value = 0.000000e+00 : f32}
// CHECK: %[[W1:.*]] = weir.reshape %[[W0]] : (tensor<3x2x4x2xf32>) -> tensor<3x2x2x2x1x2xf32>
// CHECK: %[[W2:.*]] = weir.transpose %[[W1]] {permutation = array<i64: 3, 5, 1, 0, 2, 4>}
// CHECK: %[[W3:.*]] = weir.reshape %[[W2]] : (tensor<2x2x2x3x2x1xf32>) -> tensor<8x3x2x1xf32>
// CHECK: %[[W4:.*]] = weir.reverse %[[W3]] {axes = array<i64: 2, 3>}
// CHECK: %[[S0:.*]] = weir.conv2d %[[V10]], %[[W4]] {dilations = array<i64: 1, 1>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[S1:.*]] = weir.reshape %[[S0]] : (tensor<?x8x3x3xf32>) -> tensor<?x2x2x2x3x3xf32>
// CHECK: %[[S2:.*]] = weir.transpose %[[S1]] {permutation = array<i64: 3, 0, 4, 1, 2>}
// CHECK: %[[S3:.*]] = weir.reshape %[[S2]] : (tensor<?x3x2x3x2x2xf32>) -> tensor<?x6x6x2xf32>
// CHECK: %[[S4:.*]] = weir.transpose %[[S3]] {permutation = array<i64: 2, 0, 1>}
// CHECK: %[[V16:.*]] = weir.slice %[[S4]] {offsets = array<i64: 0, 0, 0>, sizes = array<i64: 2, 5, 6>, strides = array<i64: 1, 1, 1>}
// CHECK: %[[V17:.*]] = weir.conv2d_weight_gradient %[[V2]], %[[V10]] {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>}
// CHECK: %[[V18:.*]] = weir.mul %[[V16]], %[[A0]]
// CHECK: %[[V19:.*]] = weir.sum %[[V18]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x5x6xf32>) -> tensor<?xf32>
// CHECK: %[[V20:.*]] = weir.batch_sum %[[V19]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V4]], %[[V20]], %[[V17]]
func.func @train(%x: tensor<?x2x5x6xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x2x3x2xf32>
  %y = weir.mul %x, %v : (tensor<?x2x5x6xf32>, tensor<f32>) -> tensor<?x2x5x6xf32>
  %z = weir.conv2d %y, %w {strides = array<i64: 2, 2>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 1, 0>, dilations = array<i64: 1, 1>} : (tensor<?x2x5x6xf32>, tensor<3x2x3x2xf32>) -> tensor<?x3x3x3xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x3x3x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Groups exchange channels and outputs each for itself.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x4x5x6xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V3:.*]] = weir.conv2d %[[V2]], %[[V1]] {dilations = array<i64: 1, 1>, groups = 2 : i64, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1, 2>} : (tensor<?x6x5x6xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1x1xf32>) -> tensor<?x6x5x6xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V1]] : (tensor<6x2x1x1xf32>) -> tensor<2x3x2x1x1xf32>
// CHECK: %[[V12:.*]] = weir.transpose %[[V11]] {permutation = array<i64: 0, 2, 1, 3, 4>}
// CHECK: %[[V13:.*]] = weir.reshape %[[V12]] : (tensor<2x2x3x1x1xf32>) -> tensor<4x3x1x1xf32>
// CHECK: %[[V14:.*]] = weir.conv2d %[[V10]], %[[V13]] {dilations = array<i64: 1, 1>, groups = 2 : i64, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[V15:.*]] = weir.conv2d_weight_gradient %[[V2]], %[[V10]] {dilations = array<i64: 1, 1>, groups = 2 : i64, kernel = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[V16:.*]] = weir.mul %[[V14]], %[[A0]]
// CHECK: %[[V17:.*]] = weir.sum %[[V16]] {axes = array<i64: 0, 1, 2>} : (tensor<?x4x5x6xf32>) -> tensor<?xf32>
// CHECK: %[[V18:.*]] = weir.batch_sum %[[V17]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V4]], %[[V18]], %[[V15]]
func.func @train(%x: tensor<?x4x5x6xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<6x2x1x1xf32>
  %y = weir.mul %x, %v : (tensor<?x4x5x6xf32>, tensor<f32>) -> tensor<?x4x5x6xf32>
  %z = weir.conv2d %y, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<?x4x5x6xf32>, tensor<6x2x1x1xf32>) -> tensor<?x6x5x6xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x6x5x6xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// More padding than the kernel reaches: what only padding saw is cut.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x1x3x3xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V3:.*]] = weir.conv2d %[[V2]], %[[V1]] {dilations = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, pad_low = array<i64: 2, 2>, strides = array<i64: 1, 1>}
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x5x6xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1x1xf32>) -> tensor<?x2x5x6xf32>
// CHECK: %[[V12:.*]] = weir.reshape %[[V1]] : (tensor<2x1x2x1xf32>) -> tensor<1x2x1x2x1xf32>
// CHECK: %[[V13:.*]] = weir.transpose %[[V12]] {permutation = array<i64: 0, 2, 1, 3, 4>}
// CHECK: %[[V14:.*]] = weir.reshape %[[V13]] : (tensor<1x1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
// CHECK: %[[V15:.*]] = weir.reverse %[[V14]] {axes = array<i64: 2, 3>}
// CHECK: %[[V11:.*]] = weir.slice %[[V10]] {offsets = array<i64: 0, 1, 2>, sizes = array<i64: 2, 4, 3>, strides = array<i64: 1, 1, 1>}
// CHECK: %[[V16:.*]] = weir.conv2d %[[V11]], %[[V15]] {dilations = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 1, 1>}
// CHECK: %[[V17:.*]] = weir.conv2d_weight_gradient %[[V2]], %[[V10]] {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 1>, pad_high = array<i64: 1, 1>, pad_low = array<i64: 2, 2>, strides = array<i64: 1, 1>}
// CHECK: %[[V18:.*]] = weir.mul %[[V16]], %[[A0]]
// CHECK: %[[V19:.*]] = weir.sum %[[V18]] {axes = array<i64: 0, 1, 2>} : (tensor<?x1x3x3xf32>) -> tensor<?xf32>
// CHECK: %[[V20:.*]] = weir.batch_sum %[[V19]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V4]], %[[V20]], %[[V17]]
func.func @train(%x: tensor<?x1x3x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x1x2x1xf32>
  %y = weir.mul %x, %v : (tensor<?x1x3x3xf32>, tensor<f32>) -> tensor<?x1x3x3xf32>
  %z = weir.conv2d %y, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 2, 2>, pad_high = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x1x3x3xf32>, tensor<2x1x2x1xf32>) -> tensor<?x2x5x6xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x2x5x6xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// One spatial axis is an image of height 1; the bias is summed.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x9xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK-SAME: {weir.gradient_of = "b", weir.name = "b.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.param "b"
// CHECK: %[[V2:.*]] = weir.conv1d %[[A0]], %[[V0]] bias %[[V1]] {dilations = array<i64: 1>, pad_high = array<i64: 0>, pad_low = array<i64: 1>, strides = array<i64: 2>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V10:.*]] = weir.reshape %[[A0]] : (tensor<?x2x9xf32>) -> tensor<?x2x1x9xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V0]] : (tensor<3x2x3xf32>) -> tensor<3x2x1x3xf32>
// CHECK: %[[V12:.*]] = weir.reshape %[[V9]] : (tensor<?x3x4xf32>) -> tensor<?x3x1x4xf32>
// CHECK: %[[V13:.*]] = weir.conv2d_weight_gradient %[[V10]], %[[V12]] {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 3>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 1>, strides = array<i64: 1, 2>}
// CHECK: %[[V14:.*]] = weir.reshape %[[V13]] : (tensor<3x2x1x3xf32>) -> tensor<3x2x3xf32>
// CHECK: %[[V15:.*]] = weir.sum %[[V9]] {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: return %[[V3]], %[[V14]], %[[V16]]
func.func @train(%x: tensor<?x2x9xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x2x3xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %z = weir.conv1d %x, %w bias %b {strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 0>, dilations = array<i64: 1>} : (tensor<?x2x9xf32>, tensor<3x2x3xf32>, tensor<3xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
