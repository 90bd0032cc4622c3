// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// Winograd's transforms, along one axis and then along the other, in registers.

#image = affine_map<(b, y, x, c, u, v) -> (b, y floordiv 2, x floordiv 2, u * 4 + v, c)>
#rows = affine_map<(b, y, x, c, u, v) -> (y mod 2, u)>
#columns = affine_map<(b, y, x, c, u, v) -> (x mod 2, v)>
#result = affine_map<(b, y, x, c, u, v) -> (b, y, x, c)>
#id = affine_map<(b, y, x, c) -> (b, y, x, c)>
#channel = affine_map<(b, y, x, c) -> (c)>

// A row of tiles is a unit of work. All 16 vectors of a tile are loaded once; nothing is
// multiplied, as the matrix of a tile of 2 has ones only. Each result goes through the epilogue.
// CHECK-LABEL: func.func @output
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c1 {
// CHECK: scf.for %[[TILE:.*]] = %c0 to %c2 step %c1 {
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c8 {
// CHECK-COUNT-16: vector.load %{{.*}} vector<8xf32>
// CHECK-NOT: mulf
// CHECK-NOT: fma
// CHECK: %[[BIAS:.*]] = vector.load
// CHECK: %[[R00:.*]] = arith.addf %{{.*}}, %[[BIAS]]
// CHECK-NEXT: vector.store %[[R00]]
// CHECK: %[[R10:.*]] = arith.addf %{{.*}}, %[[BIAS]]
// CHECK: vector.store %[[R10]]
// The image is three columns wide: of the second tile the second column is left out.
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[TILE]], %c1
// CHECK: scf.if %[[INSIDE]] {
// CHECK: vector.store
// CHECK: scf.if %[[INSIDE]] {
// CHECK: vector.store
// CHECK: } {weir.kernel = 2048 : i64}
// CHECK-NOT: weir.kernel
// CHECK: return
func.func @output(%m: memref<?x2x2x16x8xf32>, %a: memref<2x4xf32>, %bias: memref<8xf32>, %out: memref<?x4x3x8xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc(%n) : memref<?x4x3x8xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<?x4x3x8xf32>)
  linalg.generic {indexing_maps = [#image, #rows, #columns, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%m, %a, %a : memref<?x2x2x16x8xf32>, memref<2x4xf32>, memref<2x4xf32>) outs(%sums : memref<?x4x3x8xf32>) attrs = {weir.tile = 2 : i64, weir.winograd = "output"} {
  ^bb0(%x: f32, %r: f32, %c: f32, %s: f32):
    %rc = arith.mulf %r, %c : f32
    %p = arith.mulf %x, %rc : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%sums, %bias : memref<?x4x3x8xf32>, memref<8xf32>) outs(%out : memref<?x4x3x8xf32>) {
  ^bb0(%x: f32, %b: f32, %o: f32):
    %t = arith.addf %x, %b : f32
    linalg.yield %t : f32
  }
  return
}

#tiles = affine_map<(b, y, x, p, c, u, v) -> (b, y * 2 + u, x * 2 + v, c)>
#tile_rows = affine_map<(b, y, x, p, c, u, v) -> (p floordiv 4, u)>
#tile_columns = affine_map<(b, y, x, p, c, u, v) -> (p mod 4, v)>
#transformed = affine_map<(b, y, x, p, c, u, v) -> (b, y, x, p, c)>

// Eleven channels are a whole vector and one of three.
// CHECK-LABEL: func.func @input
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c8 {
// CHECK-COUNT-16: vector.load %{{.*}} vector<8xf32>
// CHECK: arith.subf %{{.*}} : vector<8xf32>
// CHECK-COUNT-16: vector.store %{{.*}} vector<8xf32>
// CHECK: }
// CHECK-COUNT-16: vector.load %{{.*}} vector<3xf32>
// CHECK-COUNT-16: vector.store %{{.*}} vector<3xf32>
// CHECK-NOT: vector.store
// CHECK: return
func.func @input(%x: memref<?x6x4x11xf32>, %m: memref<4x4xf32>, %out: memref<?x2x1x16x11xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x2x1x16x11xf32>)
  linalg.generic {indexing_maps = [#tiles, #tile_rows, #tile_columns, #transformed], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %m, %m : memref<?x6x4x11xf32>, memref<4x4xf32>, memref<4x4xf32>) outs(%out : memref<?x2x1x16x11xf32>) attrs = {weir.tile = 2 : i64, weir.winograd = "input"} {
  ^bb0(%a: f32, %r: f32, %c: f32, %s: f32):
    %rc = arith.mulf %r, %c : f32
    %p = arith.mulf %a, %rc : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  return
}

// What is added to something is no transform of its own: it stays a sum over the tile,
// which reads the matrix.
// CHECK-LABEL: func.func @added
// CHECK: memref.load {{.*}} : memref<4x4xf32>
// CHECK: return
func.func @added(%x: memref<?x6x4x11xf32>, %m: memref<4x4xf32>, %out: memref<?x2x1x16x11xf32>) {
  linalg.generic {indexing_maps = [#tiles, #tile_rows, #tile_columns, #transformed], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %m, %m : memref<?x6x4x11xf32>, memref<4x4xf32>, memref<4x4xf32>) outs(%out : memref<?x2x1x16x11xf32>) attrs = {weir.tile = 2 : i64, weir.winograd = "input"} {
  ^bb0(%a: f32, %r: f32, %c: f32, %s: f32):
    %rc = arith.mulf %r, %c : f32
    %p = arith.mulf %a, %rc : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  return
}

#kernel = affine_map<(p, c, o, u, v) -> (o, c, u, v)>
#kernel_rows = affine_map<(p, c, o, u, v) -> (p floordiv 6, u)>
#kernel_columns = affine_map<(p, c, o, u, v) -> (p mod 6, v)>
#matrices = affine_map<(p, c, o, u, v) -> (p, c, o)>

// Each kernel is read once: nine elements in, 36 out.
// CHECK-LABEL: func.func @weight
// CHECK-COUNT-9: memref.load
// CHECK-NOT: memref.load
// CHECK-COUNT-36: memref.store
// CHECK-NOT: memref.store
// CHECK: return
func.func @weight(%w: memref<3x5x3x3xf32>, %m: memref<6x3xf32>, %out: memref<36x5x3xf32>) attributes {weir.once} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<36x5x3xf32>)
  linalg.generic {indexing_maps = [#kernel, #kernel_rows, #kernel_columns, #matrices], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%w, %m, %m : memref<3x5x3x3xf32>, memref<6x3xf32>, memref<6x3xf32>) outs(%out : memref<36x5x3xf32>) attrs = {weir.tile = 4 : i64, weir.winograd = "weight"} {
  ^bb0(%a: f32, %r: f32, %c: f32, %s: f32):
    %rc = arith.mulf %r, %c : f32
    %p = arith.mulf %a, %rc : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  return
}

// With an epilogue, which the form for weights can't apply, it stays a sum over the kernel:
// nothing is left out.
// CHECK-LABEL: func.func @weight_with_epilogue
// CHECK: arith.negf
// CHECK: return
func.func @weight_with_epilogue(%w: memref<3x5x3x3xf32>, %m: memref<6x3xf32>, %out: memref<36x5x3xf32>) attributes {weir.once} {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<36x5x3xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<36x5x3xf32>)
  linalg.generic {indexing_maps = [#kernel, #kernel_rows, #kernel_columns, #matrices], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%w, %m, %m : memref<3x5x3x3xf32>, memref<6x3xf32>, memref<6x3xf32>) outs(%sums : memref<36x5x3xf32>) attrs = {weir.tile = 4 : i64, weir.winograd = "weight"} {
  ^bb0(%a: f32, %r: f32, %c: f32, %s: f32):
    %rc = arith.mulf %r, %c : f32
    %p = arith.mulf %a, %rc : f32
    %t = arith.addf %s, %p : f32
    linalg.yield %t : f32
  }
  linalg.generic {indexing_maps = [affine_map<(p, c, o) -> (p, c, o)>, affine_map<(p, c, o) -> (p, c, o)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%sums : memref<36x5x3xf32>) outs(%out : memref<36x5x3xf32>) {
  ^bb0(%x: f32, %o: f32):
    %t = arith.negf %x : f32
    linalg.yield %t : f32
  }
  return
}
