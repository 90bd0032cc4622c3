// RUN: weir-opt --weir-lower-kernels --mlir-print-local-scope %s | FileCheck %s

#rows = affine_map<(b, m, n, k) -> (m, k)>
#matrix = affine_map<(b, m, n, k) -> (b, k, n)>
#result = affine_map<(b, m, n, k) -> (b, m, n)>

// A matrix that isn't packed has its rows 100 elements apart. Where that isn't a power of two the
// place is carried from step to step; the row's is the step's number.
// CHECK-LABEL: func.func @carried
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args({{.*}}, %[[AT:[^ ]*]] = %{{[^ )]*}}) -> (vector<8xf32>, {{.*}}, index)
// CHECK-NOT: muli
// CHECK: vector.load %{{.*}}[%[[AT]]]
// CHECK: memref.load %{{.*}}[%[[K]]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[AT]], %c100
// CHECK: scf.yield {{.*}}, %[[NEXT]]
// CHECK: return
func.func @carried(%x: memref<12x72xf32>, %w: memref<?x72x100xf32>, %out: memref<?x12x100xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x12x100xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<12x72xf32>, memref<?x72x100xf32>) outs(%out : memref<?x12x100xf32>) attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 12, panelBlock = 7>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// 128 elements are a shift away.
// CHECK-LABEL: func.func @shifted
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args({{.*}}) -> ({{(vector<8xf32>(, )?)+}})
// CHECK: muli %[[K]], %c128
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func @shifted(%x: memref<12x72xf32>, %w: memref<?x72x128xf32>, %out: memref<?x12x128xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x12x128xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<12x72xf32>, memref<?x72x128xf32>) outs(%out : memref<?x12x128xf32>) attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 12, panelBlock = 8>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Before a group's sums, the line of each row's results is asked for; in each step of the sum what
// the matrix has 16 steps later, 16 columns that are one line. The four columns that are left
// over (100 are six panels and those) do the same.
// CHECK-LABEL: func.func @fetched
// CHECK-COUNT-6: memref.prefetch %{{.*}}, write, locality<3>, data
// CHECK: scf.for {{.*}} iter_args({{.*}}, %[[AT:[^ ]*]] = %{{[^ )]*}}) -> ({{.*}}, index)
// CHECK: %[[AHEAD:.*]] = arith.addi %[[AT]], %c1600
// CHECK: memref.prefetch %{{.*}}[%[[AHEAD]]], read, locality<3>, data
// CHECK-COUNT-12: vector.fma
// CHECK: return
func.func @fetched(%x: memref<12x72xf32>, %w: memref<?x72x100xf32>, %out: memref<?x12x100xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x12x100xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<12x72xf32>, memref<?x72x100xf32>) outs(%out : memref<?x12x100xf32>) attrs = {weir.contraction, weir.fetch_steps = 16 : i64, weir.fetch_results, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 12, panelBlock = 7>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
