// RUN: weir-opt --weir-one-hot-to-embedding %s | FileCheck %s

// The product of one-hot rows with a matrix looks its rows up.

// CHECK-LABEL: func.func @matmul
// CHECK-SAME: %[[IDS:.*]]: tensor<?x!weir.index<5>>, %[[T:.*]]: tensor<5x3xf32>
// CHECK-NEXT: %[[E:.*]] = weir.embedding %[[IDS]], %[[T]] : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
// CHECK-NEXT: return %[[E]]
func.func @matmul(%ids: tensor<?x!weir.index<5>>, %t: tensor<5x3xf32>) -> tensor<?x3xf32> {
  %0 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  %1 = weir.matmul %0, %t : (tensor<?x5xf32>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// A linear layer holds its matrix transposed, and has a bias.
// CHECK-LABEL: func.func @linear_of_several_ids
// CHECK-SAME: %[[IDS:.*]]: tensor<?x4x!weir.index<5>>, %[[W:.*]]: tensor<3x5xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT: %[[T:.*]] = weir.transpose %[[W]] {permutation = array<i64: 1, 0>}
// CHECK-NEXT: %[[E:.*]] = weir.embedding %[[IDS]], %[[T]]
// CHECK-NEXT: weir.add %[[E]], %[[B]]
func.func @linear_of_several_ids(%ids: tensor<?x4x!weir.index<5>>, %w: tensor<3x5xf32>, %b: tensor<3xf32>) -> tensor<?x4x3xf32> {
  %0 = weir.one_hot %ids : (tensor<?x4x!weir.index<5>>) -> tensor<?x4x5xf32>
  %1 = weir.linear %0, %w bias %b : (tensor<?x4x5xf32>, tensor<3x5xf32>, tensor<3xf32>) -> tensor<?x4x3xf32>
  return %1 : tensor<?x4x3xf32>
}

// CHECK-LABEL: func.func @product
// CHECK-SAME: %[[IDS:.*]]: tensor<?x!weir.index<5>>, %[[I:.*]]: tensor<?x3xf32>, %[[T:.*]]: tensor<5x3xf32>
// CHECK-NEXT: %[[E:.*]] = weir.embedding %[[IDS]], %[[T]]
// CHECK-NEXT: weir.add %[[I]], %[[E]]
func.func @product(%ids: tensor<?x!weir.index<5>>, %i: tensor<?x3xf32>, %t: tensor<5x3xf32>) -> tensor<?x3xf32> {
  %0 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  %1 = weir.product %0, %t init %i : (tensor<?x5xf32>, tensor<5x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// Another user still gets its one-hot rows.
// CHECK-LABEL: func.func @another_use
// CHECK: weir.one_hot
// CHECK: weir.embedding
// CHECK-NOT: weir.matmul
func.func @another_use(%ids: tensor<?x!weir.index<5>>, %t: tensor<5x5xf32>) -> tensor<?x5xf32> {
  %0 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  %1 = weir.matmul %0, %t : (tensor<?x5xf32>, tensor<5x5xf32>) -> tensor<?x5xf32>
  %2 = weir.sub %1, %0 : (tensor<?x5xf32>, tensor<?x5xf32>) -> tensor<?x5xf32>
  return %2 : tensor<?x5xf32>
}

// The one-hot rows on the right select columns, not rows.
// CHECK-LABEL: func.func @swapped_operands
// CHECK: weir.matmul
func.func @swapped_operands(%ids: tensor<?x4x!weir.index<5>>, %t: tensor<3x4xf32>) -> tensor<?x3x5xf32> {
  %0 = weir.one_hot %ids : (tensor<?x4x!weir.index<5>>) -> tensor<?x4x5xf32>
  %1 = weir.matmul %t, %0 : (tensor<3x4xf32>, tensor<?x4x5xf32>) -> tensor<?x3x5xf32>
  return %1 : tensor<?x3x5xf32>
}

// The matrix is a different one for each example.
// CHECK-LABEL: func.func @batched_table
// CHECK: weir.matmul
func.func @batched_table(%ids: tensor<?x!weir.index<5>>, %t: tensor<?x5x3xf32>) -> tensor<?x3xf32> {
  %0 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  %1 = weir.matmul %0, %t : (tensor<?x5xf32>, tensor<?x5x3xf32>) -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// There are several tables.
// CHECK-LABEL: func.func @stack_of_tables
// CHECK: weir.matmul
func.func @stack_of_tables(%ids: tensor<?x2x4x!weir.index<5>>, %t: tensor<2x5x3xf32>) -> tensor<?x2x4x3xf32> {
  %0 = weir.one_hot %ids : (tensor<?x2x4x!weir.index<5>>) -> tensor<?x2x4x5xf32>
  %1 = weir.matmul %0, %t : (tensor<?x2x4x5xf32>, tensor<2x5x3xf32>) -> tensor<?x2x4x3xf32>
  return %1 : tensor<?x2x4x3xf32>
}
