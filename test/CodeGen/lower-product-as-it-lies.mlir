// RUN: weir-opt --weir-lower-kernels --mlir-print-local-scope %s | FileCheck %s

#rows = affine_map<(b, m, n, k) -> (m, k)>
#matrix = affine_map<(b, m, n, k) -> (b, k, n)>
#result = affine_map<(b, m, n, k) -> (b, m, n)>

// A matrix that isn't packed is read where it lies. Nobody asked for fetches: there are none.
// CHECK-LABEL: func.func @plain
// CHECK-NOT: memref.prefetch
// CHECK: return
func.func @plain(%x: memref<12x72xf32>, %w: memref<?x72x100xf32>, %out: memref<?x12x100xf32>) {
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

// Before a group's sums, the line of each row's results is asked for; in each step of the sum what
// the matrix has 16 steps later, 16 columns that are one line. The four columns that are left
// over (100 are six panels and those) do the same.
// CHECK-LABEL: func.func @fetched
// CHECK-COUNT-6: memref.prefetch %{{.*}}, write, locality<3>, data
// CHECK: scf.for %[[K:[^ ]*]] = {{.*}} iter_args(
// CHECK: %[[AT:.*]] = arith.muli %[[K]], %c100
// CHECK: %[[AHEAD:.*]] = arith.addi %[[AT]], %c1600
// CHECK: memref.prefetch %{{.*}}[%[[AHEAD]]], read, locality<3>, data
// CHECK-NOT: memref.prefetch
// CHECK-COUNT-12: vector.fma
// CHECK-COUNT-6: memref.prefetch %{{.*}}, write, locality<3>, data
// CHECK: scf.for {{.*}} iter_args(
// CHECK: memref.prefetch %{{.*}}, read, locality<3>, data
// CHECK-COUNT-6: vector.fma
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
