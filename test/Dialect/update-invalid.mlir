// RUN: weir-opt --split-input-file --verify-diagnostics %s

func.func @gradient(%p: tensor<3x2xf32>, %g: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @below {{'tensor<2x3xf32>' is no gradient of 'tensor<3x2xf32>'}}
  %r = weir.update @optimizer values(%p) gradient(%g) hypers() : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// -----

func.func @rows(%p: tensor<3x2xf32>, %g: tensor<?x3xf32>, %ids: tensor<?x!weir.index<3>>) -> tensor<3x2xf32> {
  // expected-error @below {{isn't one row of 'tensor<3x2xf32>' for each of 'tensor<?x!weir.index<3>>'}}
  %r = weir.update @optimizer values(%p) gradient(%g) ids(%ids) hypers() : (tensor<3x2xf32>, tensor<?x3xf32>, tensor<?x!weir.index<3>>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// -----

func.func @hyper(%p: tensor<3xf32>, %lr: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{hyperparameters have rank 0, found 'tensor<3xf32>'}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers(%lr) : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

func.func @results(%p: tensor<3xf32>) -> tensor<2xf32> {
  // expected-error @below {{needs one result of its type for each value}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers() : (tensor<3xf32>, tensor<3xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}
