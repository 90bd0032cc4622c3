// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// A convolution's product reads the image through one address per row of results: no
// patch is copied. The image is 10 x 10 x 3, the kernel 3 x 3, the stride 2.
//
// Rows are numbered through batch, y and x, so a block of rows may cross the end of an
// image line or of an example; row r is example r / 16, line r % 16 / 4, column r % 4.
// Kernel column and channel are neighbours in memory, so one loop of 9 does for both.
// CHECK-LABEL: func.func @convolution
// CHECK-SAME: %[[X:[^:]*]]: memref<?x10x10x3xf32>
// CHECK: %[[FLAT:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%{{.*}}], strides: [1]
// The last group of two starts early enough to be whole.
// CHECK: scf.for %[[GROUP:.*]] = %{{.*}} to %{{.*}} step %c2
// CHECK: %[[ROW:.*]] = arith.minui %[[GROUP]], %{{.*}}
// CHECK: %[[COLUMN:.*]] = arith.remui %[[ROW]], %c4
// CHECK: %[[LINES:.*]] = arith.divui %[[ROW]], %c4
// CHECK: %[[LINE:.*]] = arith.remui %[[LINES]], %c4
// CHECK: %[[EXAMPLE:.*]] = arith.divui %[[LINES]], %c4
// CHECK-DAG: arith.muli %[[EXAMPLE]], %c300
// CHECK-DAG: arith.muli %[[LINE]], %c60
// CHECK-DAG: arith.muli %[[COLUMN]], %c6
// CHECK: scf.for %[[I:.*]] = %c0 to %c3 step %c1 iter_args
// CHECK: %[[LINE_OFFSET:.*]] = arith.muli %[[I]], %c30
// CHECK: scf.for %[[JC:.*]] = %c0 to %c9 step %c1 iter_args
// CHECK: %[[OFFSET:.*]] = arith.addi %[[LINE_OFFSET]], %[[JC]]
// Both rows are read at one index, each from its own address.
// CHECK: memref.load %[[R0:.*]][%[[OFFSET]]]
// CHECK: memref.load %[[R1:.*]][%[[OFFSET]]]
// CHECK-NOT: linalg
// CHECK: return
func.func @convolution(%x: memref<?x10x10x3xf32>, %w: memref<1x3x3x3x8xf32>, %out: memref<?x4x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x4x8xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, y, x, n, i, j, c) -> (b, y * 2 + i, x * 2 + j, c)>, affine_map<(b, y, x, n, i, j, c) -> (n floordiv 8, i, j, c, n mod 8)>, affine_map<(b, y, x, n, i, j, c) -> (b, y, x, n)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x10x10x3xf32>, memref<1x3x3x3x8xf32>) outs(%out : memref<?x4x4x8xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// With dilated columns, kernel column and channel are no longer evenly spaced.
// CHECK-LABEL: func.func @dilated
// CHECK: scf.for %[[I:.*]] = %c0 to %c3 step %c1 iter_args
// CHECK: scf.for %[[J:.*]] = %c0 to %c3 step %c1 iter_args
// CHECK: arith.muli %[[J]], %c6
// CHECK: scf.for %{{.*}} = %c0 to %c3 step %c1 iter_args
func.func @dilated(%x: memref<?x10x10x3xf32>, %w: memref<1x3x3x3x8xf32>, %out: memref<?x8x6x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x8x6x8xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, y, x, n, i, j, c) -> (b, y + i, x + j * 2, c)>, affine_map<(b, y, x, n, i, j, c) -> (n floordiv 8, i, j, c, n mod 8)>, affine_map<(b, y, x, n, i, j, c) -> (b, y, x, n)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x10x10x3xf32>, memref<1x3x3x3x8xf32>) outs(%out : memref<?x8x6x8xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
