// RUN: weir-opt --weir-fuse-kernels %s | FileCheck %s
// RUN: weir-opt --weir-fuse-kernels=always=true %s | FileCheck %s --check-prefix=ALWAYS

// Long rows stay in the nearest cache from one kernel to the next.
// CHECK-LABEL: func.func @long
// CHECK: {weir.kernel = 30 : i64}
// CHECK-NOT: weir.kernel
// CHECK: return
func.func @long(%x: memref<?x384xf32>, %y: memref<?x384xf32>, %out: memref<?x384xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 384 : index
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x384xf32>
      memref.store %a, %y[%i, %j] : memref<?x384xf32>
    }
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %a = memref.load %y[%i, %j] : memref<?x384xf32>
      memref.store %a, %out[%i, %j] : memref<?x384xf32>
    }
  } {weir.kernel = 20 : i64}
  return
}

// Short ones would be waited for.
// CHECK-LABEL: func.func @short
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
// CHECK: return
// ALWAYS-LABEL: func.func @short
// ALWAYS: {weir.kernel = 30 : i64}
func.func @short(%x: memref<?x383xf32>, %y: memref<?x383xf32>, %out: memref<?x383xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 383 : index
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %a = memref.load %x[%i, %j] : memref<?x383xf32>
      memref.store %a, %y[%i, %j] : memref<?x383xf32>
    }
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %a = memref.load %y[%i, %j] : memref<?x383xf32>
      memref.store %a, %out[%i, %j] : memref<?x383xf32>
    }
  } {weir.kernel = 20 : i64}
  return
}
