// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what the parts of Winograd's convolution refuse.

// 1. the tile.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{weir.winograd_input: a tile of 2 or 4 expected, found 3}}
  // expected-error @below {{'weir.winograd_input' op failed to infer returned types}}
  %r = weir.winograd_input %x {tile = 3 : i64} : (tensor<?x8x8x4xf32>) -> tensor<?x2x2x25x4xf32>
  return
}

// -----

// winograd_input: 2. an image.
func.func @f(%x: tensor<?x8x8xf32>) {
  // expected-error @below {{weir.winograd_input: an image is [height, width, channels], found [8, 8]}}
  // expected-error @below {{'weir.winograd_input' op failed to infer returned types}}
  %r = weir.winograd_input %x {tile = 2 : i64} : (tensor<?x8x8xf32>) -> tensor<?x3x3x16xf32>
  return
}

// -----

// winograd_input: 2. of whole tiles.
func.func @f(%x: tensor<?x10x8x4xf32>) {
  // expected-error @below {{weir.winograd_input: height and width less 2 are multiples of 4, found [10, 8, 4]}}
  // expected-error @below {{'weir.winograd_input' op failed to infer returned types}}
  %r = weir.winograd_input %x {tile = 4 : i64} : (tensor<?x10x8x4xf32>) -> tensor<?x2x1x36x4xf32>
  return
}

// -----

// winograd_weight: 2. a kernel of 3x3.
func.func @f(%x: tensor<6x4x3x2xf32>) {
  // expected-error @below {{weir.winograd_weight: a weight is [outputs, channels, 3, 3], found 'tensor<6x4x3x2xf32>'}}
  // expected-error @below {{'weir.winograd_weight' op failed to infer returned types}}
  %r = weir.winograd_weight %x {tile = 2 : i64} : (tensor<6x4x3x2xf32>) -> tensor<16x4x6xf32>
  return
}

// -----

// winograd_output: 2. all positions of a tile.
func.func @f(%x: tensor<?x2x2x36x4xf32>) {
  // expected-error @below {{weir.winograd_output: tiles are [rows, columns, 16, channels], found [2, 2, 36, 4]}}
  // expected-error @below {{'weir.winograd_output' op failed to infer returned types}}
  %r = weir.winograd_output %x {tile = 2 : i64, height = 4 : i64, width = 4 : i64} : (tensor<?x2x2x36x4xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// winograd_output: 3. as many tiles as the results need.
func.func @f(%x: tensor<?x2x2x36x4xf32>) {
  // expected-error @below {{weir.winograd_output: 2 by 2 tiles of 4 don't cover 8 by 9 results}}
  // expected-error @below {{'weir.winograd_output' op failed to infer returned types}}
  %r = weir.winograd_output %x {tile = 4 : i64, height = 8 : i64, width = 9 : i64} : (tensor<?x2x2x36x4xf32>) -> tensor<?x8x9x4xf32>
  return
}

// -----

// grouped_product: 1. unbatched matrices.
func.func @f(%x: tensor<?x3x4xf32>, %m: tensor<?x4x5xf32>) {
  // expected-error @below {{weir.grouped_product: matrices are [groups, k, n], found 'tensor<?x4x5xf32>'}}
  // expected-error @below {{'weir.grouped_product' op failed to infer returned types}}
  %r = weir.grouped_product %x, %m : (tensor<?x3x4xf32>, tensor<?x4x5xf32>) -> tensor<?x3x5xf32>
  return
}

// -----

// grouped_product: 2. a row for each group.
func.func @f(%x: tensor<?x2x4xf32>, %m: tensor<3x4x5xf32>) {
  // expected-error @below {{weir.grouped_product: rows [2, 4] don't end in the first two axes of the matrices [3, 4, 5]}}
  // expected-error @below {{'weir.grouped_product' op failed to infer returned types}}
  %r = weir.grouped_product %x, %m : (tensor<?x2x4xf32>, tensor<3x4x5xf32>) -> tensor<?x2x5xf32>
  return
}
