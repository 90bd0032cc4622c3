// RUN: weir-opt --weir-fuse-kernels=always=true --cse %s | FileCheck %s

// What a row leaves is read by the same row: one loop, at the second one's place, with the work
// of both. The counts are the batch in two ways.
// CHECK-LABEL: func.func @rows
// CHECK: scf.for %[[I:.*]] = %c0 to
// CHECK: vector.store %{{.*}}, %{{.*}}[%[[I]], %c0]
// CHECK: vector.load
// CHECK: vector.store %{{.*}}, %{{.*}}[%[[I]], %c0]
// CHECK: } {weir.kernel = 30 : i64}
// CHECK-NOT: scf.for
func.func @rows(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  %dim = memref.dim %x, %c0 : memref<?x16xf32>
  scf.for %i = %c0 to %dim step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Three in a row, and a number per row that no other row reads: it needs no memory.
// CHECK-LABEL: func.func @three
// CHECK-NOT: memref.alloc
// CHECK: scf.for
// CHECK: %[[S:.*]] = vector.reduction <add>
// CHECK-NOT: memref.store
// CHECK: vector.broadcast %[[S]]
// CHECK: vector.load
// CHECK: } {weir.kernel = 60 : i64}
// CHECK-NOT: scf.for
func.func @three(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %sum = memref.alloc(%batch) : memref<?xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    %s = vector.reduction <add>, %a : vector<16xf32> into f32
    memref.store %s, %sum[%i] : memref<?xf32>
  } {weir.kernel = 10 : i64}
  %column = memref.expand_shape %sum [[0, 1]] output_shape [%batch, 1] : memref<?xf32> into memref<?x1xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %column[%i, %c0] : memref<?x1xf32>
    %b = vector.broadcast %s : f32 to vector<16xf32>
    vector.store %b, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 30 : i64}
  return
}

// Units are lines of images, numbered through all images.
// CHECK-LABEL: func.func @lines
// CHECK: scf.for
// CHECK: } {weir.kernel = 30 : i64}
// CHECK-NOT: scf.for
func.func @lines(%x: memref<?x3x16xf32>, %y: memref<?x3x16xf32>, %out: memref<?x3x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c3 = arith.constant 3 : index
  %n = arith.muli %batch, %c3 : index
  scf.for %i = %c0 to %n step %c1 {
    %q = arith.divui %i, %c3 : index
    %r = arith.remui %i, %c3 : index
    %a = vector.load %x[%q, %r, %c0] : memref<?x3x16xf32>, vector<16xf32>
    vector.store %a, %y[%q, %r, %c0] : memref<?x3x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %n step %c1 {
    %q = arith.divui %i, %c3 : index
    %r = arith.remui %i, %c3 : index
    scf.for %j = %c0 to %c16 step %c1 {
      %a = memref.load %y[%q, %r, %j] : memref<?x3x16xf32>
      memref.store %a, %out[%q, %r, %j] : memref<?x3x16xf32>
    }
  } {weir.kernel = 20 : i64}
  return
}

// A part of each row is a part of the unit, and so is one that starts early enough to be whole.
// CHECK-LABEL: func.func @part_of_rows
// CHECK: } {weir.kernel = 30 : i64}
// CHECK-NOT: scf.for
func.func @part_of_rows(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %part = memref.subview %y[0, 4] [%batch, 8] [1, 1] : memref<?x16xf32> to memref<?x8xf32, strided<[16, 1], offset: 4>>
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %c6 step %c4 {
      %at = arith.minui %j, %c4 : index
      %a = vector.load %x[%i, %at] : memref<?x16xf32>, vector<4xf32>
      vector.store %a, %part[%i, %at] : memref<?x8xf32, strided<[16, 1], offset: 4>>, vector<4xf32>
    }
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// What follows stays as it is.

// A row that is read is another one than the one that was written.
// CHECK-LABEL: func.func @next_row
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @next_row(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %next = arith.addi %i, %c1 : index
    %a = vector.load %y[%next, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// What is overwritten was read by a later row.
// CHECK-LABEL: func.func @overwritten_for_others
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @overwritten_for_others(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %next = arith.addi %i, %c1 : index
    %a = vector.load %x[%next, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// The last vector reaches into the next row.
// CHECK-LABEL: func.func @beyond_the_row
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @beyond_the_row(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c13 = arith.constant 13 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c13] : memref<?x16xf32>, vector<4xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<4xf32>
  } {weir.kernel = 20 : i64}
  return
}

// So does the last round of a loop.
// CHECK-LABEL: func.func @loop_beyond_the_row
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @loop_beyond_the_row(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c8 = arith.constant 8 : index
  %c18 = arith.constant 18 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %c18 step %c8 {
      %a = vector.load %y[%i, %j] : memref<?x16xf32>, vector<8xf32>
      vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<8xf32>
    }
  } {weir.kernel = 20 : i64}
  return
}

// Where in the row isn't known.
// CHECK-LABEL: func.func @unknown_place
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @unknown_place(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index, %at: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = memref.load %y[%i, %at] : memref<?x16xf32>
    memref.store %a, %out[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Rows of a different length are other parts of the buffer.
// CHECK-LABEL: func.func @other_rows
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @other_rows(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c8 = arith.constant 8 : index
  %half = memref.expand_shape %y [[0], [1, 2]] output_shape [%batch, 2, 8] : memref<?x16xf32> into memref<?x2x8xf32>
  %rows = memref.collapse_shape %half [[0, 1], [2]] : memref<?x2x8xf32> into memref<?x8xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %rows[%i, %c0] : memref<?x8xf32>, vector<8xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<8xf32>
  } {weir.kernel = 20 : i64}
  return
}

// There are twice as many units.
// CHECK-LABEL: func.func @other_count
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @other_count(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c2 = arith.constant 2 : index
  %n = arith.muli %batch, %c2 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %n step %c1 {
    %q = arith.divui %i, %c2 : index
    %a = vector.load %y[%q, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%q, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// All units write to one place.
// CHECK-LABEL: func.func @same_for_all
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @same_for_all(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%c0, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%c0, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Neither needs the other: nothing is gained.
// CHECK-LABEL: func.func @independent
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @independent(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Both write to a buffer, each to a part of a row, and none reads what the other wrote.
// CHECK-LABEL: func.func @halves
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @halves(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<8xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<8xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<8xf32>
    vector.store %a, %out[%i, %c8] : memref<?x16xf32>, vector<8xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Units aren't of the batch.
// CHECK-LABEL: func.func @no_batch
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @no_batch(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %c16 step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %c16 step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// What touches memory in between stays there.
// CHECK-LABEL: func.func @something_between
// CHECK: {weir.kernel = 10 : i64}
// CHECK: memref.store
// CHECK: {weir.kernel = 20 : i64}
func.func @something_between(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %y[%c0, %c0] : memref<?x16xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// Nobody knows what a call does.
// CHECK-LABEL: func.func @unknown_effects
// CHECK: {weir.kernel = 10 : i64}
// CHECK: {weir.kernel = 20 : i64}
func.func @unknown_effects(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  scf.for %i = %c0 to %batch step %c1 {
    %a = vector.load %x[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    func.call @somewhere() : () -> ()
    %a = vector.load %y[%i, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %a, %out[%i, %c0] : memref<?x16xf32>, vector<16xf32>
  } {weir.kernel = 20 : i64}
  return
}

func.func private @somewhere()

// One loop, but the number per row needs its place in memory:

// it is stored twice,
// CHECK-LABEL: func.func @stored_twice
// CHECK: %[[S:.*]] = memref.alloc
// CHECK: scf.for
// CHECK: memref.store %{{.*}}, %[[S]]
// CHECK: memref.store %{{.*}}, %[[S]]
// CHECK: memref.load %[[S]]
// CHECK: {weir.kernel = 60 : i64}
func.func @stored_twice(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %sum = memref.alloc(%batch) : memref<?xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %x[%i, %c0] : memref<?x16xf32>
    memref.store %s, %sum[%i] : memref<?xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i] : memref<?xf32>
    %d = arith.addf %s, %s : f32
    memref.store %d, %sum[%i] : memref<?xf32>
  } {weir.kernel = 20 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i] : memref<?xf32>
    memref.store %s, %out[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 30 : i64}
  return
}

// it is stored in a loop inside,
// CHECK-LABEL: func.func @stored_in_a_loop
// CHECK: %[[S:.*]] = memref.alloc
// CHECK: memref.load %[[S]]
// CHECK: {weir.kernel = 30 : i64}
func.func @stored_in_a_loop(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %sum = memref.alloc(%batch) : memref<?xf32>
  scf.for %i = %c0 to %batch step %c1 {
    scf.for %j = %c0 to %c16 step %c1 {
      %s = memref.load %x[%i, %j] : memref<?x16xf32>
      memref.store %s, %sum[%i] : memref<?xf32>
    }
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i] : memref<?xf32>
    memref.store %s, %out[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 20 : i64}
  return
}

// it is read by another kernel too,
// CHECK-LABEL: func.func @read_elsewhere
// CHECK: %[[S:.*]] = memref.alloc
// CHECK: memref.store %{{.*}}, %[[S]]
// CHECK: {weir.kernel = 30 : i64}
// CHECK: memref.load %[[S]]
// CHECK: {weir.kernel = 40 : i64}
func.func @read_elsewhere(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %sum = memref.alloc(%batch) : memref<?xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %x[%i, %c0] : memref<?x16xf32>
    memref.store %s, %sum[%i] : memref<?xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i] : memref<?xf32>
    memref.store %s, %out[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 20 : i64}
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %y[%c0, %c0] : memref<?x16xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i] : memref<?xf32>
    memref.store %s, %y[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 40 : i64}
  return
}

// another number of the row is read.
// CHECK-LABEL: func.func @neighbours
// CHECK: %[[S:.*]] = memref.alloc
// CHECK: memref.store %{{.*}}, %[[S]]
// CHECK: memref.load %[[S]]
// CHECK: {weir.kernel = 30 : i64}
func.func @neighbours(%x: memref<?x16xf32>, %y: memref<?x16xf32>, %out: memref<?x16xf32>, %batch: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %sum = memref.alloc(%batch) : memref<?x2xf32>
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %x[%i, %c0] : memref<?x16xf32>
    memref.store %s, %sum[%i, %c0] : memref<?x2xf32>
  } {weir.kernel = 10 : i64}
  scf.for %i = %c0 to %batch step %c1 {
    %s = memref.load %sum[%i, %c1] : memref<?x2xf32>
    memref.store %s, %out[%i, %c0] : memref<?x16xf32>
  } {weir.kernel = 20 : i64}
  return
}
