// RUN: weir-opt --weir-channels-last %s | FileCheck %s

// What a transpose sinks through on its way to the next layer, and what stops it. All
// examples begin with the transpose from [5, 6, 4] to [4, 5, 6] or one like it.

// CHECK-LABEL: func.func @unary
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[A:.*]] = weir.sigmoid %[[X]]
// CHECK-NEXT: %[[B:.*]] = weir.dropout %[[A]] {probability = 5.000000e-01 : f64}
// CHECK-NEXT: weir.transpose %[[B]] {permutation = array<i64: 2, 0, 1>}
func.func @unary(%x: tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.sigmoid %0 : tensor<?x4x5x6xf32>
  %2 = weir.dropout %1 {probability = 5.0e-01 : f64} : tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// Operands keep their sides. A parameter is transposed once, not per run; missing
// axes are spelled out.
// CHECK-LABEL: func.func @binary_with_parameters
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[FULL:.*]]: tensor<4x5x6xf32>, %[[ROW:.*]]: tensor<6xf32>, %[[S:.*]]: tensor<f32>
// CHECK: %[[F:.*]] = weir.transpose %[[FULL]] {permutation = array<i64: 1, 2, 0>} : (tensor<4x5x6xf32>) -> tensor<5x6x4xf32>
// CHECK: %[[A:.*]] = weir.sub %[[F]], %[[X]]
// CHECK: %[[R:.*]] = weir.reshape %[[ROW]] : (tensor<6xf32>) -> tensor<1x6x1xf32>
// CHECK: %[[B:.*]] = weir.div %[[A]], %[[R]]
// CHECK: %[[C:.*]] = weir.sub %[[S]], %[[B]]
// CHECK: weir.transpose %[[C]] {permutation = array<i64: 2, 0, 1>}
func.func @binary_with_parameters(%x: tensor<?x5x6x4xf32>, %full: tensor<4x5x6xf32>, %row: tensor<6xf32>, %s: tensor<f32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.sub %full, %0 : (tensor<4x5x6xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  %2 = weir.div %1, %row : (tensor<?x4x5x6xf32>, tensor<6xf32>) -> tensor<?x4x5x6xf32>
  %3 = weir.sub %s, %2 : (tensor<f32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %3 : tensor<?x4x5x6xf32>
}

// Squeeze and excitation: one number per channel scales the image.
// CHECK-LABEL: func.func @excitation
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[G:.*]]: tensor<?x4xf32>
// CHECK: %[[R:.*]] = weir.reshape %{{.*}} -> tensor<?x1x1x4xf32>
// CHECK: %[[Y:.*]] = weir.mul %[[X]], %[[R]]
// CHECK: weir.transpose %[[Y]] {permutation = array<i64: 2, 0, 1>}
func.func @excitation(%x: tensor<?x5x6x4xf32>, %g: tensor<?x4xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.reshape %g : (tensor<?x4xf32>) -> tensor<?x4x1x1xf32>
  %2 = weir.mul %0, %1 : (tensor<?x4x5x6xf32>, tensor<?x4x1x1xf32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// The gradient of a relu: two images transposed alike, and a number.
// CHECK-LABEL: func.func @select
// CHECK-SAME: %[[M:.*]]: tensor<?x5x6x4xf32>, %[[X:.*]]: tensor<?x5x6x4xf32>, %[[S:.*]]: tensor<f32>
// CHECK-NEXT: %[[Y:.*]] = weir.select %[[M]], %[[X]], %[[S]]
// CHECK-NEXT: weir.transpose %[[Y]] {permutation = array<i64: 2, 0, 1>}
func.func @select(%m: tensor<?x5x6x4xf32>, %x: tensor<?x5x6x4xf32>, %s: tensor<f32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %m {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %2 = weir.select %0, %1, %s : (tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>, tensor<f32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// An operand that lies the other way would have to be transposed instead.
// CHECK-LABEL: func.func @select_of_another_order
// CHECK: weir.transpose
// CHECK: weir.transpose
// CHECK: weir.select
// CHECK-NEXT: return
func.func @select_of_another_order(%m: tensor<?x5x6x4xf32>, %x: tensor<?x5x6x4xf32>, %y: tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %m {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %2 = weir.select %0, %1, %y : (tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// What is the same for all examples is transposed before it is repeated for each.
// CHECK-LABEL: func.func @repeated
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[C:.*]]: tensor<4x1x1xf32>, %[[B:.*]]: tensor<?xf32>
// CHECK: %[[R:.*]] = weir.broadcast %[[P:.*]] batch %[[B]] : (tensor<1x1x4xf32>, tensor<?xf32>) -> tensor<?x5x6x4xf32>
// CHECK: %[[Y:.*]] = weir.add %[[X]], %[[R]]
// CHECK: weir.transpose %[[Y]] {permutation = array<i64: 2, 0, 1>}
func.func @repeated(%x: tensor<?x5x6x4xf32>, %c: tensor<4x1x1xf32>, %b: tensor<?xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.broadcast %c batch %b : (tensor<4x1x1xf32>, tensor<?xf32>) -> tensor<?x4x5x6xf32>
  %2 = weir.add %0, %1 : (tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// Two images transposed alike, one of them stretched.
// CHECK-LABEL: func.func @binary_of_two
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[Y:.*]]: tensor<?x5x1x4xf32>
// CHECK-NEXT: %[[A:.*]] = weir.sub %[[Y]], %[[X]]
// CHECK-NEXT: weir.transpose %[[A]] {permutation = array<i64: 2, 0, 1>}
func.func @binary_of_two(%x: tensor<?x5x6x4xf32>, %y: tensor<?x5x1x4xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.transpose %y {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x1x4xf32>) -> tensor<?x4x5x1xf32>
  %2 = weir.sub %1, %0 : (tensor<?x4x5x1xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// The other image is not transposed; sinking would only move the cost to it.
// CHECK-LABEL: func.func @binary_with_another_image
// CHECK: %[[T:.*]] = weir.transpose
// CHECK-NEXT: weir.add %[[T]]
func.func @binary_with_another_image(%x: tensor<?x5x6x4xf32>, %y: tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.add %0, %y : (tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %1 : tensor<?x4x5x6xf32>
}

// Transposed differently.
// CHECK-LABEL: func.func @binary_of_two_ways
// CHECK-COUNT-2: weir.transpose
// CHECK-NEXT: weir.add
// CHECK-NEXT: return
func.func @binary_of_two_ways(%x: tensor<?x5x6x4xf32>, %y: tensor<?x6x5x4xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.transpose %y {permutation = array<i64: 2, 1, 0>} : (tensor<?x6x5x4xf32>) -> tensor<?x4x5x6xf32>
  %2 = weir.add %0, %1 : (tensor<?x4x5x6xf32>, tensor<?x4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %2 : tensor<?x4x5x6xf32>
}

// The transposed operand is the small one: the result is larger than it.
// CHECK-LABEL: func.func @stretched
// CHECK: %[[T:.*]] = weir.transpose
// CHECK-NEXT: weir.add %[[T]]
func.func @stretched(%x: tensor<?x1x6x4xf32>, %p: tensor<4x5x6xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x1x6x4xf32>) -> tensor<?x4x1x6xf32>
  %1 = weir.add %0, %p : (tensor<?x4x1x6xf32>, tensor<4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %1 : tensor<?x4x5x6xf32>
}

// CHECK-LABEL: func.func @reduce
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[A:.*]] = weir.mean %[[X]] {axes = array<i64: 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4xf32>
// CHECK-NEXT: return %[[A]]
func.func @reduce(%x: tensor<?x5x6x4xf32>) -> tensor<?x4xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.mean %0 {axes = array<i64: 1, 2>} : (tensor<?x4x5x6xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// The axes that stay are still in another order.
// CHECK-LABEL: func.func @reduce_one_axis
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[A:.*]] = weir.sum %[[X]] {axes = array<i64: 0>} : (tensor<?x5x6x4xf32>) -> tensor<?x6x4xf32>
// CHECK-NEXT: weir.transpose %[[A]] {permutation = array<i64: 1, 0>}
func.func @reduce_one_axis(%x: tensor<?x5x6x4xf32>) -> tensor<?x4x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.sum %0 {axes = array<i64: 1>} : (tensor<?x4x5x6xf32>) -> tensor<?x4x6xf32>
  return %1 : tensor<?x4x6xf32>
}

// CHECK-LABEL: func.func @reduce_and_keep
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[A:.*]] = weir.max %[[X]] {axes = array<i64: 0, 2>, keep_dims} : (tensor<?x5x6x4xf32>) -> tensor<?x1x6x1xf32>
// CHECK-NEXT: weir.transpose %[[A]] {permutation = array<i64: 2, 0, 1>}
func.func @reduce_and_keep(%x: tensor<?x5x6x4xf32>) -> tensor<?x1x1x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.max %0 {axes = array<i64: 0, 1>, keep_dims} : (tensor<?x4x5x6xf32>) -> tensor<?x1x1x6xf32>
  return %1 : tensor<?x1x1x6xf32>
}

// CHECK-LABEL: func.func @axes
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK: %[[A:.*]] = weir.softmax %[[X]] {axis = 2 : i64}
// CHECK: %[[B:.*]] = weir.log_softmax %[[A]] {axis = 0 : i64}
// CHECK: %[[C:.*]] = weir.batch_norm %[[B]], {{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64}
// CHECK-NEXT: weir.transpose %[[C]] {permutation = array<i64: 2, 0, 1>}
func.func @axes(%x: tensor<?x5x6x4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4x5x6xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.softmax %0 {axis = 0 : i64} : tensor<?x4x5x6xf32>
  %2 = weir.log_softmax %1 {axis = 1 : i64} : tensor<?x4x5x6xf32>
  %3 = weir.batch_norm %2, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x5x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x5x6xf32>
  return %3 : tensor<?x4x5x6xf32>
}

// All axes are normalized: the weight is transposed once.
// CHECK-LABEL: func.func @layer_norm
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[W:.*]]: tensor<4x5x6xf32>, %[[B:.*]]: tensor<4x5x6xf32>
// CHECK-NEXT: %[[W1:.*]] = weir.transpose %[[W]] {permutation = array<i64: 1, 2, 0>}
// CHECK-NEXT: %[[B1:.*]] = weir.transpose %[[B]] {permutation = array<i64: 1, 2, 0>}
// CHECK-NEXT: weir.layer_norm %[[X]], %[[W1]], %[[B1]]
func.func @layer_norm(%x: tensor<?x5x6x4xf32>, %w: tensor<4x5x6xf32>, %b: tensor<4x5x6xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.layer_norm %0, %w, %b {epsilon = 1.0e-05 : f64} : (tensor<?x4x5x6xf32>, tensor<4x5x6xf32>, tensor<4x5x6xf32>) -> tensor<?x4x5x6xf32>
  return %1 : tensor<?x4x5x6xf32>
}

// The normalized axis would no longer be the last.
// CHECK-LABEL: func.func @layer_norm_of_another_axis
// CHECK: %[[T:.*]] = weir.transpose
// CHECK: weir.layer_norm %[[T]]
func.func @layer_norm_of_another_axis(%x: tensor<?x5x6x4xf32>, %w: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<?x4x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.layer_norm %0, %w, %b {epsilon = 1.0e-05 : f64} : (tensor<?x4x5x6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<?x4x5x6xf32>
  return %1 : tensor<?x4x5x6xf32>
}

// CHECK-LABEL: func.func @pad_and_slice
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[P:.*]] = weir.pad %[[X]] {high = array<i64: 5, 6, 4>, low = array<i64: 2, 3, 1>, value = 5.000000e-01 : f32}
// CHECK-NEXT: %[[S:.*]] = weir.slice %[[P]] {offsets = array<i64: 1, 2, 0>, sizes = array<i64: 3, 4, 2>, strides = array<i64: 2, 3, 1>}
// CHECK-NEXT: weir.transpose %[[S]] {permutation = array<i64: 2, 0, 1>}
func.func @pad_and_slice(%x: tensor<?x5x6x4xf32>) -> tensor<?x2x3x4xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.pad %0 {low = array<i64: 1, 2, 3>, high = array<i64: 4, 5, 6>, value = 0.5 : f32} : (tensor<?x4x5x6xf32>) -> tensor<?x9x12x15xf32>
  %2 = weir.slice %1 {offsets = array<i64: 0, 1, 2>, sizes = array<i64: 2, 3, 4>, strides = array<i64: 1, 2, 3>} : (tensor<?x9x12x15xf32>) -> tensor<?x2x3x4xf32>
  return %2 : tensor<?x2x3x4xf32>
}

// CHECK-LABEL: func.func @concat
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>, %[[Y:.*]]: tensor<?x5x6x3xf32>
// CHECK-NEXT: %[[C:.*]] = weir.concat %[[X]], %[[Y]] {axis = 2 : i64}
// CHECK-NEXT: weir.transpose %[[C]] {permutation = array<i64: 2, 0, 1>}
func.func @concat(%x: tensor<?x5x6x4xf32>, %y: tensor<?x5x6x3xf32>) -> tensor<?x7x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.transpose %y {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x3xf32>) -> tensor<?x3x5x6xf32>
  %2 = weir.concat %0, %1 {axis = 0 : i64} : (tensor<?x4x5x6xf32>, tensor<?x3x5x6xf32>) -> tensor<?x7x5x6xf32>
  return %2 : tensor<?x7x5x6xf32>
}

// CHECK-LABEL: func.func @concat_with_another_image
// CHECK: %[[T:.*]] = weir.transpose
// CHECK-NEXT: weir.concat %[[T]]
func.func @concat_with_another_image(%x: tensor<?x5x6x4xf32>, %y: tensor<?x3x5x6xf32>) -> tensor<?x7x5x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.concat %0, %y {axis = 0 : i64} : (tensor<?x4x5x6xf32>, tensor<?x3x5x6xf32>) -> tensor<?x7x5x6xf32>
  return %1 : tensor<?x7x5x6xf32>
}

// Height and width are merged, channels split: each among themselves.
// CHECK-LABEL: func.func @reshape_groups
// CHECK-SAME: %[[X:.*]]: tensor<?x5x6x4xf32>
// CHECK-NEXT: %[[R:.*]] = weir.reshape %[[X]] : (tensor<?x5x6x4xf32>) -> tensor<?x30x2x2xf32>
// CHECK-NEXT: weir.transpose %[[R]] {permutation = array<i64: 1, 2, 0>} : (tensor<?x30x2x2xf32>) -> tensor<?x2x2x30xf32>
func.func @reshape_groups(%x: tensor<?x5x6x4xf32>) -> tensor<?x2x2x30xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.reshape %0 : (tensor<?x4x5x6xf32>) -> tensor<?x2x2x30xf32>
  return %1 : tensor<?x2x2x30xf32>
}

// Axes of size 1 come and go.
// CHECK-LABEL: func.func @reshape_unit_axes
// CHECK-SAME: %[[X:.*]]: tensor<?x1x6x4xf32>
// CHECK-NEXT: %[[R:.*]] = weir.reshape %[[X]] : (tensor<?x1x6x4xf32>) -> tensor<?x1x1x6x4xf32>
// CHECK-NEXT: weir.transpose %[[R]] {permutation = array<i64: 3, 0, 2, 1>}
// CHECK-SAME: (tensor<?x1x1x6x4xf32>) -> tensor<?x4x1x6x1xf32>
func.func @reshape_unit_axes(%x: tensor<?x1x6x4xf32>) -> tensor<?x4x1x6x1xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x1x6x4xf32>) -> tensor<?x4x1x6xf32>
  %1 = weir.reshape %0 : (tensor<?x4x1x6xf32>) -> tensor<?x4x1x6x1xf32>
  return %1 : tensor<?x4x1x6x1xf32>
}

// Only axes of size 1 move, so nothing does.
// CHECK-LABEL: func.func @reshape_of_nothing_moved
// CHECK-SAME: %[[X:.*]]: tensor<?x1x1x4xf32>
// CHECK-NEXT: weir.reshape %[[X]] : (tensor<?x1x1x4xf32>) -> tensor<?x4xf32>
func.func @reshape_of_nothing_moved(%x: tensor<?x1x1x4xf32>) -> tensor<?x4xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x1x1x4xf32>) -> tensor<?x4x1x1xf32>
  %1 = weir.reshape %0 : (tensor<?x4x1x1xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// Channels and height lie apart before the transpose.
// CHECK-LABEL: func.func @reshape_that_merges
// CHECK: %[[T:.*]] = weir.transpose
// CHECK-NEXT: weir.reshape %[[T]] : (tensor<?x4x5x6xf32>) -> tensor<?x20x6xf32>
func.func @reshape_that_merges(%x: tensor<?x5x6x4xf32>) -> tensor<?x20x6xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x5x6x4xf32>) -> tensor<?x4x5x6xf32>
  %1 = weir.reshape %0 : (tensor<?x4x5x6xf32>) -> tensor<?x20x6xf32>
  return %1 : tensor<?x20x6xf32>
}

// Each row of a batch of flattened images goes through the same matrix.
// CHECK-LABEL: func.func @rows_of_flattened
// CHECK-SAME: %[[X:.*]]: tensor<?x3x5x4xf32>, %[[M:.*]]: tensor<20x2xf32>
// CHECK-NOT: weir.transpose %[[X]]
// CHECK: weir.matmul %{{.*}} : (tensor<?x3x20xf32>, tensor<20x2xf32>) -> tensor<?x3x2xf32>
func.func @rows_of_flattened(%x: tensor<?x3x5x4xf32>, %m: tensor<20x2xf32>) -> tensor<?x3x2xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<?x3x5x4xf32>) -> tensor<?x3x4x5xf32>
  %1 = weir.reshape %0 : (tensor<?x3x4x5xf32>) -> tensor<?x3x20xf32>
  %2 = weir.matmul %1, %m : (tensor<?x3x20xf32>, tensor<20x2xf32>) -> tensor<?x3x2xf32>
  return %2 : tensor<?x3x2xf32>
}

// The matrix depends on the example: its rows can't be put in order beforehand.
// CHECK-LABEL: func.func @batched_matrix
// CHECK: weir.transpose
// CHECK: weir.matmul
func.func @batched_matrix(%x: tensor<?x5x4xf32>, %m: tensor<?x20x2xf32>) -> tensor<?x2xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 1, 0>} : (tensor<?x5x4xf32>) -> tensor<?x4x5xf32>
  %1 = weir.reshape %0 : (tensor<?x4x5xf32>) -> tensor<?x20xf32>
  %2 = weir.matmul %1, %m : (tensor<?x20xf32>, tensor<?x20x2xf32>) -> tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}
