// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s

// Ids become plain integers; how many there are stays with the argument, where the
// check at run time finds it. Rows are read where they are needed, element by element.
// CHECK-LABEL: func.func @embedding
// CHECK-SAME: %[[IDS:.*]]: tensor<?x2xi64> {weir.cardinality = 5 : i64}, %[[TABLE:.*]]: tensor<5x3xf32>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], {{.*}} ins(%[[IDS]] : tensor<?x2xi64>)
// CHECK-NEXT: ^bb0(%[[ID:.*]]: i64, %{{.*}}: f32):
// CHECK-NEXT: %[[ROW:.*]] = arith.index_cast %[[ID]]
// CHECK-NEXT: %[[COLUMN:.*]] = linalg.index 2
// CHECK-NEXT: tensor.extract %[[TABLE]][%[[ROW]], %[[COLUMN]]]
func.func @embedding(%ids: tensor<?x2x!weir.index<5>>, %table: tensor<5x3xf32>) -> tensor<?x2x3xf32> {
  %r = weir.embedding %ids, %table : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x2x3xf32>
  return %r : tensor<?x2x3xf32>
}

// What isn't an id gets no check.
// CHECK-LABEL: func.func @numbers
// CHECK-NOT: weir.cardinality
// CHECK: return
func.func @numbers(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  return %x : tensor<?x2xf32>
}

// A bag is a look-up and a reduction over its ids: those of one bag, not of the batch.
// CHECK-LABEL: func.func @bag_mean
// CHECK: %[[ROWS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2x3xf32>)
// CHECK: tensor.extract
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]} ins(%[[ROWS]]
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%[[SUM]]
// CHECK: %[[COUNT:.*]] = arith.constant 2.0
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
func.func @bag_mean(%ids: tensor<?x2x!weir.index<5>>, %table: tensor<5x3xf32>) -> tensor<?x3xf32> {
  %r = weir.embedding_bag %ids, %table {mode = #weir<bag_mode mean>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @bag_max
// CHECK: arith.constant 0xFF800000
// CHECK: arith.maximumf
// CHECK-NOT: arith.divf
// CHECK: return
func.func @bag_max(%ids: tensor<?x2x!weir.index<5>>, %table: tensor<5x3xf32>) -> tensor<?x3xf32> {
  %r = weir.embedding_bag %ids, %table {mode = #weir<bag_mode max>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @one_hot
// CHECK-SAME: %[[IDS:.*]]: tensor<?xi64>
// CHECK: linalg.generic {{.*}} ins(%[[IDS]] : tensor<?xi64>) outs(%{{.*}} : tensor<?x5xf32>)
// CHECK-NEXT: ^bb0(%[[ID:.*]]: i64, %{{.*}}: f32):
// CHECK: %[[COLUMN:.*]] = arith.index_cast %{{.*}} : index to i64
// CHECK: %[[HIT:.*]] = arith.cmpi eq, %[[COLUMN]], %[[ID]]
// CHECK: %[[ONE:.*]] = arith.constant 1.0
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: arith.select %[[HIT]], %[[ONE]], %[[ZERO]]
func.func @one_hot(%ids: tensor<?x!weir.index<5>>) -> tensor<?x5xf32> {
  %r = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  return %r : tensor<?x5xf32>
}

// Counted on memory: as many ids as were found, and a place for each example.
// CHECK-LABEL: func.func @unique
// CHECK-SAME: %[[IDS:.*]]: tensor<?xi64>
// CHECK-DAG: %[[MEMORY:.*]] = bufferization.to_buffer %[[IDS]] read_only
// CHECK-DAG: %[[SLOTS:.*]] = memref.alloc() : memref<5xi32>
// CHECK: weir.unique_ids %[[MEMORY]], %[[SLOTS]], %[[UNIQUE:.*]], %[[INVERSE:.*]], %[[COUNT:.*]] :
// CHECK: %[[N:.*]] = memref.load %[[COUNT]]
// CHECK: %[[SIZE:.*]] = arith.index_cast %[[N]] : i32 to index
// CHECK: %[[PART:.*]] = memref.reinterpret_cast %[[UNIQUE]] to offset: [0], sizes: [%[[SIZE]]], strides: [1]
// CHECK: %[[FOUND:.*]] = bufferization.to_tensor %[[PART]]
// CHECK: %[[PLACES:.*]] = bufferization.to_tensor %[[INVERSE]]
// CHECK: return %[[FOUND]], %[[PLACES]]
func.func @unique(%ids: tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>) {
  %u, %i = weir.unique %ids : (tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>)
  return %u, %i : tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>
}

// The result has a row for each position, whatever the batch of the rows.
// CHECK-LABEL: func.func @gather_rows
// CHECK-SAME: %[[AT:[a-z0-9]+]]: tensor<?xi64> {{.*}}, %[[ROWS:[a-z0-9]+]]: tensor<?x3xf32>
// CHECK: %[[SIZE:.*]] = tensor.dim %[[AT]]
// CHECK: tensor.empty(%[[SIZE]]) : tensor<?x3xf32>
// CHECK: tensor.extract %[[ROWS]]
func.func @gather_rows(%at: tensor<?x!weir.index<5>>, %rows: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %r = weir.gather_rows %at, %rows : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// One row after the other is added, to as many sums as there are segments.
// CHECK-LABEL: func.func @segment_sum
// CHECK-SAME: %[[AT:[a-z0-9]+]]: tensor<?xi64> {{.*}}, %[[ROWS:[a-z0-9]+]]: tensor<?x3xf32>, %[[SEGMENTS:[a-z0-9]+]]: tensor<?x7xf32>
// CHECK: %[[COUNT:.*]] = tensor.dim %[[SEGMENTS]]
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[COUNT]]) : tensor<?x3xf32>
// CHECK: linalg.fill {{.*}} outs(%[[EMPTY]] : tensor<?x3xf32>)
// CHECK: %[[SIZE:.*]] = tensor.dim %[[AT]]
// CHECK: scf.for
// CHECK: tensor.extract %[[AT]]
// CHECK: arith.addf
func.func @segment_sum(%at: tensor<?x!weir.index<5>>, %rows: tensor<?x3xf32>, %segments: tensor<?x7xf32>) -> tensor<?x3xf32> {
  %r = weir.segment_sum %at, %rows segments %segments : (tensor<?x!weir.index<5>>, tensor<?x3xf32>, tensor<?x7xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}
