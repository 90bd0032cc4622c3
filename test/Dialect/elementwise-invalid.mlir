// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what the elementwise ops refuse.

// add: 1. example shapes that don't broadcast.
func.func @f(%x: tensor<?x3x4xf32>, %y: tensor<3xf32>) {
  // expected-error @below {{weir.add: example shapes [3, 4] and [3] don't broadcast}}
  // expected-error @below {{'weir.add' op failed to infer returned types}}
  %r = weir.add %x, %y : (tensor<?x3x4xf32>, tensor<3xf32>) -> tensor<?x3x4xf32>
  return
}

// -----

// mul: 2. the result's shape is the broadcast one.
func.func @f(%x: tensor<?x3x1xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{'weir.mul' op inferred type(s) 'tensor<?x3x4xf32>' are incompatible with return type(s) of operation 'tensor<?x3x1xf32>'}}
  // expected-error @below {{'weir.mul' op failed to infer returned types}}
  %r = weir.mul %x, %y : (tensor<?x3x1xf32>, tensor<4xf32>) -> tensor<?x3x1xf32>
  return
}

// -----

// sub: 2. the result is batched when an operand is.
func.func @f(%x: tensor<3xf32>, %y: tensor<?x3xf32>) {
  // expected-error @below {{'weir.sub' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{'weir.sub' op failed to infer returned types}}
  %r = weir.sub %x, %y : (tensor<3xf32>, tensor<?x3xf32>) -> tensor<3xf32>
  return
}

// -----

// div: operands are f32.
func.func @f(%x: tensor<?x3xf64>) {
  // expected-error @below {{'weir.div' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<?x3xf64>'}}
  %r = weir.div %x, %x : (tensor<?x3xf64>, tensor<?x3xf64>) -> tensor<?x3xf64>
  return
}

// -----

// relu: ids are no numbers.
func.func @f(%x: tensor<?x!weir.index<5>>) {
  // expected-error @below {{'weir.relu' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<?x!weir.index<5>>'}}
  %r = weir.relu %x : tensor<?x!weir.index<5>>
  return
}

// -----

// exp: 1. the result has the operand's type.
func.func @f(%x: tensor<?x3xf32>) {
  // expected-error @below {{'weir.exp' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.exp' op failed to infer returned types}}
  %r = "weir.exp"(%x) : (tensor<?x3xf32>) -> tensor<?x4xf32>
  return
}

// -----

// select: 1. three shapes that broadcast.
func.func @f(%c: tensor<?x3xf32>, %x: tensor<3xf32>, %y: tensor<?x4xf32>) {
  // expected-error @below {{weir.select: example shapes [3], [3] and [4] don't broadcast}}
  // expected-error @below {{'weir.select' op failed to infer returned types}}
  %r = weir.select %c, %x, %y : (tensor<?x3xf32>, tensor<3xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// select: 2. the broadcast shape, batched when an operand is.
func.func @f(%c: tensor<?x3xf32>, %x: tensor<3xf32>) {
  // expected-error @below {{'weir.select' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{'weir.select' op failed to infer returned types}}
  %r = weir.select %c, %x, %x : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}
