// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Reductions over some, all and no axes, and softmax.

// CHECK-LABEL: func.func @sum_0(
// CHECK: weir.sum %{{.*}} {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
func.func @sum_0(%x: tensor<?x3x4xf32>) {
  %r = weir.sum %x {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @mean_1(
// CHECK: weir.mean %{{.*}} {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
func.func @mean_1(%x: tensor<?x3x4xf32>) {
  %r = weir.mean %x {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @max_2(
// CHECK: weir.max %{{.*}} {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
func.func @max_2(%x: tensor<?x3x4xf32>) {
  %r = weir.max %x {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @sum_3(
// CHECK: weir.sum %{{.*}} {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
func.func @sum_3(%x: tensor<?x3x4xf32>) {
  %r = weir.sum %x {axes = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func.func @mean_4(
// CHECK: weir.mean %{{.*}} {axes = array<i64: 0>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x1x4xf32>
func.func @mean_4(%x: tensor<?x3x4xf32>) {
  %r = weir.mean %x {axes = array<i64: 0>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x1x4xf32>
  return
}

// CHECK-LABEL: func.func @max_5(
// CHECK: weir.max %{{.*}} {axes = array<i64>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
func.func @max_5(%x: tensor<?x3x4xf32>) {
  %r = weir.max %x {axes = array<i64>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @max_6(
// CHECK: weir.max %{{.*}} {axes = array<i64: 0, 1>} : (tensor<3x4xf32>) -> tensor<f32>
func.func @max_6(%x: tensor<3x4xf32>) {
  %r = weir.max %x {axes = array<i64: 0, 1>} : (tensor<3x4xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @softmax_7(
// CHECK: weir.softmax %{{.*}} {axis = 1 : i64} : tensor<?x3x4xf32>
func.func @softmax_7(%x: tensor<?x3x4xf32>) {
  %r = weir.softmax %x {axis = 1 : i64} : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @log_softmax_8(
// CHECK: weir.log_softmax %{{.*}} {axis = 0 : i64} : tensor<?x3x4xf32>
func.func @log_softmax_8(%x: tensor<?x3x4xf32>) {
  %r = weir.log_softmax %x {axis = 0 : i64} : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @batch_sum_9(
// CHECK: weir.batch_sum %{{.*}} : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
func.func @batch_sum_9(%x: tensor<?x3x4xf32>) {
  %r = weir.batch_sum %x : (tensor<?x3x4xf32>) -> tensor<3x4xf32>
  return
}

// CHECK-LABEL: func.func @batch_size_10(
// CHECK: weir.batch_size %{{.*}} : (tensor<?x3x4xf32>) -> tensor<f32>
func.func @batch_size_10(%x: tensor<?x3x4xf32>) {
  %r = weir.batch_size %x : (tensor<?x3x4xf32>) -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @batch_size_11(
// CHECK: weir.batch_size %{{.*}} : (tensor<?x3x!weir.index<5>>) -> tensor<f32>
func.func @batch_size_11(%x: tensor<?x3x!weir.index<5>>) {
  %r = weir.batch_size %x : (tensor<?x3x!weir.index<5>>) -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @batch_mean_12(
// CHECK: weir.batch_mean %{{.*}} {axis
func.func @batch_mean_12(%x: tensor<?x3x4xf32>) {
  %r = weir.batch_mean %x {axis = 1 : i64} : (tensor<?x3x4xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @batch_variance_13(
// CHECK: weir.batch_variance %{{.*}} {axis
func.func @batch_variance_13(%x: tensor<?x3x4xf32>) {
  %r = weir.batch_variance %x {axis = 0 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  return
}
