// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of products.

// Weight and input by products again; the weight's is summed over the batch at once.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x4xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK-SAME: {weir.gradient_of = "b", weir.name = "b.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.param "b"
// CHECK: %[[V3:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V4:.*]] = weir.linear %[[V3]], %[[V1]] bias %[[V2]]
// CHECK: %[[V5:.*]] = weir.sum %[[V4]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V5]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V10:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V11:.*]] = weir.broadcast %[[V10]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V12:.*]] = weir.matmul %[[V11]], %[[V1]]
// CHECK: %[[V13:.*]] = weir.product_weight_gradient %[[V11]], %[[V3]]
// CHECK: %[[V14:.*]] = weir.batch_sum %[[V11]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V15:.*]] = weir.mul %[[V12]], %[[A0]]
// CHECK: %[[V16:.*]] = weir.batch_sum %[[V15]] : (tensor<?x4xf32>) -> tensor<4xf32>
// CHECK: return %[[V5]], %[[V16]], %[[V13]], %[[V14]]
func.func @train(%x: tensor<?x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %y = weir.mul %x, %v : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %z = weir.linear %y, %w bias %b : (tensor<?x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A first layer: nobody asks for the gradient of its input.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.linear %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1x1xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V9:.*]] = weir.product_weight_gradient %[[V8]], %[[A0]]
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?x2x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3x4xf32>
  %z = weir.linear %x, %w : (tensor<?x2x4xf32>, tensor<3x4xf32>) -> tensor<?x2x3xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A layer's matrix.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.matmul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.product_weight_gradient %[[A0]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.reshape %[[A0]] : (tensor<?x4xf32>) -> tensor<?x1x4xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V8]] : (tensor<?x3xf32>) -> tensor<?x1x3xf32>
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4x3xf32>
  %z = weir.matmul %x, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Two batched matrices.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x4xf32>
// CHECK-SAME: %[[A1:.*]]: tensor<?x4x3xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.mul %[[A1]], %[[V0]]
// CHECK: %[[V3:.*]] = weir.matmul %[[V1]], %[[V2]]
// CHECK: %[[V4:.*]] = weir.sum %[[V3]] {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V4]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x1xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V11:.*]] = weir.transpose %[[V2]] {permutation = array<i64: 1, 0>}
// CHECK: %[[V12:.*]] = weir.matmul %[[V10]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.transpose %[[V1]] {permutation = array<i64: 1, 0>}
// CHECK: %[[V14:.*]] = weir.matmul %[[V13]], %[[V10]]
// CHECK: %[[V15:.*]] = weir.mul %[[V14]], %[[A1]]
// CHECK: %[[V16:.*]] = weir.sum %[[V15]] {axes = array<i64: 0, 1>} : (tensor<?x4x3xf32>) -> tensor<?xf32>
// CHECK: %[[V17:.*]] = weir.batch_sum %[[V16]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: %[[V18:.*]] = weir.mul %[[V12]], %[[A0]]
// CHECK: %[[V19:.*]] = weir.sum %[[V18]] {axes = array<i64: 0, 1>} : (tensor<?x2x4xf32>) -> tensor<?xf32>
// CHECK: %[[V20:.*]] = weir.batch_sum %[[V19]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: %[[V21:.*]] = weir.add %[[V17]], %[[V20]]
// CHECK: return %[[V4]], %[[V21]]
func.func @train(%x: tensor<?x2x4xf32>, %u: tensor<?x4x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %a = weir.mul %x, %w : (tensor<?x2x4xf32>, tensor<f32>) -> tensor<?x2x4xf32>
  %b = weir.mul %u, %w : (tensor<?x4x3xf32>, tensor<f32>) -> tensor<?x4x3xf32>
  %z = weir.matmul %a, %b : (tensor<?x2x4xf32>, tensor<?x4x3xf32>) -> tensor<?x2x3xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x2x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x4xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.product %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.product_weight_gradient %[[A0]], %[[V8]]
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?x2x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2x4x3xf32>
  %z = weir.product %x, %w : (tensor<?x2x4xf32>, tensor<2x4x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
