// RUN: weir-opt --canonicalize %s | FileCheck %s

// Neutral operands vanish, scalars are computed, and nothing that would change a shape.

// CHECK-LABEL: func.func @neutral
// CHECK-SAME: %[[X:.*]]: tensor<?x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @neutral(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %zero = weir.constant dense<0.0> : tensor<f32>
  %zeros = weir.constant dense<0.0> : tensor<3xf32>
  %one = weir.constant dense<1.0> : tensor<f32>
  %0 = weir.add %zero, %x : (tensor<f32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = weir.sub %0, %zeros : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %2 = weir.mul %one, %1 : (tensor<f32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = weir.div %2, %one : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>
  %4 = weir.pow %3, %one : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>
  %5 = weir.maximum %4, %4 : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  %6 = weir.minimum %5, %5 : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %6 : tensor<?x3xf32>
}

// 0 - x and 1 / x are no neutral cases; neither is a zero that stretches x.
// CHECK-LABEL: func.func @not_neutral
// CHECK: weir.sub
// CHECK: weir.div
// CHECK: weir.add
func.func @not_neutral(%x: tensor<?x1xf32>) -> tensor<?x3xf32> {
  %zero = weir.constant dense<0.0> : tensor<f32>
  %one = weir.constant dense<1.0> : tensor<f32>
  %zeros = weir.constant dense<0.0> : tensor<3xf32>
  %0 = weir.sub %zero, %x : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %1 = weir.div %one, %0 : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %2 = weir.add %1, %zeros : (tensor<?x1xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %2 : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @scalars
// CHECK-NEXT: %[[C:.*]] = weir.constant dense<-2.500000e+00> : tensor<f32>
// CHECK-NEXT: return %[[C]]
func.func @scalars() -> tensor<f32> {
  %a = weir.constant dense<2.0> : tensor<f32>
  %b = weir.constant dense<3.0> : tensor<f32>
  %0 = weir.add %a, %b : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.mul %0, %b : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = weir.sub %1, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = weir.div %0, %a : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = weir.neg %3 : tensor<f32>
  %5 = weir.mul %2, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %6 = weir.div %5, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %6 : tensor<f32>
}

// CHECK-LABEL: func.func @twice
// CHECK-SAME: %[[X:.*]]: tensor<?x3xf32>
// CHECK-NEXT: %[[R:.*]] = weir.relu %[[X]]
// CHECK-NEXT: return %[[R]]
func.func @twice(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = weir.neg %x : tensor<?x3xf32>
  %1 = weir.neg %0 : tensor<?x3xf32>
  %2 = weir.relu %1 : tensor<?x3xf32>
  %3 = weir.relu %2 : tensor<?x3xf32>
  return %3 : tensor<?x3xf32>
}

// A condition that is known chooses.
// CHECK-LABEL: func.func @select_known
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>, %[[Y:.*]]: tensor<?xf32>
// CHECK: return %[[X]], %[[Y]]
func.func @select_known(%x: tensor<?xf32>, %y: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %two = weir.constant dense<2.0> : tensor<f32>
  %zero = weir.constant dense<0.0> : tensor<f32>
  %0 = weir.select %two, %x, %y : (tensor<f32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %1 = weir.select %zero, %x, %y : (tensor<f32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// What would have to be stretched stays.
// CHECK-LABEL: func.func @select_stretched
// CHECK: weir.select
func.func @select_stretched(%x: tensor<f32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %two = weir.constant dense<2.0> : tensor<f32>
  %0 = weir.select %two, %x, %y : (tensor<f32>, tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func.func @greater_scalars
// CHECK-DAG: weir.constant dense<1.000000e+00>
// CHECK-DAG: weir.constant dense<0.000000e+00>
// CHECK-NOT: weir.greater
func.func @greater_scalars() -> (tensor<f32>, tensor<f32>) {
  %two = weir.constant dense<2.0> : tensor<f32>
  %three = weir.constant dense<3.0> : tensor<f32>
  %0 = weir.greater %three, %two : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.greater %two, %two : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}

// Parts that lie next to each other, whichever comes first, are joined; three of them as well.
// CHECK-LABEL: func.func @add_neighbours
// CHECK-SAME: %[[A:.*]]: tensor<4x2xf32>, %[[B:.*]]: tensor<4x3xf32>, %[[C:.*]]: tensor<4x1xf32>
// CHECK: %[[JOINED:.*]] = weir.concat %[[A]], %[[B]], %[[C]] {axis = 1 : i64} : {{.*}} -> tensor<4x6xf32>
// CHECK-NEXT: return %[[JOINED]]
func.func @add_neighbours(%a: tensor<4x2xf32>, %b: tensor<4x3xf32>, %c: tensor<4x1xf32>) -> tensor<4x6xf32> {
  %0 = weir.pad %a {low = array<i64: 0, 0>, high = array<i64: 0, 4>, value = 0.0 : f32} : (tensor<4x2xf32>) -> tensor<4x6xf32>
  %1 = weir.pad %b {low = array<i64: 0, 2>, high = array<i64: 0, 1>, value = 0.0 : f32} : (tensor<4x3xf32>) -> tensor<4x6xf32>
  %2 = weir.pad %c {low = array<i64: 0, 5>, high = array<i64: 0, 0>, value = 0.0 : f32} : (tensor<4x1xf32>) -> tensor<4x6xf32>
  %3 = weir.add %2, %1 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %4 = weir.add %3, %0 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %4 : tensor<4x6xf32>
}

// Not if they overlap, leave a gap, are padded with something else, lie apart along two axes, or
// are needed as they are.
// CHECK-LABEL: func.func @add_strangers
// CHECK-NOT: weir.concat
// CHECK: return
func.func @add_strangers(%a: tensor<2xf32>, %b: tensor<3xf32>, %m: tensor<2x2xf32>)
    -> (tensor<6xf32>, tensor<6xf32>, tensor<5xf32>, tensor<4x4xf32>, tensor<5xf32>, tensor<5xf32>) {
  %low = weir.pad %a {low = array<i64: 0>, high = array<i64: 4>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<6xf32>
  %over = weir.pad %b {low = array<i64: 1>, high = array<i64: 2>, value = 0.0 : f32} : (tensor<3xf32>) -> tensor<6xf32>
  %0 = weir.add %low, %over : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %low2 = weir.pad %a {low = array<i64: 0>, high = array<i64: 4>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<6xf32>
  %gap = weir.pad %b {low = array<i64: 3>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<3xf32>) -> tensor<6xf32>
  %1 = weir.add %low2, %gap : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %ones = weir.pad %a {low = array<i64: 0>, high = array<i64: 3>, value = 1.0 : f32} : (tensor<2xf32>) -> tensor<5xf32>
  %right = weir.pad %b {low = array<i64: 2>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<3xf32>) -> tensor<5xf32>
  %2 = weir.add %ones, %right : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  %corner = weir.pad %m {low = array<i64: 0, 0>, high = array<i64: 2, 2>, value = 0.0 : f32} : (tensor<2x2xf32>) -> tensor<4x4xf32>
  %other = weir.pad %m {low = array<i64: 2, 2>, high = array<i64: 0, 0>, value = 0.0 : f32} : (tensor<2x2xf32>) -> tensor<4x4xf32>
  %3 = weir.add %corner, %other : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %left = weir.pad %a {low = array<i64: 0>, high = array<i64: 3>, value = 0.0 : f32} : (tensor<2xf32>) -> tensor<5xf32>
  %right2 = weir.pad %b {low = array<i64: 2>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<3xf32>) -> tensor<5xf32>
  %4 = weir.add %left, %right2 : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %0, %1, %2, %3, %4, %left : tensor<6xf32>, tensor<6xf32>, tensor<5xf32>, tensor<4x4xf32>, tensor<5xf32>, tensor<5xf32>
}
