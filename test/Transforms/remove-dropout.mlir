// RUN: weir-opt --weir-remove-dropout %s | FileCheck %s

// Dropout is the identity in inference, also when it follows itself or feeds two layers.

// CHECK-LABEL: func.func @between_layers
// CHECK-SAME: %[[X:.*]]: tensor<?x5xf32>
// CHECK-NEXT: %[[R:.*]] = weir.relu %[[X]]
// CHECK-NEXT: return %[[R]]
func.func @between_layers(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %0 = weir.dropout %x {probability = 2.0e-01 : f64} : tensor<?x5xf32>
  %1 = weir.dropout %0 {probability = 5.0e-01 : f64} : tensor<?x5xf32>
  %2 = weir.relu %1 : tensor<?x5xf32>
  return %2 : tensor<?x5xf32>
}

// CHECK-LABEL: func.func @two_users
// CHECK-SAME: %[[X:.*]]: tensor<?x5xf32>
// CHECK-NEXT: %[[T:.*]] = weir.tanh %[[X]]
// CHECK-NEXT: %[[S:.*]] = weir.add %[[T]], %[[X]]
// CHECK-NEXT: return %[[S]]
func.func @two_users(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %0 = weir.dropout %x {probability = 2.0e-01 : f64} : tensor<?x5xf32>
  %1 = weir.tanh %0 : tensor<?x5xf32>
  %2 = weir.add %1, %0 : (tensor<?x5xf32>, tensor<?x5xf32>) -> tensor<?x5xf32>
  return %2 : tensor<?x5xf32>
}
