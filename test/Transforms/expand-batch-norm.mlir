// RUN: weir-opt --weir-expand-batch-norm %s | FileCheck %s

// A batch norm without a layer becomes a multiplication and an addition; scale and
// shift depend on parameters only, and are aligned with the channels.

// CHECK-LABEL: func.func @channels_first
// CHECK-SAME: %[[X:.*]]: tensor<?x4x3x5xf32>, %[[G:.*]]: tensor<4xf32>, %[[BETA:.*]]: tensor<4xf32>, %[[M:.*]]: tensor<4xf32>
// CHECK: %[[R:.*]] = weir.rsqrt
// CHECK: %[[SCALE:.*]] = weir.mul %[[G]], %[[R]]
// CHECK: %[[MS:.*]] = weir.mul %[[M]], %[[SCALE]]
// CHECK: %[[SHIFT:.*]] = weir.sub %[[BETA]], %[[MS]]
// CHECK: %[[S:.*]] = weir.reshape %[[SCALE]] : (tensor<4xf32>) -> tensor<4x1x1xf32>
// CHECK: %[[P:.*]] = weir.mul %[[X]], %[[S]]
// CHECK: %[[T:.*]] = weir.reshape %[[SHIFT]] : (tensor<4xf32>) -> tensor<4x1x1xf32>
// CHECK: %[[Y:.*]] = weir.add %[[P]], %[[T]]
// CHECK: return %[[Y]]
func.func @channels_first(%x: tensor<?x4x3x5xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4x3x5xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.batch_norm %x, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x3x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x3x5xf32>
  return %0 : tensor<?x4x3x5xf32>
}

// On the last axis broadcasting aligns them by itself.
// CHECK-LABEL: func.func @last_axis
// CHECK-NOT: weir.reshape
// CHECK: weir.mul %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
// CHECK: weir.add %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @last_axis(%x: tensor<?x3x4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x3x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.batch_norm %x, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}
