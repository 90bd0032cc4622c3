// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of arithmetic and activations. The seed is one share of the mean for each example.

// What broadcasting spread is summed: over the example's axes first, then over the batch.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x3xf32>
// CHECK-SAME: {weir.gradient_of = "b", weir.name = "b.grad"}
// CHECK-SAME: {weir.gradient_of = "c", weir.name = "c.grad"}
// CHECK: %[[V0:.*]] = weir.param "b"
// CHECK: %[[V1:.*]] = weir.param "c"
// CHECK: %[[V2:.*]] = weir.add %[[A0]], %[[V0]]
// CHECK: %[[V3:.*]] = weir.sub %[[V2]], %[[V1]]
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V11:.*]] = weir.neg %[[V10]]
// CHECK: %[[V12:.*]] = weir.sum %[[V11]] {axes = array<i64: 1>} : (tensor<?x2x3xf32>) -> tensor<?x2xf32>
// CHECK: %[[V13:.*]] = weir.reshape %[[V12]] : (tensor<?x2xf32>) -> tensor<?x2x1xf32>
// CHECK: %[[V14:.*]] = weir.batch_sum %[[V13]] : (tensor<?x2x1xf32>) -> tensor<2x1xf32>
// CHECK: %[[V15:.*]] = weir.sum %[[V10]] {axes = array<i64: 0>} : (tensor<?x2x3xf32>) -> tensor<?x3xf32>
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: return %[[V4]], %[[V16]], %[[V14]]
func.func @train(%x: tensor<?x2x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %c = weir.param "c" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x1xf32>
  %0 = weir.add %x, %b : (tensor<?x2x3xf32>, tensor<3xf32>) -> tensor<?x2x3xf32>
  %1 = weir.sub %0, %c : (tensor<?x2x3xf32>, tensor<2x1xf32>) -> tensor<?x2x3xf32>
  %2 = weir.sum %1 {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
  return %2 : tensor<?xf32>
}

// -----

// Two uses of a value add up.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.mul %[[V1]], %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.mul %[[SEED]], %[[V1]]
// CHECK: %[[V8:.*]] = weir.mul %[[SEED]], %[[V1]]
// CHECK: %[[V9:.*]] = weir.add %[[V7]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[V9]], %[[A0]]
// CHECK: %[[V11:.*]] = weir.batch_sum %[[V10]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V11]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.mul %y, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Only what is learned gets a gradient: not the denominator.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.add %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.div %[[V1]], %[[A0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.div %[[SEED]], %[[A0]]
// CHECK: %[[V8:.*]] = weir.batch_sum %[[V7]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V8]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.add %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.div %y, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The denominator alone.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.div %[[A0]], %[[V0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V1]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V6:.*]] = weir.div %[[SEED]], %[[V0]]
// CHECK: %[[V7:.*]] = weir.mul %[[V6]], %[[V1]]
// CHECK: %[[V8:.*]] = weir.neg %[[V7]]
// CHECK: %[[V9:.*]] = weir.batch_sum %[[V8]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V1]], %[[V9]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %r = weir.div %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// 1 to the larger, 1/2 to each of two equals.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.maximum %[[A0]], %[[V0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V1]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V6:.*]] = weir.greater %[[A0]], %[[V0]]
// CHECK: %[[V7:.*]] = weir.greater %[[V0]], %[[A0]]
// CHECK: %[[V8:.*]] = weir.sub %[[V6]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V10:.*]] = weir.add %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.constant dense<5.000000e-01> : tensor<f32>
// CHECK: %[[V12:.*]] = weir.mul %[[V10]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V14:.*]] = weir.sub %[[V13]], %[[V12]]
// CHECK: %[[V15:.*]] = weir.mul %[[SEED]], %[[V14]]
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V1]], %[[V16]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %r = weir.maximum %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The same with the sides of the comparisons exchanged.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.minimum %[[A0]], %[[V0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V1]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V6:.*]] = weir.greater %[[V0]], %[[A0]]
// CHECK: %[[V7:.*]] = weir.greater %[[A0]], %[[V0]]
// CHECK: %[[V8:.*]] = weir.sub %[[V6]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V10:.*]] = weir.add %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.constant dense<5.000000e-01> : tensor<f32>
// CHECK: %[[V12:.*]] = weir.mul %[[V10]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V14:.*]] = weir.sub %[[V13]], %[[V12]]
// CHECK: %[[V15:.*]] = weir.mul %[[SEED]], %[[V14]]
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V1]], %[[V16]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %r = weir.minimum %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The slope of the constant function x^0 is 0, even where 0 * x^-1 is no number.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.pow %[[V1]], %[[A0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.sub %[[A0]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.pow %[[V1]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[A0]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[V12:.*]] = weir.select %[[A0]], %[[V10]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.mul %[[SEED]], %[[V12]]
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.batch_sum %[[V14]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V15]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.pow %y, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The other side of a power.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.pow %[[A0]], %[[V0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V1]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V6:.*]] = weir.log %[[A0]]
// CHECK: %[[V7:.*]] = weir.mul %[[V1]], %[[V6]]
// CHECK: %[[V8:.*]] = weir.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[V9:.*]] = weir.select %[[A0]], %[[V7]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[SEED]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.batch_sum %[[V10]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V1]], %[[V11]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %r = weir.pow %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The condition has no gradient, though it depends on a parameter.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.greater %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.select %[[V1]], %[[V0]], %[[A0]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.select %[[V1]], %[[SEED]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.batch_sum %[[V8]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %c = weir.greater %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.select %c, %w, %x : (tensor<?xf32>, tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
