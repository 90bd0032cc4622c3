// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s

// Winograd's transforms are sums over a tile's rows and columns, tagged for the code generator.

// The position of a tile is a row and a column of it: p floordiv 6 and p mod 6.
// CHECK-LABEL: func.func @input
// CHECK: %[[M:.*]] = arith.constant dense<{{.*}}> : tensor<6x6xf32>
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 4 + d5, d2 * 4 + d6, d4)>, affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3 floordiv 6, d5)>, affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3 mod 6, d6)>, affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%{{.*}}, %[[M]], %[[M]] : {{.*}}) outs(%[[ZEROS]] : tensor<?x2x3x36x5xf32>) attrs = {weir.tile = 4 : i64, weir.winograd = "input"}
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[A:.*]]: f32, %[[B:.*]]: f32, %[[SUM:.*]]: f32):
// CHECK-NEXT: %[[AB:.*]] = arith.mulf %[[A]], %[[B]]
// CHECK-NEXT: %[[XAB:.*]] = arith.mulf %[[X]], %[[AB]]
// CHECK-NEXT: arith.addf %[[SUM]], %[[XAB]]
func.func @input(%x: tensor<?x10x14x5xf32>) -> tensor<?x2x3x36x5xf32> {
  %t = weir.winograd_input %x {tile = 4 : i64} : (tensor<?x10x14x5xf32>) -> tensor<?x2x3x36x5xf32>
  return %t : tensor<?x2x3x36x5xf32>
}

// CHECK-LABEL: func.func @weight
// CHECK: arith.constant dense<{{\[\[}}1.000000e+00, 0.000000e+00, 0.000000e+00], [5.000000e-01, 5.000000e-01, 5.000000e-01], [5.000000e-01, -5.000000e-01, 5.000000e-01], [0.000000e+00, 0.000000e+00, 1.000000e+00]]> : tensor<4x3xf32>
// CHECK: affine_map<(d0, d1, d2, d3, d4) -> (d2, d1, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0 floordiv 4, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0 mod 4, d4)>
// CHECK-SAME: weir.winograd = "weight"
func.func @weight(%w: tensor<3x5x3x3xf32>) -> tensor<16x5x3xf32> {
  %u = weir.winograd_weight %w {tile = 2 : i64} : (tensor<3x5x3x3xf32>) -> tensor<16x5x3xf32>
  return %u : tensor<16x5x3xf32>
}

// Each result finds its tile: results past the image have no loop iteration.
// CHECK-LABEL: func.func @output
// CHECK: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 floordiv 4, d2 floordiv 4, d4 * 6 + d5, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d1 mod 4, d4)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d2 mod 4, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
// CHECK-SAME: outs(%{{.*}} : tensor<?x7x12x3xf32>)
// CHECK-SAME: weir.winograd = "output"
func.func @output(%m: tensor<?x2x3x36x3xf32>) -> tensor<?x7x12x3xf32> {
  %y = weir.winograd_output %m {tile = 4 : i64, height = 7 : i64, width = 12 : i64} : (tensor<?x2x3x36x3xf32>) -> tensor<?x7x12x3xf32>
  return %y : tensor<?x7x12x3xf32>
}

// A product per group: rows, matrices and result share the axis.
// CHECK-LABEL: func.func @grouped_product
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d1, d3, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>]
// CHECK-SAME: attrs = {weir.product}
func.func @grouped_product(%x: tensor<?x4x5xf32>, %m: tensor<4x5x3xf32>) -> tensor<?x4x3xf32> {
  %r = weir.grouped_product %x, %m : (tensor<?x4x5xf32>, tensor<4x5x3xf32>) -> tensor<?x4x3xf32>
  return %r : tensor<?x4x3xf32>
}
