// RUN: weir-opt --weir-outline-kernels="prefix=net" --split-input-file %s | FileCheck %s

// A batch of at most four examples goes with the caller's frame. Five or more go in as few
// slices of up to four as there can be, of even size, each with a frame whose lists point to
// its first example: 16 bytes of numbers each. (One slice of none, where there is no example,
// would fill what has no batch.)
module attributes {weir.prepared_bytes = 0 : i64} {
  func.func @prepare() attributes {weir.once, weir.arena_bytes = array<i64: 0, 0>} {
    return
  }
  // CHECK-LABEL: func.func @net_run(
  // CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr) -> i32
  // CHECK: %[[FITS:.*]] = arith.cmpi sle, %{{.*}}, %c4_i64
  // CHECK: scf.if %[[FITS]] {
  // CHECK-NEXT: func.call @net_run_slice(%[[FRAME]])
  // CHECK: } else {
  // CHECK: %[[BATCH:.*]] = llvm.load %[[FRAME]]
  // CHECK: %[[SOME:.*]] = arith.maxsi %[[BATCH]], %c1_i64
  // CHECK: %[[SLICES:.*]] = arith.divui %{{.*}}, %c4_i64
  // CHECK: %[[STEP:.*]] = arith.divui %{{.*}}, %[[SLICES]]
  // CHECK: %[[OWN:.*]] = llvm.alloca %c10_i64
  // CHECK: scf.for %[[FROM:.*]] = %c0_i64{{.*}} to %[[SOME]] step %[[STEP]]
  // CHECK: %[[REST:.*]] = arith.subi %[[BATCH]], %[[FROM]]
  // CHECK: %[[SLICE:.*]] = arith.minsi %[[REST]], %[[STEP]]
  // CHECK: llvm.store %[[SLICE]], %[[OWN]]
  // CHECK-COUNT-2: arith.muli %[[FROM]], %c16_i64
  // CHECK: func.call @net_run_slice(%[[OWN]])
  // CHECK: func.func private @net_run_slice(
  // CHECK: call @net_run_kernel0
  // CHECK: call @net_run_kernel1
  // CHECK: func.func @net_arena_size
  // CHECK: %[[MOST:.*]] = arith.minsi %{{.*}}, %c4_i64
  // CHECK: arith.muli %[[MOST]], %c64_i64
  func.func @run(%x: memref<?x4xf32> {weir.buffer = ["input", 0, 0]}, %out: memref<?x4xf32> {weir.buffer = ["output", 0, 0]}, %n: index {weir.buffer = ["batch", 0, 0]}) attributes {weir.arena_bytes = array<i64: 192, 64>, weir.carried_bytes = 0 : i64, weir.segments = [#weir.segment<kernels = 2, examples = 4, bytes = 64>]} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %t = memref.alloc(%n) {weir.arena = array<i64: 192, 0>} : memref<?x4xf32>
    scf.for %i = %c0 to %n step %c1 {
      %v = memref.load %x[%i, %c0] : memref<?x4xf32>
      memref.store %v, %t[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 64 : i64}
    scf.for %i = %c0 to %n step %c1 {
      %v = memref.load %t[%i, %c0] : memref<?x4xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 500 : i64}
    return
  }
}

// -----

// Two segments: slices of three examples, then the whole batch. What goes from one to the
// other lies behind 192 bytes and the larger of 128 bytes for each of up to three examples
// and 64 for each of all; its pointer stands behind the one output's, where each slice's
// kernels find it.
module attributes {weir.prepared_bytes = 0 : i64} {
  func.func @prepare() attributes {weir.once, weir.arena_bytes = array<i64: 0, 0>} {
    return
  }
  // CHECK-LABEL: func.func @net_run(
  // CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr) -> i32
  // CHECK-NOT: scf.if
  // CHECK: %[[FEW:.*]] = arith.minsi %[[BATCH:.*]], %c3_i64
  // CHECK: %[[FIRST:.*]] = arith.muli %[[FEW]], %c128_i64
  // CHECK: %[[SECOND:.*]] = arith.muli %[[BATCH]], %c64_i64
  // CHECK: arith.maxsi %{{.*}}, %[[SECOND]]
  // CHECK: %[[SLICED:.*]] = arith.addi %{{.*}}, %c192_i64
  // CHECK: %[[CARRIED:.*]] = llvm.getelementptr %{{.*}}[%[[SLICED]]]
  // CHECK: %[[OFFSET:.*]] = arith.muli %[[BATCH]], %c256_i64
  // CHECK: %[[START:.*]] = llvm.getelementptr %[[CARRIED]][%[[OFFSET]]]
  // CHECK: %[[OUTPUTS:.*]] = llvm.alloca %c2_i64
  // CHECK: scf.for %[[FROM:.*]] = %c0_i64
  // CHECK: %[[BYTES:.*]] = arith.muli %[[FROM]], %c32_i64
  // CHECK: %[[HERE:.*]] = llvm.getelementptr %[[START]][%[[BYTES]]]
  // CHECK: %[[ENTRY:.*]] = llvm.getelementptr %[[OUTPUTS]][8]
  // CHECK: llvm.store %[[HERE]], %[[ENTRY]]
  // CHECK: func.call @net_run_slice0(
  // CHECK: scf.for
  // CHECK: func.call @net_run_slice1(
  // CHECK: func.func private @net_run_slice0(
  // CHECK: call @net_run_kernel0
  // CHECK-NOT: call @net_run_kernel1
  // CHECK-LABEL: func.func private @net_run_kernel0(
  // CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr,
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr %[[FRAME]][16]
  // CHECK-NEXT: %[[LIST:.*]] = llvm.load %[[FIELD]]
  // CHECK-NEXT: llvm.getelementptr %[[LIST]][8]
  // CHECK: func.func private @net_run_slice1(
  // CHECK: call @net_run_kernel1
  // CHECK: func.func @net_arena_size
  // CHECK: arith.minsi %[[N:.*]], %c3_i64
  // CHECK: %[[ALL:.*]] = arith.muli %[[N]], %c320_i64
  // CHECK: arith.addi %{{.*}}, %[[ALL]]
  func.func @run(%x: memref<?x4xf32> {weir.buffer = ["input", 0, 0]}, %out: memref<?x4xf32> {weir.buffer = ["output", 0, 0]}, %n: index {weir.buffer = ["batch", 0, 0]}) attributes {weir.arena_bytes = array<i64: 192, 448>, weir.carried_bytes = 320 : i64, weir.segments = [#weir.segment<kernels = 1, examples = 3, bytes = 128>, #weir.segment<kernels = 1, examples = 0, bytes = 64>]} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %t = memref.alloc(%n) {weir.carried = array<i64: 0, 256>} : memref<?x8xf32>
    scf.for %i = %c0 to %n step %c1 {
      %v = memref.load %x[%i, %c0] : memref<?x4xf32>
      memref.store %v, %t[%i, %c0] : memref<?x8xf32>
    } {weir.kernel = 64 : i64}
    scf.for %i = %c0 to %n step %c1 {
      %v = memref.load %t[%i, %c0] : memref<?x8xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 500 : i64}
    return
  }
}
