// RUN: weir-opt --weir-lower-to-llvm %s | FileCheck %s
// RUN: weir-opt --weir-lower-to-llvm="fused-multiply-add=false" %s | FileCheck %s --check-prefix=SPLIT

// Functions with a polynomial are arithmetic, for vectors and for what is left of them:
// nothing is called.
// CHECK-LABEL: llvm.func @exp
// CHECK-NOT: call
// CHECK: vector<8xf32>
// CHECK-NOT: call
// CHECK: llvm.return
func.func @exp(%x: vector<8xf32>, %y: f32) -> (vector<8xf32>, f32) {
  %0 = math.exp %x : vector<8xf32>
  %1 = math.exp %y : f32
  return %0, %1 : vector<8xf32>, f32
}

// One multiply-add instruction, also for single elements; not the intrinsic that LLVM may
// split.
// CHECK-LABEL: llvm.func @fma
// CHECK-COUNT-2: llvm.intr.fma({{.*}}) : (vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: llvm.intr.fma({{.*}}) : (f32, f32, f32)
// CHECK-NOT: call
// CHECK: llvm.return
// Where there is none: a multiplication and an addition, not a call of fmaf.
// SPLIT-LABEL: llvm.func @fma
// SPLIT-NOT: fma
// SPLIT: llvm.fmul {{.*}} : vector<8xf32>
// SPLIT: llvm.fadd {{.*}} : vector<8xf32>
// SPLIT-NOT: fma
// SPLIT: llvm.fmul {{.*}} : f32
// SPLIT: llvm.fadd {{.*}} : f32
// SPLIT: llvm.return
func.func @fma(%x: vector<8xf32>, %y: f32) -> (vector<8xf32>, vector<8xf32>, f32) {
  %0 = vector.fma %x, %x, %x : vector<8xf32>
  %1 = math.fma %x, %x, %x : vector<8xf32>
  %2 = math.fma %y, %y, %y : f32
  return %0, %1, %2 : vector<8xf32>, vector<8xf32>, f32
}

// The address of a kernel is all that parallel_for gets.
// CHECK-LABEL: llvm.func @address
// CHECK: llvm.mlir.addressof @kernel
func.func private @kernel(%frame: !llvm.ptr, %begin: i64, %end: i64) {
  return
}
func.func @address() -> !llvm.ptr {
  %f = func.constant @kernel : (!llvm.ptr, i64, i64) -> ()
  %p = builtin.unrealized_conversion_cast %f : (!llvm.ptr, i64, i64) -> () to !llvm.ptr
  return %p : !llvm.ptr
}
