// RUN: weir-opt --weir-share-rows=always --split-input-file %s | FileCheck %s
// RUN: weir-opt --weir-share-rows --split-input-file %s | FileCheck %s --check-prefix=PAYS

// Each part meets its own columns of the weight; what isn't looked up, or not by one id for each
// example, stays one layer, which keeps the bias.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[I:.*]]: tensor<?x!weir.index<9>>, %[[X:.*]]: tensor<?x2xf32>, %[[J:.*]]: tensor<?x!weir.index<7>>, %[[K:.*]]: tensor<?x2x!weir.index<7>>
// CHECK-DAG: %[[W0:.*]] = weir.slice %{{.*}} {offsets = array<i64: 0, 0>, sizes = array<i64: 4, 3>, strides = array<i64: 1, 1>}
// CHECK-DAG: %[[W1:.*]] = weir.slice %{{.*}} {offsets = array<i64: 0, 3>, sizes = array<i64: 4, 2>, strides = array<i64: 1, 1>}
// CHECK-DAG: %[[W2:.*]] = weir.slice %{{.*}} {offsets = array<i64: 0, 5>, sizes = array<i64: 4, 5>, strides = array<i64: 1, 1>}
// CHECK-DAG: %[[W3:.*]] = weir.slice %{{.*}} {offsets = array<i64: 0, 10>, sizes = array<i64: 4, 6>, strides = array<i64: 1, 1>}
// CHECK: %[[OTHERS:.*]] = weir.concat %[[X]], %{{.*}} {axis = 0 : i64}
// CHECK: %[[OTHERWEIGHT:.*]] = weir.concat %[[W1]], %[[W3]] {axis = 1 : i64}
// CHECK: %[[SUM:.*]] = weir.linear %[[OTHERS]], %[[OTHERWEIGHT]] bias
// CHECK: %[[UI:.*]], %[[II:.*]] = weir.unique %[[I]]
// CHECK: %[[RI:.*]] = weir.embedding %[[UI]], %{{.*}} : {{.*}} -> tensor<?x3xf32>
// CHECK: %[[PI:.*]] = weir.linear %[[RI]], %[[W0]] : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
// CHECK: %[[GI:.*]] = weir.gather_rows %[[II]], %[[PI]]
// CHECK: %[[SUM2:.*]] = weir.add %[[SUM]], %[[GI]]
// CHECK: %[[UJ:.*]], %[[IJ:.*]] = weir.unique %[[J]]
// CHECK: %[[RJ:.*]] = weir.embedding %[[UJ]], %{{.*}} : {{.*}} -> tensor<?x5xf32>
// CHECK: %[[PJ:.*]] = weir.linear %[[RJ]], %[[W2]]
// CHECK: %[[GJ:.*]] = weir.gather_rows %[[IJ]], %[[PJ]]
// CHECK: weir.add %[[SUM2]], %[[GJ]]
// Rows as short as these aren't worth it.
// PAYS-LABEL: func.func @train(
// PAYS-NOT: weir.unique
func.func @train(%i: tensor<?x!weir.index<9>>, %x: tensor<?x2xf32>, %j: tensor<?x!weir.index<7>>,
                 %k: tensor<?x2x!weir.index<7>>) -> tensor<?x4xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<9x3xf32>
  %u = weir.param "u" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<7x5xf32>
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<7x3xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4x16xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<9>>, tensor<9x3xf32>) -> tensor<?x3xf32>
  %1 = weir.embedding %j, %u : (tensor<?x!weir.index<7>>, tensor<7x5xf32>) -> tensor<?x5xf32>
  %2 = weir.embedding %k, %v : (tensor<?x2x!weir.index<7>>, tensor<7x3xf32>) -> tensor<?x2x3xf32>
  %3 = weir.reshape %2 : (tensor<?x2x3xf32>) -> tensor<?x6xf32>
  %4 = weir.concat %0, %x, %1, %3 {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x5xf32>, tensor<?x6xf32>) -> tensor<?x16xf32>
  %5 = weir.linear %4, %w bias %b : (tensor<?x16xf32>, tensor<4x16xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// -----

// A layer of nothing but looked-up rows; its bias is added where they have been given back.
// CHECK-LABEL: func.func @train(
// CHECK-SAME: %[[I:.*]]: tensor<?x!weir.index<900>>
// CHECK: %[[B:.*]] = weir.param "b"
// CHECK: %[[U:.*]], %[[P:.*]] = weir.unique %[[I]]
// CHECK: %[[R:.*]] = weir.embedding %[[U]]
// CHECK: %[[L:.*]] = weir.linear %[[R]], %{{.*}} : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
// CHECK: %[[G:.*]] = weir.gather_rows %[[P]], %[[L]]
// CHECK: weir.add %[[G]], %[[B]]
// PAYS-LABEL: func.func @train(
// PAYS: weir.unique
func.func @train(%i: tensor<?x!weir.index<900>>) -> tensor<?x32xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<900x32xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<32x32xf32>
  %b = weir.param "b" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<32xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<900>>, tensor<900x32xf32>) -> tensor<?x32xf32>
  %1 = weir.linear %0, %w bias %b : (tensor<?x32xf32>, tensor<32x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  return %1 : tensor<?x32xf32>
}

// -----

// Few results are not worth it.
// CHECK-LABEL: func.func @train(
// CHECK: weir.unique
// PAYS-LABEL: func.func @train(
// PAYS-NOT: weir.unique
func.func @train(%i: tensor<?x!weir.index<900>>) -> tensor<?x31xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<900x320xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<31x320xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<900>>, tensor<900x320xf32>) -> tensor<?x320xf32>
  %1 = weir.linear %0, %w : (tensor<?x320xf32>, tensor<31x320xf32>) -> tensor<?x31xf32>
  return %1 : tensor<?x31xf32>
}

// -----

// Rows that somebody else reads, too, are looked up for every example anyway.
// CHECK-LABEL: func.func @train(
// CHECK-NOT: weir.unique
func.func @train(%i: tensor<?x!weir.index<900>>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<900x32xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<32x32xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<900>>, tensor<900x32xf32>) -> tensor<?x32xf32>
  %1 = weir.linear %0, %w : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  return %1, %0 : tensor<?x32xf32>, tensor<?x32xf32>
}

// -----

// Other functions are left alone.
// CHECK-LABEL: func.func @run(
// CHECK-NOT: weir.unique
func.func @run(%i: tensor<?x!weir.index<900>>) -> tensor<?x32xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<900x32xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<32x32xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<900>>, tensor<900x32xf32>) -> tensor<?x32xf32>
  %1 = weir.linear %0, %w : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  return %1 : tensor<?x32xf32>
}

// -----

// Nor are short rows, however many the results.
// CHECK-LABEL: func.func @train(
// CHECK: weir.unique
// PAYS-LABEL: func.func @train(
// PAYS-NOT: weir.unique
func.func @train(%i: tensor<?x!weir.index<900>>) -> tensor<?x320xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<900x31xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<320x31xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<900>>, tensor<900x31xf32>) -> tensor<?x31xf32>
  %1 = weir.linear %0, %w : (tensor<?x31xf32>, tensor<320x31xf32>) -> tensor<?x320xf32>
  return %1 : tensor<?x320xf32>
}

// -----

// A join that somebody else reads, too, is needed as it is.
// CHECK-LABEL: func.func @train(
// CHECK-NOT: weir.unique
func.func @train(%i: tensor<?x!weir.index<9>>, %x: tensor<?x2xf32>) -> (tensor<?x4xf32>, tensor<?x5xf32>) {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<9x3xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4x5xf32>
  %0 = weir.embedding %i, %t : (tensor<?x!weir.index<9>>, tensor<9x3xf32>) -> tensor<?x3xf32>
  %1 = weir.concat %0, %x {axis = 0 : i64} : (tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x5xf32>
  %2 = weir.linear %1, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  return %2, %1 : tensor<?x4xf32>, tensor<?x5xf32>
}

// -----

// Several rows for an example.
// CHECK-LABEL: func.func @train(
// CHECK-NOT: weir.unique
func.func @train(%i: tensor<?x2x!weir.index<9>>) -> tensor<?x2x4xf32> {
  %t = weir.param "t" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<9x3xf32>
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4x3xf32>
  %0 = weir.embedding %i, %t : (tensor<?x2x!weir.index<9>>, tensor<9x3xf32>) -> tensor<?x2x3xf32>
  %1 = weir.linear %0, %w : (tensor<?x2x3xf32>, tensor<4x3xf32>) -> tensor<?x2x4xf32>
  return %1 : tensor<?x2x4xf32>
}
