// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// What isn't a product becomes loops over vectors of eight lanes.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Twenty columns: two whole vectors in a loop, one of four.
// CHECK-LABEL: func.func @columns
// CHECK: scf.for %[[ROW:.*]] = %c0 to
// CHECK: scf.for %[[AT:.*]] = %c0 to %c16 step %c8
// CHECK: %[[X:.*]] = vector.load %{{.*}}[%[[ROW]], %[[AT]]] : memref<?x20xf32>, vector<8xf32>
// CHECK: %[[R:.*]] = arith.negf %[[X]] : vector<8xf32>
// CHECK: vector.store %[[R]], %{{.*}}[%[[ROW]], %[[AT]]]
// CHECK: vector.load %{{.*}}[%[[ROW]], %c16] : memref<?x20xf32>, vector<4xf32>
// CHECK: vector.store %{{.*}}[%[[ROW]], %c16] : memref<?x20xf32>, vector<4xf32>
// CHECK: } {weir.kernel = 40 : i64}
func.func @columns(%x: memref<?x20xf32>, %out: memref<?x20xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<?x20xf32>) outs(%out : memref<?x20xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.negf %a : f32
    linalg.yield %r : f32
  }
  return
}

// Along the batch the rest isn't known: one element after the other.
// CHECK-LABEL: func.func @batch
// CHECK: %[[BATCH:.*]] = memref.dim
// CHECK: %[[REST:.*]] = arith.remui %[[BATCH]], %c8
// CHECK: %[[WHOLE:.*]] = arith.subi %[[BATCH]], %[[REST]]
// CHECK: scf.for %{{.*}} = %c0 to %[[WHOLE]] step %c8
// CHECK: vector.store
// CHECK: scf.for %{{.*}} = %[[WHOLE]] to %[[BATCH]] step %c1
// CHECK: memref.store
func.func @batch(%x: memref<?xf32>, %out: memref<?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : memref<?xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.negf %a : f32
    linalg.yield %r : f32
  }
  return
}

// Although the result is contiguous along the batch, the batch stays the loop of units:
// what the lanes run along can't be divided between threads.
// CHECK-LABEL: func.func @batch_of_sums
// CHECK: %[[BATCH:.*]] = memref.dim
// CHECK: scf.for %{{.*}} = %c0 to %[[BATCH]] step %c1
// CHECK: vector.load {{.*}} vector<8xf32>
// CHECK: vector.reduction <add>
// CHECK: memref.store
func.func @batch_of_sums(%x: memref<?x20xf32>, %out: memref<?xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?xf32>)
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<?x20xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// A reduction whose order matters for more than rounding stays in order.
// CHECK-LABEL: func.func @not_reordered
// CHECK-NOT: vector
// CHECK: arith.subf %{{.*}} : f32
// CHECK-NOT: vector
// CHECK: return
func.func @not_reordered(%x: memref<?x20xf32>, %out: memref<?x1xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x1xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : memref<?x20xf32>) outs(%out : memref<?x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.subf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// A sum across the contiguous axis: eight sums at once, one store.
// CHECK-LABEL: func.func @sum_across_lanes
// CHECK: %[[SUM:.*]] = scf.for %{{.*}} = %c0 to %c40 step %c1 iter_args({{.*}}) -> (vector<8xf32>)
// CHECK-NOT: store
// CHECK: scf.yield
// CHECK: vector.store %[[SUM]]
func.func @sum_across_lanes(%x: memref<?x40x8xf32>, %out: memref<?x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x8xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%x : memref<?x40x8xf32>) outs(%out : memref<?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// Three vectors of sums share one loop: its terms are read in their order in memory, and
// no sum waits for another.
// CHECK-LABEL: func.func @sums_side_by_side
// CHECK: %[[SUMS:.*]]:3 = scf.for %{{.*}} = %c0 to %c40 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-3: arith.addf {{.*}} : vector<8xf32>
// CHECK: scf.yield
// CHECK: vector.store %[[SUMS]]#0
// CHECK: vector.store %[[SUMS]]#2
// The two columns that are left are a narrower vector.
// CHECK: scf.for %{{.*}} = %c0 to %c40 step %c1 iter_args({{.*}}) -> (vector<2xf32>)
// CHECK: return
func.func @sums_side_by_side(%x: memref<?x40x26xf32>, %out: memref<?x26xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x26xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%x : memref<?x40x26xf32>) outs(%out : memref<?x26xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// A window of nine positions is written out, for four neighbours at once: the last group
// of five results starts at the second. Columns that windows share are read once.
// CHECK-LABEL: func.func @window
// CHECK: scf.for %{{.*}} step %c1 {
// CHECK: scf.for %[[X:.*]] = %c0 to %c5 step %c4 {
// CHECK: arith.minui %[[X]], %c1
// CHECK-COUNT-36: arith.maximumf {{.*}} : vector<8xf32>
// CHECK-NOT: arith.maximumf
// CHECK-COUNT-4: vector.store {{.*}}, vector<8xf32>
// CHECK-NOT: vector.store
// CHECK: } {weir.kernel
func.func @window(%x: memref<?x9x11x8xf32>, %w: memref<3x3xf32>, %out: memref<?x4x5x8xf32>) {
  %lowest = arith.constant 0xFF800000 : f32
  linalg.fill ins(%lowest : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, y, x, c, i, j) -> (b, y * 2 + i, x * 2 + j, c)>, affine_map<(b, y, x, c, i, j) -> (i, j)>, affine_map<(b, y, x, c, i, j) -> (b, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x9x11x8xf32>, memref<3x3xf32>) outs(%out : memref<?x4x5x8xf32>) {
  ^bb0(%a: f32, %k: f32, %o: f32):
    %r = arith.maximumf %o, %a : f32
    linalg.yield %r : f32
  }
  return
}

// A result that an operand lies in can't be computed twice: one after the other.
// CHECK-LABEL: func.func @window_in_place
// CHECK: scf.for %{{.*}} = %c0 to %c5 step %c1 {
// CHECK-COUNT-3: arith.maximumf {{.*}} : vector<8xf32>
// CHECK-NOT: arith.maximumf
// CHECK: } {weir.kernel
func.func @window_in_place(%x: memref<?x4x7x8xf32>) {
  %lowest = arith.constant 0xFF800000 : f32
  %out = memref.subview %x[0, 0, 0, 0] [1, 4, 5, 8] [1, 1, 1, 1] : memref<?x4x7x8xf32> to memref<1x4x5x8xf32, strided<[224, 56, 8, 1]>>
  %in = memref.subview %x[0, 0, 0, 0] [1, 4, 7, 8] [1, 1, 1, 1] : memref<?x4x7x8xf32> to memref<1x4x7x8xf32, strided<[224, 56, 8, 1]>>
  %w = memref.alloc() : memref<3xf32>
  linalg.fill ins(%lowest : f32) outs(%out : memref<1x4x5x8xf32, strided<[224, 56, 8, 1]>>)
  linalg.generic {indexing_maps = [affine_map<(b, y, x, c, j) -> (b, y, x + j, c)>, affine_map<(b, y, x, c, j) -> (j)>, affine_map<(b, y, x, c, j) -> (b, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%in, %w : memref<1x4x7x8xf32, strided<[224, 56, 8, 1]>>, memref<3xf32>) outs(%out : memref<1x4x5x8xf32, strided<[224, 56, 8, 1]>>) {
  ^bb0(%a: f32, %k: f32, %o: f32):
    %r = arith.maximumf %o, %a : f32
    linalg.yield %r : f32
  }
  return
}

// A row of a table is read as vectors: the id is one number for all lanes.
// CHECK-LABEL: func.func @gather
// CHECK: scf.for %[[AT:.*]] = %c0 to %c16 step %c8
// CHECK: %[[ID:.*]] = memref.load %{{.*}} : memref<?xi64>
// CHECK: %[[ROW:.*]] = arith.index_cast %[[ID]] : i64 to index
// CHECK: vector.load %{{.*}}[%[[ROW]], %[[AT]]] : memref<5x16xf32>, vector<8xf32>
func.func @gather(%ids: memref<?xi64>, %table: memref<5x16xf32>, %out: memref<?x16xf32>) {
  linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]} ins(%ids : memref<?xi64>) outs(%out : memref<?x16xf32>) {
  ^bb0(%id: i64, %o: f32):
    %r = arith.index_cast %id : i64 to index
    %c = linalg.index 1 : index
    %e = memref.load %table[%r, %c] : memref<5x16xf32>
    linalg.yield %e : f32
  }
  return
}

// A product and a sum are one rounding where they meet, on vectors and on rests alike.
// CHECK-LABEL: func.func @multiply_add
// CHECK-COUNT-2: math.fma
// CHECK-NOT: arith.mulf
// CHECK: return
func.func @multiply_add(%x: memref<?x12xf32>, %y: memref<?x12xf32>, %out: memref<?x12xf32>) {
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : memref<?x12xf32>, memref<?x12xf32>) outs(%out : memref<?x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %b : f32
    linalg.yield %r : f32
  }
  return
}

// But not where the product is needed by itself.
// CHECK-LABEL: func.func @product_with_two_uses
// CHECK: arith.mulf
// CHECK-NOT: math.fma
// CHECK: return
func.func @product_with_two_uses(%x: memref<?x8xf32>, %y: memref<?x8xf32>, %out: memref<?x8xf32>) {
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %y : memref<?x8xf32>, memref<?x8xf32>) outs(%out : memref<?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %m, %b : f32
    %r = arith.divf %s, %m : f32
    linalg.yield %r : f32
  }
  return
}

// Preparing a model happens once: small code is worth more than fast code.
// CHECK-LABEL: func.func @once
// CHECK-NOT: vector
// CHECK: return
func.func @once(%x: memref<8x16xf32>, %out: memref<8x16xf32>) attributes {weir.once} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<8x16xf32>) outs(%out : memref<8x16xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.negf %a : f32
    linalg.yield %r : f32
  }
  return
}

// A grey image: its one channel is the last axis, but the columns lie side by side.
// CHECK-LABEL: func.func @grey
// CHECK: vector.load %{{.*}} : memref<?x6x20x1xf32>, vector<8xf32>
// CHECK: vector.store %{{.*}} : memref<?x6x20x1xf32, strided<[264, 22, 1, 1], offset: 23>>, vector<8xf32>
// CHECK: vector.store %{{.*}} : memref<?x6x20x1xf32, strided<[264, 22, 1, 1], offset: 23>>, vector<4xf32>
func.func @grey(%x: memref<?x6x20x1xf32>, %out: memref<?x6x20x1xf32, strided<[264, 22, 1, 1], offset: 23>>) {
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : memref<?x6x20x1xf32>) outs(%out : memref<?x6x20x1xf32, strided<[264, 22, 1, 1], offset: 23>>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}
