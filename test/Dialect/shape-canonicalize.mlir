// RUN: weir-opt --canonicalize %s | FileCheck %s

// Ops that move nothing vanish, and those that undo each other.

// CHECK-LABEL: func.func @nothing_moved
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @nothing_moved(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.reshape %x : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %1 = weir.transpose %0 {permutation = array<i64: 0, 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %2 = weir.slice %1 {offsets = array<i64: 0, 0>, sizes = array<i64: 3, 4>, strides = array<i64: 1, 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %3 = weir.pad %2 {low = array<i64: 0, 0>, high = array<i64: 0, 0>, value = 1.0 : f32} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %4 = weir.concat %3 {axis = 1 : i64} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  return %4 : tensor<?x3x4xf32>
}

// CHECK-LABEL: func.func @reshape_of_reshape
// CHECK-NEXT: weir.reshape %{{.*}} : (tensor<?x3x4xf32>) -> tensor<?x2x6xf32>
// CHECK-NEXT: return
func.func @reshape_of_reshape(%x: tensor<?x3x4xf32>) -> tensor<?x2x6xf32> {
  %0 = weir.reshape %x : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  %1 = weir.reshape %0 : (tensor<?x12xf32>) -> tensor<?x2x6xf32>
  return %1 : tensor<?x2x6xf32>
}

// CHECK-LABEL: func.func @reshape_and_back
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @reshape_and_back(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.reshape %x : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  %1 = weir.reshape %0 : (tensor<?x12xf32>) -> tensor<?x3x4xf32>
  return %1 : tensor<?x3x4xf32>
}

// Axis i of the second is axis p[q[i]] of the operand, not q[p[i]].
// CHECK-LABEL: func.func @transpose_of_transpose
// CHECK-NEXT: weir.transpose %{{.*}} {permutation = array<i64: 2, 1, 0>} : (tensor<?x3x4x5xf32>) -> tensor<?x5x4x3xf32>
// CHECK-NEXT: return
func.func @transpose_of_transpose(%x: tensor<?x3x4x5xf32>) -> tensor<?x5x4x3xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<?x3x4x5xf32>) -> tensor<?x4x5x3xf32>
  %1 = weir.transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<?x4x5x3xf32>) -> tensor<?x5x4x3xf32>
  return %1 : tensor<?x5x4x3xf32>
}

// CHECK-LABEL: func.func @transpose_and_back
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4x5xf32>
// CHECK-NEXT: return %[[X]]
func.func @transpose_and_back(%x: tensor<?x3x4x5xf32>) -> tensor<?x3x4x5xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<?x3x4x5xf32>) -> tensor<?x4x5x3xf32>
  %1 = weir.transpose %0 {permutation = array<i64: 2, 0, 1>} : (tensor<?x4x5x3xf32>) -> tensor<?x3x4x5xf32>
  return %1 : tensor<?x3x4x5xf32>
}

// A gray image is channels last already.
// CHECK-LABEL: func.func @transpose_of_unit_axes
// CHECK-NEXT: weir.reshape %{{.*}} : (tensor<?x1x4x5xf32>) -> tensor<?x4x5x1xf32>
func.func @transpose_of_unit_axes(%x: tensor<?x1x4x5xf32>) -> tensor<?x4x5x1xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<?x1x4x5xf32>) -> tensor<?x4x5x1xf32>
  return %0 : tensor<?x4x5x1xf32>
}

// CHECK-LABEL: func.func @transpose_of_longer_axes
// CHECK-NEXT: weir.transpose
func.func @transpose_of_longer_axes(%x: tensor<?x1x4x5xf32>) -> tensor<?x5x4x1xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 1, 0>} : (tensor<?x1x4x5xf32>) -> tensor<?x5x4x1xf32>
  return %0 : tensor<?x5x4x1xf32>
}

// CHECK-LABEL: func.func @concat_of_concat
// CHECK-SAME: %[[X:.*]]: tensor<?x3xf32>, %[[Y:.*]]: tensor<?x2xf32>
// CHECK-NEXT: weir.concat %[[Y]], %[[X]], %[[Y]], %[[X]] {axis = 0 : i64}
// CHECK-NEXT: return
func.func @concat_of_concat(%x: tensor<?x3xf32>, %y: tensor<?x2xf32>) -> tensor<?x10xf32> {
  %0 = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x5xf32>
  %1 = weir.concat %y, %0, %x {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x5xf32>, tensor<?x3xf32>) -> tensor<?x10xf32>
  return %1 : tensor<?x10xf32>
}

// CHECK-LABEL: func.func @concat_along_another_axis
// CHECK-COUNT-2: weir.concat
func.func @concat_along_another_axis(%x: tensor<?x1x3xf32>) -> tensor<?x2x6xf32> {
  %0 = weir.concat %x, %x {axis = 0 : i64} : (tensor<?x1x3xf32>, tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
  %1 = weir.concat %0, %0 {axis = 1 : i64} : (tensor<?x2x3xf32>, tensor<?x2x3xf32>) -> tensor<?x2x6xf32>
  return %1 : tensor<?x2x6xf32>
}

// The inner one is there for someone else, too.
// CHECK-LABEL: func.func @concat_of_concat_with_another_use
// CHECK-COUNT-2: weir.concat
func.func @concat_of_concat_with_another_use(%x: tensor<?x3xf32>, %y: tensor<?x2xf32>) -> (tensor<?x5xf32>, tensor<?x8xf32>) {
  %0 = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x5xf32>
  %1 = weir.concat %0, %x {axis = 0 : i64} : (tensor<?x5xf32>, tensor<?x3xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x5xf32>, tensor<?x8xf32>
}

// What changes nothing goes.
// CHECK-LABEL: func.func @identities
// CHECK-SAME: %[[X:.*]]: tensor<?x1x3xf32>
// CHECK-NEXT: return %[[X]], %[[X]], %[[X]]
func.func @identities(%x: tensor<?x1x3xf32>) -> (tensor<?x1x3xf32>, tensor<?x1x3xf32>, tensor<?x1x3xf32>) {
  %0 = weir.broadcast %x : (tensor<?x1x3xf32>) -> tensor<?x1x3xf32>
  %1 = weir.dilate %x {factors = array<i64: 2, 1>} : (tensor<?x1x3xf32>) -> tensor<?x1x3xf32>
  %2 = weir.reverse %x {axes = array<i64: 0>} : (tensor<?x1x3xf32>) -> tensor<?x1x3xf32>
  return %0, %1, %2 : tensor<?x1x3xf32>, tensor<?x1x3xf32>, tensor<?x1x3xf32>
}

// CHECK-LABEL: func.func @reverse_that_moves
// CHECK: weir.reverse
func.func @reverse_that_moves(%x: tensor<?x1x3xf32>) -> tensor<?x1x3xf32> {
  %0 = weir.reverse %x {axes = array<i64: 0, 1>} : (tensor<?x1x3xf32>) -> tensor<?x1x3xf32>
  return %0 : tensor<?x1x3xf32>
}
