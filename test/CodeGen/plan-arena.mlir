// RUN: weir-opt --weir-plan-arena --allow-unregistered-dialect %s | FileCheck %s

// A buffer's place is [bytes, bytes per example]. The first and the third are never
// alive together and share a place; the second lives beside both. Sizes are rounded
// up to 64 bytes, so that every buffer is aligned.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: weir.arena_bytes = array<i64: 0, 192>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 0, 0>} : memref<?x32xf32>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 0, 128>} : memref<?x3xf32>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 0, 0>} : memref<?x16xf32>
func.func @chain(%x: memref<?x32xf32>, %out: memref<?x16xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x32xf32>
  memref.copy %x, %a : memref<?x32xf32> to memref<?x32xf32>
  %b = memref.alloc(%n) : memref<?x3xf32>
  "test.op"(%a, %b) : (memref<?x32xf32>, memref<?x3xf32>) -> ()
  %c = memref.alloc(%n) : memref<?x16xf32>
  "test.op"(%b, %c) : (memref<?x3xf32>, memref<?x16xf32>) -> ()
  memref.copy %c, %out : memref<?x16xf32> to memref<?x16xf32>
  return
}

// A use through a view is a use: now the first lives as long as the third.
// CHECK-LABEL: func.func @views
// CHECK-SAME: weir.arena_bytes = array<i64: 0, 256>
// CHECK: {weir.arena = array<i64: 0, 0>} : memref<?x32xf32>
// CHECK: {weir.arena = array<i64: 0, 128>} : memref<?x3xf32>
// CHECK: {weir.arena = array<i64: 0, 192>} : memref<?x16xf32>
func.func @views(%n: index) {
  %a = memref.alloc(%n) : memref<?x32xf32>
  %view = memref.subview %a[0, 0] [%n, 8] [1, 1] : memref<?x32xf32> to memref<?x8xf32, strided<[32, 1]>>
  %b = memref.alloc(%n) : memref<?x3xf32>
  "test.op"(%a, %b) : (memref<?x32xf32>, memref<?x3xf32>) -> ()
  %c = memref.alloc(%n) : memref<?x16xf32>
  "test.op"(%b, %c) : (memref<?x3xf32>, memref<?x16xf32>) -> ()
  "test.op"(%view, %c) : (memref<?x8xf32, strided<[32, 1]>>, memref<?x16xf32>) -> ()
  return
}

// A use inside a loop lasts as long as the loop.
// CHECK-LABEL: func.func @loop
// CHECK-SAME: weir.arena_bytes = array<i64: 0, 128>
func.func @loop(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x16xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a) : (memref<?x16xf32>) -> ()
    "test.op"(%b) : (memref<?x16xf32>) -> ()
  }
  return
}

// A buffer lives from its first use on, wherever it is allocated.
// CHECK-LABEL: func.func @allocated_early
// CHECK-SAME: weir.arena_bytes = array<i64: 0, 64>
func.func @allocated_early(%n: index) {
  %a = memref.alloc(%n) : memref<?x16xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  %view = memref.subview %b[0, 0] [%n, 8] [1, 1] : memref<?x16xf32> to memref<?x8xf32, strided<[16, 1]>>
  "test.op"(%a) : (memref<?x16xf32>) -> ()
  "test.op"(%view) : (memref<?x8xf32, strided<[16, 1]>>) -> ()
  return
}

// What doesn't grow with the batch comes first; the rest lies behind it.
// CHECK-LABEL: func.func @fixed
// CHECK-SAME: weir.arena_bytes = array<i64: 192, 64>
// CHECK: {weir.arena = array<i64: 0, 0>} : memref<40xf32>
// CHECK: {weir.arena = array<i64: 192, 0>} : memref<?x16xf32>
func.func @fixed(%n: index) {
  %a = memref.alloc() : memref<40xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  "test.op"(%a, %b) : (memref<40xf32>, memref<?x16xf32>) -> ()
  return
}

// Two segments of one and three kernels. %a and the fixed %f are used by both: %a is carried,
// so it has a place for all examples; %f lives as long as the second segment, whose slices
// come to its first kernel again, so %g, which is only used after it, doesn't share its place.
// %b and %c are the second segment's own, and %d the first's.
// CHECK-LABEL: func.func @run
// CHECK-SAME: weir.arena_bytes = array<i64: 128, 256>
// CHECK-SAME: weir.carried_bytes = 64 : i64
// CHECK-SAME: weir.segments = [#weir.segment<kernels = 1, examples = 2, bytes = 192>, #weir.segment<kernels = 3, examples = 0, bytes = 128>]
// CHECK: memref.alloc(%{{.*}}) {weir.carried = array<i64: 0, 0>} : memref<?x16xf32>
// CHECK: memref.alloc() {weir.arena = array<i64: 0, 0>} : memref<4xf32>
// CHECK: memref.alloc() {weir.arena = array<i64: 64, 0>} : memref<5xf32>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 128, 0>} : memref<?x17xf32>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 128, 0>} : memref<?x48xf32>
func.func @run(%n: index) attributes {weir.segments = [#weir.segment<kernels = 1, examples = 2>, #weir.segment<kernels = 3, examples = 0>]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x16xf32>
  %f = memref.alloc() : memref<4xf32>
  %g = memref.alloc() : memref<5xf32>
  %b = memref.alloc(%n) : memref<?x17xf32>
  %d = memref.alloc(%n) : memref<?x48xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %f, %d) : (memref<?x16xf32>, memref<4xf32>, memref<?x48xf32>) -> ()
  } {weir.kernel = 1 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %f, %b) : (memref<?x16xf32>, memref<4xf32>, memref<?x17xf32>) -> ()
  } {weir.kernel = 1 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%b) : (memref<?x17xf32>) -> ()
  } {weir.kernel = 1 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%b, %g) : (memref<?x17xf32>, memref<5xf32>) -> ()
  } {weir.kernel = 1 : i64}
  return
}

// A number that says how long another buffer is is read by each kernel that asks for it: %count
// lives as long as %rows and as the loop over its rows, and shares no place with %late.
// CHECK-LABEL: func.func @rows_counted
// CHECK: memref.alloc() {weir.arena = array<i64: 0, 0>} : memref<1xi32>
// CHECK: memref.alloc(%{{.*}}) {weir.arena = array<i64: 128, 0>} : memref<?x16xf32>
// CHECK: memref.alloc() {weir.arena = array<i64: 64, 0>} : memref<4xf32>
func.func @rows_counted(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = memref.alloc() : memref<1xi32>
  scf.for %i = %c0 to %c1 step %c1 {
    "test.op"(%count) : (memref<1xi32>) -> ()
  } {weir.kernel = 1 : i64}
  %0 = memref.load %count[%c0] : memref<1xi32>
  %1 = arith.index_cast %0 : i32 to index
  %rows = memref.alloc(%1) : memref<?x16xf32>
  %late = memref.alloc() : memref<4xf32>
  %dim = memref.dim %rows, %c0 : memref<?x16xf32>
  scf.for %i = %c0 to %dim step %c1 {
    "test.op"(%late) : (memref<4xf32>) -> ()
  } {weir.kernel = 1 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%rows) : (memref<?x16xf32>) -> ()
  } {weir.kernel = 1 : i64}
  return
}
