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
