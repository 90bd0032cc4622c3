// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Ids and what they select.

// CHECK-LABEL: func.func @one_hot_0(
// CHECK: weir.one_hot %{{.*}} : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
func.func @one_hot_0(%x: tensor<?x!weir.index<5>>) {
  %r = weir.one_hot %x : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  return
}

// CHECK-LABEL: func.func @embedding_1(
// CHECK: weir.embedding %{{.*}}, %{{.*}} : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
func.func @embedding_1(%x: tensor<?x!weir.index<5>>, %t: tensor<5x3xf32>) {
  %r = weir.embedding %x, %t : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_2(
// CHECK: weir.embedding %{{.*}}, %{{.*}} : (tensor<?x2x4x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x2x4x3xf32>
func.func @embedding_2(%x: tensor<?x2x4x!weir.index<5>>, %t: tensor<5x3xf32>) {
  %r = weir.embedding %x, %t : (tensor<?x2x4x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x2x4x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_bag_3(
// CHECK: weir.embedding_bag %{{.*}}, %{{.*}} {mode = #weir<bag_mode sum>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
func.func @embedding_bag_3(%x: tensor<?x2x!weir.index<5>>, %t: tensor<5x3xf32>) {
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode sum>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_bag_4(
// CHECK: weir.embedding_bag %{{.*}}, %{{.*}} {mode = #weir<bag_mode mean>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
func.func @embedding_bag_4(%x: tensor<?x2x!weir.index<5>>, %t: tensor<5x3xf32>) {
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode mean>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_bag_5(
// CHECK: weir.embedding_bag %{{.*}}, %{{.*}} {mode = #weir<bag_mode max>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
func.func @embedding_bag_5(%x: tensor<?x2x!weir.index<5>>, %t: tensor<5x3xf32>) {
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode max>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_gradient_6(
// CHECK: weir.embedding_gradient %{{.*}}, %{{.*}} : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<5x3xf32>
func.func @embedding_gradient_6(%i: tensor<?x!weir.index<5>>, %g: tensor<?x3xf32>) {
  %r = weir.embedding_gradient %i, %g : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<5x3xf32>
  return
}

// CHECK-LABEL: func.func @embedding_gradient_7(
// CHECK: weir.embedding_gradient %{{.*}}, %{{.*}} : (tensor<?x2x!weir.index<5>>, tensor<?x2x3xf32>) -> tensor<5x3xf32>
func.func @embedding_gradient_7(%i: tensor<?x2x!weir.index<5>>, %g: tensor<?x2x3xf32>) {
  %r = weir.embedding_gradient %i, %g : (tensor<?x2x!weir.index<5>>, tensor<?x2x3xf32>) -> tensor<5x3xf32>
  return
}

// CHECK-LABEL: func.func @rows_once
// CHECK: %[[UNIQUE:.*]], %[[INVERSE:.*]] = weir.unique %{{.*}} : (tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>)
// CHECK: %[[ROWS:.*]] = weir.embedding %[[UNIQUE]]
// CHECK: %[[EACH:.*]] = weir.gather_rows %[[INVERSE]], %[[ROWS]] : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<?x3xf32>
// CHECK: weir.segment_sum %[[INVERSE]], %[[EACH]] segments %[[UNIQUE]] : (tensor<?x!weir.index<5>>, tensor<?x3xf32>, tensor<?x!weir.index<5>>) -> tensor<?x3xf32>
func.func @rows_once(%i: tensor<?x!weir.index<5>>, %t: tensor<5x3xf32>) -> tensor<?x3xf32> {
  %u, %p = weir.unique %i : (tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>)
  %x = weir.embedding %u, %t : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %e = weir.gather_rows %p, %x : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %s = weir.segment_sum %p, %e segments %u : (tensor<?x!weir.index<5>>, tensor<?x3xf32>, tensor<?x!weir.index<5>>) -> tensor<?x3xf32>
  return %s : tensor<?x3xf32>
}
