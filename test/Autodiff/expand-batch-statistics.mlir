// RUN: weir-opt --weir-expand-batch-statistics --split-input-file %s | FileCheck %s

// Mean and variance of a batch as sums.

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK: %[[V0:.*]] = weir.sum %[[A0]] {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
// CHECK: %[[V1:.*]] = weir.batch_sum %[[V0]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V2:.*]] = weir.batch_size %[[A0]]
// CHECK: %[[V3:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V4:.*]] = weir.mul %[[V2]], %[[V3]]
// CHECK: %[[V5:.*]] = weir.div %[[V1]], %[[V4]]
// CHECK: %[[V6:.*]] = weir.sum %[[V5]] {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
// CHECK: %[[V7:.*]] = weir.broadcast %[[V6]] batch %[[A0]] : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: return %[[V7]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %m = weir.batch_mean %x {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  %s = weir.sum %m {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
  %r = weir.broadcast %s batch %x : (tensor<f32>, tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3xf32>
// CHECK: %[[V0:.*]] = weir.batch_sum %[[A0]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V1:.*]] = weir.batch_size %[[A0]]
// CHECK: %[[V2:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V3:.*]] = weir.mul %[[V1]], %[[V2]]
// CHECK: %[[V4:.*]] = weir.div %[[V0]], %[[V3]]
// CHECK: %[[V5:.*]] = weir.reshape %[[V4]] : (tensor<3xf32>) -> tensor<3xf32>
// CHECK: %[[V6:.*]] = weir.sub %[[A0]], %[[V5]]
// CHECK: %[[V7:.*]] = weir.mul %[[V6]], %[[V6]]
// CHECK: %[[V8:.*]] = weir.batch_sum %[[V7]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V9:.*]] = weir.batch_size %[[V7]]
// CHECK: %[[V10:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V11:.*]] = weir.mul %[[V9]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.div %[[V8]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.sum %[[V12]] {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
// CHECK: %[[V14:.*]] = weir.broadcast %[[V13]] batch %[[A0]] : (tensor<f32>, tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: return %[[V14]]
func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %m = weir.batch_variance %x {axis = 0 : i64} : (tensor<?x3xf32>) -> tensor<3xf32>
  %s = weir.sum %m {axes = array<i64: 0>} : (tensor<3xf32>) -> tensor<f32>
  %r = weir.broadcast %s batch %x : (tensor<f32>, tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
