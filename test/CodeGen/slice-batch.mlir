// RUN: weir-opt --weir-slice-batch="cache-bytes=4194304" --allow-unregistered-dialect --split-input-file %s | FileCheck %s
// RUN: weir-opt --weir-slice-batch="cache-bytes=0" --allow-unregistered-dialect --split-input-file %s | FileCheck %s --check-prefix=NONE
// RUN: weir-opt --weir-slice-batch="cache-bytes=1073741824" --allow-unregistered-dialect --split-input-file %s | FileCheck %s --check-prefix=LARGE

// NONE-NOT: weir.segments

// Four kernels hand on 16 MB per example and read little else: one example at a time, where
// the cache is small. The fifth and sixth hand on little and read 16 MB of weights: all at
// once. Of a gigabyte of cache 32 images fill as much, and more go together.
// CHECK-LABEL: func.func @run
// CHECK-SAME: weir.segments = [#weir.segment<kernels = 4, examples = 1>, #weir.segment<kernels = 2, examples = {{(0|[0-9][0-9]+)}}>]
// LARGE-LABEL: func.func @run
// LARGE-SAME: weir.segments = [#weir.segment<kernels = 4, examples = 32>,
func.func @run(%x: memref<?x4xf32>, %w: memref<4194304xf32>, %out: memref<?x4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x4194304xf32>
  %b = memref.alloc(%n) : memref<?x4194304xf32>
  %c = memref.alloc(%n) : memref<?x4xf32>
  %d = memref.alloc(%n) : memref<?x4xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%x, %a) : (memref<?x4xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %b) : (memref<?x4194304xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%b, %a) : (memref<?x4194304xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %c) : (memref<?x4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%c, %w, %d) : (memref<?x4xf32>, memref<4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%d, %w, %out) : (memref<?x4xf32>, memref<4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  return
}

// -----

// Where every kernel reads 16 MB of weights and hands on little, slices are large or none.
// CHECK-LABEL: func.func @run
// CHECK-NOT: examples = {{[1-9]>}}
// CHECK: scf.for
func.func @run(%x: memref<?x4xf32>, %w: memref<4194304xf32>, %out: memref<?x4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c = memref.alloc(%n) : memref<?x4xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%x, %w, %c) : (memref<?x4xf32>, memref<4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%c, %w, %out) : (memref<?x4xf32>, memref<4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  return
}

// -----

// The first kernel reads 1.6 GB for each slice, so hundreds of examples go together, though
// there is room in the caches for two of what they leave. Were it a table, of which few rows
// are read, examples would go one by one.
// CHECK-LABEL: func.func @run
// CHECK-SAME: weir.segments = [#weir.segment<kernels = 1, examples = {{[0-9][0-9][0-9]+}}>, #weir.segment<kernels = 1, examples = 1>]
func.func @run(%x: memref<?x4xf32>, %w: memref<402653184xf32>, %out: memref<?x4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x4194304xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%x, %w, %a) : (memref<?x4xf32>, memref<402653184xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 402653184 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %out) : (memref<?x4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  return
}

// -----

// CHECK-LABEL: func.func @run
// CHECK-SAME: #weir.segment<kernels = 2, examples = 1>
func.func @run(%x: memref<?x4xf32>, %w: memref<402653184xf32>, %out: memref<?x4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x4194304xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%x, %w, %a) : (memref<?x4xf32>, memref<402653184xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 16 : i64}
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%a, %out) : (memref<?x4194304xf32>, memref<?x4xf32>) -> ()
  } {weir.kernel = 4194304 : i64}
  return
}

// -----

// Only `run` is called with a batch for which this pays.
// CHECK-LABEL: func.func @train_step
// CHECK-NOT: weir.segments
func.func @train_step(%x: memref<?x4194304xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc(%n) : memref<?x4194304xf32>
  scf.for %i = %c0 to %n step %c1 {
    "test.op"(%x, %a) : (memref<?x4194304xf32>, memref<?x4194304xf32>) -> ()
  } {weir.kernel = 4 : i64}
  return
}
