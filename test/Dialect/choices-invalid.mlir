// RUN: weir-opt --split-input-file --verify-diagnostics %s

// What attributes that say how something is computed refuse.

// product_strategy: 1. at least 1 of everything.
// expected-error @below {{a strategy of 1 or more rows expected, found 0}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 0, columns = 16, lanes = 8, rowBlock = 6, panelBlock = 1>} {
  return
}

// -----

// expected-error @below {{a strategy of 1 or more lanes expected, found 0}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 0, rowBlock = 6, panelBlock = 1>} {
  return
}

// -----

// expected-error @below {{a strategy of 1 or more panelBlock expected, found -1}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 6, panelBlock = -1>} {
  return
}

// -----

// product_strategy: 2. whole vectors.
// expected-error @below {{columns in whole vectors of 8 lanes expected, found 20}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 6, columns = 20, lanes = 8, rowBlock = 6, panelBlock = 1>} {
  return
}

// -----

// product_strategy: 3. a group of rows.
// expected-error @below {{a rowBlock of at least one group of 6 rows expected, found 5}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 6, columns = 16, lanes = 8, rowBlock = 5, panelBlock = 1>} {
  return
}

// -----

// product_strategy: 4. sums that are added up in pairs.
// expected-error @below {{a power of two as the number of sums expected, found 3}}
func.func @f() attributes {weir.strategy = #weir.product_strategy<rows = 6, columns = 8, lanes = 8, rowBlock = 6, panelBlock = 1, sums = 3>} {
  return
}

// -----

// expected-error @below {{weir.strategy: a strategy of a product expected, found 6 : i64}}
func.func @f() attributes {weir.strategy = 6} {
  return
}

// -----

// form: 1. of a convolution
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{has no forms to choose from: weir.form needs a conv2d of one group}}
  %r = weir.relu %x {weir.form = #weir<form windows>} : tensor<?x4xf32>
  return
}

// -----

// form: 1. of one group.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  // expected-error @below {{has no forms to choose from: weir.form needs a conv2d of one group}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64, weir.form = #weir<form windows>} : (tensor<?x4x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<?x4x6x6xf32>
  return
}

// -----

// form: 2. no stride in Winograd's way.
func.func @f(%x: tensor<?x4x9x9xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @below {{weir.form: #weir<form winograd4> needs a kernel of 3x3 without stride and dilation}}
  %r = weir.conv2d %x, %w {strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, weir.form = #weir<form winograd4>} : (tensor<?x4x9x9xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// form: 2. no other kernel.
func.func @f(%x: tensor<?x4x9x9xf32>, %w: tensor<4x4x3x1xf32>) {
  // expected-error @below {{weir.form: #weir<form winograd2> needs a kernel of 3x3 without stride and dilation}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, weir.form = #weir<form winograd2>} : (tensor<?x4x9x9xf32>, tensor<4x4x3x1xf32>) -> tensor<?x4x7x9xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4x9x9xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @below {{weir.form: a form of a convolution expected, found "windows"}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, weir.form = "windows"} : (tensor<?x4x9x9xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x7x7xf32>
  return
}

// -----

// expected-error @below {{weir.choices: a function's list of form_choice and product_choice expected, found [6]}}
func.func @f() attributes {weir.choices = [6]} {
  return
}

// -----

// expected-error @below {{weir.choices: a function's list of form_choice and product_choice expected, found []}}
module attributes {weir.choices = []} {
}

// -----

// A convolution that is none is left to its own verifier.
func.func @f(%x: tensor<?x5x5x3xf32>, %w: tensor<3xf32>) {
  // expected-error @below {{requires attribute 'dilations'}}
  %0 = "weir.conv2d"(%x, %w) {weir.form = #weir<form winograd2>} : (tensor<?x5x5x3xf32>, tensor<3xf32>) -> tensor<?x5x5x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x5x5x3xf32>, %w: tensor<3xf32>) {
  // expected-error @below {{a weight has 4 axes, found 'tensor<3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = "weir.conv2d"(%x, %w) {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, weir.form = #weir<form winograd2>} : (tensor<?x5x5x3xf32>, tensor<3xf32>) -> tensor<?x5x5x4xf32>
  return
}
