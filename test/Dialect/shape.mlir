// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Ops that join, cut and reorder; most take ids as well as numbers.

// CHECK-LABEL: func.func @reshape_0(
// CHECK: weir.reshape %{{.*}} : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
func.func @reshape_0(%x: tensor<?x3x4xf32>) {
  %r = weir.reshape %x : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  return
}

// CHECK-LABEL: func.func @reshape_1(
// CHECK: weir.reshape %{{.*}} : (tensor<?xf32>) -> tensor<?x1x1xf32>
func.func @reshape_1(%x: tensor<?xf32>) {
  %r = weir.reshape %x : (tensor<?xf32>) -> tensor<?x1x1xf32>
  return
}

// CHECK-LABEL: func.func @reshape_2(
// CHECK: weir.reshape %{{.*}} : (tensor<?x4x!weir.index<7>>) -> tensor<?x2x2x!weir.index<7>>
func.func @reshape_2(%x: tensor<?x4x!weir.index<7>>) {
  %r = weir.reshape %x : (tensor<?x4x!weir.index<7>>) -> tensor<?x2x2x!weir.index<7>>
  return
}

// CHECK-LABEL: func.func @transpose_3(
// CHECK: weir.transpose %{{.*}} {permutation = array<i64: 1, 0>} : (tensor<?x3x4xf32>) -> tensor<?x4x3xf32>
func.func @transpose_3(%x: tensor<?x3x4xf32>) {
  %r = weir.transpose %x {permutation = array<i64: 1, 0>} : (tensor<?x3x4xf32>) -> tensor<?x4x3xf32>
  return
}

// CHECK-LABEL: func.func @transpose_4(
// CHECK: weir.transpose %{{.*}} {permutation = array<i64: 1, 0>} : (tensor<3x4xf32>) -> tensor<4x3xf32>
func.func @transpose_4(%x: tensor<3x4xf32>) {
  %r = weir.transpose %x {permutation = array<i64: 1, 0>} : (tensor<3x4xf32>) -> tensor<4x3xf32>
  return
}

// CHECK-LABEL: func.func @slice_5(
// CHECK: weir.slice %{{.*}} {offsets = array<i64: 1, 0>, sizes = array<i64: 2, 2>, strides = array<i64: 1, 3>} : (tensor<?x3x4xf32>) -> tensor<?x2x2xf32>
func.func @slice_5(%x: tensor<?x3x4xf32>) {
  %r = weir.slice %x {offsets = array<i64: 1, 0>, sizes = array<i64: 2, 2>, strides = array<i64: 1, 3>} : (tensor<?x3x4xf32>) -> tensor<?x2x2xf32>
  return
}

// CHECK-LABEL: func.func @slice_6(
// CHECK: weir.slice %{{.*}} {offsets = array<i64: 3>, sizes = array<i64: 1>, strides = array<i64: 1>} : (tensor<?x4x!weir.index<7>>) -> tensor<?x1x!weir.index<7>>
func.func @slice_6(%x: tensor<?x4x!weir.index<7>>) {
  %r = weir.slice %x {offsets = array<i64: 3>, sizes = array<i64: 1>, strides = array<i64: 1>} : (tensor<?x4x!weir.index<7>>) -> tensor<?x1x!weir.index<7>>
  return
}

// CHECK-LABEL: func.func @pad_7(
// CHECK: weir.pad %{{.*}} {high = array<i64: 0, 2>, low = array<i64: 1, 0>, value = -1.500000e+00 : f32} : (tensor<?x3x4xf32>) -> tensor<?x4x6xf32>
func.func @pad_7(%x: tensor<?x3x4xf32>) {
  %r = weir.pad %x {high = array<i64: 0, 2>, low = array<i64: 1, 0>, value = -1.500000e+00 : f32} : (tensor<?x3x4xf32>) -> tensor<?x4x6xf32>
  return
}

// CHECK-LABEL: func.func @concat_8(
// CHECK: weir.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<?x3x2xf32>, tensor<?x3x4xf32>) -> tensor<?x3x10xf32>
func.func @concat_8(%x: tensor<?x3x4xf32>, %y: tensor<?x3x2xf32>) {
  %r = weir.concat %x, %y, %x {axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<?x3x2xf32>, tensor<?x3x4xf32>) -> tensor<?x3x10xf32>
  return
}

// CHECK-LABEL: func.func @broadcast_9(
// CHECK: weir.broadcast %{{.*}} : (tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
func.func @broadcast_9(%x: tensor<?x3x1xf32>) {
  %r = weir.broadcast %x : (tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @broadcast_10(
// CHECK: weir.broadcast %{{.*}} : (tensor<3xf32>) -> tensor<2x3xf32>
func.func @broadcast_10(%x: tensor<3xf32>) {
  %r = weir.broadcast %x : (tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @broadcast_11(
// CHECK: weir.broadcast %{{.*}} batch %{{.*}} : (tensor<f32>, tensor<?x!weir.index<5>>) -> tensor<?x3xf32>
func.func @broadcast_11(%x: tensor<f32>, %i: tensor<?x!weir.index<5>>) {
  %r = weir.broadcast %x batch %i : (tensor<f32>, tensor<?x!weir.index<5>>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @dilate_12(
// CHECK: weir.dilate %{{.*}} {factors
func.func @dilate_12(%x: tensor<?x3x4xf32>) {
  %r = weir.dilate %x {factors = array<i64: 1, 3>} : (tensor<?x3x4xf32>) -> tensor<?x3x10xf32>
  return
}

// CHECK-LABEL: func.func @reverse_13(
// CHECK: weir.reverse %{{.*}} {axes
func.func @reverse_13(%x: tensor<2x3xf32>) {
  %r = weir.reverse %x {axes = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
