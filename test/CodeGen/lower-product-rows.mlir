// RUN: weir-opt --weir-lower-kernels --cse --canonicalize %s | FileCheck %s

// Rows of a convolution's product: the rows of a group may belong to two lines of the image,
// or to two images. The strategy is written by hand: groups of three rows.

#rows = affine_map<(b, y, x, n, j, k, c) -> (b, y + j, x + k, c)>
#matrix = affine_map<(b, y, x, n, j, k, c) -> (n floordiv 8, j, k, c, n mod 8)>
#result = affine_map<(b, y, x, n, j, k, c) -> (b, y, x, n)>

// Of the first row the number is divided, by five rows and by four lines of them. The next
// row begins two elements after it, or, past the line's end, four more, since a line of the
// image has seven pixels; and where the line is an image's last, 28 more than that, for two
// lines that no row begins in.
// CHECK-LABEL: func.func @lines
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step %c3
// CHECK: %[[FIRST:.*]] = arith.minui %[[ROW]]
// CHECK: %[[X:.*]] = arith.remui %[[FIRST]], %c5
// CHECK: %[[LINE:.*]] = arith.divui %[[FIRST]], %c5
// CHECK: %[[Y:.*]] = arith.remui %[[LINE]], %c4
// CHECK: arith.divui %[[LINE]], %c4
// CHECK: %[[ENDS:.*]] = arith.cmpi eq, %[[Y]], %c3
// CHECK: %[[IMAGE:.*]] = arith.select %[[ENDS]], %c28, %c0
// CHECK: %[[JUMP:.*]] = arith.addi %[[IMAGE]], %c4
// CHECK: %[[LEFT:.*]] = arith.subi %c5, %[[X]]
// CHECK: %[[PAST:.*]] = arith.cmpi ule, %[[LEFT]], %c1
// CHECK: arith.select %[[PAST]], %[[JUMP]], %c0
// CHECK: arith.cmpi ule, %[[LEFT]], %c2
// CHECK-NOT: remui
// CHECK: vector.fma
// CHECK: return
func.func @lines(%x: memref<?x6x7x2xf32>, %w: memref<1x3x3x2x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x7x2xf32>, memref<1x3x3x2x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 8, lanes = 8, rowBlock = 12, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
