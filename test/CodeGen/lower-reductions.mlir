// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// Reductions along the contiguous axis: every lane of a few sums adds its own elements, in
// turns, then sums and lanes are added. The fill is what they start from.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Twenty columns: two whole vectors, a sum for each, and one of four.
// CHECK-LABEL: func.func @few
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: %[[X:.*]] = vector.load %{{.*}}[%{{.*}}, %c0] : {{.*}}, vector<8xf32>
// CHECK: %[[A:.*]] = arith.addf %[[X]], %[[ZERO:.*]] : vector<8xf32>
// CHECK: %[[Y:.*]] = vector.load %{{.*}}[%{{.*}}, %c8] : {{.*}}, vector<8xf32>
// CHECK: %[[B:.*]] = arith.addf %[[Y]], %[[ZERO]] : vector<8xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[A]], %[[B]] : vector<8xf32>
// CHECK: %[[WIDE:.*]] = vector.reduction <add>, %[[SUM]] {{.*}} : vector<8xf32> into f32
// CHECK: %[[NARROW:.*]] = vector.reduction <add>, %{{.*}} : vector<4xf32> into f32
// CHECK: arith.addf %[[WIDE]], %[[NARROW]]
// CHECK: memref.store
// CHECK-NOT: linalg.fill
// CHECK: return
func.func @few(%x: memref<?x20xf32>, %out: memref<?x1xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x1xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : memref<?x20xf32>) outs(%out : memref<?x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// 155 columns are nineteen vectors and three elements: two rounds of eight sums, three vectors
// more for the first three, one of three lanes.
// CHECK-LABEL: func.func @many
// CHECK: %[[SUMS:.*]]:8 = scf.for %[[AT:.*]] = %c0 to %c128 step %c64 iter_args(
// CHECK: vector.load %{{.*}}[%{{.*}}, %[[AT]]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[AT]], %c8
// CHECK: vector.load %{{.*}}[%{{.*}}, %[[NEXT]]]
// CHECK: scf.yield
// CHECK: %[[X:.*]] = vector.load %{{.*}}[%{{.*}}, %c128]
// CHECK: arith.addf %[[X]], %[[SUMS]]#0
// CHECK: vector.load %{{.*}}[%{{.*}}, %c136]
// CHECK: %[[Z:.*]] = vector.load %{{.*}}[%{{.*}}, %c144]
// CHECK: arith.addf %[[Z]], %[[SUMS]]#2
// CHECK-NOT: vector.load {{.*}} vector<8xf32>
// CHECK: vector.load %{{.*}}[%{{.*}}, %c152] : {{.*}}, vector<3xf32>
func.func @many(%x: memref<?x155xf32>, %out: memref<?x1xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x1xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : memref<?x155xf32>) outs(%out : memref<?x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}

// What takes longer than an addition waits needs no more than two.
// CHECK-LABEL: func.func @functions
// CHECK: %{{.*}}:2 = scf.for %{{.*}} = %c0 to %c144 step %c16
func.func @functions(%x: memref<?x155xf32>, %out: memref<?xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?xf32>)
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<?x155xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %e = math.exp %a : f32
    %r = arith.addf %e, %o : f32
    linalg.yield %r : f32
  }
  return
}

// Two axes are reduced: the sums go through the loop of the outer one.
// CHECK-LABEL: func.func @two_axes
// CHECK: %[[OUTER:.*]]:3 = scf.for %[[LINE:.*]] = %c0 to %c5 step %c1 iter_args(
// CHECK-COUNT-3: vector.load %{{.*}}[%{{.*}}, %[[LINE]], %{{.*}}] : {{.*}}, vector<8xf32>
// CHECK: scf.yield
// CHECK: arith.maximumf %[[OUTER]]#0, %[[OUTER]]#2
func.func @two_axes(%x: memref<?x5x24xf32>, %out: memref<?xf32>) {
  %low = arith.constant 0xFF800000 : f32
  linalg.fill ins(%low : f32) outs(%out : memref<?xf32>)
  linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>], iterator_types = ["parallel", "reduction", "reduction"]} ins(%x : memref<?x5x24xf32>) outs(%out : memref<?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  }
  return
}
