// RUN: weir-opt --weir-estimate-roots --split-input-file %s | FileCheck %s

// The divider keeps the first of two roots; the second is estimated where it can be.

// CHECK-LABEL: func.func @two
// CHECK-SAME: %[[A:[a-z0-9]+]]: vector<16xf32>, %[[B:[a-z0-9]+]]: vector<16xf32>
// CHECK: %[[FIRST:.*]] = math.sqrt %[[A]]
// CHECK: %[[BITS:.*]] = arith.bitcast %[[B]]
// CHECK: %[[ZERO:.*]] = arith.cmpi eq, %[[BITS]]
// CHECK: %[[ABOVE:.*]] = arith.subi %[[BITS]]
// CHECK: %[[USUAL:.*]] = arith.cmpi ult, %[[ABOVE]]
// CHECK: %[[SERVED:.*]] = arith.ori %[[USUAL]], %[[ZERO]]
// CHECK: %[[ALL:.*]] = vector.reduction <and>, %[[SERVED]]
// CHECK: %[[SECOND:.*]] = scf.if %[[ALL]]
// CHECK: %[[R:.*]] = llvm.call_intrinsic "llvm.x86.avx512.rsqrt14.ps.512"(%[[B]]
// CHECK: arith.mulf %[[B]], %[[R]]
// CHECK-COUNT-5: math.fma
// CHECK: arith.select %[[ZERO]]
// CHECK: else
// CHECK-NEXT: math.sqrt %[[B]]
// CHECK: return %[[FIRST]], %[[SECOND]]
func.func @two(%a: vector<16xf32>, %b: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>) {
  %0 = math.sqrt %a : vector<16xf32>
  %1 = math.sqrt %b : vector<16xf32>
  return %0, %1 : vector<16xf32>, vector<16xf32>
}

// -----

// Of five roots the second and the fifth.

// CHECK-LABEL: func.func @five
// CHECK: math.sqrt
// CHECK: scf.if
// CHECK: llvm.call_intrinsic
// CHECK: else
// CHECK-NOT: llvm.call_intrinsic
// CHECK-COUNT-3: math.sqrt
// CHECK: scf.if
// CHECK: llvm.call_intrinsic
// CHECK-NOT: llvm.call_intrinsic
// CHECK: return
func.func @five(%a: vector<16xf32>, %b: vector<16xf32>, %c: vector<16xf32>, %d: vector<16xf32>, %e: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>) {
  %0 = math.sqrt %a : vector<16xf32>
  %1 = math.sqrt %b : vector<16xf32>
  %2 = math.sqrt %c : vector<16xf32>
  %3 = math.sqrt %d : vector<16xf32>
  %4 = math.sqrt %e : vector<16xf32>
  return %0, %1, %2, %3, %4 : vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>
}

// -----

// A single root finds the divider free, the next one in another block does so, too. What isn't a
// whole vector has no estimate.

// CHECK-LABEL: func.func @others
// CHECK-NOT: llvm.call_intrinsic
func.func @others(%a: vector<16xf32>, %b: vector<13xf32>, %c: f32, %again: i1) -> (vector<16xf32>, vector<13xf32>, f32) {
  %0 = math.sqrt %a : vector<16xf32>
  %1 = math.sqrt %b : vector<13xf32>
  %2 = math.sqrt %c : f32
  %3 = scf.if %again -> (vector<16xf32>) {
    %4 = math.sqrt %0 : vector<16xf32>
    scf.yield %4 : vector<16xf32>
  } else {
    scf.yield %0 : vector<16xf32>
  }
  return %3, %1, %2 : vector<16xf32>, vector<13xf32>, f32
}
