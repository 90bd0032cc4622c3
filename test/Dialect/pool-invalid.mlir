// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what pools refuse.

// max_pool2d: 1. channels and two spatial axes.
func.func @f(%x: tensor<?x8x8xf32>) {
  // expected-error @below {{weir.max_pool2d: the input has 3 example axes, found [8, 8]}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// avg_pool2d: 2. an entry per spatial axis.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.avg_pool2d: kernel, strides and paddings need 2 entries, found [2]}}
  // expected-error @below {{'weir.avg_pool2d' op failed to infer returned types}}
  %r = weir.avg_pool2d %x {kernel = array<i64: 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// max_pool2d: 2. a kernel of at least 1.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.max_pool2d: spatial axis 0 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 0, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// max_pool2d: 2. strides of at least 1.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.max_pool2d: spatial axis 1 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 0>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// avg_pool2d: 2. paddings below the kernel, on either side.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.avg_pool2d: spatial axis 1 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.avg_pool2d' op failed to infer returned types}}
  %r = weir.avg_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 3>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// avg_pool2d: 2. paddings of at least 0.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.avg_pool2d: spatial axis 1 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.avg_pool2d' op failed to infer returned types}}
  %r = weir.avg_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, -1>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// max_pool2d: 2. paddings below the kernel.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.max_pool2d: spatial axis 0 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 2, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// max_pool2d: 3. the kernel fits the padded input.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.max_pool2d: a window of 9 doesn't fit 8 elements on spatial axis 1}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 9>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x4xf32>
  return
}

// -----

// avg_pool2d: 4. positions by the formula.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{'weir.avg_pool2d' op inferred type(s) 'tensor<?x4x4x4xf32>' are incompatible with return type(s) of operation 'tensor<?x4x4x5xf32>'}}
  // expected-error @below {{'weir.avg_pool2d' op failed to infer returned types}}
  %r = weir.avg_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4x5xf32>
  return
}

// -----

// max_pool2d: 4. channels last stay last.
func.func @f(%x: tensor<?x8x8x4xf32>) {
  // expected-error @below {{'weir.max_pool2d' op inferred type(s) 'tensor<?x4x4x4xf32>' are incompatible with return type(s) of operation 'tensor<?x8x4x2xf32>'}}
  // expected-error @below {{'weir.max_pool2d' op failed to infer returned types}}
  %r = weir.max_pool2d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, layout = #weir<layout channels_last>} : (tensor<?x8x8x4xf32>) -> tensor<?x8x4x2xf32>
  return
}

// -----

// max_pool1d: 1. channels and one spatial axis.
func.func @f(%x: tensor<?x4x8x8xf32>) {
  // expected-error @below {{weir.max_pool1d: the input has 2 example axes, found [4, 8, 8]}}
  // expected-error @below {{'weir.max_pool1d' op failed to infer returned types}}
  %r = weir.max_pool1d %x {kernel = array<i64: 2>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<?x4x8x8xf32>) -> tensor<?x4x4xf32>
  return
}

// -----

// avg_pool1d: 2. one entry.
func.func @f(%x: tensor<?x4x8xf32>) {
  // expected-error @below {{weir.avg_pool1d: kernel, strides and paddings need 1 entries, found [2, 2]}}
  // expected-error @below {{'weir.avg_pool1d' op failed to infer returned types}}
  %r = weir.avg_pool1d %x {kernel = array<i64: 2, 2>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<?x4x8xf32>) -> tensor<?x4x4xf32>
  return
}

// -----

// max_pool2d_gradient: 1. valid for the pooling.
func.func @f(%x: tensor<?x2x4x5xf32>, %g: tensor<?x2x2x5xf32>) {
  // expected-error @below {{weir.max_pool2d_gradient: spatial axis 0 needs a kernel and a stride of at least 1 and paddings from 0 to below the kernel}}
  // expected-error @below {{'weir.max_pool2d_gradient' op failed to infer returned types}}
  %r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 0, 3>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x2x4x5xf32>, tensor<?x2x2x5xf32>) -> tensor<?x2x4x5xf32>
  return
}

// -----

// max_pool2d_gradient: 2. the gradient has the pooling's type.
func.func @f(%x: tensor<?x2x4x5xf32>, %g: tensor<?x2x2x4xf32>) {
  // expected-error @below {{weir.max_pool2d_gradient: the pooling gives 'tensor<?x2x2x5xf32>', the gradient is 'tensor<?x2x2x4xf32>'}}
  // expected-error @below {{'weir.max_pool2d_gradient' op failed to infer returned types}}
  %r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 2, 3>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x2x4x5xf32>, tensor<?x2x2x4xf32>) -> tensor<?x2x4x5xf32>
  return
}

// -----

// max_pool2d_gradient: 3. the input's type.
func.func @f(%x: tensor<?x2x4x5xf32>, %g: tensor<?x2x2x5xf32>) {
  // expected-error @below {{'weir.max_pool2d_gradient' op inferred type(s) 'tensor<?x2x4x5xf32>' are incompatible with return type(s) of operation 'tensor<?x2x2x5xf32>'}}
  // expected-error @below {{'weir.max_pool2d_gradient' op failed to infer returned types}}
  %r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 2, 3>, pad_high = array<i64: 0, 1>, pad_low = array<i64: 0, 1>, strides = array<i64: 2, 1>} : (tensor<?x2x4x5xf32>, tensor<?x2x2x5xf32>) -> tensor<?x2x2x5xf32>
  return
}
