// RUN: weir-opt --weir-lower-kernels="vector-bits=512" --cse %s | FileCheck %s

// A product whose result gets its axes in another order stores it there: along the rows of a
// group, which are neighbours in the result. The strategies are written by hand.

#rows = affine_map<(b, y, x, n, k) -> (b, y, x, k)>
#matrix = affine_map<(b, y, x, n, k) -> (n floordiv 16, k, n mod 16)>
#sums = affine_map<(b, y, x, n, k) -> (b, y, x, n)>
#last = affine_map<(b, n, y, x) -> (b, y, x, n)>
#first = affine_map<(b, n, y, x) -> (b, n, y, x)>
#channel = affine_map<(b, n, y, x) -> (n)>

// Groups of three of twelve rows, panels of sixteen columns. Three vectors, and a fourth that is the
// third again, are four squares of four by four side by side: the first vector is columns 0, 4, 8
// and 12. A mask keeps the fourth row from being stored.
// CHECK-LABEL: func.func @channels_first
// CHECK: %[[SUMS:.*]]:3 = scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK: %[[BIAS:.*]] = vector.load {{.*}} : memref<16xf32
// CHECK: %[[A:.*]] = arith.addf %[[SUMS]]#0, %[[BIAS]]
// CHECK: %[[B:.*]] = arith.addf %[[SUMS]]#1, %[[BIAS]]
// CHECK: %[[C:.*]] = arith.addf %[[SUMS]]#2, %[[BIAS]]
// CHECK-NOT: store
// CHECK: %[[AB0:.*]] = vector.shuffle %[[A]], %[[B]] [0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30]
// CHECK: %[[AB1:.*]] = vector.shuffle %[[A]], %[[B]] [1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31]
// CHECK: %[[CC0:.*]] = vector.shuffle %[[C]], %[[C]] [0, 16, 2, 18,
// CHECK: %[[CC1:.*]] = vector.shuffle %[[C]], %[[C]] [1, 17, 3, 19,
// CHECK: %[[N0:.*]] = vector.shuffle %[[AB0]], %[[CC0]] [0, 1, 16, 17, 4, 5, 20, 21,
// CHECK: %[[MASK:.*]] = arith.constant dense<[true, true, true, false]> : vector<4xi1>
// CHECK: %[[COLUMN:.*]] = vector.extract_strided_slice %[[N0]] {offsets = [0], sizes = [4], strides = [1]}
// CHECK: vector.maskedstore {{.*}}, %[[MASK]], %[[COLUMN]]
// CHECK-COUNT-3: vector.maskedstore {{.*}}, %[[MASK]], %
// CHECK: %[[FOURTH:.*]] = vector.extract_strided_slice %[[N0]] {offsets = [4], sizes = [4], strides = [1]}
// CHECK: vector.maskedstore {{.*}}, %[[MASK]], %[[FOURTH]]
// CHECK-COUNT-11: vector.maskedstore
// CHECK-NOT: maskedstore
// One kernel, and nothing is written to what lay between.
// CHECK: } {weir.kernel = 3840 : i64}
// CHECK-NOT: scf.for
// CHECK-NOT: linalg
// CHECK: return
func.func @channels_first(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %bias: memref<16xf32>, %out: memref<?x16x3x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #channel, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t, %bias : memref<?x3x4x16xf32>, memref<16xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// Groups of five of twelve rows would reach into the next example.
// CHECK-LABEL: func.func @rows_left
// CHECK: %[[T:.*]] = memref.alloc
// CHECK: vector.fma
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: return
func.func @rows_left(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x3x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 5, columns = 16, lanes = 16, rowBlock = 10, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// With vectors of eight it doesn't pay.
// CHECK-LABEL: func.func @short_vectors
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: return
func.func @short_vectors(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x3x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 8, rowBlock = 24, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// What is added has its channels first as well: the turned sums meet it in a kernel of their own.
// CHECK-LABEL: func.func @operand_across
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: return
func.func @operand_across(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %r: memref<?x16x3x4xf32>, %out: memref<?x16x3x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t, %r : memref<?x3x4x16xf32>, memref<?x16x3x4xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// The lines' order is turned around, so a group's rows aren't neighbours.
// CHECK-LABEL: func.func @lines_apart
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: return
func.func @lines_apart(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x4x3xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(b, n, x, y) -> (b, y, x, n)>, affine_map<(b, n, x, y) -> (b, n, x, y)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%out : memref<?x16x4x3xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// A sum that goes on from what its output holds.
// CHECK-LABEL: func.func @goes_on
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: return
func.func @goes_on(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %from: memref<?x3x4x16xf32>, %out: memref<?x16x3x4xf32>, %n: index) {
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  memref.copy %from, %t : memref<?x3x4x16xf32> to memref<?x3x4x16xf32>
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// A sum over the batch goes over blocks of examples, which add to what the ones before them stored.
// CHECK-LABEL: func.func @batch_sum
// CHECK: arith.select
// CHECK: } {weir.kernel
// CHECK: } {weir.kernel
// CHECK: return
func.func @batch_sum(%x: memref<?x12xf32>, %g: memref<?x16xf32>, %out: memref<16x12xf32>) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc() : memref<12x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<12x16xf32>)
  linalg.generic {indexing_maps = [affine_map<(m, n, b) -> (b, m)>, affine_map<(m, n, b) -> (b, n)>, affine_map<(m, n, b) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %g : memref<?x12xf32>, memref<?x16xf32>) outs(%t : memref<12x16xf32>) attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(n, m) -> (m, n)>, affine_map<(n, m) -> (n, m)>], iterator_types = ["parallel", "parallel"]} ins(%t : memref<12x16xf32>) outs(%out : memref<16x12xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// Two readers want the sums in different orders.
// CHECK-LABEL: func.func @two_readers
// CHECK: } {weir.kernel = 3840
// CHECK: } {weir.kernel
// CHECK: } {weir.kernel
// CHECK: return
func.func @two_readers(%x: memref<?x3x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x3x4xf32>, %other: memref<?x16x3x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x3x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x3x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x3x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x3x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 3, columns = 16, lanes = 16, rowBlock = 6, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%out : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x3x4x16xf32>) outs(%other : memref<?x16x3x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// The result with its lines and their columns exchanged: its channels stay the last axis.
// CHECK-LABEL: func.func @channels_stay
// CHECK-NOT: vector.shuffle
// CHECK: } {weir.kernel = 5120
// CHECK: } {weir.kernel
// CHECK: return
func.func @channels_stay(%x: memref<?x4x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x4x4x16xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x4x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x4x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x4x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 16, rowBlock = 8, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(b, x, y, n) -> (b, y, x, n)>, affine_map<(b, x, y, n) -> (b, x, y, n)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x4x4x16xf32>) outs(%out : memref<?x4x4x16xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// The lines of the result lie in a frame, not side by side.
// CHECK-LABEL: func.func @in_a_frame
// CHECK: } {weir.kernel = 5120
// CHECK: } {weir.kernel
// CHECK: return
func.func @in_a_frame(%x: memref<?x4x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x4x4xf32, strided<[384, 24, 6, 1]>>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x4x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x4x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x4x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 16, rowBlock = 8, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x4x4x16xf32>) outs(%out : memref<?x16x4x4xf32, strided<[384, 24, 6, 1]>>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}

// Read in two orders: what is stored at a place needs sums of two groups.
// CHECK-LABEL: func.func @two_orders
// CHECK: } {weir.kernel = 5120
// CHECK: } {weir.kernel
// CHECK: return
func.func @two_orders(%x: memref<?x4x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x16x4x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x4x4x16xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x4x4x16xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x4x4x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 16, rowBlock = 8, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, affine_map<(b, n, y, x) -> (b, x, y, n)>, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t, %t : memref<?x4x4x16xf32>, memref<?x4x4x16xf32>) outs(%out : memref<?x16x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// Nine columns: one strip, filled up to three squares of four, of which nine columns are stored.
// CHECK-LABEL: func.func @narrow
// CHECK: %[[FILLED:.*]] = vector.shuffle %{{.*}} [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8] : vector<9xf32>, vector<9xf32>
// CHECK-COUNT-9: vector.store {{.*}}, vector<4xf32>
// CHECK-NOT: vector.store
// CHECK: } {weir.kernel = 2880
// CHECK-NOT: } {weir.kernel
// CHECK: return
func.func @narrow(%x: memref<?x4x4x20xf32>, %w: memref<1x20x16xf32>, %out: memref<?x9x4x4xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = memref.alloc(%n) : memref<?x4x4x9xf32>
  linalg.fill ins(%zero : f32) outs(%t : memref<?x4x4x9xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #sums], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x4x4x20xf32>, memref<1x20x16xf32>) outs(%t : memref<?x4x4x9xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 16, lanes = 16, rowBlock = 8, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [#last, #first], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t : memref<?x4x4x9xf32>) outs(%out : memref<?x9x4x4xf32>) {
  ^bb0(%a: f32, %c: f32):
    linalg.yield %a : f32
  }
  return
}
