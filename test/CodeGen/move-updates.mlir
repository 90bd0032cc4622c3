// RUN: weir-opt --weir-move-updates --split-input-file %s | FileCheck %s

// Both follow their gradients, though both read one rate.

// CHECK-LABEL: func.func @shared
// CHECK: linalg.fill {{.*}} outs(%[[G:.*]] : memref<3xf32>)
// CHECK-NEXT: weir.update_all values(%arg0) gradient(%[[G]])
// CHECK: linalg.fill {{.*}} outs(%[[H:.*]] : memref<3xf32>)
// CHECK-NEXT: weir.update_all values(%arg1) gradient(%[[H]])
// CHECK: linalg.fill {{.*}} outs(%arg3
func.func @shared(%p: memref<3xf32>, %q: memref<3xf32>, %lr: memref<f32>, %o: memref<3xf32>) {
  %c = arith.constant 1.0 : f32
  %g = memref.alloc() : memref<3xf32>
  linalg.fill ins(%c : f32) outs(%g : memref<3xf32>)
  %h = memref.alloc() : memref<3xf32>
  linalg.fill ins(%c : f32) outs(%h : memref<3xf32>)
  linalg.fill ins(%c : f32) outs(%o : memref<3xf32>)
  weir.update_all values(%p) gradient(%g) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    weir.yield %0 : f32
  } : (memref<3xf32>), memref<3xf32>, (memref<f32>)
  weir.update_all values(%q) gradient(%h) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    weir.yield %0 : f32
  } : (memref<3xf32>), memref<3xf32>, (memref<f32>)
  return
}

// -----

// What reads the parameter reads it as it was before; reading the gradient is no reason
// to wait.

// CHECK-LABEL: func.func @reader
// CHECK: linalg.fill
// CHECK-NEXT: memref.copy %arg0, %arg2
// CHECK-NEXT: weir.update_all
// CHECK: memref.copy %{{.*}}, %arg3
func.func @reader(%p: memref<3xf32>, %lr: memref<f32>, %o: memref<3xf32>, %o2: memref<3xf32>) {
  %c = arith.constant 1.0 : f32
  %g = memref.alloc() : memref<3xf32>
  linalg.fill ins(%c : f32) outs(%g : memref<3xf32>)
  memref.copy %p, %o : memref<3xf32> to memref<3xf32>
  memref.copy %g, %o2 : memref<3xf32> to memref<3xf32>
  weir.update_all values(%p) gradient(%g) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    weir.yield %0 : f32
  } : (memref<3xf32>), memref<3xf32>, (memref<f32>)
  return
}
