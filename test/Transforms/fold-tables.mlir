// RUN: weir-opt --weir-fold-tables --split-input-file %s | FileCheck %s

// (one-hot rows * table) * matrix = one-hot rows * (table * matrix), and the latter
// depends on parameters only.

// CHECK-LABEL: func.func @linear
// CHECK-SAME: %[[IDS:.*]]: tensor<?x!weir.index<672>>, %[[T:.*]]: tensor<672x60xf32>, %[[M:.*]]: tensor<60x100xf32>
// CHECK-NEXT: %[[U:.*]] = weir.product %[[T]], %[[M]] : (tensor<672x60xf32>, tensor<60x100xf32>) -> tensor<672x100xf32>
// CHECK-NEXT: %[[R:.*]] = weir.embedding %[[IDS]], %[[U]]
// CHECK-NEXT: return %[[R]]
func.func @linear(%ids: tensor<?x!weir.index<672>>, %t: tensor<672x60xf32>, %m: tensor<60x100xf32>) -> tensor<?x100xf32> {
  %0 = weir.embedding %ids, %t : (tensor<?x!weir.index<672>>, tensor<672x60xf32>) -> tensor<?x60xf32>
  %1 = weir.product %0, %m : (tensor<?x60xf32>, tensor<60x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}

// -----

// The sum goes on from where it started; several ids of an example are rows alike.

// CHECK-LABEL: func.func @init
// CHECK-SAME: %[[INIT:[a-z0-9]+]]: tensor<?x3x5xf32>
// CHECK: %[[R:.*]] = weir.embedding %{{.*}} -> tensor<?x3x5xf32>
// CHECK-NEXT: weir.add %[[INIT]], %[[R]]
func.func @init(%ids: tensor<?x3x!weir.index<7>>, %t: tensor<7x4xf32>, %m: tensor<4x5xf32>, %init: tensor<?x3x5xf32>) -> tensor<?x3x5xf32> {
  %0 = weir.embedding %ids, %t : (tensor<?x3x!weir.index<7>>, tensor<7x4xf32>) -> tensor<?x3x4xf32>
  %1 = weir.product %0, %m init %init : (tensor<?x3x4xf32>, tensor<4x5xf32>, tensor<?x3x5xf32>) -> tensor<?x3x5xf32>
  return %1 : tensor<?x3x5xf32>
}

// -----

// Joined rows: what is looked up meets its part of the matrix, what isn't stays one
// product.

// CHECK-LABEL: func.func @joined
// CHECK-SAME: %[[A:.*]]: tensor<?x!weir.index<7>>, %[[X:.*]]: tensor<?x2xf32>, %[[B:.*]]: tensor<?x!weir.index<5>>, %[[Y:.*]]: tensor<?x1xf32>
// CHECK-DAG: %[[MA:.*]] = weir.slice %[[M:.*]] {offsets = array<i64: 0, 0>, sizes = array<i64: 4, 8>
// CHECK-DAG: %[[MX:.*]] = weir.slice %[[M]] {offsets = array<i64: 4, 0>, sizes = array<i64: 2, 8>
// CHECK-DAG: %[[MB:.*]] = weir.slice %[[M]] {offsets = array<i64: 6, 0>, sizes = array<i64: 3, 8>
// CHECK-DAG: %[[MY:.*]] = weir.slice %[[M]] {offsets = array<i64: 9, 0>, sizes = array<i64: 1, 8>
// CHECK-DAG: %[[UA:.*]] = weir.product %{{.*}}, %[[MA]] : (tensor<7x4xf32>
// CHECK-DAG: %[[EA:.*]] = weir.embedding %[[A]], %[[UA]]
// CHECK-DAG: %[[UB:.*]] = weir.product %{{.*}}, %[[MB]] : (tensor<5x3xf32>
// CHECK-DAG: %[[EB:.*]] = weir.embedding %[[B]], %[[UB]]
// CHECK-DAG: %[[XY:.*]] = weir.concat %[[X]], %[[Y]] {axis = 0 : i64}
// CHECK-DAG: %[[MXY:.*]] = weir.concat %[[MX]], %[[MY]] {axis = 0 : i64}
// CHECK: %[[P:.*]] = weir.product %[[XY]], %[[MXY]] :
// CHECK-NEXT: %[[S:.*]] = weir.add %[[P]], %[[EA]]
// CHECK-NEXT: weir.add %[[S]], %[[EB]]
func.func @joined(%a: tensor<?x!weir.index<7>>, %x: tensor<?x2xf32>, %b: tensor<?x!weir.index<5>>, %y: tensor<?x1xf32>,
                  %ta: tensor<7x4xf32>, %tb: tensor<5x3xf32>, %m: tensor<10x8xf32>) -> tensor<?x8xf32> {
  %0 = weir.embedding %a, %ta : (tensor<?x!weir.index<7>>, tensor<7x4xf32>) -> tensor<?x4xf32>
  %1 = weir.embedding %b, %tb : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  %2 = weir.concat %0, %x, %1, %y {axis = 0 : i64} : (tensor<?x4xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x1xf32>) -> tensor<?x10xf32>
  %3 = weir.product %2, %m : (tensor<?x10xf32>, tensor<10x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// A sum or a mean of rows is one of products, too; a maximum isn't.

// CHECK-LABEL: func.func @bags
// CHECK: %[[U:.*]] = weir.product %{{.*}} -> tensor<9x6xf32>
// CHECK: weir.embedding_bag %{{.*}}, %[[U]] {mode = #weir<bag_mode mean>}
// CHECK: %[[MAX:.*]] = weir.embedding_bag %{{.*}} {mode = #weir<bag_mode max>}
// CHECK: weir.product %[[MAX]]
func.func @bags(%ids: tensor<?x4x!weir.index<9>>, %t: tensor<9x8xf32>, %m: tensor<8x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  %0 = weir.embedding_bag %ids, %t {mode = #weir<bag_mode mean>} : (tensor<?x4x!weir.index<9>>, tensor<9x8xf32>) -> tensor<?x8xf32>
  %1 = weir.product %0, %m : (tensor<?x8xf32>, tensor<8x6xf32>) -> tensor<?x6xf32>
  %2 = weir.embedding_bag %ids, %t {mode = #weir<bag_mode max>} : (tensor<?x4x!weir.index<9>>, tensor<9x8xf32>) -> tensor<?x8xf32>
  %3 = weir.product %2, %m : (tensor<?x8xf32>, tensor<8x6xf32>) -> tensor<?x6xf32>
  return %1, %3 : tensor<?x6xf32>, tensor<?x6xf32>
}

// -----

// A large table that would become more than twice as large.

// CHECK-LABEL: func.func @grows
// CHECK: %[[R:.*]] = weir.embedding %{{.*}} -> tensor<?x32xf32>
// CHECK-NEXT: weir.product %[[R]]
func.func @grows(%ids: tensor<?x!weir.index<100000>>, %t: tensor<100000x32xf32>, %m: tensor<32x65xf32>) -> tensor<?x65xf32> {
  %0 = weir.embedding %ids, %t : (tensor<?x!weir.index<100000>>, tensor<100000x32xf32>) -> tensor<?x32xf32>
  %1 = weir.product %0, %m : (tensor<?x32xf32>, tensor<32x65xf32>) -> tensor<?x65xf32>
  return %1 : tensor<?x65xf32>
}

// -----

// A table that would take too long to fold.

// CHECK-LABEL: func.func @takes_long
// CHECK: %[[R:.*]] = weir.embedding %{{.*}} -> tensor<?x64xf32>
// CHECK-NEXT: weir.product %[[R]]
func.func @takes_long(%ids: tensor<?x!weir.index<2000000>>, %t: tensor<2000000x64xf32>, %m: tensor<64x64xf32>) -> tensor<?x64xf32> {
  %0 = weir.embedding %ids, %t : (tensor<?x!weir.index<2000000>>, tensor<2000000x64xf32>) -> tensor<?x64xf32>
  %1 = weir.product %0, %m : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}

// -----

// Many ids for each row, and rows that get much longer: reading them costs more than
// the product.

// CHECK-LABEL: func.func @long_bag
// CHECK: %[[R:.*]] = weir.embedding_bag %{{.*}} -> tensor<?x2xf32>
// CHECK-NEXT: weir.product %[[R]]
func.func @long_bag(%ids: tensor<?x40x!weir.index<9>>, %t: tensor<9x2xf32>, %m: tensor<2x64xf32>) -> tensor<?x64xf32> {
  %0 = weir.embedding_bag %ids, %t {mode = #weir<bag_mode sum>} : (tensor<?x40x!weir.index<9>>, tensor<9x2xf32>) -> tensor<?x2xf32>
  %1 = weir.product %0, %m : (tensor<?x2xf32>, tensor<2x64xf32>) -> tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}

// -----

// Joined along another axis than the one that is summed over; a sum over more than one.

// CHECK-LABEL: func.func @other_axis
// CHECK-COUNT-2: weir.concat
// CHECK: return
func.func @other_axis(%a: tensor<?x2x!weir.index<7>>, %t: tensor<7x4xf32>, %m: tensor<4x8xf32>, %n: tensor<4x4x8xf32>) -> (tensor<?x4x8xf32>, tensor<?x8xf32>) {
  %0 = weir.embedding %a, %t : (tensor<?x2x!weir.index<7>>, tensor<7x4xf32>) -> tensor<?x2x4xf32>
  %1 = weir.concat %0, %0 {axis = 0 : i64} : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x4x4xf32>
  %2 = weir.product %1, %m : (tensor<?x4x4xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
  %3 = weir.concat %0, %0 {axis = 0 : i64} : (tensor<?x2x4xf32>, tensor<?x2x4xf32>) -> tensor<?x4x4xf32>
  %4 = weir.product %3, %n : (tensor<?x4x4xf32>, tensor<4x4x8xf32>) -> tensor<?x8xf32>
  return %2, %4 : tensor<?x4x8xf32>, tensor<?x8xf32>
}
