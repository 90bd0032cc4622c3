// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s
// RUN: weir-opt --weir-lower-kernels="fused-multiply-add=false" --cse %s | FileCheck %s --check-prefix=SPLIT

// A product as blocks of sums in registers. The strategy is written by hand: two rows of
// two vectors, and seven columns more than a panel has, so that rows and columns both leave
// rests.

#rows = affine_map<(m, n, k) -> (m, k)>
#matrix = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#result = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// Units of work are blocks of 60 rows times blocks of one panel. The sums are carried by
// the loop; the epilogue is applied to them, and only then is anything stored.
// CHECK-LABEL: func.func @product
// CHECK: scf.for %[[UNIT:.*]] = %c0 to %{{.*}} step %c1 {
// Whole panels, groups of two rows: the panel's two vectors are loaded once for both.
// CHECK: scf.for %{{.*}} step %c1
// CHECK: scf.for %{{.*}} step %c2
// The matrix isn't one whose panels are fetched.
// CHECK: %[[SUMS:.*]]:4 = scf.for %{{.*}} = %c0 to %c72 step %c1 iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}}, %[[S2:.*]] = %{{.*}}, %[[S3:.*]] = %{{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-NOT: store
// CHECK-NOT: prefetch
// CHECK-DAG: %[[P0:.*]] = vector.load %[[PANEL:.*]][%{{.*}}] : {{.*}}, vector<8xf32>
// CHECK-DAG: %[[P1:.*]] = vector.load %[[PANEL]][%{{.*}}] : {{.*}}, vector<8xf32>
// CHECK: %[[A:.*]] = vector.broadcast %{{.*}} : f32 to vector<8xf32>
// CHECK-NEXT: %[[N0:.*]] = vector.fma %[[A]], %[[P0]], %[[S0]]
// CHECK-NEXT: %[[N1:.*]] = vector.fma %[[A]], %[[P1]], %[[S1]]
// CHECK: %[[B:.*]] = vector.broadcast
// CHECK-NEXT: %[[N2:.*]] = vector.fma %[[B]], %[[P0]], %[[S2]]
// CHECK-NEXT: %[[N3:.*]] = vector.fma %[[B]], %[[P1]], %[[S3]]
// CHECK-NEXT: scf.yield %[[N0]], %[[N1]], %[[N2]], %[[N3]]
// CHECK: %[[BIAS:.*]] = vector.load {{.*}} memref<23xf32
// CHECK: %[[R0:.*]] = arith.addf %[[SUMS]]#0, %[[BIAS]]
// CHECK: vector.store %[[R0]]
// CHECK: %[[R2:.*]] = arith.addf %[[SUMS]]#2, %[[BIAS]]
// CHECK: vector.store %[[R2]]
// The last panel has seven columns: one vector of sums per row, of which seven are stored.
// CHECK: scf.if
// CHECK: %[[LAST:.*]]:2 = scf.for %{{.*}} = %c0 to %c72 step %c1 iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<8xf32>, vector<8xf32>)
// CHECK: %[[SEVEN:.*]] = vector.extract_strided_slice %[[LAST]]#0 {offsets = [0], sizes = [7], strides = [1]}
// CHECK: vector.load {{.*}}, vector<7xf32>
// CHECK: arith.addf %[[SEVEN]]
// CHECK: vector.store {{.*}}, vector<7xf32>
// The row that is left over adds up in the same order.
// CHECK: scf.for %{{.*}} = %c0 to %c72 step %c1 iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<8xf32>, vector<8xf32>)
// CHECK: } {weir.kernel = 1656 : i64}
// Nothing is left of the fill, and the buffer between is neither written nor read.
// CHECK-NOT: linalg
// CHECK: return

// Without the instruction: a multiplication, then an addition, in the same order.
// SPLIT-LABEL: func.func @product
// SPLIT-NOT: vector.fma
// SPLIT: %[[AB:.*]] = arith.mulf %{{.*}} : vector<8xf32>
// SPLIT: arith.addf %{{.*}}, %[[AB]] : vector<8xf32>
// SPLIT-NOT: vector.fma
func.func @product(%x: memref<?x72xf32>, %w: memref<2x72x16xf32>, %bias: memref<23xf32>, %out: memref<?x23xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x23xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x23xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<2x72x16xf32>) outs(%t : memref<?x23xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%t, %bias : memref<?x23xf32>, memref<23xf32>) outs(%out : memref<?x23xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// With another reader the sums must be stored for it: two kernels, and no epilogue.
// CHECK-LABEL: func.func @another_reader
// CHECK: %[[T:.*]] = memref.alloc
// CHECK: vector.fma
// CHECK: } {weir.kernel = 1152 : i64}
// CHECK: vector.load
// CHECK: arith.negf
// CHECK: } {weir.kernel
func.func @another_reader(%x: memref<?x72xf32>, %w: memref<1x72x16xf32>, %out: memref<?x16xf32>, %copy: memref<?x16xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<1x72x16xf32>) outs(%t : memref<?x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 1, columns = 16, lanes = 16, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%t : memref<?x16xf32>) outs(%out : memref<?x16xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.negf %a : f32
    linalg.yield %s : f32
  }
  memref.copy %t, %copy : memref<?x16xf32> to memref<?x16xf32>
  return
}

// A product that is told what to add to reads it after the sum, not before, so that the
// sum itself doesn't depend on it.
// CHECK-LABEL: func.func @init
// CHECK: %[[SUM:.*]] = scf.for {{.*}} iter_args
// CHECK: vector.fma
// CHECK: %[[OLD:.*]] = vector.load
// CHECK: %[[NEW:.*]] = arith.addf %[[OLD]], %[[SUM]]
// CHECK: vector.store %[[NEW]]
func.func @init(%x: memref<?x72xf32>, %w: memref<1x72x16xf32>, %out: memref<?x16xf32>) {
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<1x72x16xf32>) outs(%out : memref<?x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 1, columns = 16, lanes = 16, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
