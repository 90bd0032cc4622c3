// RUN: weir-opt --weir-verify-rewritten --split-input-file --verify-diagnostics %s

// The lowering takes what is left here.

#one = array<i64: 1, 1>
#zero = array<i64: 0, 0>

func.func @fine(%x: tensor<?x6x5x4xf32>, %m: tensor<3x3x4x2xf32>, %w: tensor<4x1x3x3xf32>, %y: tensor<?x4x2xf32>, %s: tensor<2x4x3xf32>) -> tensor<?x4x3x2xf32> {
  %0 = weir.windows %x {kernel = array<i64: 3, 3>, strides = #one, dilations = #one} : (tensor<?x6x5x4xf32>) -> tensor<?x4x3x3x3x4xf32>
  %1 = weir.product %0, %m : (tensor<?x4x3x3x3x4xf32>, tensor<3x3x4x2xf32>) -> tensor<?x4x3x2xf32>
  %2 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, groups = 4 : i64, layout = #weir<layout channels_last>} : (tensor<?x6x5x4xf32>, tensor<4x1x3x3xf32>) -> tensor<?x4x3x4xf32>
  %3 = weir.matmul %2, %y : (tensor<?x4x3x4xf32>, tensor<?x4x2xf32>) -> tensor<?x4x3x2xf32>
  %4 = weir.add %1, %3 : (tensor<?x4x3x2xf32>, tensor<?x4x3x2xf32>) -> tensor<?x4x3x2xf32>
  return %4 : tensor<?x4x3x2xf32>
}

// -----

func.func @linear(%x: tensor<?x5xf32>, %w: tensor<4x5xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{'weir.linear' op must be rewritten before the lowering}}
  %0 = weir.linear %x, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @dropout(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  // expected-error @below {{'weir.dropout' op must be rewritten before the lowering}}
  %0 = weir.dropout %x {probability = 5.0e-01 : f64} : tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}

// -----

func.func @matmul(%x: tensor<?x5xf32>, %w: tensor<5x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{'weir.matmul' op with a parameter on the right must be a weir.product}}
  %0 = weir.matmul %x, %w : (tensor<?x5xf32>, tensor<5x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

func.func @windows(%x: tensor<?x6x5x4xf32>) -> tensor<?x4x3x3x3x4xf32> {
  // expected-error @below {{'weir.windows' op may only be the rows of a weir.product}}
  %0 = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x6x5x4xf32>) -> tensor<?x4x3x3x3x4xf32>
  return %0 : tensor<?x4x3x3x3x4xf32>
}

// -----

func.func @one_group(%x: tensor<?x6x5x4xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<?x4x3x4xf32> {
  // expected-error @below {{'weir.conv2d' op of one group must be a weir.product}}
  %0 = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, layout = #weir<layout channels_last>} : (tensor<?x6x5x4xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x3x4xf32>
  return %0 : tensor<?x4x3x4xf32>
}

// -----

func.func @channels_first(%x: tensor<?x4x6x5xf32>) -> tensor<?x4x3x2xf32> {
  // expected-error @below {{'weir.max_pool2d' op must have its channels last}}
  %0 = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x6x5xf32>) -> tensor<?x4x3x2xf32>
  return %0 : tensor<?x4x3x2xf32>
}

// -----

func.func @conv_channels_first(%x: tensor<?x4x6x5xf32>, %w: tensor<4x1x3x3xf32>) -> tensor<?x4x4x3xf32> {
  // expected-error @below {{'weir.conv2d' op must have its channels last}}
  %0 = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 4 : i64} : (tensor<?x4x6x5xf32>, tensor<4x1x3x3xf32>) -> tensor<?x4x4x3xf32>
  return %0 : tensor<?x4x4x3xf32>
}
