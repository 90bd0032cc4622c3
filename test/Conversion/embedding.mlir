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
