// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what convolutions and patches refuse.

// conv2d: 1. channels and two spatial axes.
func.func @f(%x: tensor<?x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: an image has 3 example axes, found [8, 8]}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 2. an unbatched weight.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<?x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: a weight has 4 axes, found 'tensor<?x4x3x3xf32>'}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<?x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 2. of rank four.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{weir.conv2d: a weight has 4 axes, found 'tensor<6x4x3xf32>'}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 2. the weight takes a group's channels.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x3x3x3xf32>) {
  // expected-error @below {{weir.conv2d: the weight takes 3 channels per group, the input has 4}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 2. channels last in the input, not in the weight.
func.func @f(%x: tensor<?x8x8x4xf32>, %w: tensor<6x3x3x4xf32>) {
  // expected-error @below {{weir.conv2d: the weight takes 3 channels per group, the input has 4}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, layout = #weir<layout channels_last>} : (tensor<?x8x8x4xf32>, tensor<6x3x3x4xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 2. a bias per output.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{weir.conv2d: a bias of 6 outputs expected, found 'tensor<4xf32>'}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w bias %b {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 3. groups divide the channels.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @below {{weir.conv2d: 3 groups don't divide 4 channels and 6 outputs}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 3 : i64} : (tensor<?x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 3. groups divide the outputs.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @below {{weir.conv2d: 4 groups don't divide 4 channels and 6 outputs}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 4 : i64} : (tensor<?x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 3. at least one group.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: 0 groups don't divide 4 channels and 6 outputs}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 0 : i64} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 4. an entry per spatial axis.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: strides, paddings and dilations need 2 entries, found [1]}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 4. strides of at least 1.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: spatial axis 1 needs a stride and a dilation of at least 1 and no negative padding}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 0>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 4. dilations of at least 1.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: spatial axis 0 needs a stride and a dilation of at least 1 and no negative padding}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 0, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 4. paddings of at least 0.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: spatial axis 0 needs a stride and a dilation of at least 1 and no negative padding}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: -1, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 5. the kernel fits the padded input.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{weir.conv2d: a kernel that reaches over 9 elements doesn't fit 8 on spatial axis 1}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 4>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x6x6xf32>
  return
}

// -----

// conv2d: 6. positions by the formula.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'weir.conv2d' op inferred type(s) 'tensor<?x6x6x6xf32>' are incompatible with return type(s) of operation 'tensor<?x6x8x8xf32>'}}
  // expected-error @below {{'weir.conv2d' op failed to infer returned types}}
  %r = weir.conv2d %x, %w {strides = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x8x8xf32>
  return
}

// -----

// conv1d: 1. channels and one spatial axis.
func.func @f(%x: tensor<?x4x8x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{weir.conv1d: an image has 2 example axes, found [4, 8, 8]}}
  // expected-error @below {{'weir.conv1d' op failed to infer returned types}}
  %r = weir.conv1d %x, %w {strides = array<i64: 1>, pad_low = array<i64: 0>, pad_high = array<i64: 0>, dilations = array<i64: 1>} : (tensor<?x4x8x8xf32>, tensor<6x4x3xf32>) -> tensor<?x6x6xf32>
  return
}

// -----

// windows: 1. height, width, channels.
func.func @f(%x: tensor<?x8x8xf32>) {
  // expected-error @below {{weir.windows: an image is [height, width, channels], found [8, 8]}}
  // expected-error @below {{'weir.windows' op failed to infer returned types}}
  %r = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x8x8xf32>) -> tensor<?x6x6x3x3x8xf32>
  return
}

// -----

// windows: 2. two entries.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{weir.windows: kernel, strides and dilations need two entries}}
  // expected-error @below {{'weir.windows' op failed to infer returned types}}
  %r = weir.windows %x {kernel = array<i64: 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x8x8x4xf32>) -> tensor<?x6x6x3x3x4xf32>
  return
}

// -----

// windows: 2. of at least 1.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{weir.windows: kernel, strides and dilations are at least 1}}
  // expected-error @below {{'weir.windows' op failed to infer returned types}}
  %r = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 0, 1>, dilations = array<i64: 1, 1>} : (tensor<?x8x8x4xf32>) -> tensor<?x6x6x3x3x4xf32>
  return
}

// -----

// windows: 3. the kernel fits.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{weir.windows: a kernel that reaches over 9 elements doesn't fit 8 on spatial axis 0}}
  // expected-error @below {{'weir.windows' op failed to infer returned types}}
  %r = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 4, 1>} : (tensor<?x8x8x4xf32>) -> tensor<?x6x6x3x3x4xf32>
  return
}

// -----

// windows: 4. positions, kernel, channels.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{'weir.windows' op inferred type(s) 'tensor<?x6x6x3x3x4xf32>' are incompatible with return type(s) of operation 'tensor<?x6x6x4x3x3xf32>'}}
  // expected-error @below {{'weir.windows' op failed to infer returned types}}
  %r = weir.windows %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x8x8x4xf32>) -> tensor<?x6x6x4x3x3xf32>
  return
}

// -----

// im2col: 4. positions, patch.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{'weir.im2col' op inferred type(s) 'tensor<?x6x6x36xf32>' are incompatible with return type(s) of operation 'tensor<?x36x36xf32>'}}
  // expected-error @below {{'weir.im2col' op failed to infer returned types}}
  %r = weir.im2col %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>} : (tensor<?x8x8x4xf32>) -> tensor<?x36x36xf32>
  return
}

// -----

// conv2d_weight_gradient: 1. both or neither have a batch.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<3x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: both or neither have a batch, found 'tensor<?x2x5x6xf32>' and 'tensor<3x3x3xf32>'}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5x6xf32>, tensor<3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 2. images.
func.func @f(%x: tensor<?x2x5xf32>, %g: tensor<?x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: an image has 3 example axes, found [2, 5] and [3, 3]}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5xf32>, tensor<?x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 2. lists of two entries.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: kernel, strides, paddings and dilations need 2 entries, found [3]}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 2. groups divide channels and outputs.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: 2 groups don't divide 2 channels and 3 outputs}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, groups = 2 : i64, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 2. valid attributes.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: spatial axis 1 needs a kernel, a stride and a dilation of at least 1 and no negative padding}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 0>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 2. the gradient has the convolution's shape.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  // expected-error @below {{weir.conv2d_weight_gradient: the convolution has 5 positions on spatial axis 1, the gradient 3}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 1>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<3x2x3x2xf32>
  return
}

// -----

// conv2d_weight_gradient: 3. the weight.
func.func @f(%x: tensor<?x2x5x6xf32>, %g: tensor<?x3x3x3xf32>) {
  // expected-error @below {{'weir.conv2d_weight_gradient' op inferred type(s) 'tensor<3x2x3x2xf32>' are incompatible with return type(s) of operation 'tensor<2x3x3x2xf32>'}}
  // expected-error @below {{'weir.conv2d_weight_gradient' op failed to infer returned types}}
  %r = weir.conv2d_weight_gradient %x, %g {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 1, 0>, strides = array<i64: 2, 2>} : (tensor<?x2x5x6xf32>, tensor<?x3x3x3xf32>) -> tensor<2x3x3x2xf32>
  return
}
