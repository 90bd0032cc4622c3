// RUN: weir-opt --pass-pipeline="builtin.module(weir-build-train-step{deferred-elements=0},func.func(weir-to-linalg,canonicalize),weir-bind-step)" --mlir-print-local-scope %s | FileCheck %s
// RUN: weir-opt --pass-pipeline="builtin.module(weir-build-train-step{tables=lazy},func.func(weir-to-linalg,canonicalize),weir-bind-step)" --mlir-print-local-scope %s | FileCheck %s --check-prefix=LAZY

// Updates in place, at the end. A table's rows are brought up to date before they are
// read; what `catch_up` needs lies under the same numbers.

// CHECK: module attributes {
// CHECK-SAME: weir.step_history = 4096 : i64
// CHECK-SAME: weir.step_parameters = ["t.weight", "w", "t.weight.m", "w.m"]
// CHECK-SAME: weir.step_tables = array<i64: 40>

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[IDS:[a-z0-9]+]]: memref<?xi64> {weir.buffer = ["input", 0, 0], weir.cardinality = 40 : i64}
// CHECK-SAME: %[[LR:[a-z0-9]+]]: memref<f32> {weir.buffer = ["input", 1, 0]}
// CHECK-SAME: %[[TABLE:[a-z0-9]+]]: memref<40x20xf32> {weir.buffer = ["output", 1, 0]}
// CHECK-SAME: %[[W:[a-z0-9]+]]: memref<20xf32> {weir.buffer = ["output", 2, 0]}
// CHECK-SAME: %[[M:[a-z0-9]+]]: memref<40x20xf32> {weir.buffer = ["output", 3, 0]}
// CHECK-SAME: %[[WM:[a-z0-9]+]]: memref<20xf32> {weir.buffer = ["output", 4, 0]}
// CHECK-SAME: memref<f32> {weir.buffer = ["output", 0, 0]}
// CHECK-SAME: %[[NOW:[a-z0-9]+]]: memref<1xi32> {weir.buffer = ["input", 2, 0]}
// CHECK-SAME: %[[HISTORY:[a-z0-9]+]]: memref<4096x1xf32> {weir.buffer = ["input", 3, 0]}
// CHECK-SAME: %[[LAST:[a-z0-9]+]]: memref<40xi32> {weir.buffer = ["output", 5, 0]}
// CHECK: weir.group_ids %[[IDS]], %{{.*}}, %[[HEADS:.*]], %[[NEXT:[a-z0-9_]+]], %{{.*}} :
// CHECK-NEXT: weir.catch_up_rows values(%[[TABLE]], %[[M]]) last(%[[LAST]]) now(%[[NOW]]) history(%[[HISTORY]]) ids(%[[IDS]], %[[HEADS]]) initial [0.000000e+00] {
// CHECK-NEXT: ^bb0(%[[P:.*]]: f32, %[[G:.*]]: f32, %[[S:.*]]: f32, %[[RATE:.*]]: f32):
// CHECK-NEXT: %[[STEP:.*]] = arith.mulf %[[RATE]], %[[G]]
// CHECK-NEXT: %[[NEW:.*]] = arith.subf %[[P]], %[[STEP]]
// CHECK-NEXT: weir.yield %[[NEW]], %[[S]]
// CHECK: linalg.generic
// CHECK: bufferization.materialize_in_destination
// CHECK: %[[ROWS:.*]] = bufferization.to_buffer %{{.*}} read_only : tensor<?x20xf32> to memref<?x20xf32>
// CHECK: weir.update_rows values(%[[TABLE]], %[[M]]) gradient(%[[ROWS]]) ids(%[[IDS]], %[[HEADS]], %[[NEXT]]) hypers(%[[LR]])
// CHECK: %[[GW:.*]] = bufferization.to_buffer %{{.*}} read_only : tensor<20xf32> to memref<20xf32>
// CHECK: weir.update_all values(%[[W]], %[[WM]]) gradient(%[[GW]]) hypers(%[[LR]])
// CHECK: return

// CHECK-NOT: func.func @optimizer
// CHECK-LABEL: func.func @catch_up(
// CHECK-SAME: %[[NOW:[a-z0-9]+]]: memref<1xi32> {weir.buffer = ["input", 2, 0]}
// CHECK-SAME: %[[HISTORY:[a-z0-9]+]]: memref<4096x1xf32> {weir.buffer = ["input", 3, 0]}
// CHECK-SAME: %[[TABLE:[a-z0-9]+]]: memref<40x20xf32> {weir.buffer = ["output", 1, 0]}
// CHECK-SAME: %[[M:[a-z0-9]+]]: memref<40x20xf32> {weir.buffer = ["output", 3, 0]}
// CHECK-SAME: %[[LAST:[a-z0-9]+]]: memref<40xi32> {weir.buffer = ["output", 5, 0]}
// CHECK: weir.catch_up_rows values(%[[TABLE]], %[[M]]) last(%[[LAST]]) now(%[[NOW]]) history(%[[HISTORY]]) initial

// Rows that nobody reads miss their steps for good.
// LAZY-NOT: weir.catch_up_rows
// LAZY: weir.update_rows
// LAZY-NOT: weir.catch_up_rows
func.func @train(%ids: tensor<?x!weir.index<40>>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x20xf32> {weir.gradient_of = "t.weight"},
        tensor<20xf32> {weir.gradient_of = "w"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x20xf32>
  %w = weir.param "w" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<20xf32>
  %y = weir.embedding %ids, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %z = weir.mul %y, %w : (tensor<?x20xf32>, tensor<20xf32>) -> tensor<?x20xf32>
  %l = weir.sum %z {axes = array<i64: 0>} : (tensor<?x20xf32>) -> tensor<?xf32>
  %g = weir.embedding_gradient %ids, %z : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<40x20xf32>
  %gw = weir.batch_sum %y : (tensor<?x20xf32>) -> tensor<20xf32>
  return %l, %g, %gw : tensor<?xf32>, tensor<40x20xf32>, tensor<20xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>, %m: tensor<f32> {weir.name = "m", weir.state = 0.0 : f64},
                     %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> (tensor<f32>, tensor<f32>) {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1, %m : tensor<f32>, tensor<f32>
}
