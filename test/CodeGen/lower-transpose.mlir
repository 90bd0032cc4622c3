// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// Where the result is contiguous along another axis than the operand, blocks of 8 x 8 are
// turned in registers. The image's two axes are one in memory, of 35 pixels: the fifth
// block starts at pixel 27, so that it is whole, and belongs to the unit of work of the
// fourth, which it overlaps. Ten channels: a block from 0, one from 2.
// CHECK-LABEL: func.func @channels_last
// CHECK: scf.for %[[UNIT:.*]] = %{{.*}} to %[[UNITS:.*]] step %c1 {
// CHECK: %[[BLOCK:.*]] = arith.remui %[[UNIT]], %c4
// CHECK: arith.muli %[[BLOCK]], %c8
// CHECK: %[[LAST:.*]] = arith.cmpi eq, %[[BLOCK]], %c3
// CHECK: %[[COUNT:.*]] = arith.select %[[LAST]], %c2, %c1
// CHECK: scf.for %[[SECOND:.*]] = %c0 to %[[COUNT]] step %c1 {
// CHECK: arith.muli %[[SECOND]], %c3
// CHECK: scf.for %[[C:.*]] = %c0 to %c2 step %c1 {
// CHECK: %[[CHANNEL:.*]] = arith.muli %[[C]], %c8
// CHECK: arith.minui %[[CHANNEL]], %c2
// Eight reads along the image, three rounds of four swaps, eight stores along the channels.
// CHECK-COUNT-8: vector.load {{.*}}, vector<8xf32>
// CHECK: vector.shuffle {{.*}} [0, 8, 2, 10, 4, 12, 6, 14]
// CHECK: vector.shuffle {{.*}} [1, 9, 3, 11, 5, 13, 7, 15]
// CHECK: vector.shuffle {{.*}} [0, 1, 8, 9, 4, 5, 12, 13]
// CHECK: vector.shuffle {{.*}} [0, 1, 2, 3, 8, 9, 10, 11]
// CHECK-COUNT-8: vector.store {{.*}}, vector<8xf32>
// CHECK: } {weir.kernel
// CHECK: return
func.func @channels_last(%x: memref<?x10x5x7xf32>, %y: memref<?x5x7x10xf32>) {
  linalg.generic {indexing_maps = [affine_map<(b, c, y, x) -> (b, c, y, x)>, affine_map<(b, c, y, x) -> (b, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : memref<?x10x5x7xf32>) outs(%y : memref<?x5x7x10xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// What is computed on the way is computed on the turned vectors; an operand in the
// result's order is read as it is.
// CHECK-LABEL: func.func @with_work
// CHECK: vector.shuffle
// CHECK: %[[R:.*]] = vector.load {{.*}}, vector<8xf32>
// CHECK: %[[S:.*]] = arith.addf %{{.*}}, %[[R]] : vector<8xf32>
// CHECK: vector.store %[[S]]
func.func @with_work(%x: memref<16x24xf32>, %r: memref<24x16xf32>, %y: memref<24x16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x, %r : memref<16x24xf32>, memref<24x16xf32>) outs(%y : memref<24x16xf32>) {
  ^bb0(%a: f32, %c: f32, %b: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  }
  return
}

// Three channels fill no vector.
// CHECK-LABEL: func.func @few_channels
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @few_channels(%x: memref<?x3x8x8xf32>, %y: memref<?x8x8x3xf32>) {
  linalg.generic {indexing_maps = [affine_map<(b, c, y, x) -> (b, c, y, x)>, affine_map<(b, c, y, x) -> (b, y, x, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : memref<?x3x8x8xf32>) outs(%y : memref<?x8x8x3xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// A result that overwrites an operand can't be computed twice.
// CHECK-LABEL: func.func @in_place
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @in_place(%x: memref<16x24xf32>, %y: memref<24x16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x, %y : memref<16x24xf32>, memref<24x16xf32>) outs(%y : memref<24x16xf32>) {
  ^bb0(%a: f32, %c: f32, %b: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  }
  return
}
