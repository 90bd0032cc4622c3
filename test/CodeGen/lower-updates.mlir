// RUN: weir-opt --weir-lower-updates="vector-bits=128" --split-input-file %s | FileCheck %s

// A whole parameter: vectors side by side through the body, then what is left.

// CHECK-LABEL: func.func @all
// CHECK: scf.for
// CHECK: %[[RATE:.*]] = memref.load %{{.*}}[] : memref<f32>
// CHECK: vector.load {{.*}} vector<4xf32>
// CHECK: %[[BOTH:.*]] = vector.broadcast %[[RATE]] : f32 to vector<4xf32>
// CHECK: arith.mulf %[[BOTH]]
// CHECK: arith.subf {{.*}} : vector<4xf32>
// CHECK: arith.subf {{.*}} : vector<2xf32>
// CHECK: vector.store {{.*}} vector<4xf32>
// CHECK: vector.store {{.*}} vector<2xf32>
// CHECK: weir.kernel
func.func @all(%p: memref<2x3xf32>, %g: memref<2x3xf32>, %lr: memref<f32>) {
  weir.update_all values(%p) gradient(%g) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    %1 = arith.subf %x, %0 : f32
    weir.yield %1 : f32
  } : (memref<2x3xf32>), memref<2x3xf32>, (memref<f32>)
  return
}

// -----

// The first position of each id: no branch, one unit of work.

// CHECK-LABEL: func.func @group
// CHECK: scf.for
// CHECK: scf.for
// CHECK: %[[SEEN:.*]] = memref.load %{{.*}} : memref<9xi32>
// CHECK: arith.cmpi ult
// CHECK-NOT: scf.if
// CHECK: weir.kernel
func.func @group(%ids: memref<?xi64>, %slots: memref<9xi32>, %heads: memref<?x1xi32>,
                 %next: memref<?x1xi32>, %tails: memref<?x1xi32>) {
  weir.group_ids %ids, %slots, %heads, %next, %tails : memref<?xi64>, memref<9xi32>, memref<?x1xi32>, memref<?x1xi32>, memref<?x1xi32>
  return
}

// -----

// Ids once each: a new one goes behind the last, without a branch.

// CHECK-LABEL: func.func @unique
// CHECK: scf.for
// CHECK: scf.for {{.*}} iter_args(%[[COUNT:[a-z0-9]+]] = %{{.*}}) -> (index)
// CHECK: %[[SEEN:.*]] = memref.load %{{.*}} : memref<9xi32>
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[COUNT]]]
// CHECK-NOT: scf.if
// CHECK: scf.yield
// CHECK: memref.store %{{.*}} : memref<1xi32>
func.func @unique(%ids: memref<?xi64>, %slots: memref<9xi32>, %unique: memref<?xi64>,
                  %inverse: memref<?xi64>, %count: memref<1xi32>) {
  weir.unique_ids %ids, %slots, %unique, %inverse, %count : memref<?xi64>, memref<9xi32>, memref<?xi64>, memref<?xi64>, memref<1xi32>
  return
}

// -----

// Rows of ids that come up once each: nothing to follow.

// CHECK-LABEL: func.func @update_unique
// CHECK: scf.for
// CHECK-NOT: scf.if
// CHECK-NOT: scf.while
// CHECK: vector.store
func.func @update_unique(%t: memref<9x3xf32>, %g: memref<?x3xf32>, %ids: memref<?xi64>, %lr: memref<f32>) {
  weir.update_rows values(%t) gradient(%g) ids(%ids) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    %0 = arith.mulf %r, %dx : f32
    %1 = arith.subf %x, %0 : f32
    weir.yield %1 : f32
  } : (memref<9x3xf32>), memref<?x3xf32>, memref<?xi64>, (memref<f32>)
  return
}

// -----

// Missed steps are the innermost loop, so that the row stays in registers. The gradient
// is 0, and each step has its own hyperparameters.

// The row of the id two positions later, or of the last one, is fetched meanwhile.

// CHECK-LABEL: func.func @rows
// CHECK: scf.for %[[POSITION:.*]] =
// CHECK: %[[LATER:.*]] = arith.addi %[[POSITION]], %c2
// CHECK: %[[SOON:.*]] = arith.minui %[[LATER]]
// CHECK: %[[ID:.*]] = memref.load %{{.*}}[%[[SOON]]]
// CHECK: %[[ROW:.*]] = arith.index_cast %[[ID]]
// CHECK: %[[START:.*]] = arith.muli %[[ROW]], %c3
// CHECK: memref.prefetch %{{.*}}[%[[START]]], read
// CHECK: scf.if
// CHECK: scf.for %[[STEP:.*]] = {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (vector<3xf32>)
// CHECK: %[[RATE:.*]] = memref.load %{{.*}}[%[[STEP]], %{{.*}}] : memref<8x1xf32>
// CHECK-NEXT: arith.mulf %[[RATE]], %{{.*}} : f32
// CHECK-NOT: vector.load
// CHECK-NOT: vector.store
// CHECK: scf.yield
// CHECK: vector.store

// The gradient's rows of one id are added up in the order of their positions.
// CHECK: scf.while
// CHECK: arith.addf {{.*}} : vector<3xf32>
// CHECK: scf.yield
// CHECK: arith.subf
// CHECK: vector.store
func.func @rows(%t: memref<9x3xf32>, %g: memref<?x3xf32>, %ids: memref<?xi64>, %heads: memref<?x1xi32>,
                %next: memref<?x1xi32>, %last: memref<9xi32>, %now: memref<1xi32>,
                %history: memref<8x1xf32>, %lr: memref<f32>) {
  weir.catch_up_rows values(%t) last(%last) now(%now) history(%history) ids(%ids, %heads) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    %1 = arith.subf %x, %0 : f32
    weir.yield %1 : f32
  } : (memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>, memref<?xi64>, memref<?x1xi32>
  weir.update_rows values(%t) gradient(%g) ids(%ids, %heads, %next) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    %0 = arith.mulf %rate, %dx : f32
    %1 = arith.subf %x, %0 : f32
    weir.yield %1 : f32
  } : (memref<9x3xf32>), memref<?x3xf32>, memref<?xi64>, (memref<f32>), memref<?x1xi32>, memref<?x1xi32>
  return
}

// -----

// With states, rows whose states are what they started as run first, in a kernel of their own,
// as long as a step doesn't change that: of them only the parameter is carried. How far they
// got is noted, and the second kernel goes on from there.

// CHECK-LABEL: func.func @fresh
// CHECK: %[[SAME:.*]] = arith.cmpi eq, {{.*}} : vector<3xi32>
// CHECK: %[[ALL:.*]] = vector.reduction <and>, %[[SAME]]
// CHECK: %[[FRESH:.*]] = arith.andi %{{.*}}, %[[ALL]]
// CHECK: scf.if %[[FRESH]]
// CHECK: %[[REACHED:.*]]:2 = scf.while ({{.*}}) : (index, vector<3xf32>) -> (index, vector<3xf32>)
// CHECK: scf.condition
// CHECK: %[[NOTED:.*]] = arith.index_cast %[[REACHED]]#0
// CHECK: memref.store %[[NOTED]], %{{.*}} : memref<9xi32>
// CHECK: vector.store %[[REACHED]]#1
// CHECK: weir.kernel
// CHECK-NOT: scf.while
// CHECK: scf.for {{.*}} -> (vector<3xf32>, vector<3xf32>)
// CHECK: weir.kernel
func.func @fresh(%t: memref<9x3xf32>, %m: memref<9x3xf32>, %last: memref<9xi32>, %now: memref<1xi32>,
                 %history: memref<8x1xf32>) {
  weir.catch_up_rows values(%t, %m) last(%last) now(%now) history(%history) initial [0.0] {
  ^bb0(%x: f32, %dx: f32, %state: f32, %rate: f32):
    %0 = arith.mulf %rate, %state : f32
    %1 = arith.addf %0, %dx : f32
    %2 = arith.subf %x, %1 : f32
    weir.yield %2, %1 : f32, f32
  } : (memref<9x3xf32>, memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>
  return
}

// -----

// Of rows that a batch reads few are fresh: they are looked at where they catch up.

// CHECK-LABEL: func.func @fresh_in_batch
// CHECK: arith.cmpi eq, {{.*}} : vector<3xi32>
// CHECK: scf.while ({{.*}}) : (index, vector<3xf32>) -> (index, vector<3xf32>)
// CHECK-NOT: weir.kernel
// CHECK: scf.for {{.*}} -> (vector<3xf32>, vector<3xf32>)
// CHECK: weir.kernel
func.func @fresh_in_batch(%t: memref<9x3xf32>, %m: memref<9x3xf32>, %ids: memref<?xi64>, %heads: memref<?x1xi32>,
                          %last: memref<9xi32>, %now: memref<1xi32>, %history: memref<8x1xf32>) {
  weir.catch_up_rows values(%t, %m) last(%last) now(%now) history(%history) ids(%ids, %heads) initial [0.0] {
  ^bb0(%x: f32, %dx: f32, %state: f32, %rate: f32):
    %0 = arith.mulf %rate, %state : f32
    %1 = arith.addf %0, %dx : f32
    %2 = arith.subf %x, %1 : f32
    weir.yield %2, %1 : f32, f32
  } : (memref<9x3xf32>, memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>, memref<?xi64>, memref<?x1xi32>
  return
}

// -----

// A state that follows the parameter is never left as it was.

// CHECK-LABEL: func.func @following
// CHECK-NOT: scf.while
// CHECK: return
func.func @following(%t: memref<9x3xf32>, %m: memref<9x3xf32>, %last: memref<9xi32>, %now: memref<1xi32>,
                     %history: memref<8x1xf32>) {
  weir.catch_up_rows values(%t, %m) last(%last) now(%now) history(%history) initial [0.0] {
  ^bb0(%x: f32, %dx: f32, %state: f32, %rate: f32):
    %0 = arith.mulf %rate, %state : f32
    %1 = arith.addf %0, %x : f32
    %2 = arith.subf %x, %1 : f32
    weir.yield %2, %1 : f32, f32
  } : (memref<9x3xf32>, memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>
  return
}
