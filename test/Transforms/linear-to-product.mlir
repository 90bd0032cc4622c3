// RUN: weir-opt --weir-linear-to-product %s | FileCheck %s

// Every layer with a weight becomes a product; the transposed weight is a computation
// on a parameter.

// CHECK-LABEL: func.func @linear
// CHECK-SAME: %[[X:.*]]: tensor<?x3x5xf32>, %[[W:.*]]: tensor<4x5xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[M:.*]] = weir.transpose %[[W]] {permutation = array<i64: 1, 0>} : (tensor<4x5xf32>) -> tensor<5x4xf32>
// CHECK-NEXT: %[[P:.*]] = weir.product %[[X]], %[[M]] : (tensor<?x3x5xf32>, tensor<5x4xf32>) -> tensor<?x3x4xf32>
// CHECK-NEXT: %[[Y:.*]] = weir.add %[[P]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @linear(%x: tensor<?x3x5xf32>, %w: tensor<4x5xf32>, %b: tensor<4xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.linear %x, %w bias %b : (tensor<?x3x5xf32>, tensor<4x5xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}

// CHECK-LABEL: func.func @without_bias
// CHECK: %[[P:.*]] = weir.product
// CHECK-NEXT: return %[[P]]
func.func @without_bias(%x: tensor<?x5xf32>, %w: tensor<4x5xf32>) -> tensor<?x4xf32> {
  %0 = weir.linear %x, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @matmul
// CHECK-SAME: %[[X:.*]]: tensor<?x5xf32>, %[[W:.*]]: tensor<5x4xf32>
// CHECK-NEXT: weir.product %[[X]], %[[W]]
func.func @matmul(%x: tensor<?x5xf32>, %w: tensor<5x4xf32>) -> tensor<?x4xf32> {
  %0 = weir.matmul %x, %w : (tensor<?x5xf32>, tensor<5x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @batched_right_side
// CHECK: weir.matmul
func.func @batched_right_side(%x: tensor<?x3x5xf32>, %y: tensor<?x5x4xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.matmul %x, %y : (tensor<?x3x5xf32>, tensor<?x5x4xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}

// CHECK-LABEL: func.func @stack_of_matrices
// CHECK: weir.matmul
func.func @stack_of_matrices(%x: tensor<?x2x3x5xf32>, %w: tensor<2x5x4xf32>) -> tensor<?x2x3x4xf32> {
  %0 = weir.matmul %x, %w : (tensor<?x2x3x5xf32>, tensor<2x5x4xf32>) -> tensor<?x2x3x4xf32>
  return %0 : tensor<?x2x3x4xf32>
}
