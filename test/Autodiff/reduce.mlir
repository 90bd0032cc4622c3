// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of reductions and softmax.

// Each element has the whole gradient.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V9:.*]] = weir.mul %[[V8]], %[[A0]]
// CHECK: %[[V10:.*]] = weir.batch_sum %[[V9]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V2]], %[[V10]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %y {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Each element has a share.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.mean %[[V1]] {axes = array<i64: 0, 1>}
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<1.200000e+01> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.div %[[SEED]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.reshape %[[V8]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V2]], %[[V12]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %r = weir.mean %y {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// All that are the largest share.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.max %[[V1]] {axes = array<i64: 0, 1>}
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[V2]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V8:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V9:.*]] = weir.greater %[[V7]], %[[V1]]
// CHECK: %[[V10:.*]] = weir.sub %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.sum %[[V10]] {axes = array<i64: 0, 1>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V12:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V13:.*]] = weir.div %[[V12]], %[[V11]]
// CHECK: %[[V14:.*]] = weir.mul %[[V10]], %[[V13]]
// CHECK: %[[V15:.*]] = weir.mul %[[V14]], %[[A0]]
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V2]], %[[V16]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %r = weir.max %y {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// p * (g - sum(p * g)).
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.softmax %[[V1]] {axis = 1 : i64}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V10:.*]] = weir.mul %[[V9]], %[[V2]]
// CHECK: %[[V11:.*]] = weir.sum %[[V10]] {axes = array<i64: 1>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x3x1xf32>
// CHECK: %[[V12:.*]] = weir.mul %[[V2]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.sub %[[V10]], %[[V12]]
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.batch_sum %[[V14]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V3]], %[[V15]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %s = weir.softmax %y {axis = 1 : i64} : tensor<?x3x4xf32>
  %r = weir.sum %s {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// g - p * sum(g).
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.log_softmax %[[V1]] {axis = 1 : i64}
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V3]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V8:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V9:.*]] = weir.broadcast %[[V8]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V10:.*]] = weir.sum %[[V9]] {axes = array<i64: 1>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x3x1xf32>
// CHECK: %[[V11:.*]] = weir.exp %[[V2]]
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[V10]]
// CHECK: %[[V13:.*]] = weir.sub %[[V9]], %[[V12]]
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.batch_sum %[[V14]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V3]], %[[V15]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %s = weir.log_softmax %y {axis = 1 : i64} : tensor<?x3x4xf32>
  %r = weir.sum %s {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A sum over the batch spreads the gradient over it.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.batch_sum %[[V1]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: %[[V3:.*]] = weir.mul %[[A0]], %[[V2]]
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: %[[V13:.*]] = weir.broadcast %[[V12]] batch %[[V1]] : (tensor<3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.batch_sum %[[V14]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V4]], %[[V15]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %s = weir.batch_sum %y : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
  %z = weir.mul %x, %s : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The gradient of the variance needs no sum: 2 (x - mean) / n.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.batch_variance %[[V1]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
// CHECK: %[[V4:.*]] = weir.broadcast %[[V3]] batch %[[A0]] : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.batch_sum %[[SEED]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: %[[V10:.*]] = weir.reshape %[[V9]] : (tensor<f32>) -> tensor<1xf32>
// CHECK: %[[V11:.*]] = weir.broadcast %[[V10]] : (tensor<1xf32>) -> tensor<3xf32>
// CHECK: %[[V12:.*]] = weir.batch_mean %[[V1]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V13:.*]] = weir.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[V14:.*]] = weir.mul %[[V11]], %[[V13]]
// CHECK: %[[V15:.*]] = weir.batch_size %[[V1]]
// CHECK: %[[V16:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V17:.*]] = weir.mul %[[V15]], %[[V16]]
// CHECK: %[[V18:.*]] = weir.div %[[V14]], %[[V17]]
// CHECK: %[[V19:.*]] = weir.reshape %[[V12]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V20:.*]] = weir.sub %[[V1]], %[[V19]]
// CHECK: %[[V21:.*]] = weir.reshape %[[V18]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V22:.*]] = weir.mul %[[V20]], %[[V21]]
// CHECK: %[[V23:.*]] = weir.mul %[[V22]], %[[A0]]
// CHECK: %[[V24:.*]] = weir.batch_sum %[[V23]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V4]], %[[V24]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %v = weir.batch_variance %y {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  %s = weir.sum %v {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
  %r = weir.broadcast %s batch %x : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.batch_mean %[[V1]] {axis = 1 : i64} : (tensor<?x3x4xf32>) -> tensor<4xf32>
// CHECK: %[[V3:.*]] = weir.sum %[[V2]] {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
// CHECK: %[[V4:.*]] = weir.broadcast %[[V3]] batch %[[A0]] : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.batch_sum %[[SEED]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: %[[V10:.*]] = weir.reshape %[[V9]] : (tensor<f32>) -> tensor<1xf32>
// CHECK: %[[V11:.*]] = weir.broadcast %[[V10]] : (tensor<1xf32>) -> tensor<4xf32>
// CHECK: %[[V12:.*]] = weir.batch_size %[[V1]]
// CHECK: %[[V13:.*]] = weir.constant dense<3.000000e+00> : tensor<f32>
// CHECK: %[[V14:.*]] = weir.mul %[[V12]], %[[V13]]
// CHECK: %[[V15:.*]] = weir.div %[[V11]], %[[V14]]
// CHECK: %[[V16:.*]] = weir.reshape %[[V15]] : (tensor<4xf32>) -> tensor<1x4xf32>
// CHECK: %[[V17:.*]] = weir.broadcast %[[V16]] batch %[[V1]] : (tensor<1x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V18:.*]] = weir.mul %[[V17]], %[[A0]]
// CHECK: %[[V19:.*]] = weir.batch_sum %[[V18]] : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
// CHECK: return %[[V4]], %[[V19]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %y = weir.mul %x, %w : (tensor<?x3x4xf32>, tensor<3x4xf32>) -> tensor<?x3x4xf32>
  %v = weir.batch_mean %y {axis = 1 : i64} : (tensor<?x3x4xf32>) -> tensor<4xf32>
  %s = weir.sum %v {axes = array<i64: 0>} : (tensor<4xf32>) -> tensor<f32>
  %r = weir.broadcast %s batch %x : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
