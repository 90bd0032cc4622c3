// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what linear layers and products refuse.

// linear: 1. an unbatched weight.
func.func @f(%x: tensor<?x4xf32>, %w: tensor<?x3x4xf32>) {
  // expected-error @below {{weir.linear: a weight is [features, inputs], found 'tensor<?x3x4xf32>'}}
  // expected-error @below {{'weir.linear' op failed to infer returned types}}
  %r = weir.linear %x, %w : (tensor<?x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// linear: 1. a bias per feature.
func.func @f(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{weir.linear: a bias of 3 features expected, found 'tensor<4xf32>'}}
  // expected-error @below {{'weir.linear' op failed to infer returned types}}
  %r = weir.linear %x, %w bias %b : (tensor<?x4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// linear: 2. an example rank of at least 1.
func.func @f(%x: tensor<?xf32>, %w: tensor<3x1xf32>) {
  // expected-error @below {{weir.linear: the weight takes 1 inputs, the input's example shape is []}}
  // expected-error @below {{'weir.linear' op failed to infer returned types}}
  %r = weir.linear %x, %w : (tensor<?xf32>, tensor<3x1xf32>) -> tensor<?x3xf32>
  return
}

// -----

// linear: 2. as many inputs as the weight takes.
func.func @f(%x: tensor<?x4xf32>, %w: tensor<4x3xf32>) {
  // expected-error @below {{weir.linear: the weight takes 3 inputs, the input's example shape is [4]}}
  // expected-error @below {{'weir.linear' op failed to infer returned types}}
  %r = weir.linear %x, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// linear: 3. features at the end.
func.func @f(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>) {
  // expected-error @below {{'weir.linear' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.linear' op failed to infer returned types}}
  %r = weir.linear %x, %w : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// matmul: 1. inner axes are equal.
func.func @f(%x: tensor<?x4xf32>, %y: tensor<3x4xf32>) {
  // expected-error @below {{weir.matmul: [4] @ [3, 4] has no meaning: the last axis on the left is not the last but one on the right}}
  // expected-error @below {{'weir.matmul' op failed to infer returned types}}
  %r = weir.matmul %x, %y : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x3xf32>
  return
}

// -----

// matmul: 1. no vector on the right.
func.func @f(%x: tensor<?x4xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{weir.matmul: [4] @ [4] has no meaning: the last axis on the left is not the last but one on the right}}
  // expected-error @below {{'weir.matmul' op failed to infer returned types}}
  %r = weir.matmul %x, %y : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?xf32>
  return
}

// -----

// matmul: 2. leading axes are equal.
func.func @f(%x: tensor<?x2x3x4xf32>, %y: tensor<3x4x5xf32>) {
  // expected-error @below {{weir.matmul: leading axes of [2, 3, 4] and [3, 4, 5] differ}}
  // expected-error @below {{'weir.matmul' op failed to infer returned types}}
  %r = weir.matmul %x, %y : (tensor<?x2x3x4xf32>, tensor<3x4x5xf32>) -> tensor<?x2x3x5xf32>
  return
}

// -----

// matmul: 3. batched when an operand is.
func.func @f(%x: tensor<3x4xf32>, %y: tensor<?x4x5xf32>) {
  // expected-error @below {{'weir.matmul' op inferred type(s) 'tensor<?x3x5xf32>' are incompatible with return type(s) of operation 'tensor<3x5xf32>'}}
  // expected-error @below {{'weir.matmul' op failed to infer returned types}}
  %r = weir.matmul %x, %y : (tensor<3x4xf32>, tensor<?x4x5xf32>) -> tensor<3x5xf32>
  return
}

// -----

// product: 1. an unbatched matrix.
func.func @f(%x: tensor<?x4xf32>, %m: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.product: a matrix is [k..., n], found 'tensor<?x4x3xf32>'}}
  // expected-error @below {{'weir.product' op failed to infer returned types}}
  %r = weir.product %x, %m : (tensor<?x4xf32>, tensor<?x4x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// product: 1. of rank two at least.
func.func @f(%x: tensor<?x4xf32>, %m: tensor<4xf32>) {
  // expected-error @below {{weir.product: a matrix is [k..., n], found 'tensor<4xf32>'}}
  // expected-error @below {{'weir.product' op failed to infer returned types}}
  %r = weir.product %x, %m : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?xf32>
  return
}

// -----

// product: 2. rows end in the first axes.
func.func @f(%x: tensor<?x3x4xf32>, %m: tensor<4x3x5xf32>) {
  // expected-error @below {{weir.product: rows [3, 4] don't end in the first axes of the matrix [4, 3, 5]}}
  // expected-error @below {{'weir.product' op failed to infer returned types}}
  %r = weir.product %x, %m : (tensor<?x3x4xf32>, tensor<4x3x5xf32>) -> tensor<?x5xf32>
  return
}

// -----

// product: 3. the remaining axes, then n.
func.func @f(%x: tensor<?x3x4xf32>, %m: tensor<4x5xf32>) {
  // expected-error @below {{'weir.product' op inferred type(s) 'tensor<?x3x5xf32>' are incompatible with return type(s) of operation 'tensor<?x5xf32>'}}
  // expected-error @below {{'weir.product' op failed to infer returned types}}
  %r = weir.product %x, %m : (tensor<?x3x4xf32>, tensor<4x5xf32>) -> tensor<?x5xf32>
  return
}

// -----

// product: 4. init has the result's type.
func.func @f(%x: tensor<?x4xf32>, %m: tensor<4x5xf32>, %i: tensor<5xf32>) {
  // expected-error @below {{weir.product: init is 'tensor<5xf32>', the result 'tensor<?x5xf32>'}}
  // expected-error @below {{'weir.product' op failed to infer returned types}}
  %r = weir.product %x, %m init %i : (tensor<?x4xf32>, tensor<4x5xf32>, tensor<5xf32>) -> tensor<?x5xf32>
  return
}

// -----

// product_weight_gradient: 1. both or neither have a batch.
func.func @f(%x: tensor<?x3xf32>, %g: tensor<5xf32>) {
  // expected-error @below {{weir.product_weight_gradient: both or neither have a batch, found 'tensor<?x3xf32>' and 'tensor<5xf32>'}}
  // expected-error @below {{'weir.product_weight_gradient' op failed to infer returned types}}
  %r = weir.product_weight_gradient %x, %g : (tensor<?x3xf32>, tensor<5xf32>) -> tensor<3x5xf32>
  return
}

// -----

// product_weight_gradient: 2. the same rows.
func.func @f(%x: tensor<?x4x3xf32>, %g: tensor<?x2x5xf32>) {
  // expected-error @below {{weir.product_weight_gradient: the gradient [2, 5] isn't that of a product of rows [4, 3]}}
  // expected-error @below {{'weir.product_weight_gradient' op failed to infer returned types}}
  %r = weir.product_weight_gradient %x, %g : (tensor<?x4x3xf32>, tensor<?x2x5xf32>) -> tensor<3x5xf32>
  return
}

// -----

// product_weight_gradient: 2. something to sum over.
func.func @f(%x: tensor<?x4xf32>, %g: tensor<?x4x5xf32>) {
  // expected-error @below {{weir.product_weight_gradient: the gradient [4, 5] isn't that of a product of rows [4]}}
  // expected-error @below {{'weir.product_weight_gradient' op failed to infer returned types}}
  %r = weir.product_weight_gradient %x, %g : (tensor<?x4xf32>, tensor<?x4x5xf32>) -> tensor<5xf32>
  return
}

// -----

// product_weight_gradient: 3. the matrix.
func.func @f(%x: tensor<?x3xf32>, %g: tensor<?x5xf32>) {
  // expected-error @below {{'weir.product_weight_gradient' op inferred type(s) 'tensor<3x5xf32>' are incompatible with return type(s) of operation 'tensor<5x3xf32>'}}
  // expected-error @below {{'weir.product_weight_gradient' op failed to infer returned types}}
  %r = weir.product_weight_gradient %x, %g : (tensor<?x3xf32>, tensor<?x5xf32>) -> tensor<5x3xf32>
  return
}
