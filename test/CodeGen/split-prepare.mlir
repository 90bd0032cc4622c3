// RUN: weir-opt --weir-split-prepare --mlir-print-local-scope --split-input-file --verify-diagnostics %s | FileCheck %s

#id = affine_map<(d0) -> (d0)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>
#row = affine_map<(d0, d1) -> (d0)>

// What depends on parameters only is computed by `prepare`, once, into one block of
// memory with 64-byte alignment: the table as it is, though only a body reads it, and
// the product of w and v. The order of parameters stays, the unused one included.
// CHECK: module attributes {weir.prepared_bytes = 192 : i64}
// CHECK-LABEL: func.func @prepare
// CHECK-SAME: %[[W:.*]]: memref<4xf32> {weir.buffer = ["input", 0, 0]}, %[[V:.*]]: memref<4xf32> {weir.buffer = ["input", 1, 0]}, %{{.*}}: memref<3xf32> {weir.buffer = ["input", 2, 0]}, %[[T:.*]]: memref<5x4xf32> {weir.buffer = ["input", 3, 0]}, %[[TOUT:.*]]: memref<5x4xf32> {weir.buffer = ["output", 0, 0]}, %[[WVOUT:.*]]: memref<4xf32> {weir.buffer = ["output", 0, 128]})
// CHECK-SAME: weir.once
// CHECK: %[[WV:.*]] = linalg.generic
// CHECK: arith.mulf
// CHECK: bufferization.materialize_in_destination %{{.*}} in restrict writable %[[TOUT]]
// CHECK: bufferization.materialize_in_destination %[[WV]] in restrict writable %[[WVOUT]]
// CHECK: return

// `run` reads what was prepared at the same offsets. Every dynamic size is the batch.
// CHECK-LABEL: func.func @run
// CHECK-SAME: %[[X:.*]]: memref<?x4xf32> {weir.buffer = ["input", 0, 0]}, %[[IDS:.*]]: memref<?xi64> {weir.buffer = ["input", 1, 0], weir.cardinality = 5 : i64}, %[[TABLE:.*]]: memref<5x4xf32> {weir.buffer = ["prepared", 0, 0]}, %[[PREPARED:.*]]: memref<4xf32> {weir.buffer = ["prepared", 0, 128]}, %[[OUT:.*]]: memref<?x4xf32> {weir.buffer = ["output", 0, 0]}, %[[BATCH:.*]]: index {weir.buffer = ["batch", 0, 0]})
// CHECK-NOT: arith.mulf
// CHECK-DAG: %[[XT:.*]] = bufferization.to_tensor %[[X]]
// CHECK-DAG: %[[PT:.*]] = bufferization.to_tensor %[[PREPARED]]
// CHECK-DAG: %[[TT:.*]] = bufferization.to_tensor %[[TABLE]]
// CHECK-NOT: tensor.dim
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[BATCH]]) : tensor<?x4xf32>
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[XT]], %[[PT]],
// CHECK: tensor.extract %[[TT]]
// CHECK: bufferization.materialize_in_destination %[[R]] in restrict writable %[[OUT]]
// CHECK-NOT: weir.param
func.func @model(%x: tensor<?x4xf32>, %ids: tensor<?xi64> {weir.cardinality = 5 : i64}) -> tensor<?x4xf32> {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %v = weir.param "v" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %u = weir.param "unused" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<3xf32>
  %t = weir.param "table" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<5x4xf32>
  %e = tensor.empty() : tensor<4xf32>
  %wv = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%w, %v : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<4xf32>
  %c0 = arith.constant 0 : index
  %dim = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%dim) : tensor<?x4xf32>
  %r = linalg.generic {indexing_maps = [#id2, #column, #row, #id2], iterator_types = ["parallel", "parallel"]} ins(%x, %wv, %ids : tensor<?x4xf32>, tensor<4xf32>, tensor<?xi64>) outs(%empty : tensor<?x4xf32>) {
  ^bb0(%a: f32, %b: f32, %id: i64, %c: f32):
    %line = arith.index_cast %id : i64 to index
    %col = linalg.index 1 : index
    %q = tensor.extract %t[%line, %col] : tensor<5x4xf32>
    %m = arith.addf %a, %b : f32
    %s = arith.addf %m, %q : f32
    linalg.yield %s : f32
  } -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// A tensor of several constants is prepared; one number costs nothing where it is used.
// CHECK: module attributes {weir.prepared_bytes = 64 : i64}
// CHECK-LABEL: func.func @run
// CHECK-SAME: memref<2xf32> {weir.buffer = ["prepared", 0, 0]}
// CHECK: arith.constant 3.0
func.func @constants(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %three = arith.constant 3.0 : f32
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<2xf32>) outs(%x : tensor<?x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.mulf %a, %three : f32
    %s = arith.addf %m, %o : f32
    linalg.yield %s : f32
  } -> tensor<?x2xf32>
  return %r : tensor<?x2xf32>
}

// -----

// expected-error @below {{expected one function of one block}}
module {
  func.func @first(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    return %x : tensor<?x2xf32>
  }
  func.func @second(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    return %x : tensor<?x2xf32>
  }
}

// -----

// Rows are counted in training's steps only.
func.func @counts(%x: tensor<?xi64>, %slots: memref<9xi32>, %ids: memref<?xi64>, %count: memref<1xi32>) -> tensor<?xi64> {
  // expected-error @below {{'weir.unique_ids' op has no place in a model that is only run: it computes no value}}
  weir.unique_ids %ids, %slots, %ids, %ids, %count : memref<?xi64>, memref<9xi32>, memref<?xi64>, memref<?xi64>, memref<1xi32>
  return %x : tensor<?xi64>
}

// -----

// A result with its axes cut or joined is written through the output with its axes joined or cut,
// so that what computes it can write there; the batch is the size that isn't known.
// CHECK-LABEL: func.func @run
// CHECK-SAME: %[[CUT:[^ ]*]]: memref<?x2x3xf32> {weir.buffer = ["output", 0, 0]}, %[[JOINED:[^ ]*]]: memref<?x6xf32> {weir.buffer = ["output", 1, 0]}, %[[BATCH:[^ ]*]]: index
// CHECK: %[[FLAT:.*]] = linalg.exp
// CHECK: %[[DEEP:.*]] = linalg.abs
// CHECK: %[[TO:.*]] = memref.collapse_shape %[[CUT]] {{\[\[}}0], [1, 2]] : memref<?x2x3xf32> into memref<?x6xf32>
// CHECK: bufferization.materialize_in_destination %[[FLAT]] in restrict writable %[[TO]]
// CHECK: %[[TO2:.*]] = memref.expand_shape %[[JOINED]] {{\[\[}}0], [1, 2]] output_shape [%[[BATCH]], 2, 3] : memref<?x6xf32> into memref<?x2x3xf32>
// CHECK: bufferization.materialize_in_destination %[[DEEP]] in restrict writable %[[TO2]]
func.func @reshaped(%x: tensor<?x6xf32>, %y: tensor<?x2x3xf32>) -> (tensor<?x2x3xf32>, tensor<?x6xf32>) {
  %c0 = arith.constant 0 : index
  %dim = tensor.dim %x, %c0 : tensor<?x6xf32>
  %empty = tensor.empty(%dim) : tensor<?x6xf32>
  %flat = linalg.exp ins(%x : tensor<?x6xf32>) outs(%empty : tensor<?x6xf32>) -> tensor<?x6xf32>
  %empty2 = tensor.empty(%dim) : tensor<?x2x3xf32>
  %deep = linalg.abs ins(%y : tensor<?x2x3xf32>) outs(%empty2 : tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  %cut = tensor.expand_shape %flat [[0], [1, 2]] output_shape [%dim, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
  %joined = tensor.collapse_shape %deep [[0], [1, 2]] : tensor<?x2x3xf32> into tensor<?x6xf32>
  return %cut, %joined : tensor<?x2x3xf32>, tensor<?x6xf32>
}
