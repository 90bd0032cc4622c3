// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

#rows = affine_map<(m, n, k) -> (m, k)>
#matrix = affine_map<(m, n, k) -> (n floordiv 16, k, n mod 8, (n mod 16) floordiv 8)>
#result = affine_map<(m, n, k) -> (m, n)>

// A row of a panel is one load of pairs; a shift makes the first vector of them and a mask
// the second, which both rows share. The sums are in f32 as ever.
// CHECK-LABEL: func.func @product
// CHECK: scf.for {{.*}} iter_args(%{{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: %[[PAIRS:.*]] = vector.load %{{.*}} : memref<?xbf16, {{.*}}>, vector<16xbf16>
// CHECK-NEXT: %[[BITS:.*]] = vector.bitcast %[[PAIRS]] : vector<16xbf16> to vector<8xi32>
// CHECK: %[[SHIFT:.*]] = arith.constant dense<16> : vector<8xi32>
// CHECK: %[[LOW:.*]] = arith.shli %[[BITS]], %[[SHIFT]]
// CHECK: %[[MASK:.*]] = arith.constant dense<-65536> : vector<8xi32>
// CHECK: %[[HIGH:.*]] = arith.andi %[[BITS]], %[[MASK]]
// CHECK: %[[FIRST:.*]] = arith.bitcast %[[LOW]] : vector<8xi32> to vector<8xf32>
// CHECK: %[[SECOND:.*]] = arith.bitcast %[[HIGH]] : vector<8xi32> to vector<8xf32>
// CHECK-NOT: vector.load
// CHECK: vector.fma %[[A:.*]], %[[FIRST]], %{{.*}} : vector<8xf32>
// CHECK: vector.fma %[[A]], %[[SECOND]], %{{.*}} : vector<8xf32>
// CHECK: vector.fma %[[B:.*]], %[[FIRST]], %{{.*}} : vector<8xf32>
// CHECK: vector.fma %[[B]], %[[SECOND]], %{{.*}} : vector<8xf32>
// The last panel has four columns: of two terms, one beside the other, four lanes of the first
// vector are all that is needed.
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>) {
// CHECK: vector.load %{{.*}} : memref<?xbf16, {{.*}}>, vector<8xbf16>
// CHECK: %[[PART:.*]] = arith.bitcast %{{.*}} : vector<4xi32> to vector<4xf32>
// CHECK: vector.insert_strided_slice %[[PART]], %{{.*}} {offsets = [0], strides = [1]} : vector<4xf32> into vector<8xf32>
// CHECK: vector.load %{{.*}} : memref<?xbf16, {{.*}}>, vector<8xbf16>
// CHECK: vector.insert_strided_slice %{{.*}} {offsets = [4], strides = [1]} : vector<4xf32> into vector<8xf32>
// CHECK: vector.shuffle %{{.*}} [0, 0, 0, 0, 1, 1, 1, 1]
// CHECK-NOT: linalg
// CHECK: return
func.func @product(%x: memref<?x72xf32>, %w: memref<2x72x8x2xbf16>, %out: memref<?x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x20xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<2x72x8x2xbf16>) outs(%out : memref<?x20xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 2>} {
  ^bb0(%a: f32, %b: bf16, %c: f32):
    %wide = arith.extf %b : bf16 to f32
    %ab = arith.mulf %a, %wide : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Panels of bf16 are fetched ahead by elements of their own size: 1152 from panel to panel.
// CHECK-LABEL: func.func @fetched
// CHECK: arith.select %{{.*}}, %c-1152, %c1152 : index
// CHECK: memref.prefetch {{.*}}, locality<2>, data : memref<?xbf16
// CHECK-NOT: memref.prefetch
// CHECK: vector.fma
func.func @fetched(%x: memref<?x72xf32>, %w: memref<2x72x8x2xbf16>, %out: memref<?x32xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x32xf32>)
  linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<?x72xf32>, memref<2x72x8x2xbf16>) outs(%out : memref<?x32xf32>) attrs = {weir.product, weir.fetch_panels, weir.strategy = #weir.product_strategy<rows = 2, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 2>} {
  ^bb0(%a: f32, %b: bf16, %c: f32):
    %wide = arith.extf %b : bf16 to f32
    %ab = arith.mulf %a, %wide : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
