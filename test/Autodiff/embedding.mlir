// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of embeddings: the gradient of a table is a sum of rows.

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x!weir.index<5>>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.embedding %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.embedding_gradient %[[A0]], %[[V8]]
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%i: tensor<?x!weir.index<5>>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x3xf32>
  %z = weir.embedding %i, %w : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Each row of a bag has the bag's gradient.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x!weir.index<5>>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.embedding_bag %[[A0]], %[[V0]] {mode = #weir<bag_mode sum>}
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.reshape %[[V8]] : (tensor<?x3xf32>) -> tensor<?x1x3xf32>
// CHECK: %[[V10:.*]] = weir.broadcast %[[V9]] : (tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V11:.*]] = weir.embedding_gradient %[[A0]], %[[V10]]
// CHECK: return %[[V2]], %[[V11]]
func.func @train(%i: tensor<?x2x!weir.index<5>>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x3xf32>
  %z = weir.embedding_bag %i, %w {mode = #weir<bag_mode sum>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A share.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x!weir.index<5>>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.embedding_bag %[[A0]], %[[V0]] {mode = #weir<bag_mode mean>}
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[V10:.*]] = weir.div %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.reshape %[[V10]] : (tensor<?x3xf32>) -> tensor<?x1x3xf32>
// CHECK: %[[V12:.*]] = weir.broadcast %[[V11]] : (tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V13:.*]] = weir.embedding_gradient %[[A0]], %[[V12]]
// CHECK: return %[[V2]], %[[V13]]
func.func @train(%i: tensor<?x2x!weir.index<5>>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x3xf32>
  %z = weir.embedding_bag %i, %w {mode = #weir<bag_mode mean>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// One winner for each column.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x2x!weir.index<5>>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.embedding_bag %[[A0]], %[[V0]] {mode = #weir<bag_mode max>}
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1xf32>
// CHECK: %[[V8:.*]] = weir.broadcast %[[V7]] : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[V9:.*]] = weir.embedding %[[A0]], %[[V0]]
// CHECK: %[[V10:.*]] = weir.reshape %[[V9]] : (tensor<?x2x3xf32>) -> tensor<?x2x1x3xf32>
// CHECK: %[[V11:.*]] = weir.reshape %[[V8]] : (tensor<?x3xf32>) -> tensor<?x1x1x3xf32>
// CHECK: %[[V12:.*]] = weir.max_pool2d_gradient %[[V10]], %[[V11]] {kernel = array<i64: 2, 1>, layout = #weir<layout channels_last>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 2, 1>}
// CHECK: %[[V13:.*]] = weir.reshape %[[V12]] : (tensor<?x2x1x3xf32>) -> tensor<?x2x3xf32>
// CHECK: %[[V14:.*]] = weir.embedding_gradient %[[A0]], %[[V13]]
// CHECK: return %[[V2]], %[[V14]]
func.func @train(%i: tensor<?x2x!weir.index<5>>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x3xf32>
  %z = weir.embedding_bag %i, %w {mode = #weir<bag_mode max>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// What is gathered is summed up.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[I:.*]]: tensor<?x!weir.index<5>>
// CHECK: %[[U:.*]], %[[P:.*]] = weir.unique %[[I]]
// CHECK: %[[ROWS:.*]] = weir.embedding %[[U]]
// CHECK: weir.gather_rows %[[P]], %[[ROWS]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[SUMS:.*]] = weir.segment_sum %[[P]], %[[SEED]] segments %[[ROWS]]
// CHECK: weir.embedding_gradient %[[U]], %[[SUMS]]
func.func @train(%i: tensor<?x!weir.index<5>>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x3xf32>
  %u, %p = weir.unique %i : (tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>)
  %x = weir.embedding %u, %w : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %z = weir.gather_rows %p, %x : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// And the other way round.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[I:.*]]: tensor<?x!weir.index<5>>
// CHECK: weir.segment_sum %[[I]], %{{.*}} segments %{{.*}}
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} : (tensor<?x1xf32>) -> tensor<?x3xf32>
// CHECK: %[[ROWS:.*]] = weir.gather_rows %[[I]], %[[SEED]]
// CHECK: weir.mul %[[ROWS]]
func.func @train(%i: tensor<?x!weir.index<5>>, %x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %y = weir.mul %x, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %z = weir.segment_sum %i, %y segments %x : (tensor<?x!weir.index<5>>, tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
