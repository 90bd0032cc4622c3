// RUN: weir-opt --one-shot-bufferize %s | FileCheck %s

// What was cut out, changed and put back where it was is changed in place.
// CHECK-LABEL: func.func @back
// CHECK-NOT: memref.alloc
// CHECK: %[[SLICE:.*]] = memref.subview %{{.*}}[0, 2]
// CHECK: linalg.fill {{.*}} outs(%[[SLICE]]
// CHECK-NOT: memref.alloc
// CHECK: return
func.func @back(%m: memref<?x8xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = bufferization.to_tensor %m restrict writable : memref<?x8xf32> to tensor<?x8xf32>
  %s = tensor.extract_slice %t[0, 2] [%n, 3] [1, 1] : tensor<?x8xf32> to tensor<?x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%s : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = tensor.insert_slice %f into %t[0, 2] [%n, 3] [1, 1] : tensor<?x3xf32> into tensor<?x8xf32>
  bufferization.materialize_in_destination %r in restrict writable %m : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}

// Put back elsewhere, it gets memory of its own.
// CHECK-LABEL: func.func @elsewhere
// CHECK: %[[OWN:.*]] = memref.alloc
// CHECK: linalg.fill {{.*}} outs(%[[OWN]]
// CHECK: %[[PLACE:.*]] = memref.subview %{{.*}}[0, 3]
// CHECK: memref.copy %[[OWN]], %[[PLACE]]
func.func @elsewhere(%m: memref<?x8xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %t = bufferization.to_tensor %m restrict writable : memref<?x8xf32> to tensor<?x8xf32>
  %s = tensor.extract_slice %t[0, 2] [%n, 3] [1, 1] : tensor<?x8xf32> to tensor<?x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%s : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = tensor.insert_slice %f into %t[0, 3] [%n, 3] [1, 1] : tensor<?x3xf32> into tensor<?x8xf32>
  bufferization.materialize_in_destination %r in restrict writable %m : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}

// A slice of another size isn't the one that was cut out, even where they begin together.
// CHECK-LABEL: func.func @other_size
// CHECK: memref.alloc
func.func @other_size(%m: memref<?x8xf32>, %n: index, %k: index) {
  %zero = arith.constant 0.0 : f32
  %t = bufferization.to_tensor %m restrict writable : memref<?x8xf32> to tensor<?x8xf32>
  %s = tensor.extract_slice %t[0, 2] [%n, 3] [1, 1] : tensor<?x8xf32> to tensor<?x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%s : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = tensor.insert_slice %f into %t[0, 2] [%k, 3] [1, 1] : tensor<?x3xf32> into tensor<?x8xf32>
  bufferization.materialize_in_destination %r in restrict writable %m : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
  return
}
