// RUN: weir-opt --weir-pack-products --mlir-print-local-scope %s | FileCheck %s

#rows = affine_map<(m, n, k) -> (m, k)>
#matrix = affine_map<(m, n, k) -> (k, n)>
#result = affine_map<(m, n, k) -> (m, n)>

// The strategy is written by hand and obeyed: panels of 16 columns, the last filled up
// with zeros. An index past the matrix is clamped, so that nothing outside is read.
// CHECK-LABEL: func.func @product
// CHECK-SAME: %[[X:.*]]: tensor<?x72xf32>, %[[W:.*]]: tensor<72x20xf32>
// CHECK: %[[PACKED:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<2x72x16xf32>)
// CHECK: %[[PANEL:.*]] = linalg.index 0
// CHECK: %[[LANE:.*]] = linalg.index 2
// CHECK: %[[START:.*]] = arith.muli %[[PANEL]], %c16
// CHECK: %[[COLUMN:.*]] = arith.addi %[[START]], %[[LANE]]
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[COLUMN]], %c20
// CHECK: %[[ROW:.*]] = linalg.index 1
// CHECK: %[[SAFE:.*]] = arith.minsi %[[COLUMN]], %c19
// CHECK: %[[ELEMENT:.*]] = tensor.extract %[[W]][%[[ROW]], %[[SAFE]]]
// CHECK: %[[ZERO:.*]] = arith.constant 0.0
// CHECK: arith.select %[[INSIDE]], %[[ELEMENT]], %[[ZERO]]
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>, affine_map<(d0, d1, d2) -> (d0, d1)>], {{.*}} ins(%[[X]], %[[PACKED]]
func.func @product(%x: tensor<?x72xf32>, %w: tensor<72x20xf32>, %z: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %r = linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x72xf32>, tensor<72x20xf32>) outs(%z : tensor<?x20xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x20xf32>
  return %r : tensor<?x20xf32>
}

// A weight that only had its axes put in order is packed from where it lies.
// CHECK-LABEL: func.func @transposed
// CHECK-SAME: %[[X:.*]]: tensor<?x72xf32>, %[[W:.*]]: tensor<20x72xf32>
// CHECK: outs(%{{.*}} : tensor<2x72x16xf32>)
// CHECK: %[[ROW:.*]] = linalg.index 1
// CHECK: %[[SAFE:.*]] = arith.minsi
// CHECK: tensor.extract %[[W]][%[[SAFE]], %[[ROW]]] : tensor<20x72xf32>
func.func @transposed(%x: tensor<?x72xf32>, %w: tensor<20x72xf32>, %z: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %e = tensor.empty() : tensor<72x20xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<20x72xf32>) outs(%e : tensor<72x20xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  } -> tensor<72x20xf32>
  %r = linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %t : tensor<?x72xf32>, tensor<72x20xf32>) outs(%z : tensor<?x20xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x20xf32>
  return %r : tensor<?x20xf32>
}

// What is computed on the way isn't skipped.
// CHECK-LABEL: func.func @scaled
// CHECK: %[[S:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<72x20xf32>)
// CHECK: tensor.extract %[[S]][
func.func @scaled(%x: tensor<?x72xf32>, %w: tensor<20x72xf32>, %z: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %e = tensor.empty() : tensor<72x20xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<20x72xf32>) outs(%e : tensor<72x20xf32>) {
  ^bb0(%a: f32, %b: f32):
    %n = arith.negf %a : f32
    linalg.yield %n : f32
  } -> tensor<72x20xf32>
  %r = linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %t : tensor<?x72xf32>, tensor<72x20xf32>) outs(%z : tensor<?x20xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x20xf32>
  return %r : tensor<?x20xf32>
}

// A kernel of several axes keeps their order inside a panel.
// CHECK-LABEL: func.func @windows
// CHECK: tensor<4x3x2x5x4xf32>
// CHECK: affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3 floordiv 4, d4, d5, d6, d3 mod 4)>
func.func @windows(%x: tensor<?x6x7x5xf32>, %w: tensor<3x2x5x16xf32>, %z: tensor<?x4x6x16xf32>) -> tensor<?x4x6x16xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(b, y, x, n, i, j, c) -> (b, y + i, x + j, c)>, affine_map<(b, y, x, n, i, j, c) -> (i, j, c, n)>, affine_map<(b, y, x, n, i, j, c) -> (b, y, x, n)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : tensor<?x6x7x5xf32>, tensor<3x2x5x16xf32>) outs(%z : tensor<?x4x6x16xf32>) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 6, columns = 4, lanes = 4, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x4x6x16xf32>
  return %r : tensor<?x4x6x16xf32>
}

// Without a strategy nothing is decided here.
// CHECK-LABEL: func.func @undecided
// CHECK: linalg.generic {{.*}} (d2, d1)>
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @undecided(%x: tensor<?x72xf32>, %w: tensor<72x20xf32>, %z: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %r = linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x72xf32>, tensor<72x20xf32>) outs(%z : tensor<?x20xf32>) attrs = {weir.product} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x20xf32>
  return %r : tensor<?x20xf32>
}

// A matrix that is computed has a strategy but is read where it lies.
// CHECK-LABEL: func.func @computed
// CHECK: linalg.generic {{.*}} (d0, d3, d2)>
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @computed(%x: tensor<?x4x72xf32>, %y: tensor<?x72x20xf32>, %z: tensor<?x4x20xf32>) -> tensor<?x4x20xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %y : tensor<?x4x72xf32>, tensor<?x72x20xf32>) outs(%z : tensor<?x4x20xf32>) attrs = {weir.contraction, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x4x20xf32>
  return %r : tensor<?x4x20xf32>
}

// Weights in bf16: rounded where they are packed, the panel's two vectors in turns, and
// widened in the body.
// CHECK-LABEL: func.func @halved
// CHECK-SAME: %[[X:.*]]: tensor<?x72xf32>, %[[W:.*]]: tensor<72x20xf32>
// CHECK: %[[PACKED:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<2x72x8x2xbf16>)
// CHECK: %[[PANEL:.*]] = linalg.index 0
// CHECK: %[[LANE:.*]] = linalg.index 2
// CHECK: %[[VECTOR:.*]] = linalg.index 3
// CHECK: %[[FIRST:.*]] = arith.muli %[[VECTOR]], %c8
// CHECK: %[[PLACE:.*]] = arith.addi %[[FIRST]], %[[LANE]]
// CHECK: %[[START:.*]] = arith.muli %[[PANEL]], %c16
// CHECK: %[[COLUMN:.*]] = arith.addi %[[START]], %[[PLACE]]
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %[[COLUMN]], %c20
// CHECK: %[[SAFE:.*]] = arith.minsi %[[COLUMN]], %c19
// CHECK: %[[ELEMENT:.*]] = tensor.extract %[[W]][%{{.*}}, %[[SAFE]]]
// CHECK: %[[F32:.*]] = arith.select %[[INSIDE]], %[[ELEMENT]]
// CHECK: %[[BF16:.*]] = arith.truncf %[[F32]] : f32 to bf16
// CHECK: linalg.yield %[[BF16]]
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 8, (d1 mod 16) floordiv 8)>, affine_map<(d0, d1, d2) -> (d0, d1)>], {{.*}} ins(%[[X]], %[[PACKED]]
// CHECK: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: bf16, %{{.*}}: f32):
// CHECK: %[[WIDE:.*]] = arith.extf %[[B]] : bf16 to f32
// CHECK: arith.mulf %[[A]], %[[WIDE]] : f32
func.func @halved(%x: tensor<?x72xf32>, %w: tensor<72x20xf32>, %z: tensor<?x20xf32>) -> tensor<?x20xf32> {
  %r = linalg.generic {indexing_maps = [#rows, #matrix, #result], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<?x72xf32>, tensor<72x20xf32>) outs(%z : tensor<?x20xf32>) attrs = {weir.product, weir.weights = bf16, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  } -> tensor<?x20xf32>
  return %r : tensor<?x20xf32>
}
