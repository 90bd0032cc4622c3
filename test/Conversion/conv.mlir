// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope --split-input-file --verify-diagnostics %s | FileCheck %s

// Plain convolutions are products before they get here. A depthwise one has no channel
// to sum over, so the channels stay innermost and vectors run along them; stride and
// dilation are in the map, padding is around the image.
// CHECK-LABEL: func.func @depthwise
// CHECK-SAME: %[[X:.*]]: tensor<?x8x9x6xf32>, %[[W:.*]]: tensor<6x1x3x2xf32>
// CHECK: %[[IMAGE:.*]] = tensor.insert_slice %[[X]] into {{.*}} into tensor<?x9x9x6xf32>
// CHECK: %[[KERNEL:.*]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d2, d0, d1)>, {{.*}} outs(%{{.*}} : tensor<3x2x6xf32>)
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 + d5 * 2, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%[[IMAGE]], %[[KERNEL]]
// CHECK-NOT: weir.product
func.func @depthwise(%x: tensor<?x8x9x6xf32>, %w: tensor<6x1x3x2xf32>) -> tensor<?x4x7x6xf32> {
  %r = weir.conv2d %x, %w {strides = array<i64: 2, 1>, pad_low = array<i64: 1, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 2>, groups = 6 : i64, layout = #weir<layout channels_last>} : (tensor<?x8x9x6xf32>, tensor<6x1x3x2xf32>) -> tensor<?x4x7x6xf32>
  return %r : tensor<?x4x7x6xf32>
}

// -----

// Groups are an axis of their own on every side: group g of the result sees group g of
// the image only. Without padding the image is used where it lies.
// CHECK-LABEL: func.func @grouped
// CHECK-SAME: %[[X:.*]]: tensor<?x8x9x6xf32>, %[[W:.*]]: tensor<4x3x3x2xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NOT: tensor.insert_slice
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d2, d4, d3, d0, d1)>
// CHECK: %[[GROUPS:.*]] = tensor.expand_shape %{{.*}} into tensor<?x8x9x2x3xf32>
// CHECK: %[[SUM:.*]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 + d5, d2 + d6, d3, d7)>, affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d5, d6, d3, d7, d4)>, affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4)>], {{.*}} ins(%[[GROUPS]]
// CHECK: %[[BIAS:.*]] = tensor.expand_shape %[[B]] {{.*}} into tensor<2x2xf32>
// CHECK: linalg.generic {{.*}}affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>{{.*}} ins(%[[SUM]], %[[BIAS]]
// CHECK: arith.addf
func.func @grouped(%x: tensor<?x8x9x6xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<4xf32>) -> tensor<?x6x8x4xf32> {
  %r = weir.conv2d %x, %w bias %b {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64, layout = #weir<layout channels_last>} : (tensor<?x8x9x6xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>) -> tensor<?x6x8x4xf32>
  return %r : tensor<?x6x8x4xf32>
}

// -----

// The rewrites put channels last; here nothing else is understood.
func.func @channels_first(%x: tensor<?x6x8x9xf32>, %w: tensor<4x3x3x2xf32>) -> tensor<?x4x6x8xf32> {
  // expected-error @below {{failed to legalize operation 'weir.conv2d'}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (tensor<?x6x8x9xf32>, tensor<4x3x3x2xf32>) -> tensor<?x4x6x8xf32>
  return %r : tensor<?x4x6x8xf32>
}
