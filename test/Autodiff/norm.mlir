// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// Reverse rules of normalization.

// Two sums over batch and image give weight, bias, and the batch's mean and variance.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK-SAME: {weir.gradient_of = "b", weir.name = "b.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.param "b"
// CHECK: %[[V3:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V4:.*]] = weir.batch_mean %[[V3]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V5:.*]] = weir.batch_variance %[[V3]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V6:.*]] = weir.batch_norm %[[V3]], %[[V1]], %[[V2]], %[[V4]], %[[V5]] {axis = 0 : i64, epsilon = 1.000000e-05 : f64}
// CHECK: %[[V7:.*]] = weir.sum %[[V6]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V7]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V12:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V13:.*]] = weir.broadcast %[[V12]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V14:.*]] = weir.constant dense<9.99999974E-6> : tensor<f32>
// CHECK: %[[V15:.*]] = weir.add %[[V5]], %[[V14]]
// CHECK: %[[V16:.*]] = weir.rsqrt %[[V15]]
// CHECK: %[[V17:.*]] = weir.mul %[[V1]], %[[V16]]
// CHECK: %[[V18:.*]] = weir.reshape %[[V17]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V19:.*]] = weir.mul %[[V13]], %[[V18]]
// CHECK: %[[V20:.*]] = weir.reshape %[[V4]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V21:.*]] = weir.sub %[[V3]], %[[V20]]
// CHECK: %[[V22:.*]] = weir.reshape %[[V16]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V23:.*]] = weir.mul %[[V21]], %[[V22]]
// CHECK: %[[V24:.*]] = weir.mul %[[V13]], %[[V23]]
// CHECK: %[[V25:.*]] = weir.sum %[[V24]] {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
// CHECK: %[[V26:.*]] = weir.batch_sum %[[V25]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V27:.*]] = weir.mul %[[V17]], %[[V16]]
// CHECK: %[[V28:.*]] = weir.constant dense<-5.000000e-01> : tensor<f32>
// CHECK: %[[V29:.*]] = weir.mul %[[V26]], %[[V28]]
// CHECK: %[[V30:.*]] = weir.mul %[[V27]], %[[V29]]
// CHECK: %[[V31:.*]] = weir.sum %[[V13]] {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
// CHECK: %[[V32:.*]] = weir.batch_sum %[[V31]] : (tensor<?x3xf32>) -> tensor<3xf32>
// CHECK: %[[V33:.*]] = weir.mul %[[V17]], %[[V32]]
// CHECK: %[[V34:.*]] = weir.neg %[[V33]]
// CHECK: %[[V35:.*]] = weir.batch_mean %[[V3]] {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
// CHECK: %[[V36:.*]] = weir.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[V37:.*]] = weir.mul %[[V30]], %[[V36]]
// CHECK: %[[V38:.*]] = weir.batch_size %[[V3]]
// CHECK: %[[V39:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V40:.*]] = weir.mul %[[V38]], %[[V39]]
// CHECK: %[[V41:.*]] = weir.div %[[V37]], %[[V40]]
// CHECK: %[[V42:.*]] = weir.reshape %[[V35]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V43:.*]] = weir.sub %[[V3]], %[[V42]]
// CHECK: %[[V44:.*]] = weir.reshape %[[V41]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V45:.*]] = weir.mul %[[V43]], %[[V44]]
// CHECK: %[[V46:.*]] = weir.add %[[V19]], %[[V45]]
// CHECK: %[[V47:.*]] = weir.batch_size %[[V3]]
// CHECK: %[[V48:.*]] = weir.constant dense<4.000000e+00> : tensor<f32>
// CHECK: %[[V49:.*]] = weir.mul %[[V47]], %[[V48]]
// CHECK: %[[V50:.*]] = weir.div %[[V34]], %[[V49]]
// CHECK: %[[V51:.*]] = weir.reshape %[[V50]] : (tensor<3xf32>) -> tensor<3x1xf32>
// CHECK: %[[V52:.*]] = weir.broadcast %[[V51]] batch %[[V3]] : (tensor<3x1xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V53:.*]] = weir.add %[[V46]], %[[V52]]
// CHECK: %[[V54:.*]] = weir.mul %[[V53]], %[[A0]]
// CHECK: %[[V55:.*]] = weir.sum %[[V54]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[V56:.*]] = weir.batch_sum %[[V55]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V7]], %[[V56]], %[[V26]], %[[V32]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %y = weir.mul %x, %v : (tensor<?x3x4xf32>, tensor<f32>) -> tensor<?x3x4xf32>
  %m = weir.batch_mean %y {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  %s = weir.batch_variance %y {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  %z = weir.batch_norm %y, %w, %b, %m, %s {axis = 0 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?x3x4xf32>
// CHECK-SAME: {weir.gradient_of = "v", weir.name = "v.grad"}
// CHECK-SAME: {weir.gradient_of = "w", weir.name = "w.grad"}
// CHECK-SAME: {weir.gradient_of = "b", weir.name = "b.grad"}
// CHECK: %[[V0:.*]] = weir.param "v"
// CHECK: %[[V1:.*]] = weir.param "w"
// CHECK: %[[V2:.*]] = weir.param "b"
// CHECK: %[[V3:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V4:.*]] = weir.layer_norm %[[V3]], %[[V1]], %[[V2]] {epsilon = 1.000000e-05 : f64}
// CHECK: %[[V5:.*]] = weir.sum %[[V4]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[SEED:.*]] = weir.broadcast %{{.*}} batch %[[V5]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V10:.*]] = weir.reshape %[[SEED]] : (tensor<?xf32>) -> tensor<?x1x1xf32>
// CHECK: %[[V11:.*]] = weir.broadcast %[[V10]] : (tensor<?x1x1xf32>) -> tensor<?x3x4xf32>
// CHECK: %[[V12:.*]] = weir.mean %[[V3]] {axes = array<i64: 1>, keep_dims}
// CHECK: %[[V13:.*]] = weir.sub %[[V3]], %[[V12]]
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[V13]]
// CHECK: %[[V15:.*]] = weir.mean %[[V14]] {axes = array<i64: 1>, keep_dims}
// CHECK: %[[V16:.*]] = weir.constant dense<9.99999974E-6> : tensor<f32>
// CHECK: %[[V17:.*]] = weir.add %[[V15]], %[[V16]]
// CHECK: %[[V18:.*]] = weir.rsqrt %[[V17]]
// CHECK: %[[V19:.*]] = weir.mul %[[V13]], %[[V18]]
// CHECK: %[[V20:.*]] = weir.mul %[[V11]], %[[V1]]
// CHECK: %[[V21:.*]] = weir.mean %[[V20]] {axes = array<i64: 1>, keep_dims}
// CHECK: %[[V22:.*]] = weir.mul %[[V20]], %[[V19]]
// CHECK: %[[V23:.*]] = weir.mean %[[V22]] {axes = array<i64: 1>, keep_dims}
// CHECK: %[[V24:.*]] = weir.sub %[[V20]], %[[V21]]
// CHECK: %[[V25:.*]] = weir.mul %[[V19]], %[[V23]]
// CHECK: %[[V26:.*]] = weir.sub %[[V24]], %[[V25]]
// CHECK: %[[V27:.*]] = weir.mul %[[V18]], %[[V26]]
// CHECK: %[[V28:.*]] = weir.mul %[[V11]], %[[V19]]
// CHECK: %[[V29:.*]] = weir.sum %[[V28]] {axes = array<i64: 0>} : (tensor<?x3x4xf32>) -> tensor<?x4xf32>
// CHECK: %[[V30:.*]] = weir.batch_sum %[[V29]] : (tensor<?x4xf32>) -> tensor<4xf32>
// CHECK: %[[V31:.*]] = weir.sum %[[V11]] {axes = array<i64: 0>} : (tensor<?x3x4xf32>) -> tensor<?x4xf32>
// CHECK: %[[V32:.*]] = weir.batch_sum %[[V31]] : (tensor<?x4xf32>) -> tensor<4xf32>
// CHECK: %[[V33:.*]] = weir.mul %[[V27]], %[[A0]]
// CHECK: %[[V34:.*]] = weir.sum %[[V33]] {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
// CHECK: %[[V35:.*]] = weir.batch_sum %[[V34]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: return %[[V5]], %[[V35]], %[[V30]], %[[V32]]
func.func @train(%x: tensor<?x3x4xf32>) -> (tensor<?xf32> {weir.name = "loss"}) {
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %y = weir.mul %x, %v : (tensor<?x3x4xf32>, tensor<f32>) -> tensor<?x3x4xf32>
  %z = weir.layer_norm %y, %w, %b {epsilon = 1.0e-05 : f64} : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  %r = weir.sum %z {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
