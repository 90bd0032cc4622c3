// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s

// A reduction starts from its neutral element; the axes count the example's, so axis 0
// is the second loop.
// CHECK-LABEL: func.func @sum
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: %[[START:.*]] = linalg.fill ins(%[[ZERO]] : f32) {{.*}} -> tensor<?x4xf32>
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%[[X]] : {{.*}}) outs(%[[START]]
// CHECK: arith.addf
func.func @sum(%x: tensor<?x3x4xf32>) -> tensor<?x4xf32> {
  %r = weir.sum %x {axes = array<i64: 0>} : (tensor<?x3x4xf32>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @max
// CHECK: %[[LOWEST:.*]] = arith.constant 0xFF800000
// CHECK: linalg.fill ins(%[[LOWEST]] : f32)
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: arith.maximumf
func.func @max(%x: tensor<?x3x4xf32>) -> tensor<?x3xf32> {
  %r = weir.max %x {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// A mean is a sum, divided by the number of elements once per result; kept axes come
// back by a reshape that moves nothing.
// CHECK-LABEL: func.func @mean
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}} ["parallel", "reduction", "reduction"]
// CHECK: %[[MEAN:.*]] = linalg.generic {{.*}} ["parallel"]} ins(%[[SUM]] : tensor<?xf32>)
// CHECK: %[[COUNT:.*]] = arith.constant 1.200000e+01
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
// CHECK: tensor.expand_shape %[[MEAN]]
// CHECK-NOT: linalg.generic
// CHECK: return %{{.*}} : tensor<?x1x1xf32>
func.func @mean(%x: tensor<?x3x4xf32>) -> tensor<?x1x1xf32> {
  %r = weir.mean %x {axes = array<i64: 0, 1>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x1x1xf32>
  return %r : tensor<?x1x1xf32>
}

// The largest is taken away first, so that exp can't overflow.
// CHECK-LABEL: func.func @softmax
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
// CHECK: %[[LARGEST:.*]] = linalg.generic {{.*}} "reduction"]} ins(%[[X]]
// CHECK: arith.maximumf
// CHECK: %[[KEPT:.*]] = tensor.expand_shape %[[LARGEST]] {{.*}} into tensor<?x3x1xf32>
// CHECK: %[[SHIFTED:.*]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, {{.*}} ins(%[[X]], %[[KEPT]]
// CHECK: arith.subf
// CHECK: %[[POWERS:.*]] = linalg.generic {{.*}} ins(%[[SHIFTED]]
// CHECK: math.exp
// CHECK: %[[TOTAL:.*]] = linalg.generic {{.*}} "reduction"]} ins(%[[POWERS]]
// CHECK: arith.addf
// CHECK: %[[RECIPROCAL:.*]] = linalg.generic {{.*}} ins(%[[TOTAL]]
// CHECK: arith.divf
// CHECK: %[[TOTALS:.*]] = tensor.expand_shape %[[RECIPROCAL]]
// CHECK: linalg.generic {{.*}} ins(%[[POWERS]], %[[TOTALS]]
// CHECK: arith.mulf
func.func @softmax(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %r = weir.softmax %x {axis = 1 : i64} : tensor<?x3x4xf32>
  return %r : tensor<?x3x4xf32>
}

// The logarithm is of one total per axis, not of every power; of short rows for a vector of
// rows at a time.
// CHECK-LABEL: func.func @log_softmax
// CHECK: %[[SHIFTED:.*]] = linalg.generic {{.*}}affine_map<(d0, d1, d2) -> (d0, 0, d2)>
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: %[[TOTAL:.*]] = linalg.generic {{.*}} "reduction", "parallel"]}
// CHECK: %[[TOTALS:.*]] = tensor.expand_shape %[[TOTAL]]
// CHECK: %[[LOGS:.*]] = linalg.generic {{.*}} ins(%[[TOTALS]]
// CHECK: math.log
// CHECK: linalg.generic {{.*}} ins(%[[SHIFTED]], %[[LOGS]]
// CHECK: arith.subf
func.func @log_softmax(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %r = weir.log_softmax %x {axis = 0 : i64} : tensor<?x3x4xf32>
  return %r : tensor<?x3x4xf32>
}

// Of long rows each as soon as it is known.
// CHECK-LABEL: func.func @log_softmax_of_long_rows
// CHECK: %[[TOTAL:.*]] = linalg.generic {{.*}} "reduction"]}
// CHECK: math.exp
// CHECK: %[[TOTAL:.*]] = linalg.generic {{.*}} "reduction"]}
// CHECK: %[[LOG:.*]] = linalg.generic {{.*}} ins(%[[TOTAL]]
// CHECK: math.log
// CHECK: tensor.expand_shape %[[LOG]]
func.func @log_softmax_of_long_rows(%x: tensor<?x500xf32>) -> tensor<?x500xf32> {
  %r = weir.log_softmax %x {axis = 0 : i64} : tensor<?x500xf32>
  return %r : tensor<?x500xf32>
}

// Two passes, mean before variance: a single pass would lose what is small beside a
// large mean.
// CHECK-LABEL: func.func @layer_norm
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>, %[[W:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK: linalg.generic {{.*}} "reduction"]} ins(%[[X]]
// CHECK: %[[SHARE:.*]] = arith.constant 2.500000e-01
// CHECK: arith.mulf %{{.*}}, %[[SHARE]]
// CHECK: %[[CENTRED:.*]] = linalg.generic {{.*}} ins(%[[X]], %{{.*}} : {{.*}}) outs
// CHECK: arith.subf
// CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}} ins(%[[CENTRED]] :
// CHECK: linalg.generic {{.*}} "reduction"]} ins(%[[SQUARES]]
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<?x3xf32>)
// CHECK: arith.constant 9.99999974E-6
// CHECK: math.sqrt
// CHECK: %[[SCALE:.*]] = tensor.expand_shape
// CHECK: linalg.generic {{.*}}affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d2)>{{.*}} ins(%[[CENTRED]], %[[SCALE]], %[[W]], %[[B]]
func.func @layer_norm(%x: tensor<?x3x4xf32>, %w: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<?x3x4xf32> {
  %r = weir.layer_norm %x, %w, %b {epsilon = 1.0e-05 : f64} : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %r : tensor<?x3x4xf32>
}
