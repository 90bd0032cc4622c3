// RUN: weir-opt --weir-to-linalg --weir-select-strategy="vector-bits=512 vector-registers=32 cache-bytes=1048576" %s | FileCheck %s --check-prefix=DECIDE
// RUN: weir-opt --weir-lower-kernels --cse --canonicalize %s | FileCheck %s --check-prefix=APPLY

// A convolution whose first and last image lines are padding. Groups of seven rows are lines of
// the result, and the first of seven lines leaves out one of three kernel rows.
// DECIDE-LABEL: func.func @padded
// DECIDE: weir.skip_zero_lines
// DECIDE-SAME: weir.zero_lines = array<i64: 1, 1>
func.func @padded(%x: tensor<?x14x14x512xf32>, %m: tensor<3x3x512x64xf32>) -> tensor<?x7x7x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 0.0 : f32} : (tensor<?x14x14x512xf32>) -> tensor<?x16x16x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x16x16x512xf32>) -> tensor<?x7x7x3x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x7x7x64xf32>
  return %r : tensor<?x7x7x64xf32>
}

// Few channels: finding out what to leave out would take longer.
// DECIDE-LABEL: func.func @few_channels
// DECIDE-NOT: weir.skip_zero_lines
// DECIDE: weir.zero_lines = array<i64: 1, 1>
// DECIDE-NOT: weir.skip_zero_lines
// DECIDE: return
func.func @few_channels(%x: tensor<?x14x14x2xf32>, %m: tensor<3x3x2x64xf32>) -> tensor<?x7x7x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 0.0 : f32} : (tensor<?x14x14x2xf32>) -> tensor<?x16x16x2xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x16x16x2xf32>) -> tensor<?x7x7x3x3x2xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x2xf32>, tensor<3x3x2x64xf32>) -> tensor<?x7x7x64xf32>
  return %r : tensor<?x7x7x64xf32>
}

// Lines of two results: a group of rows has results of other lines as well, which need all.
// DECIDE-LABEL: func.func @short_lines
// DECIDE-NOT: weir.skip_zero_lines
// DECIDE: weir.zero_lines = array<i64: 1, 0>
// DECIDE-NOT: weir.skip_zero_lines
// DECIDE: return
func.func @short_lines(%x: tensor<?x14x4x512xf32>, %m: tensor<3x3x512x64xf32>) -> tensor<?x7x2x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 0, 1, 0>, value = 0.0 : f32} : (tensor<?x14x4x512xf32>) -> tensor<?x15x6x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x15x6x512xf32>) -> tensor<?x7x2x3x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x7x2x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x7x2x64xf32>
  return %r : tensor<?x7x2x64xf32>
}

// A frame of another value is none of zeros; a frame of columns has no lines; an image that
// isn't padded, neither.
// DECIDE-LABEL: func.func @others
// DECIDE-NOT: zero_lines
// DECIDE: return
func.func @others(%x: tensor<?x14x14x512xf32>, %m: tensor<3x3x512x64xf32>) -> (tensor<?x7x7x64xf32>, tensor<?x6x7x64xf32>, tensor<?x6x6x64xf32>) {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 1.0 : f32} : (tensor<?x14x14x512xf32>) -> tensor<?x16x16x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x16x16x512xf32>) -> tensor<?x7x7x3x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x7x7x64xf32>
  %q = weir.pad %x {low = array<i64: 0, 1, 0>, high = array<i64: 0, 1, 0>, value = 0.0 : f32} : (tensor<?x14x14x512xf32>) -> tensor<?x14x16x512xf32>
  %v = weir.windows %q {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x14x16x512xf32>) -> tensor<?x6x7x3x3x512xf32>
  %s = weir.product %v, %m : (tensor<?x6x7x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x6x7x64xf32>
  %u = weir.windows %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x14x14x512xf32>) -> tensor<?x6x6x3x3x512xf32>
  %t = weir.product %u, %m : (tensor<?x6x6x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x6x6x64xf32>
  return %r, %s, %t : tensor<?x7x7x64xf32>, tensor<?x6x7x64xf32>, tensor<?x6x6x64xf32>
}

#image = affine_map<(n, y, x, o, i, jc) -> (n, y * 2 + i * 2, x * 2, jc)>
#matrix = affine_map<(n, y, x, o, i, jc) -> (o floordiv 8, i, jc, o mod 8)>
#result = affine_map<(n, y, x, o, i, jc) -> (n, y, x, o)>

// Lines 0 and 1 and line 10 of eleven are zeros. A group of two rows goes over the kernel rows
// that some line of it needs: before line 2 lie as many kernel rows as half of 2 - 2 * y, rounded
// up, for the last line of the group; before line 10 half of 10 - 2 * y, for the first one.
// APPLY-LABEL: func.func @bounds
// APPLY: %[[FIRST:.*]] = arith.remui %{{.*}}, %c4
// APPLY: %[[LAST:.*]] = arith.remui %{{.*}}, %c4
// APPLY: %[[SAME:.*]] = arith.cmpi ule, %[[FIRST]], %[[LAST]]
// APPLY-DAG: %[[LEAST:.*]] = arith.select %[[SAME]], %[[FIRST]], %c0
// APPLY-DAG: %[[MOST:.*]] = arith.select %[[SAME]], %[[LAST]], %c3
// APPLY: arith.muli %[[MOST]], %c2
// APPLY: %[[LEFT:.*]] = arith.maxsi %{{.*}}, %c0
// APPLY: %[[UP:.*]] = arith.addi %[[LEFT]], %c1
// APPLY: %[[HALF:.*]] = arith.divui %[[UP]], %c2
// APPLY: %[[FROM:.*]] = arith.minsi %[[HALF]], %c3
// APPLY: arith.muli %[[LEAST]], %c2
// APPLY: %[[TO:.*]] = arith.minsi %{{.*}}, %c3
// APPLY: scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %c1
// APPLY: scf.for %{{.*}} = %c0 to %c30 step %c1
func.func @bounds(%x: memref<?x11x9x30xf32>, %w: memref<1x3x30x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x11x9x30xf32>, memref<1x3x30x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.zero_lines = array<i64: 2, 1>, weir.skip_zero_lines, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// A group of seventeen rows is more than three lines of five: all lines may be in it, whatever its
// first and last row are.
// APPLY-LABEL: func.func @all_lines
// APPLY-NOT: arith.maxsi
// APPLY: scf.for %{{.*}} = %c0 to %c3 step %c1
// APPLY: return
func.func @all_lines(%x: memref<?x11x9x30xf32>, %w: memref<1x3x30x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x11x9x30xf32>, memref<1x3x30x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.zero_lines = array<i64: 2, 1>, weir.skip_zero_lines, weir.strategy = #weir.product_strategy<rows = 17, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// A group of sixteen has at most all but part of a line: where it stays in an example, its first
// and its last row say what it needs.
// APPLY-LABEL: func.func @nearly_all_lines
// APPLY: %[[FROM:.*]] = arith.minsi
// APPLY: %[[TO:.*]] = arith.minsi
// APPLY: scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %c1
func.func @nearly_all_lines(%x: memref<?x11x9x30xf32>, %w: memref<1x3x30x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x11x9x30xf32>, memref<1x3x30x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.zero_lines = array<i64: 2, 1>, weir.skip_zero_lines, weir.strategy = #weir.product_strategy<rows = 16, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Without the decision all kernel rows are added up, whatever is known of the image.
// APPLY-LABEL: func.func @not_decided
// APPLY-NOT: arith.maxsi
// APPLY: scf.for %{{.*}} = %c0 to %c3 step %c1
// APPLY: return
func.func @not_decided(%x: memref<?x11x9x30xf32>, %w: memref<1x3x30x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x11x9x30xf32>, memref<1x3x30x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.zero_lines = array<i64: 2, 1>, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

#merged = affine_map<(n, y, x, o, i, jc) -> (n, y + i, x, jc)>

// Lines without a frame of columns follow each other evenly, so that they and their results are
// one loop: there is no line to ask for.
// APPLY-LABEL: func.func @merged
// APPLY-NOT: arith.maxsi
// APPLY: scf.for %{{.*}} = %c0 to %c3 step %c1
// APPLY: return
func.func @merged(%x: memref<?x6x5x30xf32>, %w: memref<1x3x30x8xf32>, %out: memref<?x4x5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x4x5x8xf32>)
  linalg.generic {indexing_maps = [#merged, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %w : memref<?x6x5x30xf32>, memref<1x3x30x8xf32>) outs(%out : memref<?x4x5x8xf32>) attrs = {weir.product, weir.zero_lines = array<i64: 1, 1>, weir.skip_zero_lines, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
