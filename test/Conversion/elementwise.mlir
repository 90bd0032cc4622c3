// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s

// An element-wise op becomes one loop nest; the batch is the size of its first axis.
// CHECK-LABEL: func.func @add
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>, %[[Y:.*]]: tensor<?x3x4xf32>
// CHECK: %[[BATCH:.*]] = tensor.dim %[[X]], %{{.*}}
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[BATCH]]) : tensor<?x3x4xf32>
// CHECK: %[[R:.*]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%[[X]], %[[Y]] : {{.*}}) outs(%[[EMPTY]]
// CHECK: arith.addf
// CHECK: return %[[R]]
func.func @add(%x: tensor<?x3x4xf32>, %y: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.add %x, %y : (tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}

// What has no batch is shared by all examples; an axis of size one is stretched. The
// order of operands is kept although the batch comes from the second.
// CHECK-LABEL: func.func @stretched_parameter
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>, %[[Y:.*]]: tensor<3x1xf32>
// CHECK: tensor.dim %[[X]]
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, {{.*}}ins(%[[Y]], %[[X]]
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: arith.subf %[[A]], %[[B]]
func.func @stretched_parameter(%x: tensor<?x3x4xf32>, %y: tensor<3x1xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.sub %y, %x : (tensor<3x1xf32>, tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}

// CHECK-LABEL: func.func @both_stretched
// CHECK: indexing_maps = [affine_map<(d0, d1, d2) -> (d0, 0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>]
func.func @both_stretched(%x: tensor<?x1x4xf32>, %y: tensor<?x3x1xf32>) -> tensor<?x3x4xf32> {
  %0 = weir.div %x, %y : (tensor<?x1x4xf32>, tensor<?x3x1xf32>) -> tensor<?x3x4xf32>
  return %0 : tensor<?x3x4xf32>
}

// A constant of one value is written into the body, on the side where it stood.
// CHECK-LABEL: func.func @constant_left
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<?x4xf32>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[C:.*]] = arith.constant 5.500000e+00 : f32
// CHECK: arith.subf %[[C]], %[[A]]
func.func @constant_left(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = weir.constant dense<5.5> : tensor<1xf32>
  %0 = weir.sub %c, %x : (tensor<1xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @constant_right
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<?x4xf32>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[C:.*]] = arith.constant 5.500000e+00 : f32
// CHECK: math.powf %[[A]], %[[C]]
func.func @constant_right(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = weir.constant dense<5.5> : tensor<f32>
  %0 = weir.pow %x, %c : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// A constant of several values is read like any operand.
// CHECK-LABEL: func.func @constant_of_many
// CHECK: %[[C:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: linalg.generic {{.*}}affine_map<(d0, d1) -> (d1)>{{.*}} ins(%{{.*}}, %[[C]] : tensor<?x2xf32>, tensor<2xf32>)
func.func @constant_of_many(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %c = weir.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = weir.mul %x, %c : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// A compare and a select: one instruction on most processors, and NaN stays NaN.
// CHECK-LABEL: func.func @relu
// CHECK: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: %[[NEGATIVE:.*]] = arith.cmpf ogt, %[[ZERO]], %[[A]]
// CHECK: %[[R:.*]] = arith.select %[[NEGATIVE]], %[[ZERO]], %[[A]]
// CHECK: linalg.yield %[[R]]
func.func @relu(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = weir.relu %x : tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// exp is given nothing positive, so it can't overflow.
// CHECK-LABEL: func.func @softplus
// CHECK: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[ABS:.*]] = math.absf %[[A]]
// CHECK: %[[NEG:.*]] = arith.negf %[[ABS]]
// CHECK: %[[EXP:.*]] = math.exp %[[NEG]]
// CHECK: math.log1p %[[EXP]]
func.func @softplus(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = weir.softplus %x : tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// Parameters stay as they are, and what is computed from them alone has no batch.
// CHECK-LABEL: func.func @parameter
// CHECK: %[[W:.*]] = weir.param "w"
// CHECK: tensor.empty() : tensor<4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[W]] : tensor<4xf32>)
// CHECK: math.tanh
func.func @parameter() -> tensor<4xf32> {
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  %0 = weir.tanh %w : tensor<4xf32>
  return %0 : tensor<4xf32>
}
