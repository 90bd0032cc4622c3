// RUN: weir-opt --weir-lower-kernels --cse --canonicalize %s | FileCheck %s

// Rows that fill no group. The strategy is written by hand: groups of four rows of two
// vectors, and a matrix of three panels, the last of which has four columns.

#rows = affine_map<(m, n, k) -> (m, k)>
#matrix = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 16)>
#result = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(d0, d1) -> (d0, d1)>

// An example has one row. Three rows make a group whose last row is there twice; two and
// one are computed over several panels at once, since two sums alone would wait for
// each other. The epilogue only reads what it doesn't write.
// CHECK-LABEL: func.func @few_rows
// CHECK: scf.for {{.*}} {
// CHECK: %[[COUNT:.*]] = arith.subi %[[END:.*]], %[[BEGIN:.*]] : index
// CHECK: %[[REST:.*]] = arith.remui %[[COUNT]], %c4
// CHECK: %[[WHOLE:.*]] = arith.subi %[[END]], %[[REST]]
// CHECK: %[[LAST:.*]] = arith.subi %[[END]], %c1
// CHECK: %[[THREE:.*]] = arith.cmpi uge, %[[REST]], %c3
// CHECK: %[[STOP:.*]] = arith.select %[[THREE]], %[[END]], %[[WHOLE]]
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK: scf.for %[[ROW:.*]] = %[[BEGIN]] to %[[STOP]] step %c4
// CHECK: %[[NEXT:.*]] = arith.addi %[[ROW]], %c1
// CHECK: arith.minui %[[NEXT]], %[[LAST]]
// Eight sums for four rows of one panel, as many for two rows of two panels; five for
// a single row, whose panels all fit. The narrow one's four columns are twice in a vector, for two
// terms of the sum, so its groups take two steps at once.
// CHECK: scf.for {{.*}} = %c0 to %c72 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: scf.for %{{.*}} step %c2
// CHECK: scf.for {{.*}} = %c0 to %c72 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: scf.for %{{.*}} step %c1
// CHECK: %[[ONE:.*]]:5 = scf.for {{.*}} = %c0 to %c72 step %c2 {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: %[[FIRST:.*]] = vector.extract_strided_slice %[[ONE]]#4 {offsets = [0], sizes = [4], strides = [1]}
// CHECK: %[[SECOND:.*]] = vector.extract_strided_slice %[[ONE]]#4 {offsets = [4], sizes = [4], strides = [1]}
// CHECK: %[[BOTH:.*]] = arith.addf %[[FIRST]], %[[SECOND]] : vector<4xf32>
// CHECK: arith.addf %[[BOTH]], %{{.*}} : vector<4xf32>
// CHECK: return
func.func @few_rows(%x: memref<?x72xf32>, %w: memref<3x72x16xf32>, %y: memref<?x36xf32>, %out: memref<?x36xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x36xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x36xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<3x72x16xf32>) outs(%t : memref<?x36xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 8, rowBlock = 16, panelBlock = 3>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t, %y : memref<?x36xf32>, memref<?x36xf32>) outs(%out : memref<?x36xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// The epilogue overwrites what it reads: a row that is computed twice would be added
// twice. Rests are divided into two and one instead.
// CHECK-LABEL: func.func @in_place
// CHECK: arith.remui %{{.*}}, %c4
// CHECK-NOT: arith.minui
// CHECK-NOT: arith.select
// CHECK: arith.remui %[[LEFT:.*]], %c2
// CHECK: arith.subi %[[LEFT]]
// CHECK-NOT: arith.minui
// CHECK-NOT: arith.select
// CHECK: return
func.func @in_place(%x: memref<?x72xf32>, %w: memref<1x72x16xf32>, %y: memref<?x16xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<1x72x16xf32>) outs(%t : memref<?x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 8, rowBlock = 16, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t, %y : memref<?x16xf32>, memref<?x16xf32>) outs(%y : memref<?x16xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// An example has rows for two groups: the last group starts early enough to be full.
// CHECK-LABEL: func.func @many_rows
// CHECK: scf.for {{.*}} {
// CHECK: %[[LATEST:.*]] = arith.subi %[[STOP:.*]], %c4
// CHECK: scf.for %[[ROW:.*]] = %[[START:.*]] to %[[STOP]] step %c4
// CHECK: %[[FIRST:.*]] = arith.minui %[[ROW]], %[[LATEST]]
// CHECK: arith.addi %[[FIRST]], %c1
// CHECK: vector.fma
// CHECK: weir.kernel
// CHECK: return
func.func @many_rows(%x: memref<?x9x72xf32>, %w: memref<1x72x16xf32>, %out: memref<?x9x16xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x9x16xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (n floordiv 16, k, n mod 16)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x9x72xf32>, memref<1x72x16xf32>) outs(%out : memref<?x9x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 8, rowBlock = 64, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// A sum over the batch may add to no row twice, but it is known that 23 rows are five groups
// of four, and a group of three.
// CHECK-LABEL: func.func @known_rest
// CHECK: scf.for {{.*}} step %c4
// CHECK: vector.fma
// CHECK: scf.for {{.*}} step %c3
// CHECK: %{{.*}}:3 = scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-NOT: scf.for
// CHECK: return
func.func @known_rest(%x: memref<?x23xf32>, %w: memref<?x8xf32>, %out: memref<23x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<23x8xf32>)
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x23xf32>, memref<?x8xf32>) outs(%out : memref<23x8xf32>) attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 4, columns = 8, lanes = 8, rowBlock = 16, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Two sums for each result: terms 0, 2, 4, ... and 1, 3, 5, ...; what is left of 75 terms
// is one for the first.
// CHECK-LABEL: func.func @two_sums
// CHECK: %[[PAIR:.*]]:2 = scf.for %{{.*}} = %c0 to %c74 step %c2 iter_args(%[[EVEN:.*]] = %{{.*}}, %[[ODD:.*]] = %{{.*}})
// CHECK: vector.fma %{{.*}}, %{{.*}}, %[[EVEN]]
// CHECK: vector.fma %{{.*}}, %{{.*}}, %[[ODD]]
// CHECK: %[[FIRST:.*]] = vector.fma %{{.*}}, %{{.*}}, %[[PAIR]]#0
// CHECK: arith.addf %[[FIRST]], %[[PAIR]]#1
// CHECK: return
func.func @two_sums(%x: memref<?x75xf32>, %w: memref<1x75x8xf32>, %out: memref<?x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x8xf32>)
  linalg.generic {indexing_maps = [#rows, affine_map<(m, n, k) -> (n floordiv 8, k, n mod 8)>, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x75xf32>, memref<1x75x8xf32>) outs(%out : memref<?x8xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 1, columns = 8, lanes = 8, rowBlock = 16, panelBlock = 1, sums = 2>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// While a panel of 72 rows and 16 columns is read, the groups of rows fetch the next one: of
// each of its 72 rows as many columns as make a share for each group, 16 divided by the groups
// and rounded up, but nothing past its end. After the last of three panels comes the first one,
// two panels before it. Four rows of a rest have nobody to share with and
// ask for what they read 8 KiB later, 2048 elements; two, over three panels, and one don't.
// CHECK-LABEL: func.func @ahead
// CHECK: %[[END:.*]] = arith.select
// CHECK: %[[ROWS:.*]] = arith.subi %[[END]], %[[BEGIN:.*]] : index
// CHECK: %[[PADDED:.*]] = arith.addi %[[ROWS]], %c5
// CHECK: %[[GROUPS:.*]] = arith.divui %[[PADDED]], %c6
// CHECK: %[[SOME:.*]] = arith.maxui %[[GROUPS]], %c1
// CHECK: %[[MORE:.*]] = arith.addi %[[SOME]], %c15
// CHECK: %[[STEP:.*]] = arith.divui %[[MORE]], %[[SOME]]
// CHECK: scf.for %[[ROW:.*]] = %[[BEGIN]] to %[[END]] step %c6
// CHECK-DAG: %[[DONE:.*]] = arith.subi %[[ROW]], %[[BEGIN]]
// CHECK-DAG: %[[SIZE:.*]] = arith.muli %[[STEP]], %c72
// CHECK: %[[GROUP:.*]] = arith.divui %[[DONE]], %c6
// CHECK-DAG: %[[START:.*]] = arith.muli %[[GROUP]], %[[SIZE]]
// CHECK-DAG: %[[LAST:.*]] = arith.subi %c1152, %[[SIZE]]
// CHECK: %[[WITHIN:.*]] = arith.minui %[[START]], %[[LAST]]
// CHECK: %[[IS_LAST:.*]] = arith.cmpi eq, %{{.*}}, %c2
// CHECK: %[[NEXT:.*]] = arith.select %[[IS_LAST]], %c-2304, %c1152
// CHECK: %[[FROM:.*]] = arith.addi %[[WITHIN]], %[[NEXT]]
// CHECK: iter_args
// CHECK: %[[ROW_OF_PANEL:.*]] = arith.divui %{{.*}}, %c16
// CHECK: %[[MOVED:.*]] = arith.muli %[[ROW_OF_PANEL]], %[[STEP]]
// CHECK: %[[AT:.*]] = arith.addi %[[FROM]], %[[MOVED]]
// CHECK: memref.prefetch %{{.*}}[%[[AT]]], read, locality<2>, data
// CHECK-COUNT-12: vector.fma
// CHECK: iter_args
// CHECK: %[[LATER:.*]] = arith.addi %{{.*}}, %c2048
// CHECK: memref.prefetch %{{.*}}[%[[LATER]]], read, locality<3>, data
// CHECK-COUNT-8: vector.fma
// CHECK: iter_args
// CHECK-NOT: memref.prefetch
// CHECK-COUNT-12: vector.fma
// CHECK: iter_args
// CHECK-NOT: memref.prefetch
// CHECK-COUNT-6: vector.fma
// CHECK: return
func.func @ahead(%x: memref<?x72xf32>, %w: memref<3x72x16xf32>, %out: memref<?x48xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x48xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<3x72x16xf32>) outs(%out : memref<?x48xf32>) attrs = {weir.product, weir.fetch_panels, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 3>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Four columns in vectors of sixteen: four terms of a sum side by side, for sums of 70 terms in
// 17 steps and one of two. A row's neighbouring elements are each spread over their own four
// lanes; where there is none, a zero meets a zero.
// CHECK-LABEL: func.func @side_by_side
// CHECK: scf.for %{{.*}} = %c0 to %c68 step %c4 iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-4: vector.load %{{.*}}, vector<4xf32>
// CHECK: %[[ELEMENTS:.*]] = vector.load %{{.*}} vector<4xf32>
// CHECK: %[[SPREAD:.*]] = vector.shuffle %[[ELEMENTS]], %{{.*}} [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3] : vector<4xf32>, vector<4xf32>
// CHECK: vector.fma %[[SPREAD]]
// CHECK: vector.load %{{.*}} vector<2xf32>
// CHECK: vector.shuffle %{{.*}} [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2] : vector<2xf32>, vector<2xf32>
// CHECK: return
func.func @side_by_side(%x: memref<?x70xf32>, %w: memref<1x70x16xf32>, %out: memref<?x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x70xf32>, memref<1x70x16xf32>) outs(%out : memref<?x4xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 16, rowBlock = 20, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Elements that aren't neighbours can't be read so: each term has a vector of its own.
// CHECK-LABEL: func.func @apart
// CHECK: scf.for %{{.*}} = %c0 to %c70 step %c1 iter_args({{.*}}) -> (vector<4xf32>, vector<4xf32>)
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @apart(%x: memref<?x70x2xf32>, %w: memref<1x70x16xf32>, %out: memref<?x2x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x2x4xf32>)
  linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (n floordiv 16, k, n mod 16)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x70x2xf32>, memref<1x70x16xf32>) outs(%out : memref<?x2x4xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 16, rowBlock = 20, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Nor where there are several sums for a result already, where the matrix isn't packed (past its
// last column lies what isn't ours), or for a sum of a single term.
// CHECK-LABEL: func.func @several_sums
// CHECK: iter_args
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @several_sums(%x: memref<?x70xf32>, %w: memref<1x70x16xf32>, %out: memref<?x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x70xf32>, memref<1x70x16xf32>) outs(%out : memref<?x4xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 16, rowBlock = 20, panelBlock = 1, sums = 4>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// CHECK-LABEL: func.func @not_packed
// CHECK: iter_args
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @not_packed(%x: memref<?x70xf32>, %w: memref<70x4xf32>, %out: memref<?x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4xf32>)
  linalg.generic {indexing_maps = [#rows, affine_map<(m, n, k) -> (k, n)>, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x70xf32>, memref<70x4xf32>) outs(%out : memref<?x4xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 16, rowBlock = 20, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// CHECK-LABEL: func.func @one_term
// CHECK: vector.fma
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @one_term(%x: memref<?x1xf32>, %w: memref<1x1x16xf32>, %out: memref<?x4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x1xf32>, memref<1x1x16xf32>) outs(%out : memref<?x4xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 16, rowBlock = 20, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
