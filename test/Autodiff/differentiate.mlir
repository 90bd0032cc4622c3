// RUN: weir-opt --weir-differentiate --split-input-file %s | FileCheck %s

// What is differentiated, and what is returned.

// Gradients follow the results that were there; buffers and frozen parameters have none,
// and what the loss doesn't depend on has a zero one.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[A0:.*]]: tensor<?xf32>
// CHECK-SAME: {weir.gradient_of = "a", weir.name = "a.grad"}
// CHECK-SAME: {weir.gradient_of = "d", weir.name = "d.grad"}
// CHECK: %[[V0:.*]] = weir.param "a"
// CHECK: %[[V1:.*]] = weir.param "b"
// CHECK: %[[V2:.*]] = weir.param "c"
// CHECK: %[[V3:.*]] = weir.param "d"
// CHECK: %[[V4:.*]] = weir.mul %[[A0]], %[[V0]]
// CHECK: %[[V5:.*]] = weir.mul %[[V4]], %[[V1]]
// CHECK: %[[V6:.*]] = weir.mul %[[V5]], %[[V2]]
// CHECK: %[[V7:.*]] = weir.mul %[[V6]], %[[V2]]
// CHECK: %[[V8:.*]] = weir.batch_size %[[V6]]
// CHECK: %[[V9:.*]] = weir.constant dense<1.000000e+00> : tensor<f32>
// CHECK: %[[V10:.*]] = weir.div %[[V9]], %[[V8]]
// CHECK: %[[V11:.*]] = weir.broadcast %[[V10]] batch %[[V6]] : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
// CHECK: %[[V12:.*]] = weir.mul %[[V11]], %[[V2]]
// CHECK: %[[V13:.*]] = weir.mul %[[V12]], %[[V1]]
// CHECK: %[[V14:.*]] = weir.mul %[[V13]], %[[A0]]
// CHECK: %[[V15:.*]] = weir.batch_sum %[[V14]] : (tensor<?xf32>) -> tensor<f32>
// CHECK: %[[V16:.*]] = weir.constant dense<0.000000e+00> : tensor<2xf32>
// CHECK: return %[[V6]], %[[V7]], %[[V15]], %[[V16]]
func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = "loss"}, tensor<?xf32> {weir.name = "accuracy"}) {
  %a = weir.param "a" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<f32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>, buffer} : tensor<f32>
  %c = weir.param "c" {init = "constant", init_args = array<f64: 0.0, 0.0>, frozen} : tensor<f32>
  %d = weir.param "d" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<2xf32>
  %0 = weir.mul %x, %a : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %1 = weir.mul %0, %b : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %2 = weir.mul %1, %c : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %3 = weir.mul %2, %c : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %2, %3 : tensor<?xf32>, tensor<?xf32>
}
