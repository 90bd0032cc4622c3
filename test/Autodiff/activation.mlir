// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of functions of one variable.

// By the result: the input needn't be kept.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.relu %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.greater %[[V2]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.select %[[V8]], %[[SEED]], %[[V7]]
// CHECK: %[[V10:.*]] = weir.mul %[[V9]], %[[A0]]
// CHECK: %[[V11:.*]] = weir.batch_sum %[[V10]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V11]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.relu %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The sign.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.abs %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.greater %[[V1]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.greater %[[V7]], %[[V1]]
// CHECK: %[[V10:.*]] = weir.sub %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.mul %[[SEED]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[A0]]
// CHECK: %[[V13:.*]] = weir.batch_sum %[[V12]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V13]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.abs %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// By the result.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.exp %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.mul %[[SEED]], %[[V2]]
// CHECK: %[[V8:.*]] = weir.mul %[[V7]], %[[A0]]
// CHECK: %[[V9:.*]] = weir.batch_sum %[[V8]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.exp %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.log %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.div %[[SEED]], %[[V1]]
// CHECK: %[[V8:.*]] = weir.mul %[[V7]], %[[A0]]
// CHECK: %[[V9:.*]] = weir.batch_sum %[[V8]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.log %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.log1p %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.add %[[V1]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.div %[[SEED]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[V9]], %[[A0]]
// CHECK: %[[V11:.*]] = weir.batch_sum %[[V10]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V11]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.log1p %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// By the result.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sqrt %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<5.000000e-01> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.mul %[[SEED]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.div %[[V8]], %[[V2]]
// CHECK: %[[V10:.*]] = weir.mul %[[V9]], %[[A0]]
// CHECK: %[[V11:.*]] = weir.batch_sum %[[V10]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V11]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.sqrt %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// By the result, its third power.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.rsqrt %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.mul %[[V2]], %[[V2]]
// CHECK: %[[V8:.*]] = weir.mul %[[V7]], %[[V2]]
// CHECK: %[[V9:.*]] = weir.constant dense<-5.000000e-01> : tensor<f32>
// CHECK: %[[V10:.*]] = weir.mul %[[V8]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.mul %[[SEED]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[A0]]
// CHECK: %[[V13:.*]] = weir.batch_sum %[[V12]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V13]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.rsqrt %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.erf %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.mul %[[V1]], %[[V1]]
// CHECK: %[[V8:.*]] = weir.neg %[[V7]]
// CHECK: %[[V9:.*]] = weir.exp %[[V8]]
// CHECK: %[[V10:.*]] = weir.constant dense<1.12837923> : tensor<f32>
// CHECK: %[[V11:.*]] = weir.mul %[[V9]], %[[V10]]
// CHECK: %[[V12:.*]] = weir.mul %[[SEED]], %[[V11]]
// CHECK: %[[V13:.*]] = weir.mul %[[V12]], %[[A0]]
// CHECK: %[[V14:.*]] = weir.batch_sum %[[V13]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V14]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.erf %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// By the result.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.tanh %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.mul %[[V2]], %[[V2]]
// CHECK: %[[V9:.*]] = weir.sub %[[V7]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[SEED]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V12]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.tanh %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// By the result.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.sigmoid %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V8:.*]] = weir.sub %[[V7]], %[[V2]]
// CHECK: %[[V9:.*]] = weir.mul %[[V2]], %[[V8]]
// CHECK: %[[V10:.*]] = weir.mul %[[SEED]], %[[V9]]
// CHECK: %[[V11:.*]] = weir.mul %[[V10]], %[[A0]]
// CHECK: %[[V12:.*]] = weir.batch_sum %[[V11]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V12]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.sigmoid %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// The slope of softplus is the sigmoid.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.softplus %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.sigmoid %[[V1]]
// CHECK: %[[V8:.*]] = weir.mul %[[SEED]], %[[V7]]
// CHECK: %[[V9:.*]] = weir.mul %[[V8]], %[[A0]]
// CHECK: %[[V10:.*]] = weir.batch_sum %[[V9]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V10]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.softplus %y : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK: %[[V0:.*]] = weir.param "w"
// CHECK: %[[V1:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V2:.*]] = weir.neg %[[V1]]
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V2]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V7:.*]] = weir.neg %[[SEED]]
// CHECK: %[[V8:.*]] = weir.mul %[[V7]], %[[A0]]
// CHECK: %[[V9:.*]] = weir.batch_sum %[[V8]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V2]], %[[V9]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %r = weir.neg %y : tensor<?xf32>
  return %r : tensor<?xf32>
}
