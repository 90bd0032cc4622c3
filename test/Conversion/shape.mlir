// RUN: weir-opt --weir-to-linalg --mlir-print-local-scope %s | FileCheck %s

// Only the frame is filled, each element of it once; whoever makes the interior can
// write it in place.
// CHECK-LABEL: func.func @pad
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>
// CHECK: %[[EMPTY:.*]] = tensor.empty(%{{.*}}) : tensor<?x6x9xf32>
// CHECK: tensor.extract_slice %[[EMPTY]][0, 0, 0] [%{{.*}}, 1, 9]
// CHECK: linalg.fill {{.*}} -> tensor<?x1x9xf32>
// CHECK: %[[TOP:.*]] = tensor.insert_slice
// CHECK: tensor.extract_slice %[[TOP]][0, 4, 0] [%{{.*}}, 2, 9]
// CHECK: linalg.fill {{.*}} -> tensor<?x2x9xf32>
// CHECK: %[[BOTTOM:.*]] = tensor.insert_slice
// CHECK: tensor.extract_slice %[[BOTTOM]][0, 1, 0] [%{{.*}}, 3, 2]
// CHECK: linalg.fill {{.*}} -> tensor<?x3x2xf32>
// CHECK: %[[LEFT:.*]] = tensor.insert_slice
// CHECK: tensor.extract_slice %[[LEFT]][0, 1, 6] [%{{.*}}, 3, 3]
// CHECK: linalg.fill {{.*}} -> tensor<?x3x3xf32>
// CHECK: %[[FRAME:.*]] = tensor.insert_slice
// CHECK: tensor.insert_slice %[[X]] into %[[FRAME]][0, 1, 2] [%{{.*}}, 3, 4] [1, 1, 1]
func.func @pad(%x: tensor<?x3x4xf32>) -> tensor<?x6x9xf32> {
  %r = weir.pad %x {low = array<i64: 1, 2>, high = array<i64: 2, 3>, value = 1.5 : f32} : (tensor<?x3x4xf32>) -> tensor<?x6x9xf32>
  return %r : tensor<?x6x9xf32>
}

// A side that isn't padded is not filled.
// CHECK-LABEL: func.func @pad_one_side
// CHECK: linalg.fill {{.*}} -> tensor<?x3x2xf32>
// CHECK-NOT: linalg.fill
// CHECK: return
func.func @pad_one_side(%x: tensor<?x3x4xf32>) -> tensor<?x3x6xf32> {
  %r = weir.pad %x {low = array<i64: 0, 2>, high = array<i64: 0, 0>, value = 0.0 : f32} : (tensor<?x3x4xf32>) -> tensor<?x3x6xf32>
  return %r : tensor<?x3x6xf32>
}

// Each part is inserted behind the ones before it; no element is computed here.
// CHECK-LABEL: func.func @concat
// CHECK-SAME: %[[X:.*]]: tensor<?x3x4xf32>, %[[Y:.*]]: tensor<?x3x2xf32>
// CHECK: %[[EMPTY:.*]] = tensor.empty(%{{.*}}) : tensor<?x3x6xf32>
// CHECK: %[[FIRST:.*]] = tensor.insert_slice %[[X]] into %[[EMPTY]][0, 0, 0] [%{{.*}}, 3, 4]
// CHECK: tensor.insert_slice %[[Y]] into %[[FIRST]][0, 0, 4] [%{{.*}}, 3, 2]
// CHECK-NOT: linalg
// CHECK: return
func.func @concat(%x: tensor<?x3x4xf32>, %y: tensor<?x3x2xf32>) -> tensor<?x3x6xf32> {
  %r = weir.concat %x, %y {axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<?x3x2xf32>) -> tensor<?x3x6xf32>
  return %r : tensor<?x3x6xf32>
}

// A slice is a view with a stride; the batch is taken whole.
// CHECK-LABEL: func.func @slice
// CHECK: tensor.extract_slice %{{.*}}[0, 1, 0] [%{{.*}}, 2, 2] [1, 1, 3]
func.func @slice(%x: tensor<?x3x4xf32>) -> tensor<?x2x2xf32> {
  %r = weir.slice %x {offsets = array<i64: 1, 0>, sizes = array<i64: 2, 2>, strides = array<i64: 1, 3>} : (tensor<?x3x4xf32>) -> tensor<?x2x2xf32>
  return %r : tensor<?x2x2xf32>
}

// A reshape moves nothing and leaves the batch alone.
// CHECK-LABEL: func.func @reshape
// CHECK: %[[FLAT:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2]] : tensor<?x3x4xf32> into tensor<?x12xf32>
// CHECK: tensor.expand_shape %[[FLAT]] {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 2, 6]
// CHECK-NOT: linalg
// CHECK: return
func.func @reshape(%x: tensor<?x3x4xf32>) -> tensor<?x2x6xf32> {
  %r = weir.reshape %x : (tensor<?x3x4xf32>) -> tensor<?x2x6xf32>
  return %r : tensor<?x2x6xf32>
}

// CHECK-LABEL: func.func @reshape_to_scalars
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]] : tensor<?x1xf32> into tensor<?xf32>
func.func @reshape_to_scalars(%x: tensor<?x1x1xf32>) -> tensor<?xf32> {
  %r = weir.reshape %x : (tensor<?x1x1xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// The loops run over the result; loop d1 is the operand's last axis.
// CHECK-LABEL: func.func @transpose
// CHECK: linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>]
func.func @transpose(%x: tensor<?x3x4x5xf32>) -> tensor<?x5x3x4xf32> {
  %r = weir.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<?x3x4x5xf32>) -> tensor<?x5x3x4xf32>
  return %r : tensor<?x5x3x4xf32>
}
