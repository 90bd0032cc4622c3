// RUN: weir-opt --weir-split-concat %s | FileCheck %s
// RUN: weir-opt --weir-split-concat=always=true %s | FileCheck %s --check-prefix=ALWAYS

// The product of joined tensors becomes a sum of products with parts of the matrix.

// CHECK-LABEL: func.func @linear
// CHECK-SAME: %[[A:.*]]: tensor<?x4xf32>, %[[B:.*]]: tensor<?x6xf32>, %[[W:.*]]: tensor<3x10xf32>, %[[BIAS:.*]]: tensor<3xf32>
// CHECK-NEXT: %[[T:.*]] = weir.transpose %[[W]] {permutation = array<i64: 1, 0>}
// CHECK-NEXT: %[[T0:.*]] = weir.slice %[[T]] {offsets = array<i64: 0, 0>, sizes = array<i64: 4, 3>, strides = array<i64: 1, 1>}
// CHECK-NEXT: %[[P0:.*]] = weir.product %[[A]], %[[T0]] :
// CHECK-NEXT: %[[T1:.*]] = weir.slice %[[T]] {offsets = array<i64: 4, 0>, sizes = array<i64: 6, 3>, strides = array<i64: 1, 1>}
// CHECK-NEXT: %[[P1:.*]] = weir.product %[[B]], %[[T1]] init %[[P0]] :
// CHECK-NEXT: weir.add %[[P1]], %[[BIAS]]
func.func @linear(%a: tensor<?x4xf32>, %b: tensor<?x6xf32>, %w: tensor<3x10xf32>, %bias: tensor<3xf32>) -> tensor<?x3xf32> {
  %0 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x4xf32>, tensor<?x6xf32>) -> tensor<?x10xf32>
  %1 = weir.linear %0, %w bias %bias : (tensor<?x10xf32>, tensor<3x10xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @matmul_of_three
// CHECK-NOT: weir.concat
// CHECK-COUNT-3: weir.product
func.func @matmul_of_three(%a: tensor<?x2x4xf32>, %b: tensor<?x2x6xf32>, %w: tensor<14x3xf32>) -> tensor<?x2x3xf32> {
  %0 = weir.concat %a, %b, %a {axis = 1 : i64} : (tensor<?x2x4xf32>, tensor<?x2x6xf32>, tensor<?x2x4xf32>) -> tensor<?x2x14xf32>
  %1 = weir.matmul %0, %w : (tensor<?x2x14xf32>, tensor<14x3xf32>) -> tensor<?x2x3xf32>
  return %1 : tensor<?x2x3xf32>
}

// The joined axis may be any that is summed over; the sum goes on from its start.
// CHECK-LABEL: func.func @product_over_two_axes
// CHECK-SAME: %[[A:.*]]: tensor<?x5x2x3xf32>, %[[B:.*]]: tensor<?x5x1x3xf32>, %[[M:.*]]: tensor<3x3x4xf32>, %[[I:.*]]: tensor<?x5x4xf32>
// CHECK: weir.product %[[A]], %{{.*}} init %[[I]]
// CHECK: weir.slice %[[M]] {offsets = array<i64: 2, 0, 0>, sizes = array<i64: 1, 3, 4>
func.func @product_over_two_axes(%a: tensor<?x5x2x3xf32>, %b: tensor<?x5x1x3xf32>, %m: tensor<3x3x4xf32>, %i: tensor<?x5x4xf32>) -> tensor<?x5x4xf32> {
  %0 = weir.concat %a, %b {axis = 1 : i64} : (tensor<?x5x2x3xf32>, tensor<?x5x1x3xf32>) -> tensor<?x5x3x3xf32>
  %1 = weir.product %0, %m init %i : (tensor<?x5x3x3xf32>, tensor<3x3x4xf32>, tensor<?x5x4xf32>) -> tensor<?x5x4xf32>
  return %1 : tensor<?x5x4xf32>
}

// Two short pieces, many features: the sums cost more than the copy.
// CHECK-LABEL: func.func @many_features
// CHECK: weir.concat
// CHECK: weir.linear
// ALWAYS-LABEL: func.func @many_features
// ALWAYS-NOT: weir.concat
// ALWAYS-COUNT-2: weir.product
func.func @many_features(%a: tensor<?x2xf32>, %b: tensor<?x3xf32>, %w: tensor<6x5xf32>) -> tensor<?x6xf32> {
  %0 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %1 = weir.linear %0, %w : (tensor<?x5xf32>, tensor<6x5xf32>) -> tensor<?x6xf32>
  return %1 : tensor<?x6xf32>
}

// Rows are joined, not what is summed over.
// CHECK-LABEL: func.func @joined_rows
// CHECK: weir.concat
// CHECK: weir.linear
// ALWAYS-LABEL: func.func @joined_rows
// ALWAYS: weir.concat
func.func @joined_rows(%a: tensor<?x2x5xf32>, %b: tensor<?x3x5xf32>, %w: tensor<2x5xf32>) -> tensor<?x5x2xf32> {
  %0 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x2x5xf32>, tensor<?x3x5xf32>) -> tensor<?x5x5xf32>
  %1 = weir.linear %0, %w : (tensor<?x5x5xf32>, tensor<2x5xf32>) -> tensor<?x5x2xf32>
  return %1 : tensor<?x5x2xf32>
}

// The joined tensor is needed in any case.
// CHECK-LABEL: func.func @another_use
// CHECK: weir.concat
// CHECK: weir.linear
func.func @another_use(%a: tensor<?x2xf32>, %b: tensor<?x3xf32>, %w: tensor<5x5xf32>) -> tensor<?x5xf32> {
  %0 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %1 = weir.linear %0, %w : (tensor<?x5xf32>, tensor<5x5xf32>) -> tensor<?x5xf32>
  %2 = weir.add %0, %1 : (tensor<?x5xf32>, tensor<?x5xf32>) -> tensor<?x5xf32>
  return %2 : tensor<?x5xf32>
}

// The matrix depends on the example.
// CHECK-LABEL: func.func @batched_matrix
// CHECK: weir.concat
// CHECK: weir.matmul
func.func @batched_matrix(%a: tensor<?x2xf32>, %b: tensor<?x3xf32>, %m: tensor<?x5x2xf32>) -> tensor<?x2xf32> {
  %0 = weir.concat %a, %b {axis = 0 : i64} : (tensor<?x2xf32>, tensor<?x3xf32>) -> tensor<?x5xf32>
  %1 = weir.matmul %0, %m : (tensor<?x5xf32>, tensor<?x5x2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
