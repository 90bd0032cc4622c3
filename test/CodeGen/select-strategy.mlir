// RUN: weir-opt --weir-to-linalg --weir-select-strategy %s | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: weir-opt --weir-to-linalg --weir-select-strategy="vector-bits=512 vector-registers=32" %s | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: weir-opt --weir-to-linalg --weir-select-strategy="vector-bits=128" %s | FileCheck %s --check-prefixes=CHECK,SSE
// RUN: weir-opt --weir-to-linalg --weir-select-strategy="vector-bits=128 vector-registers=32" %s | FileCheck %s --check-prefixes=CHECK,NEON
// RUN: weir-opt --weir-to-linalg --weir-select-strategy="cache-bytes=65536" %s | FileCheck %s --check-prefixes=CHECK,SMALL

// The block of sums, rows x columns / lanes, fills the registers and leaves room for a
// row of the panel and an element: 6 x 2 + 2 + 1 of 16; of 32, for an element of each row:
// 10 x 2 + 2 + 10.
// CHECK-LABEL: func.func @wide
// AVX2: #weir.product_strategy<rows = 6, columns = 16, lanes = 8,
// AVX512: #weir.product_strategy<rows = 10, columns = 32, lanes = 16,
// SSE: #weir.product_strategy<rows = 6, columns = 8, lanes = 4,
// NEON: #weir.product_strategy<rows = 10, columns = 8, lanes = 4,
func.func @wide(%x: tensor<?x72xf32>, %w: tensor<72x40xf32>) -> tensor<?x40xf32> {
  %r = weir.product %x, %w : (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>
  return %r : tensor<?x40xf32>
}

// 49 rows per example: ten groups of five leave one row to repeat, nine of six five; seven groups
// of seven none, five of ten one.
// CHECK-LABEL: func.func @small_image
// AVX2: #weir.product_strategy<rows = 5, columns = 16, lanes = 8,
// AVX512: #weir.product_strategy<rows = 7, columns = 32, lanes = 16,
func.func @small_image(%x: tensor<?x7x7x16xf32>, %w: tensor<16x40xf32>) -> tensor<?x7x7x40xf32> {
  %r = weir.product %x, %w : (tensor<?x7x7x16xf32>, tensor<16x40xf32>) -> tensor<?x7x7x40xf32>
  return %r : tensor<?x7x7x40xf32>
}

// 112 x 112 rows per example are 1255 groups of ten, with a rest, or 1568 of eight. Where the
// result's channels come first afterwards, no rows may be left; with vectors of eight that is left
// to another kernel.
// CHECK-LABEL: func.func @across
// AVX2: #weir.product_strategy<rows = 6, columns = 16, lanes = 8,
// AVX512: #weir.product_strategy<rows = 8, columns = 32, lanes = 16,
// CHECK-LABEL: func.func @along
// AVX2: #weir.product_strategy<rows = 6, columns = 16, lanes = 8,
// AVX512: #weir.product_strategy<rows = 10, columns = 32, lanes = 16,
// CHECK-LABEL: func.func @read_twice
// AVX512: #weir.product_strategy<rows = 10, columns = 32, lanes = 16,
// The same behind a bias and an activation.
// CHECK-LABEL: func.func @across_bias
// AVX512: #weir.product_strategy<rows = 8, columns = 32, lanes = 16,
// Axes that change places while the columns stay last.
// CHECK-LABEL: func.func @columns_stay
// AVX512: #weir.product_strategy<rows = 10, columns = 32, lanes = 16,
func.func @across(%x: tensor<?x112x112x16xf32>, %w: tensor<16x40xf32>) -> tensor<?x40x112x112xf32> {
  %r = weir.product %x, %w : (tensor<?x112x112x16xf32>, tensor<16x40xf32>) -> tensor<?x112x112x40xf32>
  %t = weir.transpose %r {permutation = array<i64: 2, 0, 1>} : (tensor<?x112x112x40xf32>) -> tensor<?x40x112x112xf32>
  return %t : tensor<?x40x112x112xf32>
}
func.func @along(%x: tensor<?x112x112x16xf32>, %w: tensor<16x40xf32>) -> tensor<?x112x112x40xf32> {
  %r = weir.product %x, %w : (tensor<?x112x112x16xf32>, tensor<16x40xf32>) -> tensor<?x112x112x40xf32>
  return %r : tensor<?x112x112x40xf32>
}
func.func @read_twice(%x: tensor<?x112x112x16xf32>, %w: tensor<16x40xf32>) -> (tensor<?x40x112x112xf32>, tensor<?x112x112x40xf32>) {
  %r = weir.product %x, %w : (tensor<?x112x112x16xf32>, tensor<16x40xf32>) -> tensor<?x112x112x40xf32>
  %t = weir.transpose %r {permutation = array<i64: 2, 0, 1>} : (tensor<?x112x112x40xf32>) -> tensor<?x40x112x112xf32>
  return %t, %r : tensor<?x40x112x112xf32>, tensor<?x112x112x40xf32>
}

func.func @across_bias(%x: tensor<?x112x112x16xf32>, %w: tensor<16x40xf32>, %b: tensor<40xf32>) -> tensor<?x40x112x112xf32> {
  %r = weir.product %x, %w : (tensor<?x112x112x16xf32>, tensor<16x40xf32>) -> tensor<?x112x112x40xf32>
  %s = weir.add %r, %b : (tensor<?x112x112x40xf32>, tensor<40xf32>) -> tensor<?x112x112x40xf32>
  %a = weir.relu %s : tensor<?x112x112x40xf32>
  %t = weir.transpose %a {permutation = array<i64: 2, 0, 1>} : (tensor<?x112x112x40xf32>) -> tensor<?x40x112x112xf32>
  return %t : tensor<?x40x112x112xf32>
}
func.func @columns_stay(%x: tensor<?x112x112x16xf32>, %w: tensor<16x40xf32>) -> tensor<?x112x112x40xf32> {
  %r = weir.product %x, %w : (tensor<?x112x112x16xf32>, tensor<16x40xf32>) -> tensor<?x112x112x40xf32>
  %t = weir.transpose %r {permutation = array<i64: 1, 0, 2>} : (tensor<?x112x112x40xf32>) -> tensor<?x112x112x40xf32>
  return %t : tensor<?x112x112x40xf32>
}

// A matrix that stays in the cache: a unit is four groups of rows and all panels.
// CHECK-LABEL: func.func @cached
// AVX2: rowBlock = 24, panelBlock = 3>
func.func @cached(%x: tensor<?x72xf32>, %w: tensor<72x40xf32>) -> tensor<?x40xf32> {
  %r = weir.product %x, %w : (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>
  return %r : tensor<?x40xf32>
}

// A matrix that one vector holds gets one vector, and no longer one than it needs. Four sums
// make a result: one would wait for itself where a row comes alone.
// CHECK-LABEL: func.func @narrow
// AVX2: <rows = 3, columns = 4, lanes = 4, {{.*}} sums = 4>
// AVX512: <rows = 5, columns = 4, lanes = 4, {{.*}} sums = 4>
// SSE: <rows = 3, columns = 4, lanes = 4, {{.*}} sums = 4>
func.func @narrow(%x: tensor<?x72xf32>, %w: tensor<72x4xf32>) -> tensor<?x4xf32> {
  %r = weir.product %x, %w : (tensor<?x72xf32>, tensor<72x4xf32>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// Rows of a thousand elements: half of the cache holds 64 of them. The matrix is larger than four
// caches, so there are four times as many, rounded up to whole groups of six. A row per example,
// so panels are divided between threads as well.
// CHECK-LABEL: func.func @deep
// AVX2: rowBlock = 258, panelBlock = 8>
// SMALL: rowBlock = 36, panelBlock = 8>
func.func @deep(%x: tensor<?x1024xf32>, %w: tensor<1024x1024xf32>) -> tensor<?x1024xf32> {
  %r = weir.product %x, %w : (tensor<?x1024xf32>, tensor<1024x1024xf32>) -> tensor<?x1024xf32>
  return %r : tensor<?x1024xf32>
}

// 784 rows per example: rows alone make enough units, so a unit takes all four panels.
// CHECK-LABEL: func.func @image
// AVX2: rowBlock = 384, panelBlock = 4>
func.func @image(%x: tensor<?x30x30x16xf32>, %m: tensor<3x3x16x64xf32>) -> tensor<?x28x28x64xf32> {
  %w = weir.windows %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>} : (tensor<?x30x30x16xf32>) -> tensor<?x28x28x3x3x16xf32>
  %r = weir.product %w, %m : (tensor<?x28x28x3x3x16xf32>, tensor<3x3x16x64xf32>) -> tensor<?x28x28x64xf32>
  return %r : tensor<?x28x28x64xf32>
}

// A matrix of 576 KiB doesn't stay in half of a cache of 512 KiB: its panels are fetched ahead.
// So are the panels of 36 matrices of 16 KiB each.
// CHECK-LABEL: func.func @beyond_cache
// AVX2: weir.fetch_panels
// CHECK: return
func.func @beyond_cache(%x: tensor<?x3072xf32>, %w: tensor<3072x48xf32>) -> tensor<?x48xf32> {
  %r = weir.product %x, %w : (tensor<?x3072xf32>, tensor<3072x48xf32>) -> tensor<?x48xf32>
  return %r : tensor<?x48xf32>
}
// CHECK-LABEL: func.func @beyond_cache_together
// AVX2: weir.fetch_panels
// CHECK: return
func.func @beyond_cache_together(%x: tensor<?x3x4x36x64xf32>, %w: tensor<36x64x64xf32>) -> tensor<?x3x4x36x64xf32> {
  %r = weir.grouped_product %x, %w : (tensor<?x3x4x36x64xf32>, tensor<36x64x64xf32>) -> tensor<?x3x4x36x64xf32>
  return %r : tensor<?x3x4x36x64xf32>
}

// One of 192 KiB does stay there. One that depends on the example isn't packed, so it has no
// panels.
// CHECK-LABEL: func.func @within_cache
// AVX2-NOT: weir.fetch_panels
// CHECK: return
func.func @within_cache(%x: tensor<?x1024xf32>, %w: tensor<1024x48xf32>) -> tensor<?x48xf32> {
  %r = weir.product %x, %w : (tensor<?x1024xf32>, tensor<1024x48xf32>) -> tensor<?x48xf32>
  return %r : tensor<?x48xf32>
}
// CHECK-LABEL: func.func @beyond_cache_computed
// AVX2-NOT: weir.fetch_panels
// CHECK: return
func.func @beyond_cache_computed(%x: tensor<?x4x3072xf32>, %y: tensor<?x3072x48xf32>) -> tensor<?x4x48xf32> {
  %r = weir.matmul %x, %y : (tensor<?x4x3072xf32>, tensor<?x3072x48xf32>) -> tensor<?x4x48xf32>
  return %r : tensor<?x4x48xf32>
}

// A product of two computed matrices gets a strategy as well, though nothing is packed.
// CHECK-LABEL: func.func @computed
// AVX2: weir.contraction, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8,
func.func @computed(%x: tensor<?x4x72xf32>, %y: tensor<?x72x40xf32>) -> tensor<?x4x40xf32> {
  %r = weir.matmul %x, %y : (tensor<?x4x72xf32>, tensor<?x72x40xf32>) -> tensor<?x4x40xf32>
  return %r : tensor<?x4x40xf32>
}

// A computed matrix is read where it lies. Where 512 lines of a panel are too many to stay in a
// first-level cache, each step fetches what a later one reads: 16 steps further, but half as many as
// there is room for where lines meet in few sets of the cache (rows 4 KiB apart: in one of 64).
// CHECK-LABEL: func.func @computed_deep
// AVX2: weir.contraction, weir.fetch_steps = 16 : i64, weir.strategy
// CHECK: return
func.func @computed_deep(%x: tensor<128x512xf32>, %y: tensor<?x512x784xf32>) -> tensor<?x128x784xf32> {
  %r = weir.matmul %x, %y : (tensor<128x512xf32>, tensor<?x512x784xf32>) -> tensor<?x128x784xf32>
  return %r : tensor<?x128x784xf32>
}
// CHECK-LABEL: func.func @computed_meeting
// AVX2: weir.contraction, weir.fetch_steps = 4 : i64, weir.strategy
// CHECK: return
func.func @computed_meeting(%x: tensor<?x6x512xf32>, %y: tensor<?x512x1024xf32>) -> tensor<?x6x1024xf32> {
  %r = weir.matmul %x, %y : (tensor<?x6x512xf32>, tensor<?x512x1024xf32>) -> tensor<?x6x1024xf32>
  return %r : tensor<?x6x1024xf32>
}
// 128 lines stay; neighbours in memory need nobody to fetch them.
// CHECK-LABEL: func.func @computed_shallow
// AVX2-NOT: weir.fetch_steps
// CHECK: return
func.func @computed_shallow(%x: tensor<?x6x128xf32>, %y: tensor<?x128x784xf32>) -> tensor<?x6x784xf32> {
  %r = weir.matmul %x, %y : (tensor<?x6x128xf32>, tensor<?x128x784xf32>) -> tensor<?x6x784xf32>
  return %r : tensor<?x6x784xf32>
}
// CHECK-LABEL: func.func @computed_narrow
// AVX2-NOT: weir.fetch_steps
// CHECK: return
func.func @computed_narrow(%x: tensor<?x6x4096xf32>, %y: tensor<?x4096x8xf32>) -> tensor<?x6x8xf32> {
  %r = weir.matmul %x, %y : (tensor<?x6x4096xf32>, tensor<?x4096x8xf32>) -> tensor<?x6x8xf32>
  return %r : tensor<?x6x8xf32>
}

// The lines of results are fetched where an example has more of them than the second-level cache
// (512 KiB) holds: 128 x 1040 are too many, 128 x 784 aren't.
// CHECK-LABEL: func.func @many_results
// AVX2: weir.fetch_results
// CHECK: return
func.func @many_results(%x: tensor<128x64xf32>, %y: tensor<?x64x1040xf32>) -> tensor<?x128x1040xf32> {
  %r = weir.matmul %x, %y : (tensor<128x64xf32>, tensor<?x64x1040xf32>) -> tensor<?x128x1040xf32>
  return %r : tensor<?x128x1040xf32>
}
// CHECK-LABEL: func.func @fewer_results
// AVX2-NOT: weir.fetch_results
// CHECK: return
func.func @fewer_results(%x: tensor<128x64xf32>, %y: tensor<?x64x784xf32>) -> tensor<?x128x784xf32> {
  %r = weir.matmul %x, %y : (tensor<128x64xf32>, tensor<?x64x784xf32>) -> tensor<?x128x784xf32>
  return %r : tensor<?x128x784xf32>
}
// A packed matrix's product stores rows that are whole lines one after the other.
// CHECK-LABEL: func.func @packed_results
// AVX2-NOT: weir.fetch_results
// CHECK: return
func.func @packed_results(%x: tensor<?x1040x64xf32>, %w: tensor<64x128xf32>) -> tensor<?x1040x128xf32> {
  %r = weir.product %x, %w : (tensor<?x1040x64xf32>, tensor<64x128xf32>) -> tensor<?x1040x128xf32>
  return %r : tensor<?x1040x128xf32>
}
// Sums over a batch are added to many times.
// CHECK-LABEL: func.func @batch_results
// AVX2-NOT: weir.fetch_results
// CHECK: return
func.func @batch_results(%x: tensor<?x1040xf32>, %y: tensor<?x512xf32>) -> tensor<1040x512xf32> {
  %r = weir.product_weight_gradient %x, %y : (tensor<?x1040xf32>, tensor<?x512xf32>) -> tensor<1040x512xf32>
  return %r : tensor<1040x512xf32>
}

// A grouped convolution is left to the vector loops.
// CHECK-LABEL: func.func @depthwise
// CHECK-NOT: weir.strategy
// CHECK: return
func.func @depthwise(%x: tensor<?x8x9x6xf32>, %w: tensor<6x1x3x2xf32>) -> tensor<?x6x8x6xf32> {
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 6 : i64, layout = #weir<layout channels_last>} : (tensor<?x8x9x6xf32>, tensor<6x1x3x2xf32>) -> tensor<?x6x8x6xf32>
  return %r : tensor<?x6x8x6xf32>
}

// What no example takes part in is computed once: a small kernel where it is little, a
// fast one where it is much.
// CHECK-LABEL: func.func @once
// AVX2: <rows = 1, columns = 16, lanes = 8, rowBlock = 1,
// AVX2: <rows = 6, columns = 16, lanes = 8,
func.func @once(%t: tensor<842x13xf32>, %u: tensor<8428x13xf32>, %w: tensor<13x40xf32>) -> (tensor<842x40xf32>, tensor<8428x40xf32>) {
  %r = weir.product %t, %w : (tensor<842x13xf32>, tensor<13x40xf32>) -> tensor<842x40xf32>
  %s = weir.product %u, %w : (tensor<8428x13xf32>, tensor<13x40xf32>) -> tensor<8428x40xf32>
  return %r, %s : tensor<842x40xf32>, tensor<8428x40xf32>
}
