// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope --split-input-file --verify-diagnostics %s | FileCheck %s

#two = array<i64: 2, 2>
#low = array<i64: 1, 0>

// A maximum never sees its padding: it is minus infinity, as is the start. The window's
// size is an operand that nothing reads.
// CHECK-LABEL: func.func @max_pool
// CHECK-SAME: %[[X:.*]]: tensor<?x9x8x4xf32>
// CHECK: %[[LOWEST:.*]] = arith.constant 0xFF800000
// CHECK: linalg.fill ins(%[[LOWEST]] : f32) {{.*}} -> tensor<?x1x8x4xf32>
// CHECK: %[[IMAGE:.*]] = tensor.insert_slice %[[X]] into
// CHECK: %[[WINDOW:.*]] = tensor.empty() : tensor<3x2xf32>
// CHECK: linalg.fill ins(%{{.*}} : f32) {{.*}} -> tensor<?x4x3x4xf32>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 3 + d5, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>], {{.*}} ins(%[[IMAGE]], %[[WINDOW]]
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32, %[[OLD:.*]]: f32):
// CHECK-NEXT: arith.maximumf %[[A]], %[[OLD]]
func.func @max_pool(%x: tensor<?x9x8x4xf32>) -> tensor<?x4x3x4xf32> {
  %r = weir.max_pool2d %x {kernel = array<i64: 3, 2>, pad_low = #low, pad_high = array<i64: 0, 0>, strides = array<i64: 2, 3>, layout = #weir<layout channels_last>} : (tensor<?x9x8x4xf32>) -> tensor<?x4x3x4xf32>
  return %r : tensor<?x4x3x4xf32>
}

// An average that doesn't count padding divides by what each window really holds.
// CHECK-LABEL: func.func @avg_pool
// CHECK: %[[SUMS:.*]] = linalg.generic {{.*}} "reduction", "reduction"]}
// CHECK: %[[COUNTS:.*]] = arith.constant dense<{{\[\[}}[2.000000e+00], [2.000000e+00]], {{\[\[}}4.000000e+00], [4.000000e+00]], {{\[\[}}2.000000e+00], [2.000000e+00]]]> : tensor<3x2x1xf32>
// CHECK: linalg.generic {{.*}} ins(%[[SUMS]], %[[COUNTS]]
// CHECK: arith.divf
func.func @avg_pool(%x: tensor<?x4x4x4xf32>) -> tensor<?x3x2x4xf32> {
  %r = weir.avg_pool2d %x {kernel = #two, pad_low = #low, pad_high = #low, strides = #two, layout = #weir<layout channels_last>} : (tensor<?x4x4x4xf32>) -> tensor<?x3x2x4xf32>
  return %r : tensor<?x3x2x4xf32>
}

// One that does divides by the size of the window everywhere.
// CHECK-LABEL: func.func @avg_pool_counting_padding
// CHECK: arith.constant dense<4.000000e+00> : tensor<1xf32>
// CHECK: arith.divf
func.func @avg_pool_counting_padding(%x: tensor<?x4x4x4xf32>) -> tensor<?x3x2x4xf32> {
  %r = weir.avg_pool2d %x {count_include_pad, kernel = #two, pad_low = #low, pad_high = #low, strides = #two, layout = #weir<layout channels_last>} : (tensor<?x4x4x4xf32>) -> tensor<?x3x2x4xf32>
  return %r : tensor<?x3x2x4xf32>
}

// -----

// The rewrites put channels last; here nothing else is understood.
func.func @channels_first(%x: tensor<?x4x9x8xf32>) -> tensor<?x4x4x4xf32> {
  // expected-error @below {{failed to legalize operation 'weir.max_pool2d'}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, strides = array<i64: 2, 2>} : (tensor<?x4x9x8xf32>) -> tensor<?x4x4x4xf32>
  return %r : tensor<?x4x4x4xf32>
}
