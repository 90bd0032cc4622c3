// RUN: weir-opt --weir-to-linalg --weir-select-strategy="weights=bf16" %s | FileCheck %s
// RUN: weir-opt --weir-to-linalg --weir-select-strategy="weights=bf16 vector-bits=128" %s | FileCheck %s --check-prefix=SSE
// RUN: weir-opt --weir-to-linalg --weir-select-strategy %s | FileCheck %s --check-prefix=WHOLE
// RUN: not weir-opt --weir-select-strategy="weights=int8" %s 2>&1 | FileCheck %s --check-prefix=FORMAT

// Which products have weights of half the size, where that is allowed.

// WHOLE-NOT: weir.weights
// FORMAT: Cannot find option named 'int8'

// 64 KiB and a row per example: read twice as fast, except with vectors of four, where
// widening is as slow as reading.
// CHECK-LABEL: func.func @layer
// CHECK: weir.product{{.*}}weir.weights = bf16
// SSE-LABEL: func.func @layer
// SSE-NOT: weir.weights
// SSE: return
func.func @layer(%x: tensor<?x128xf32>, %w: tensor<128x128xf32>) -> tensor<?x128xf32> {
  %r = weir.product %x, %w : (tensor<?x128xf32>, tensor<128x128xf32>) -> tensor<?x128xf32>
  return %r : tensor<?x128xf32>
}

// Less than that stays in the first-level cache.
// CHECK-LABEL: func.func @small
// CHECK-NOT: weir.weights
// CHECK: return
func.func @small(%x: tensor<?x127xf32>, %w: tensor<127x128xf32>) -> tensor<?x128xf32> {
  %r = weir.product %x, %w : (tensor<?x127xf32>, tensor<127x128xf32>) -> tensor<?x128xf32>
  return %r : tensor<?x128xf32>
}

// What the second-level cache doesn't hold pays with four rows, and with any vectors.
// CHECK-LABEL: func.func @large
// CHECK: weir.weights = bf16
// SSE-LABEL: func.func @large
// SSE: weir.weights = bf16
func.func @large(%x: tensor<?x4x512xf32>, %w: tensor<512x272xf32>) -> tensor<?x4x272xf32> {
  %r = weir.product %x, %w : (tensor<?x4x512xf32>, tensor<512x272xf32>) -> tensor<?x4x272xf32>
  return %r : tensor<?x4x272xf32>
}

// What it holds doesn't with two, nor does anything with five.
// CHECK-LABEL: func.func @rows
// CHECK-NOT: weir.weights
// CHECK: return
func.func @rows(%x: tensor<?x2x512xf32>, %y: tensor<?x5x512xf32>, %w: tensor<512x256xf32>, %v: tensor<512x272xf32>) -> (tensor<?x2x256xf32>, tensor<?x5x272xf32>) {
  %r = weir.product %x, %w : (tensor<?x2x512xf32>, tensor<512x256xf32>) -> tensor<?x2x256xf32>
  %s = weir.product %y, %v : (tensor<?x5x512xf32>, tensor<512x272xf32>) -> tensor<?x5x272xf32>
  return %r, %s : tensor<?x2x256xf32>, tensor<?x5x272xf32>
}

// A panel of one vector has no pairs.
// CHECK-LABEL: func.func @narrow
// CHECK-NOT: weir.weights
// CHECK: return
func.func @narrow(%x: tensor<?x50000xf32>, %w: tensor<50000x8xf32>) -> tensor<?x8xf32> {
  %r = weir.product %x, %w : (tensor<?x50000xf32>, tensor<50000x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// A matrix that is computed isn't packed, and what is computed once isn't read per call.
// CHECK-LABEL: func.func @computed
// CHECK-NOT: weir.weights
// CHECK: return
func.func @computed(%x: tensor<?x1x512xf32>, %y: tensor<?x512x512xf32>, %t: tensor<1x512xf32>, %w: tensor<512x512xf32>) -> (tensor<?x1x512xf32>, tensor<1x512xf32>) {
  %r = weir.matmul %x, %y : (tensor<?x1x512xf32>, tensor<?x512x512xf32>) -> tensor<?x1x512xf32>
  %s = weir.product %t, %w : (tensor<1x512xf32>, tensor<512x512xf32>) -> tensor<1x512xf32>
  return %r, %s : tensor<?x1x512xf32>, tensor<1x512xf32>
}

// Winograd's positions each have a matrix, which are no weights any more.
// CHECK-LABEL: func.func @positions
// CHECK: weir.product
// CHECK-NOT: weir.weights
// CHECK: return
func.func @positions(%x: tensor<?x16x512xf32>, %w: tensor<16x512x512xf32>) -> tensor<?x16x512xf32> {
  %r = weir.grouped_product %x, %w : (tensor<?x16x512xf32>, tensor<16x512x512xf32>) -> tensor<?x16x512xf32>
  return %r : tensor<?x16x512xf32>
}
