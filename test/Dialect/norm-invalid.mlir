// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what norms and dropout refuse.

// batch_norm: 1. an axis within the example rank.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{weir.batch_norm: axis 2 of an example of rank 2}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, axis = 2 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// batch_norm: 1. no negative axis.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{weir.batch_norm: axis -1 of an example of rank 2}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, axis = -1 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// batch_norm: 4. a momentum from 0 to 1.
func.func @f(%x: tensor<?x4xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{weir.batch_norm: momentum is at least 0 and at most 1, found 1.25}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, axis = 0 : i64, momentum = 1.25 : f64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// batch_norm: 2. statistics as long as the axis.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{weir.batch_norm: statistics of 8 channels expected, found 'tensor<4xf32>'}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, axis = 1 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// batch_norm: 2. unbatched.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>, %q: tensor<?x4xf32>) {
  // expected-error @below {{weir.batch_norm: statistics of 4 channels expected, found 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %q, %p {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// batch_norm: 3. epsilon is greater than 0.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{weir.batch_norm: epsilon must be greater than 0}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 0.0 : f64, axis = 0 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// batch_norm: 4. the input's type.
func.func @f(%x: tensor<?x4x8xf32>, %p: tensor<4xf32>) {
  // expected-error @below {{'weir.batch_norm' op inferred type(s) 'tensor<?x4x8xf32>' are incompatible with return type(s) of operation 'tensor<?x8x4xf32>'}}
  // expected-error @below {{'weir.batch_norm' op failed to infer returned types}}
  %r = weir.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

// layer_norm: 1. weight and bias of one shape.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>, %b: tensor<4x8xf32>) {
  // expected-error @below {{weir.layer_norm: weight and bias have one shape, found 'tensor<8xf32>' and 'tensor<4x8xf32>'}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %b {epsilon = 1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<4x8xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// layer_norm: 1. the last axes.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<4xf32>) {
  // expected-error @below {{weir.layer_norm: the input [4, 8] doesn't end in the weight's axes [4]}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %w {epsilon = 1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// layer_norm: 1. of rank 1 at least.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<f32>) {
  // expected-error @below {{weir.layer_norm: the input [4, 8] doesn't end in the weight's axes []}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %w {epsilon = 1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4x8xf32>
  return
}

// -----

// layer_norm: 1. unbatched.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<?x8xf32>) {
  // expected-error @below {{weir.layer_norm: weight and bias have one shape, found 'tensor<?x8xf32>' and 'tensor<?x8xf32>'}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %w {epsilon = 1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// layer_norm: 2. epsilon is greater than 0.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @below {{weir.layer_norm: epsilon must be greater than 0}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %w {epsilon = -1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

// layer_norm: 3. the input's type.
func.func @f(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>) {
  // expected-error @below {{'weir.layer_norm' op inferred type(s) 'tensor<?x4x8xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.layer_norm' op failed to infer returned types}}
  %r = weir.layer_norm %x, %w, %w {epsilon = 1.0e-05 : f64} : (tensor<?x4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x4xf32>
  return
}

// -----

// dropout: 1. a probability below 1.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.dropout: probability is at least 0 and less than 1, found 1.000000e+00 : f64}}
  // expected-error @below {{'weir.dropout' op failed to infer returned types}}
  %r = weir.dropout %x {probability = 1.0 : f64} : tensor<?x4xf32>
  return
}

// -----

// dropout: 1. of at least 0.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.dropout: probability is at least 0 and less than 1, found -5.000000e-01 : f64}}
  // expected-error @below {{'weir.dropout' op failed to infer returned types}}
  %r = weir.dropout %x {probability = -0.5 : f64} : tensor<?x4xf32>
  return
}

// -----

// dropout: 1. a number.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.dropout: probability is at least 0 and less than 1, found 0x7FF8000000000000 : f64}}
  // expected-error @below {{'weir.dropout' op failed to infer returned types}}
  %r = weir.dropout %x {probability = 0x7FF8000000000000 : f64} : tensor<?x4xf32>
  return
}

// -----

// dropout: 2. the input's type.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{'weir.dropout' op inferred type(s) 'tensor<?x4xf32>' are incompatible with return type(s) of operation 'tensor<?x5xf32>'}}
  // expected-error @below {{'weir.dropout' op failed to infer returned types}}
  %r = "weir.dropout"(%x) {probability = 5.0e-01 : f64} : (tensor<?x4xf32>) -> tensor<?x5xf32>
  return
}

// -----

// dropout_mask: 1. a seed and a step.
func.func @f(%k: tensor<3x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.dropout_mask: the key is a seed and a step, two numbers without a batch, found 'tensor<3x!weir.index<1024>>'}}
  // expected-error @below {{'weir.dropout_mask' op failed to infer returned types}}
  %r = weir.dropout_mask %k, %x {layer = 0 : i64, probability = 0.5 : f64} : (tensor<3x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// dropout_mask: 1. no batch.
func.func @f(%k: tensor<?x2x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.dropout_mask: the key is a seed and a step, two numbers without a batch, found 'tensor<?x2x!weir.index<1024>>'}}
  // expected-error @below {{'weir.dropout_mask' op failed to infer returned types}}
  %r = weir.dropout_mask %k, %x {layer = 0 : i64, probability = 0.5 : f64} : (tensor<?x2x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// dropout_mask: 2. something is kept.
func.func @f(%k: tensor<2x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.dropout_mask: probability is at least 0 and less than 1, found 1.000000e+00 : f64}}
  // expected-error @below {{'weir.dropout_mask' op failed to infer returned types}}
  %r = weir.dropout_mask %k, %x {layer = 0 : i64, probability = 1.0 : f64} : (tensor<2x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// dropout_mask: 3. a layer that fits 32 bits.
func.func @f(%k: tensor<2x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.dropout_mask: layer 18446744073709551615 is not in 0..2^32-1}}
  // expected-error @below {{'weir.dropout_mask' op failed to infer returned types}}
  %r = weir.dropout_mask %k, %x {layer = -1 : i64, probability = 0.5 : f64} : (tensor<2x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// dropout_mask: 4. the type of what is masked.
func.func @f(%k: tensor<2x!weir.index<1024>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.dropout_mask' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.dropout_mask' op failed to infer returned types}}
  %r = weir.dropout_mask %k, %x {layer = 0 : i64, probability = 0.5 : f64} : (tensor<2x!weir.index<1024>>, tensor<?x3xf32>) -> tensor<?x4xf32>
  return
}
