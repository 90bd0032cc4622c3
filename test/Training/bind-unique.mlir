// RUN: weir-opt --pass-pipeline="builtin.module(weir-build-train-step{deferred-elements=0},func.func(weir-to-linalg,canonicalize),weir-bind-step)" --mlir-print-local-scope %s | FileCheck %s

// Rows that are looked up once each: they are brought up to date when it is known which they are,
// each position is a row of its own, and what is computed for them has so many rows.

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[IDS:[a-z0-9]+]]: memref<?xi64>
// CHECK-SAME: %[[TABLE:[a-z0-9]+]]: memref<40x20xf32>
// CHECK-SAME: %[[BATCH:[a-z0-9]+]]: index
// CHECK-NOT: weir.group_ids
// CHECK: weir.unique_ids %{{.*}}, %{{.*}}, %[[UNIQUE:.*]], %{{.*}}, %[[COUNT:.*]] :
// CHECK: %[[N:.*]] = memref.load %[[COUNT]]
// CHECK: %[[COUNTED:.*]] = arith.index_cast %[[N]] : i32 to index
// CHECK: %[[FOUND:.*]] = memref.reinterpret_cast %[[UNIQUE]] to offset: [0], sizes: [%[[COUNTED]]]
// CHECK: %[[SIZE:.*]] = memref.dim %[[FOUND]], %{{.*}} : memref<?xi64>
// CHECK-DAG: weir.catch_up_rows values(%[[TABLE]]) last(%{{.*}}) now(%{{.*}}) history(%{{.*}}) ids(%[[FOUND]])
// CHECK-DAG: %[[ROWS:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x20xf32>
// CHECK: linalg.generic {{.*}} outs(%[[ROWS]] : tensor<?x20xf32>)
// CHECK: %[[EACH:.*]] = tensor.empty(%[[BATCH]]) : tensor<?x20xf32>
// CHECK: linalg.generic {{.*}} outs(%[[EACH]] : tensor<?x20xf32>)
// CHECK: %[[SUMS:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x20xf32>
// CHECK: linalg.fill {{.*}} outs(%[[SUMS]] : tensor<?x20xf32>)
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[BATCH]]
// CHECK: weir.update_rows values(%[[TABLE]]) gradient(%{{.*}}) ids(%[[FOUND]]) hypers
func.func @train(%ids: tensor<?x!weir.index<40>>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x20xf32> {weir.gradient_of = "t.weight"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x20xf32>
  %u, %p = weir.unique %ids : (tensor<?x!weir.index<40>>) -> (tensor<?x!weir.index<40>>, tensor<?x!weir.index<40>>)
  %y = weir.embedding %u, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %z = weir.gather_rows %p, %y : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<?x20xf32>
  %l = weir.sum %z {axes = array<i64: 0>} : (tensor<?x20xf32>) -> tensor<?xf32>
  %s = weir.segment_sum %p, %z segments %y : (tensor<?x!weir.index<40>>, tensor<?x20xf32>, tensor<?x20xf32>) -> tensor<?x20xf32>
  %g = weir.embedding_gradient %u, %s : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<40x20xf32>
  return %l, %g : tensor<?xf32>, tensor<40x20xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>,
                     %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> tensor<f32> {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}
