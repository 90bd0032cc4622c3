// RUN: weir-opt --weir-outline-kernels="prefix=net" --split-input-file --verify-diagnostics %s | FileCheck %s
// RUN: weir-opt --weir-outline-kernels="prefix=net parallel-work=7" --split-input-file --verify-diagnostics %s | FileCheck %s --check-prefix=EAGER
// RUN: weir-opt --weir-outline-kernels="prefix=net parallel-work=0" --split-input-file --verify-diagnostics %s | FileCheck %s --check-prefix=ALWAYS

module attributes {weir.prepared_bytes = 192 : i64} {
  // CHECK-LABEL: func.func @net_prepare(
  // CHECK: call @net_prepare_kernel0
  // CHECK: return %c0_i32
  // The block that prepare fills is its only output, here written from byte 128 on.
  // CHECK-LABEL: func.func private @net_prepare_kernel0
  // CHECK: llvm.getelementptr %{{.*}}[16]
  // CHECK: %[[BLOCK:.*]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
  // CHECK: %[[BYTES:.*]] = arith.constant 128 : index
  // CHECK: %[[OFFSET:.*]] = arith.index_cast %[[BYTES]]
  // CHECK: llvm.getelementptr %{{.*}}[%[[OFFSET]]]
  func.func @prepare(%w: memref<4xf32> {weir.buffer = ["input", 0, 0]}, %p: memref<4xf32> {weir.buffer = ["output", 0, 128]}) attributes {weir.once, weir.arena_bytes = array<i64: 256, 0>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %v = memref.load %w[%i] : memref<4xf32>
      memref.store %v, %p[%i] : memref<4xf32>
    } {weir.kernel = 4 : i64}
    return
  }

  // Before anything is read: the frame; the batch, the arena (which prepare may need
  // without any example) and the lists; what the lists hold. Status 2 if one is missing.
  // CHECK-LABEL: func.func @net_run(
  // CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr) -> i32
  // CHECK: %[[NULL:.*]] = llvm.mlir.zero
  // CHECK: %[[NO_FRAME:.*]] = llvm.icmp "eq" %[[FRAME]], %[[NULL]]
  // CHECK: cf.cond_br %[[NO_FRAME]], ^[[REFUSE:.*]], ^[[FIELDS:.*]]
  // CHECK: ^[[REFUSE]]:
  // CHECK-NEXT: arith.constant 2 : i32
  // CHECK: ^[[FIELDS]]:
  // CHECK: %[[N:.*]] = llvm.load %[[FRAME]] : !llvm.ptr -> i64
  // CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt, %[[N]], %[[ZERO:.*]] : i64
  // CHECK: %[[SOME:.*]] = arith.cmpi sgt, %[[N]], %[[ZERO]]
  // CHECK: llvm.getelementptr %[[FRAME]][32]
  // CHECK: %[[NO_ARENA:.*]] = llvm.icmp "eq"
  // CHECK: arith.ori %[[NEGATIVE]], %[[NO_ARENA]]
  // CHECK: llvm.getelementptr %[[FRAME]][8]
  // CHECK: llvm.getelementptr %[[FRAME]][24]
  // CHECK: llvm.getelementptr %[[FRAME]][16]
  // CHECK: cf.cond_br
  // Without examples no tensor is read, so none need be there.
  // CHECK: %[[NO_IDS:.*]] = llvm.icmp "eq" %{{.*}}, %[[NULL]]
  // CHECK-NEXT: arith.andi %[[NO_IDS]], %[[SOME]]
  // CHECK: %[[NO_X:.*]] = llvm.icmp "eq" %{{.*}}, %[[NULL]]
  // CHECK-NEXT: arith.andi %[[NO_X]], %[[SOME]]
  // CHECK: %[[NO_OUT:.*]] = llvm.icmp "eq" %{{.*}}, %[[NULL]]
  // CHECK-NEXT: arith.andi %[[NO_OUT]], %[[SOME]]
  // CHECK: cf.cond_br

  // Then the ids: two per example, each of five. The loop has no
  // branch; an id is unsigned, so one comparison finds negative ones as well. The first
  // bad one is written down and the status is 1.
  // CHECK: %[[COUNT:.*]] = arith.muli %{{.*}}, %c2
  // CHECK: %[[FIRST:.*]] = scf.for %[[AT:.*]] = %{{.*}} to %[[COUNT]] step %{{.*}} iter_args(%[[OLD:.*]] = %[[COUNT]])
  // CHECK: %[[ID:.*]] = memref.load
  // CHECK: %[[BAD:.*]] = arith.cmpi uge, %[[ID]], %c5_i64
  // CHECK: %[[LEAST:.*]] = arith.minui %[[OLD]], %[[AT]]
  // CHECK: arith.select %[[BAD]], %[[LEAST]], %[[OLD]]
  // CHECK: %[[REFUSED:.*]] = arith.cmpi ult, %[[FIRST]], %[[COUNT]]
  // CHECK: cf.cond_br %[[REFUSED]], ^[[BAD_ID:.*]], ^[[GO:.*]]
  // CHECK: ^[[BAD_ID]]:
  // CHECK: llvm.getelementptr %[[FRAME]][56]
  // CHECK: llvm.getelementptr %[[FRAME]][64]
  // CHECK: llvm.getelementptr %[[FRAME]][72]
  // CHECK: arith.constant 1 : i32
  // CHECK: return
  // The caller's parallel_for gets a kernel if it is there, the batch has enough examples for
  // 200,000 operations, and there is more than one unit.
  // CHECK: ^[[GO]]:
  // CHECK: %[[DIM:.*]] = memref.dim
  // CHECK-NEXT: arith.index_cast %[[DIM]] : index to i64
  // CHECK-NEXT: %[[BATCH:.*]] = llvm.load %[[FRAME]] : !llvm.ptr -> i64
  // CHECK-NEXT: llvm.getelementptr %[[FRAME]][40]
  // CHECK: %[[HOOK:.*]] = llvm.load
  // CHECK: %[[THERE:.*]] = llvm.icmp "ne" %[[HOOK]]
  // CHECK: %[[LARGE:.*]] = arith.cmpi sge, %[[BATCH]], %c3125_i64
  // CHECK: %[[MANY:.*]] = arith.cmpi sgt, %[[UNITS:.*]], %c1_i64
  // CHECK: %[[BOTH:.*]] = arith.andi %[[LARGE]], %[[MANY]]
  // CHECK: %[[PARALLEL:.*]] = arith.andi %[[THERE]], %[[BOTH]]
  // CHECK: scf.if %[[PARALLEL]] {
  // CHECK: llvm.getelementptr %[[FRAME]][48]
  // CHECK: %[[POOL:.*]] = llvm.load
  // CHECK: %[[KERNEL:.*]] = func.constant @net_run_kernel0
  // CHECK: llvm.call %[[HOOK]](%[[POOL]], %[[UNITS]], %{{.*}}, %[[FRAME]])
  // CHECK: } else {
  // CHECK: call @net_run_kernel0(%[[FRAME]], %c0_i64{{.*}}, %[[UNITS]])
  // CHECK: return %c0_i32
  // EAGER-LABEL: func.func @net_run(
  // EAGER: arith.cmpi sge, %{{.*}}, %c1_i64
  // For a clock, say: whoever gives a parallel_for gets every kernel.
  // ALWAYS-LABEL: func.func @net_run(
  // ALWAYS: %[[HAS_HOOK:.*]] = llvm.icmp "ne"
  // ALWAYS: scf.if %[[HAS_HOOK]]

  // Kernels are known inside the object only. Each finds its memory through the frame:
  // the buffer lies 192 bytes and 32 per example into the arena.
  // CHECK-LABEL: func.func private @net_run_kernel0
  // CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
  // CHECK-SAME: llvm.linkage = #llvm.linkage<internal>
  // CHECK: %[[SHARE:.*]] = arith.muli %{{.*}}, %c32
  // CHECK: arith.addi %[[SHARE]], %c192
  // CHECK: llvm.getelementptr %[[FRAME]][32]
  // CHECK: %[[FROM:.*]] = arith.index_cast %[[BEGIN]]
  // CHECK: %[[TO:.*]] = arith.index_cast %[[END]]
  // CHECK: scf.for %{{.*}} = %[[FROM]] to %[[TO]]
  // CHECK-LABEL: func.func private @net_run_kernel1

  func.func @run(%ids: memref<?x2xi64> {weir.buffer = ["input", 0, 0], weir.cardinality = 5 : i64}, %x: memref<?x4xf32> {weir.buffer = ["input", 1, 0]}, %p: memref<4xf32> {weir.buffer = ["prepared", 0, 128]}, %out: memref<?x4xf32> {weir.buffer = ["output", 0, 0]}, %n: index {weir.buffer = ["batch", 0, 0]}) attributes {weir.arena_bytes = array<i64: 192, 64>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %t = memref.alloc(%n) {weir.arena = array<i64: 192, 32>} : memref<?x4xf32>
    %dim = memref.dim %x, %c0 : memref<?x4xf32>
    scf.for %i = %c0 to %dim step %c1 {
      %v = memref.load %p[%c0] : memref<4xf32>
      memref.store %v, %t[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 64 : i64}
    scf.for %i = %c0 to %dim step %c1 {
      %v = memref.load %t[%i, %c0] : memref<?x4xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 500 : i64}
    return
  }

  // CHECK-LABEL: func.func @net_prepared_size
  // CHECK: arith.constant 192
  // One arena serves prepare and run, whichever wants more.
  // CHECK-LABEL: func.func @net_arena_size
  // CHECK-SAME: %[[N:.*]]: i64
  // CHECK: %[[SHARE:.*]] = arith.muli %[[N]], %c64_i64
  // CHECK: %[[SUM:.*]] = arith.addi %[[SHARE]], %c192_i64
  // CHECK: arith.maxsi %[[SUM]], %c256_i64
}

// -----

// Of one example with 300,000 operations: a kernel that reads and writes little is divided; one
// whose 40 KB might have to go from one processor to the other isn't, but of twice the work.
module attributes {weir.prepared_bytes = 0 : i64} {
  func.func @prepare() attributes {weir.once, weir.arena_bytes = array<i64: 0, 0>} {
    return
  }
  // CHECK-LABEL: func.func @net_run(
  // CHECK: arith.cmpi sge, %{{.*}}, %c1_i64
  // CHECK: func.constant @net_run_kernel0
  // CHECK: arith.cmpi sge, %{{.*}}, %c2_i64
  // CHECK: func.constant @net_run_kernel1
  // CHECK: arith.cmpi sge, %{{.*}}, %c1_i64
  // CHECK: func.constant @net_run_kernel2
  func.func @run(%x: memref<?x4xf32> {weir.buffer = ["input", 0, 0]}, %y: memref<?x10000xf32> {weir.buffer = ["input", 1, 0]}, %out: memref<?x4xf32> {weir.buffer = ["output", 0, 0]}) attributes {weir.arena_bytes = array<i64: 0, 0>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %dim = memref.dim %x, %c0 : memref<?x4xf32>
    scf.for %i = %c0 to %dim step %c1 {
      %v = memref.load %x[%i, %c0] : memref<?x4xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 300000 : i64}
    scf.for %i = %c0 to %dim step %c1 {
      %v = memref.load %y[%i, %c0] : memref<?x10000xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 300000 : i64}
    scf.for %i = %c0 to %dim step %c1 {
      %v = memref.load %y[%i, %c0] : memref<?x10000xf32>
      memref.store %v, %out[%i, %c0] : memref<?x4xf32>
    } {weir.kernel = 400000 : i64}
    return
  }
}

// -----

// expected-error @below {{expected the functions 'prepare' and 'run'}}
module {
  func.func @run() attributes {weir.arena_bytes = array<i64: 0, 0>} {
    return
  }
}
