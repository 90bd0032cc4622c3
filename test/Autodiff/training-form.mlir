// RUN: weir-opt --weir-training-form --split-input-file %s | FileCheck %s

// Batch norm takes the batch's statistics and updates its buffers; dropout draws a mask.

// The new mean, and the new variance made unbiased.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.name = "1.running_mean", weir.update_of = "1.running_mean"}
// CHECK-SAME: {weir.name = "1.running_var", weir.update_of = "1.running_var"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.param "1.running_mean"
// CHECK: %[[V2:.*]] = weir.param "1.running_var"
// CHECK: %[[V3:.*]] = weir.batch_mean %[[A0]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V4:.*]] = weir.batch_variance %[[A0]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V5:.*]] = weir.constant dense<0.899999976> : tensor<f32>
// CHECK: %[[V6:.*]] = weir.mul %[[V1]], %[[V5]]
// CHECK: %[[V7:.*]] = weir.constant dense<1.000000e-01> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.mul %[[V3]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.add %[[V6]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.batch_size %[[A0]]
// CHECK: %[[V11:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V12:.*]] = weir.mul %[[V10]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V14:.*]] = weir.sub %[[V12]], %[[V13]]
// CHECK: %[[V15:.*]] = weir.maximum %[[V14]], %[[V13]]
// CHECK: %[[V16:.*]] = weir.div %[[V12]], %[[V15]]
// CHECK: %[[V17:.*]] = weir.mul %[[V4]], %[[V16]]
// CHECK: %[[V18:.*]] = weir.constant dense<0.899999976> : tensor<f32>
// CHECK: %[[V19:.*]] = weir.mul %[[V2]], %[[V18]]
// CHECK: %[[V20:.*]] = weir.constant dense<1.000000e-01> : tensor<f32>
// CHECK: %[[V21:.*]] = weir.mul %[[V17]], %[[V20]]
// CHECK: %[[V22:.*]] = weir.add %[[V19]], %[[V21]]
// CHECK: %[[V23:.*]] = weir.batch_norm %[[A0]], %[[V0]], %[[V0]], %[[V3]], %[[V4]] {axis = 0 : i64, epsilon = 1.000000e-05 : f64}
// CHECK: %[[V24:.*]] = weir.sum %[[V23]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: return %[[V24]], %[[V9]], %[[V22]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %running_mean = weir.param "1.running_mean" {init = "constant", init_args = array<f64: 0.0, 0.0>, buffer} : tensor<3xf32>
  %running_var = weir.param "1.running_var" {init = "constant", init_args = array<f64: 0.0, 0.0>, buffer} : tensor<3xf32>
  %z = weir.batch_norm %x, %w, %w, %running_mean, %running_var {axis = 0 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The op's own momentum: a quarter of the batch.
// CHECK-LABEL: func.func @train(
// CHECK: %[[OLD:.*]] = weir.param "running_mean"
// CHECK: %[[MEAN:.*]] = weir.batch_mean
// CHECK: %[[KEEP:.*]] = weir.constant dense<7.500000e-01> : tensor<f32>
// CHECK: %[[KEPT:.*]] = weir.mul %[[OLD]], %[[KEEP]]
// CHECK: %[[SHARE:.*]] = weir.constant dense<2.500000e-01> : tensor<f32>
// CHECK: %[[ADDED:.*]] = weir.mul %[[MEAN]], %[[SHARE]]
// CHECK: %[[NEW:.*]] = weir.add %[[KEPT]], %[[ADDED]]
// CHECK: weir.batch_norm {{.*}} momentum = 2.500000e-01
// CHECK: return %{{.*}}, %[[NEW]],
func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %mean = weir.param "running_mean" {init = "constant", init_args = array<f64: 0.0, 0.0>, buffer} : tensor<3xf32>
  %var = weir.param "running_var" {init = "constant", init_args = array<f64: 0.0, 0.0>, buffer} : tensor<3xf32>
  %z = weir.batch_norm %x, %w, %w, %mean, %var {axis = 0 : i64, epsilon = 1.0e-05 : f64, momentum = 0.25 : f64} : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Layers are numbered in order, one that drops nothing too; the key is the last argument.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: %[[A1:.*]]: tensor<2x!weir.index<9007199254740992>>
// CHECK: %[[V0:.*]] = weir.dropout_mask %[[A1]], %[[A0]] {layer = 0 : i64, probability = 2.000000e-01 : f64}
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.dropout_mask %[[A1]], %[[V1]] {layer = 2 : i64, probability = 5.000000e-01 : f64}
// CHECK: %[[V3:.*]] = weir.mul %[[V1]], %[[V2]]
// CHECK: return %[[V3]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %0 = weir.dropout %x {probability = 2.0e-01 : f64} : tensor<?xf32>
  %1 = weir.dropout %0 {probability = 0.0 : f64} : tensor<?xf32>
  %2 = weir.dropout %1 {probability = 5.0e-01 : f64} : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// -----

// Statistics that are no buffers stay.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3xf32>
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.batch_norm %[[A0]], %[[V0]], %[[V0]], %[[V0]], %[[V0]] {axis = 0 : i64, epsilon = 1.000000e-05 : f64}
// CHECK: %[[V2:.*]] = weir.sum %[[V1]] {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
// CHECK: return %[[V2]]
func.func @train(%x: tensor<?x3xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %z = weir.batch_norm %x, %w, %w, %w, %w {axis = 0 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %r = weir.sum %z {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
