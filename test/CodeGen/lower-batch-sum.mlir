// RUN: weir-opt --weir-lower-kernels="vector-bits=128" %s | FileCheck %s

// A sum over the batch goes over as many examples as stay in the cache (here 4 * (100 + 20)
// bytes each), for all results, and then over the next ones; the first begin the sum.

// CHECK-LABEL: func.func @weight_gradient
// CHECK: %[[BATCH:.*]] = memref.dim
// CHECK: scf.for %{{.*}} =
// CHECK: %[[BLOCK:.*]] = arith.constant 273 : index
// CHECK: scf.for %[[FROM:.*]] = %{{.*}} to %[[BATCH]] step %[[BLOCK]] {
// CHECK: %[[END:.*]] = arith.addi %[[FROM]], %{{.*}}
// CHECK: %[[TO:.*]] = arith.minui %[[END]], %[[BATCH]]
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[FROM]]
// CHECK: scf.for
// CHECK: scf.for %{{.*}} = %[[FROM]] to %[[TO]] step
// CHECK: vector.fma
// CHECK: %[[OLD:.*]] = vector.load
// CHECK: %[[START:.*]] = arith.select %[[FIRST]], %{{.*}}, %[[OLD]]
// CHECK: arith.addf %[[START]]
// CHECK: weir.kernel
func.func @weight_gradient(%x: memref<?x100xf32>, %dy: memref<?x20xf32>, %r: memref<100x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%r : memref<100x20xf32>)
  linalg.generic {indexing_maps = [affine_map<(k, n, b) -> (b, k)>, affine_map<(k, n, b) -> (b, n)>,
                                   affine_map<(k, n, b) -> (k, n)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %dy : memref<?x100xf32>, memref<?x20xf32>) outs(%r : memref<100x20xf32>)
      attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 6, columns = 8, lanes = 4, rowBlock = 60, panelBlock = 3>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}
