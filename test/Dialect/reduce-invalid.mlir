// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what reductions and softmax refuse.

// sum: 1. axes within the example rank.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{weir.sum: axis 2 of an example of rank 2}}
  // expected-error @below {{'weir.sum' op failed to infer returned types}}
  %r = weir.sum %x {axes = array<i64: 2>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// mean: 1. no negative axes.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{weir.mean: axis -1 of an example of rank 2}}
  // expected-error @below {{'weir.mean' op failed to infer returned types}}
  %r = weir.mean %x {axes = array<i64: -1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// max: 1. axes ascend.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{weir.max: axes must ascend, found [1, 0]}}
  // expected-error @below {{'weir.max' op failed to infer returned types}}
  %r = weir.max %x {axes = array<i64: 1, 0>} : (tensor<?x3x4xf32>) -> tensor<?xf32>
  return
}

// -----

// sum: 1. axes differ.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{weir.sum: axes must ascend, found [1, 1]}}
  // expected-error @below {{'weir.sum' op failed to infer returned types}}
  %r = weir.sum %x {axes = array<i64: 1, 1>} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// mean: 2. axes go unless they are kept.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{'weir.mean' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x3x1xf32>'}}
  // expected-error @below {{'weir.mean' op failed to infer returned types}}
  %r = weir.mean %x {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> tensor<?x3x1xf32>
  return
}

// -----

// max: 2. axes stay if they are kept.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{'weir.max' op inferred type(s) 'tensor<?x3x1xf32>' are incompatible with return type(s) of operation 'tensor<?x3xf32>'}}
  // expected-error @below {{'weir.max' op failed to infer returned types}}
  %r = weir.max %x {axes = array<i64: 1>, keep_dims} : (tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// softmax: 1. axis within the example rank.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{weir.softmax: axis 1 of an example of rank 1}}
  // expected-error @below {{'weir.softmax' op failed to infer returned types}}
  %r = weir.softmax %x {axis = 1 : i64} : tensor<?x3xf32>
  return
}

// -----

// log_softmax: 1. axis within the example rank.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{weir.log_softmax: axis -1 of an example of rank 1}}
  // expected-error @below {{'weir.log_softmax' op failed to infer returned types}}
  %r = weir.log_softmax %x {axis = -1 : i64} : tensor<?x3xf32>
  return
}

// -----

// softmax: an axis is needed.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.softmax' op requires attribute 'axis'}}
  %r = weir.softmax %x : tensor<?x3xf32>
  return
}

// -----

// softmax: 2. the result has the operand's type.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.softmax' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.softmax' op failed to infer returned types}}
  %r = "weir.softmax"(%x) {axis = 0 : i64} : (tensor<?x3xf32>) -> tensor<?x4xf32>
  return
}

// -----

// batch_sum: 1. a batch.
func.func @f(%x: tensor<3xf32>) {
  // expected-error @below {{weir.batch_sum: needs a batch, found 'tensor<3xf32>'}}
  // expected-error @below {{'weir.batch_sum' op failed to infer returned types}}
  %r = weir.batch_sum %x : (tensor<3xf32>) -> tensor<f32>
  return
}

// -----

// batch_sum: 2. the example shape.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.batch_sum' op inferred type(s) 'tensor<3xf32>' are incompatible with return type(s) of operation 'tensor<f32>'}}
  // expected-error @below {{'weir.batch_sum' op failed to infer returned types}}
  %r = weir.batch_sum %x : (tensor<?x3xf32>) -> tensor<f32>
  return
}

// -----

// batch_size: 1. a batch.
func.func @f(%x: tensor<3xf32>) {
  // expected-error @below {{weir.batch_size: needs a batch, found 'tensor<3xf32>'}}
  // expected-error @below {{'weir.batch_size' op failed to infer returned types}}
  %r = weir.batch_size %x : (tensor<3xf32>) -> tensor<f32>
  return
}

// -----

// batch_size: 2. a scalar.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.batch_size' op inferred type(s) 'tensor<f32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{'weir.batch_size' op failed to infer returned types}}
  %r = weir.batch_size %x : (tensor<?x3xf32>) -> tensor<3xf32>
  return
}

// -----

// batch_mean: 1. a batch.
func.func @f(%x: tensor<3xf32>) {
  // expected-error @below {{weir.batch_mean: needs a batch, found 'tensor<3xf32>'}}
  // expected-error @below {{'weir.batch_mean' op failed to infer returned types}}
  %r = weir.batch_mean %x {axis = 0 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

// batch_variance: 2. axis within the example rank.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{weir.batch_variance: axis 1 of an example of rank 1}}
  // expected-error @below {{'weir.batch_variance' op failed to infer returned types}}
  %r = weir.batch_variance %x {axis = 1 : i64} : (tensor<?x3xf32>) -> tensor<3xf32>
  return
}

// -----

// batch_mean: 3. as long as the axis.
func.func @f(%x: tensor<?x3x4xf32>) {
  // expected-error @below {{'weir.batch_mean' op inferred type(s) 'tensor<4xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{'weir.batch_mean' op failed to infer returned types}}
  %r = weir.batch_mean %x {axis = 1 : i64} : (tensor<?x3x4xf32>) -> tensor<3xf32>
  return
}
