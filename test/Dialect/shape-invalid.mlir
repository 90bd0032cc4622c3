// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what the ops that join, cut and reorder refuse.

// reshape: 1. the element type stays.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{'weir.reshape' op keeps the element type, found 'tensor<?x4xf32>' and 'tensor<?x4x!weir.index<3>>'}}
  %r = weir.reshape %x : (tensor<?x4xf32>) -> tensor<?x4x!weir.index<3>>
  return
}

// -----

// reshape: 1. the batch stays.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{'weir.reshape' op keeps the batch, found 'tensor<?x4xf32>' and 'tensor<4xf32>'}}
  %r = weir.reshape %x : (tensor<?x4xf32>) -> tensor<4xf32>
  return
}

// -----

// reshape: 2. the number of elements stays.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{'weir.reshape' op keeps the number of elements: [4, 3] holds 12, [13] holds 13}}
  %r = weir.reshape %x : (tensor<?x4x3xf32>) -> tensor<?x13xf32>
  return
}

// -----

// transpose: 1. each axis once.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.transpose: [1, 1] is not a permutation of 2 example axes}}
  // expected-error @below {{'weir.transpose' op failed to infer returned types}}
  %r = weir.transpose %x {permutation = array<i64: 1, 1>} : (tensor<?x4x3xf32>) -> tensor<?x3x3xf32>
  return
}

// -----

// transpose: 1. all axes.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.transpose: [0] is not a permutation of 2 example axes}}
  // expected-error @below {{'weir.transpose' op failed to infer returned types}}
  %r = weir.transpose %x {permutation = array<i64: 0>} : (tensor<?x4x3xf32>) -> tensor<?x4xf32>
  return
}

// -----

// transpose: 1. no axis but these.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.transpose: [2, 1] is not a permutation of 2 example axes}}
  // expected-error @below {{'weir.transpose' op failed to infer returned types}}
  %r = weir.transpose %x {permutation = array<i64: 2, 1>} : (tensor<?x4x3xf32>) -> tensor<?x4x3xf32>
  return
}

// -----

// transpose: the result's axes are in this order.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{'weir.transpose' op inferred type(s) 'tensor<?x3x4xf32>' are incompatible with return type(s) of operation 'tensor<?x4x3xf32>'}}
  // expected-error @below {{'weir.transpose' op failed to infer returned types}}
  %r = weir.transpose %x {permutation = array<i64: 1, 0>} : (tensor<?x4x3xf32>) -> tensor<?x4x3xf32>
  return
}

// -----

// slice: 1. entries for each axis.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.slice: needs offsets, sizes and strides for 2 example axes}}
  // expected-error @below {{'weir.slice' op failed to infer returned types}}
  %r = weir.slice %x {offsets = array<i64: 0>, sizes = array<i64: 4, 3>, strides = array<i64: 1, 1>} : (tensor<?x4x3xf32>) -> tensor<?x4x3xf32>
  return
}

// -----

// slice: 2. offsets of at least 0.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.slice: axis 0 needs an offset of at least 0, a size and a stride of at least 1}}
  // expected-error @below {{'weir.slice' op failed to infer returned types}}
  %r = weir.slice %x {offsets = array<i64: -1>, sizes = array<i64: 2>, strides = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x2xf32>
  return
}

// -----

// slice: 2. sizes of at least 1.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.slice: axis 0 needs an offset of at least 0, a size and a stride of at least 1}}
  // expected-error @below {{'weir.slice' op failed to infer returned types}}
  %r = weir.slice %x {offsets = array<i64: 0>, sizes = array<i64: 0>, strides = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x0xf32>
  return
}

// -----

// slice: 2. strides of at least 1.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.slice: axis 0 needs an offset of at least 0, a size and a stride of at least 1}}
  // expected-error @below {{'weir.slice' op failed to infer returned types}}
  %r = weir.slice %x {offsets = array<i64: 0>, sizes = array<i64: 2>, strides = array<i64: 0>} : (tensor<?x4xf32>) -> tensor<?x2xf32>
  return
}

// -----

// slice: 3. within the axis.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.slice: reads element 5 of axis 0, which has 4}}
  // expected-error @below {{'weir.slice' op failed to infer returned types}}
  %r = weir.slice %x {offsets = array<i64: 1>, sizes = array<i64: 3>, strides = array<i64: 2>} : (tensor<?x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// pad: 1. entries for each axis.
func.func @f(%x: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.pad: needs low and high for 2 example axes}}
  // expected-error @below {{'weir.pad' op failed to infer returned types}}
  %r = weir.pad %x {low = array<i64: 0, 1>, high = array<i64: 0>, value = 0.0 : f32} : (tensor<?x4x3xf32>) -> tensor<?x4x4xf32>
  return
}

// -----

// pad: 1. of at least 0.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.pad: axis 0 has a negative padding}}
  // expected-error @below {{'weir.pad' op failed to infer returned types}}
  %r = weir.pad %x {low = array<i64: 0>, high = array<i64: -1>, value = 0.0 : f32} : (tensor<?x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// concat: 1. at least one operand.
func.func @f() {
  // expected-error @below {{weir.concat: needs at least one operand}}
  // expected-error @below {{'weir.concat' op failed to infer returned types}}
  %r = "weir.concat"() {axis = 0 : i64} : () -> tensor<?x4xf32>
  return
}

// -----

// concat: 1. of one example rank.
func.func @f(%x: tensor<?x4xf32>, %y: tensor<?x4x1xf32>) {
  // expected-error @below {{weir.concat: 'tensor<?x4x1xf32>' doesn't join 'tensor<?x4xf32>' along axis 0}}
  // expected-error @below {{'weir.concat' op failed to infer returned types}}
  %r = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x4xf32>, tensor<?x4x1xf32>) -> tensor<?x8xf32>
  return
}

// -----

// concat: 2. all are batched or none.
func.func @f(%x: tensor<?x4xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{weir.concat: 'tensor<4xf32>' doesn't join 'tensor<?x4xf32>' along axis 0}}
  // expected-error @below {{'weir.concat' op failed to infer returned types}}
  %r = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// concat: 3. other axes are equal.
func.func @f(%x: tensor<?x4x3xf32>, %y: tensor<?x4x2xf32>) {
  // expected-error @below {{weir.concat: 'tensor<?x4x2xf32>' doesn't join 'tensor<?x4x3xf32>' along axis 0}}
  // expected-error @below {{'weir.concat' op failed to infer returned types}}
  %r = weir.concat %x, %y {axis = 0 : i64} : (tensor<?x4x3xf32>, tensor<?x4x2xf32>) -> tensor<?x8x3xf32>
  return
}

// -----

// concat: 3. axis within the rank.
func.func @f(%x: tensor<?x4xf32>) {
  // expected-error @below {{weir.concat: axis 1 of an example of rank 1}}
  // expected-error @below {{'weir.concat' op failed to infer returned types}}
  %r = weir.concat %x, %x {axis = 1 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x8xf32>
  return
}

// -----

// broadcast: 1. only axes of size 1 stretch.
func.func @f(%x: tensor<?x2xf32>) {
  // expected-error @below {{'weir.broadcast' op can't stretch [2] to [3]}}
  %r = weir.broadcast %x : (tensor<?x2xf32>) -> tensor<?x3xf32>
  return
}

// -----

// broadcast: 1. the result isn't narrower.
func.func @f(%x: tensor<?x2x3xf32>) {
  // expected-error @below {{'weir.broadcast' op can't stretch [2, 3] to [3]}}
  %r = weir.broadcast %x : (tensor<?x2x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// broadcast: 2. one batch is enough.
func.func @f(%x: tensor<?x1xf32>) {
  // expected-error @below {{'weir.broadcast' op has a batch already, found 'tensor<?x1xf32>'}}
  %r = weir.broadcast %x batch %x : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x3xf32>
  return
}

// -----

// broadcast: 2. the batch stays.
func.func @f(%x: tensor<?x1xf32>) {
  // expected-error @below {{'weir.broadcast' op is batched when its input is or a batch is given, found 'tensor<3xf32>'}}
  %r = weir.broadcast %x : (tensor<?x1xf32>) -> tensor<3xf32>
  return
}

// -----

// broadcast: 3. a batch comes from a value that has one.
func.func @f(%x: tensor<f32>) {
  // expected-error @below {{'weir.broadcast' op takes the batch from a value without one, 'tensor<f32>'}}
  %r = weir.broadcast %x batch %x : (tensor<f32>, tensor<f32>) -> tensor<?xf32>
  return
}

// -----

// broadcast: 3. no batch from nowhere.
func.func @f(%x: tensor<f32>) {
  // expected-error @below {{'weir.broadcast' op is batched when its input is or a batch is given, found 'tensor<?xf32>'}}
  %r = weir.broadcast %x : (tensor<f32>) -> tensor<?xf32>
  return
}

// -----

// dilate: 1. a factor for each axis.
func.func @f(%x: tensor<?x2x3xf32>) {
  // expected-error @below {{weir.dilate: needs factors for 2 example axes}}
  // expected-error @below {{'weir.dilate' op failed to infer returned types}}
  %r = weir.dilate %x {factors = array<i64: 2>} : (tensor<?x2x3xf32>) -> tensor<?x3x3xf32>
  return
}

// -----

// dilate: 1. factors of at least 1.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{weir.dilate: axis 0 needs a factor of at least 1, found 0}}
  // expected-error @below {{'weir.dilate' op failed to infer returned types}}
  %r = weir.dilate %x {factors = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?x1xf32>
  return
}

// -----

// dilate: 2. nothing after the last element.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.dilate' op inferred type(s) 'tensor<?x5xf32>' are incompatible with return type(s) of operation 'tensor<?x6xf32>'}}
  // expected-error @below {{'weir.dilate' op failed to infer returned types}}
  %r = weir.dilate %x {factors = array<i64: 2>} : (tensor<?x3xf32>) -> tensor<?x6xf32>
  return
}

// -----

// reverse: 1. axes within the example rank.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{weir.reverse: axis 1 of an example of rank 1}}
  // expected-error @below {{'weir.reverse' op failed to infer returned types}}
  %r = weir.reverse %x {axes = array<i64: 1>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// reverse: 1. axes ascend.
func.func @f(%x: tensor<?x2x3xf32>) {
  // expected-error @below {{weir.reverse: axes must ascend, found [1, 1]}}
  // expected-error @below {{'weir.reverse' op failed to infer returned types}}
  %r = weir.reverse %x {axes = array<i64: 1, 1>} : (tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

// reverse: 2. the operand's type.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.reverse' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.reverse' op failed to infer returned types}}
  %r = weir.reverse %x {axes = array<i64: 0>} : (tensor<?x3xf32>) -> tensor<?x4xf32>
  return
}
