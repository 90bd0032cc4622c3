// RUN: weir-opt --weir-to-linalg --weir-select-strategy="vector-bits=512 vector-registers=32 cache-bytes=1048576" %s | FileCheck %s --check-prefix=DECIDE
// RUN: weir-opt --weir-lower-kernels --cse --canonicalize %s | FileCheck %s --check-prefix=APPLY

// Lines of seven results are groups of seven rows: the first of them leaves out one of three kernel
// columns.
// DECIDE-LABEL: func.func @padded
// DECIDE: weir.skip_zero_columns
// DECIDE-SAME: weir.zero_columns = array<i64: 1, 1>
func.func @padded(%x: tensor<?x14x14x512xf32>, %m: tensor<3x3x512x64xf32>) -> tensor<?x7x7x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 0.0 : f32} : (tensor<?x14x14x512xf32>) -> tensor<?x16x16x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x16x16x512xf32>) -> tensor<?x7x7x3x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x7x7x64xf32>
  return %r : tensor<?x7x7x64xf32>
}

// Few channels: the shorter loops would take longer.
// DECIDE-LABEL: func.func @few_channels
// DECIDE-NOT: weir.skip_zero_columns
// DECIDE: return
func.func @few_channels(%x: tensor<?x14x14x16xf32>, %m: tensor<3x3x16x64xf32>) -> tensor<?x7x7x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 1, 0>, value = 0.0 : f32} : (tensor<?x14x14x16xf32>) -> tensor<?x16x16x16xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<?x16x16x16xf32>) -> tensor<?x7x7x3x3x16xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x16xf32>, tensor<3x3x16x64xf32>) -> tensor<?x7x7x64xf32>
  return %r : tensor<?x7x7x64xf32>
}

// Lines of eleven results, which no group of two to ten divides: a row may be any of its line.
// DECIDE-LABEL: func.func @no_whole_groups
// DECIDE-NOT: weir.skip_zero_columns
// DECIDE: return
func.func @no_whole_groups(%x: tensor<?x10x22x512xf32>, %m: tensor<3x3x512x64xf32>) -> tensor<?x10x11x64xf32> {
  %p = weir.pad %x {low = array<i64: 1, 1, 0>, high = array<i64: 1, 0, 0>, value = 0.0 : f32} : (tensor<?x10x22x512xf32>) -> tensor<?x12x23x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 1, 2>} : (tensor<?x12x23x512xf32>) -> tensor<?x10x11x3x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x10x11x3x3x512xf32>, tensor<3x3x512x64xf32>) -> tensor<?x10x11x64xf32>
  return %r : tensor<?x10x11x64xf32>
}

// A series of 1000 with a kernel of 65: in groups of ten, four begin in the padding and four end in
// it, and each would have loops of its own. The same where the taps lie 256 apart.
// DECIDE-LABEL: func.func @long_kernel
// DECIDE-NOT: weir.skip_zero_columns
// DECIDE: return
func.func @long_kernel(%x: tensor<?x1x1000x64xf32>, %m: tensor<1x65x64x64xf32>) -> tensor<?x1x1000x64xf32> {
  %p = weir.pad %x {low = array<i64: 0, 32, 0>, high = array<i64: 0, 32, 0>, value = 0.0 : f32} : (tensor<?x1x1000x64xf32>) -> tensor<?x1x1064x64xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 65>, strides = array<i64: 1, 1>} : (tensor<?x1x1064x64xf32>) -> tensor<?x1x1000x1x65x64xf32>
  %r = weir.product %w, %m : (tensor<?x1x1000x1x65x64xf32>, tensor<1x65x64x64xf32>) -> tensor<?x1x1000x64xf32>
  return %r : tensor<?x1x1000x64xf32>
}
// DECIDE-LABEL: func.func @long_dilation
// DECIDE-NOT: weir.skip_zero_columns
// DECIDE: return
func.func @long_dilation(%x: tensor<?x1x1000x256xf32>, %m: tensor<1x3x256x256xf32>) -> tensor<?x1x1000x256xf32> {
  %p = weir.pad %x {low = array<i64: 0, 256, 0>, high = array<i64: 0, 256, 0>, value = 0.0 : f32} : (tensor<?x1x1000x256xf32>) -> tensor<?x1x1512x256xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 256>, kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>} : (tensor<?x1x1512x256xf32>) -> tensor<?x1x1000x1x3x256xf32>
  %r = weir.product %w, %m : (tensor<?x1x1000x1x3x256xf32>, tensor<1x3x256x256xf32>) -> tensor<?x1x1000x256xf32>
  return %r : tensor<?x1x1000x256xf32>
}

// Windows of the first two results lie in the padding altogether: they have no terms at all, and
// nothing is decided for the group that they are in.
// DECIDE-LABEL: func.func @rows_of_zeros
// DECIDE-NOT: weir.skip_zero_columns
// DECIDE: return
func.func @rows_of_zeros(%x: tensor<?x6x7x512xf32>, %m: tensor<1x3x512x64xf32>) -> tensor<?x6x7x64xf32> {
  %p = weir.pad %x {low = array<i64: 0, 4, 0>, high = array<i64: 0, 4, 0>, value = 0.0 : f32} : (tensor<?x6x7x512xf32>) -> tensor<?x6x15x512xf32>
  %w = weir.windows %p {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 3>, strides = array<i64: 1, 2>} : (tensor<?x6x15x512xf32>) -> tensor<?x6x7x1x3x512xf32>
  %r = weir.product %w, %m : (tensor<?x6x7x1x3x512xf32>, tensor<1x3x512x64xf32>) -> tensor<?x6x7x64xf32>
  return %r : tensor<?x6x7x64xf32>
}

#image = affine_map<(n, y, x, o, i, j, c) -> (n, y + i, x * 2 + j, c)>
#matrix = affine_map<(n, y, x, o, i, j, c) -> (o floordiv 8, i, j, c, o mod 8)>
#result = affine_map<(n, y, x, o, i, j, c) -> (n, y, x, o)>

// Columns 0 and 1 of nine and the last one are zeros: of the windows at 0, 2, 4 and 6, three wide,
// the first has the second kernel column only in them, hence the third in column 2; the last has
// its third kernel column in column 8. The line is one group of four: its rows are known.
// APPLY-LABEL: func.func @a_group_is_a_line
// APPLY-NOT: scf.if
// APPLY: scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// Kernel columns 0 and 1, in one loop: all but the first row.
// APPLY: scf.for %{{.*}} = %c0 to %c60 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// APPLY-COUNT-3: vector.fma
// APPLY-NOT: vector.fma
// Kernel column 2: all but the last.
// APPLY: scf.for %{{.*}} = %c60 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// APPLY-COUNT-3: vector.fma
// APPLY-NOT: vector.fma
// APPLY: return
func.func @a_group_is_a_line(%x: memref<?x6x9x30xf32>, %w: memref<1x2x3x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x9x30xf32>, memref<1x2x3x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 2, 1>, weir.skip_zero_columns, weir.strategy = #weir.product_strategy<rows = 4, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Groups of two: the first of a line, or the last one, or, were there one, another, which goes over
// all kernel columns in one loop.
// APPLY-LABEL: func.func @a_line_is_groups
// APPLY: %[[COLUMN:.*]] = arith.remui %{{.*}}, %c4
// APPLY: %[[FIRST:.*]] = arith.cmpi eq, %[[COLUMN]], %c0
// APPLY: %[[SUMS:.*]]:2 = scf.if %[[FIRST]] -> (vector<8xf32>, vector<8xf32>) {
// APPLY: scf.for %{{.*}} = %c0 to %c60 step %c1 iter_args({{.*}}) -> (vector<8xf32>) {
// APPLY: scf.for %{{.*}} = %c60 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
// APPLY: } else {
// APPLY: %[[LAST:.*]] = arith.cmpi eq, %[[COLUMN]], %c2
// APPLY: scf.if %[[LAST]] -> (vector<8xf32>, vector<8xf32>) {
// APPLY: scf.for %{{.*}} = %c0 to %c60 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
// APPLY: scf.for %{{.*}} = %c60 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>) {
// APPLY: } else {
// APPLY: scf.for %{{.*}} = %c0 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
// APPLY: vector.store %[[SUMS]]#0
// APPLY: return
func.func @a_line_is_groups(%x: memref<?x6x9x30xf32>, %w: memref<1x2x3x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x9x30xf32>, memref<1x2x3x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 2, 1>, weir.skip_zero_columns, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Groups of three don't divide a line of four: nothing is known of a row.
// APPLY-LABEL: func.func @groups_cross_lines
// APPLY-NOT: scf.if
// APPLY-NOT: to %c60
// APPLY: scf.for %{{.*}} = %c0 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// APPLY-NOT: to %c60
// APPLY: return
func.func @groups_cross_lines(%x: memref<?x6x9x30xf32>, %w: memref<1x2x3x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x9x30xf32>, memref<1x2x3x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 2, 1>, weir.skip_zero_columns, weir.strategy = #weir.product_strategy<rows = 3, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Without the decision, all kernel columns, whatever is known of the image.
// APPLY-LABEL: func.func @not_decided
// APPLY: scf.for %{{.*}} = %c0 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// APPLY-NOT: to %c60
// APPLY: return
func.func @not_decided(%x: memref<?x6x9x30xf32>, %w: memref<1x2x3x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x9x30xf32>, memref<1x2x3x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 2, 1>, weir.strategy = #weir.product_strategy<rows = 4, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

// Four columns of zeros: the first row's window lies in them altogether.
// APPLY-LABEL: func.func @a_row_of_zeros
// APPLY: scf.for %{{.*}} = %c0 to %c90 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// APPLY-NOT: to %c60
// APPLY: return
func.func @a_row_of_zeros(%x: memref<?x6x9x30xf32>, %w: memref<1x2x3x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#image, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x9x30xf32>, memref<1x2x3x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 4, 0>, weir.skip_zero_columns, weir.strategy = #weir.product_strategy<rows = 4, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}

#merged = affine_map<(n, y, x, o, i, j, c) -> (n, y + i, x * 2 + j, c)>

// Windows side by side: lines follow each other evenly, so that they are one loop with what is in
// them, and nothing is known of a row.
// APPLY-LABEL: func.func @merged
// APPLY-NOT: scf.if
// APPLY: scf.for %{{.*}} = %c0 to %c60 step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>) {
// APPLY-NOT: to %c30
// APPLY: return
func.func @merged(%x: memref<?x6x8x30xf32>, %w: memref<1x2x2x30x8xf32>, %out: memref<?x5x4x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%out : memref<?x5x4x8xf32>)
  linalg.generic {indexing_maps = [#merged, #matrix, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %w : memref<?x6x8x30xf32>, memref<1x2x2x30x8xf32>) outs(%out : memref<?x5x4x8xf32>) attrs = {weir.product, weir.zero_columns = array<i64: 1, 0>, weir.skip_zero_columns, weir.strategy = #weir.product_strategy<rows = 2, columns = 8, lanes = 8, rowBlock = 60, panelBlock = 1>} {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %ab = arith.mulf %a, %b : f32
    %s = arith.addf %c, %ab : f32
    linalg.yield %s : f32
  }
  return
}
