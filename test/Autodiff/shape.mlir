// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of joining, cutting and reordering.

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.reshape %[[V1]] : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<?x12xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1xf32>) -> tensor<?x12xf32>
// CHECK: %[[V10:.*]] = weir.reshape %[[V9]] : (tensor<?x12xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %z = weir.reshape %y : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x12xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The inverse permutation.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.transpose %[[V1]] {permutation = array<i64: 2, 0, 1>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1, 2>} : (tensor<?x4x2x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1x1xf32>) -> tensor<?x4x2x3xf32>
// CHECK: %[[V10:.*]] = weir.transpose %[[V9]] {permutation = array<i64: 1, 2, 0>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x2x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<?x2x3x4xf32>
  %z = weir.transpose %y {permutation = array<i64: 2, 0, 1>} : (tensor<?x2x3x4xf32>) -> tensor<?x4x2x3xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x4x2x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Zeros where nothing was read: between by dilation, around by padding.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x7x5xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.slice %[[V1]] {offsets = array<i64: 1, 2>, sizes = array<i64: 3, 2>, strides = array<i64: 2, 1>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x3x2xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x3x2xf32>
// CHECK: %[[V10:.*]] = weir.dilate %[[V9]] {factors = array<i64: 2, 1>}
// CHECK: %[[V11:.*]] = weir.pad %[[V10]] {high = array<i64: 1, 1>, low = array<i64: 1, 2>, value = 0.000000e+00 : f32}
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[A0]]
// CHECK: %[[V13:.*]] = weir.batch_sum %[[V12]] : (tensor<?x7x5xf32>) -> tensor<7x5xf32>
// CHECK: return %[[V3]], %[[V13]]
func.func @train(%x: tensor<?x7x5xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<7x5xf32>
  %y = weir.mul %x, %w : (tensor<?x7x5xf32>, tensor<7x5xf32>) -> tensor<?x7x5xf32>
  %z = weir.slice %y {offsets = array<i64: 1, 2>, sizes = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x7x5xf32>) -> tensor<?x3x2xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x2xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Without strides nothing is dilated.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x7xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.slice %[[V1]] {offsets = array<i64: 1>, sizes = array<i64: 3>, strides = array<i64: 1>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V10:.*]] = weir.pad %[[V9]] {high = array<i64: 3>, low = array<i64: 1>, value = 0.000000e+00 : f32}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x7xf32>) -> tensor<7xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x7xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<7xf32>
  %y = weir.mul %x, %w : (tensor<?x7xf32>, tensor<7xf32>) -> tensor<?x7xf32>
  %z = weir.slice %y {offsets = array<i64: 1>, sizes = array<i64: 3>, strides = array<i64: 1>} : (tensor<?x7xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The frame has no gradient.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x3xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.pad %[[V1]] {high = array<i64: 2, 3>, low = array<i64: 1, 0>, value = 7.000000e+00 : f32}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x5x6xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x5x6xf32>
// CHECK: %[[V10:.*]] = weir.slice %[[V9]] {offsets = array<i64: 1, 0>, sizes = array<i64: 2, 3>, strides = array<i64: 1, 1>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x2x3xf32>) -> tensor<2x3xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x2x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x3xf32>
  %y = weir.mul %x, %w : (tensor<?x2x3xf32>, tensor<2x3xf32>) -> tensor<?x2x3xf32>
  %z = weir.pad %y {low = array<i64: 1, 0>, high = array<i64: 2, 3>, value = 7.0 : f32} : (tensor<?x2x3xf32>) -> tensor<?x5x6xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x5x6xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.dilate %[[V1]] {factors = array<i64: 2>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<?x5xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1xf32>) -> tensor<?x5xf32>
// CHECK: %[[V10:.*]] = weir.slice %[[V9]] {offsets = array<i64: 0>, sizes = array<i64: 3>, strides = array<i64: 2>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %y = weir.mul %x, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %z = weir.dilate %y {factors = array<i64: 2>} : (tensor<?x3xf32>) -> tensor<?x5xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x5xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x3xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.reverse %[[V1]] {axes = array<i64: 1>}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V10:.*]] = weir.reverse %[[V9]] {axes = array<i64: 1>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x2x3xf32>) -> tensor<2x3xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x2x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x3xf32>
  %y = weir.mul %x, %w : (tensor<?x2x3xf32>, tensor<2x3xf32>) -> tensor<?x2x3xf32>
  %z = weir.reverse %y {axes = array<i64: 1>} : (tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x1xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.broadcast %[[V1]] : (tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1, 2>} : (tensor<?x2x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1x1xf32>) -> tensor<?x2x3x4xf32>
// CHECK: %[[V10:.*]] = weir.sum %[[V9]] {axes = array<i64: 0, 2>} : (tensor<?x2x3x4xf32>) -> tensor<?x3xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V10]] : (tensor<?x3xf32>) -> tensor<?x3x1xf32>
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[A0]]
// CHECK: %[[V13:.*]] = weir.batch_sum %[[V12]] : (tensor<?x3x1xf32>) -> tensor<3x1xf32>
// CHECK: return %[[V3]], %[[V13]]
func.func @train(%x: tensor<?x3x1xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x1xf32>
  %y = weir.mul %x, %w : (tensor<?x3x1xf32>, tensor<3x1xf32>) -> tensor<?x3x1xf32>
  %z = weir.broadcast %y : (tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1, 2>} : (tensor<?x2x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Each operand that is learned gets its slice.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.concat %[[A0]], %[[V1]] {axis = 0 : i64}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<?x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1xf32>) -> tensor<?x4xf32>
// CHECK: %[[V10:.*]] = weir.slice %[[V9]] {offsets = array<i64: 2>, sizes = array<i64: 2>, strides = array<i64: 1>}
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x2xf32>) -> tensor<2xf32>
// CHECK: return %[[V3]], %[[V12]]
func.func @train(%x: tensor<?x2xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2xf32>
  %y = weir.mul %x, %w : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %z = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
