// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s
// RUN: weir-opt --weir-to-linalg --cse --canonicalize --mlir-print-local-scope %s | FileCheck %s --check-prefix=CLEAN

// A product becomes one tagged contraction: row axes, the column, then what is summed.
// It adds to zeros.
// CHECK-LABEL: func.func @product
// CHECK-SAME: %[[X:.*]]: tensor<?x2x4x5xf32>, %[[M:.*]]: tensor<4x5x3xf32>
// CHECK: %[[ZEROS:.*]] = linalg.fill
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d3, d4, d2)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%[[X]], %[[M]] : {{.*}}) outs(%[[ZEROS]] : {{.*}}) attrs = {weir.product}
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %[[C:.*]]: f32):
// CHECK-NEXT: %[[AB:.*]] = arith.mulf %[[A]], %[[B]]
// CHECK-NEXT: arith.addf %[[C]], %[[AB]]
func.func @product(%x: tensor<?x2x4x5xf32>, %m: tensor<4x5x3xf32>) -> tensor<?x2x3xf32> {
  %r = weir.product %x, %m : (tensor<?x2x4x5xf32>, tensor<4x5x3xf32>) -> tensor<?x2x3xf32>
  return %r : tensor<?x2x3xf32>
}

// A small table that is multiplied once is a plain loop; a larger one is a product.
// CHECK-LABEL: func.func @small_table
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<64x32xf32>, tensor<32x128xf32>) outs(%{{.*}} : tensor<64x128xf32>) {
// CHECK: return
func.func @small_table(%x: tensor<64x32xf32>, %m: tensor<32x128xf32>) -> tensor<64x128xf32> {
  %r = weir.product %x, %m : (tensor<64x32xf32>, tensor<32x128xf32>) -> tensor<64x128xf32>
  return %r : tensor<64x128xf32>
}

// CHECK-LABEL: func.func @large_table
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<65x128xf32>) attrs = {weir.product}
func.func @large_table(%x: tensor<65x32xf32>, %m: tensor<32x128xf32>) -> tensor<65x128xf32> {
  %r = weir.product %x, %m : (tensor<65x32xf32>, tensor<32x128xf32>) -> tensor<65x128xf32>
  return %r : tensor<65x128xf32>
}

// Unless it is told what to add to.
// CHECK-LABEL: func.func @product_init
// CHECK-SAME: %[[INIT:[^:]*]]: tensor<?x2x3xf32>)
// CHECK-NOT: linalg.fill
// CHECK: linalg.generic {{.*}} outs(%[[INIT]]
func.func @product_init(%x: tensor<?x2x4x5xf32>, %m: tensor<4x5x3xf32>, %i: tensor<?x2x3xf32>) -> tensor<?x2x3xf32> {
  %r = weir.product %x, %m init %i : (tensor<?x2x4x5xf32>, tensor<4x5x3xf32>, tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  return %r : tensor<?x2x3xf32>
}

// Rows that are windows are read from the image itself, with stride and dilation in
// the map. The copy of the patches is dead.
// CHECK-LABEL: func.func @windows
// CHECK-SAME: %[[X:.*]]: tensor<?x9x8x4xf32>, %[[M:.*]]: tensor<3x2x4x6xf32>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5 * 2, d6)>, affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>, affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>], {{.*}} ins(%[[X]], %[[M]] : {{.*}} attrs = {weir.product}
// CLEAN-LABEL: func.func @windows
// CLEAN-NOT: tensor<?x4x6x3x2x4xf32>
// CLEAN: return
func.func @windows(%x: tensor<?x9x8x4xf32>, %m: tensor<3x2x4x6xf32>) -> tensor<?x4x6x6xf32> {
  %w = weir.windows %x {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x3x2x4xf32>
  %r = weir.product %w, %m : (tensor<?x4x6x3x2x4xf32>, tensor<3x2x4x6xf32>) -> tensor<?x4x6x6xf32>
  return %r : tensor<?x4x6x6xf32>
}

// im2col copies on purpose, and its product reads the copy.
// CLEAN-LABEL: func.func @im2col
// CLEAN: %[[PATCHES:.*]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d3, d2 + d4 * 2, d5)>, {{.*}} outs(%{{.*}} : tensor<?x4x6x3x2x4xf32>)
// CLEAN: %[[ROWS:.*]] = tensor.collapse_shape %[[PATCHES]] {{.*}} into tensor<?x4x6x24xf32>
// CLEAN: linalg.generic {{.*}} ins(%[[ROWS]], %{{.*}} attrs = {weir.product}
func.func @im2col(%x: tensor<?x9x8x4xf32>, %m: tensor<24x6xf32>) -> tensor<?x4x6x6xf32> {
  %w = weir.im2col %x {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x6x24xf32>
  %r = weir.product %w, %m : (tensor<?x4x6x24xf32>, tensor<24x6xf32>) -> tensor<?x4x6x6xf32>
  return %r : tensor<?x4x6x6xf32>
}

// Two computed matrices: leading axes are aligned from the right. There is nothing to
// pack, so the tag is another one.
// CHECK-LABEL: func.func @matmul
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d2, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
// CHECK-SAME: attrs = {weir.contraction}
// CHECK-NOT: weir.product
// CHECK: return
func.func @matmul(%x: tensor<5x4xf32>, %y: tensor<?x2x4x3xf32>) -> tensor<?x2x5x3xf32> {
  %r = weir.matmul %x, %y : (tensor<5x4xf32>, tensor<?x2x4x3xf32>) -> tensor<?x2x5x3xf32>
  return %r : tensor<?x2x5x3xf32>
}

// A vector on the left is a row.
// CHECK-LABEL: func.func @matmul_of_row
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>]
func.func @matmul_of_row(%x: tensor<?x4xf32>, %y: tensor<?x4x3xf32>) -> tensor<?x3xf32> {
  %r = weir.matmul %x, %y : (tensor<?x4xf32>, tensor<?x4x3xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}
