// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Norms and dropout.

// CHECK-LABEL: func.func @batch_norm_0(
// CHECK: weir.batch_norm %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
func.func @batch_norm_0(%x: tensor<?x4x8xf32>, %p: tensor<8xf32>) {
  %r = weir.batch_norm %x, %p, %p, %p, %p {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @layer_norm_1(
// CHECK: weir.layer_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
func.func @layer_norm_1(%x: tensor<?x4x8xf32>, %p: tensor<8xf32>) {
  %r = weir.layer_norm %x, %p, %p {epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @layer_norm_2(
// CHECK: weir.layer_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
func.func @layer_norm_2(%x: tensor<?x4x8xf32>, %p: tensor<4x8xf32>) {
  %r = weir.layer_norm %x, %p, %p {epsilon = 1.000000e-05 : f64} : (tensor<?x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @dropout_3(
// CHECK: weir.dropout %{{.*}} {probability = 0.000000e+00 : f64} : tensor<?x4x8xf32>
func.func @dropout_3(%x: tensor<?x4x8xf32>) {
  %r = weir.dropout %x {probability = 0.000000e+00 : f64} : tensor<?x4x8xf32>
  return
}

// CHECK-LABEL: func.func @dropout_mask_4(
// CHECK: weir.dropout_mask %{{.*}}, %{{.*}} {layer
func.func @dropout_mask_4(%k: tensor<2x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  %r = weir.dropout_mask %k, %x {layer = 3 : i64, probability = 2.500000e-01 : f64} : (tensor<2x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}
