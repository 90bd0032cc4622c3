// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what parameters and constants refuse.

// param: 1. a name.
func.func @f() {
  // expected-error @below {{'weir.param' op needs a name}}
  %r = weir.param "" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  return
}

// -----

// param: 1. of its own.
func.func @f() {
  // expected-note @below {{by this parameter}}
  %w = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  // expected-error @below {{'weir.param' op name "w" is taken}}
  %r = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  return
}

// -----

// param: 2. no batch.
func.func @f() {
  // expected-error @below {{'weir.param' op has no batch, found 'tensor<?x4xf32>'}}
  %r = weir.param "w" {init = "constant", init_args = array<f64: 0.0, 0.0>} : tensor<?x4xf32>
  return
}

// -----

// param: 3. one of three initializers.
func.func @f() {
  // expected-error @below {{'weir.param' op init is "constant", "normal" or "uniform", found "ones"}}
  %r = weir.param "w" {init = "ones", init_args = array<f64: 0.0, 0.0>} : tensor<4xf32>
  return
}

// -----

// param: 3. with two arguments.
func.func @f() {
  // expected-error @below {{'weir.param' op needs two init_args, found 1}}
  %r = weir.param "w" {init = "normal", init_args = array<f64: 0.0>} : tensor<4xf32>
  return
}

// -----

// constant: 1. f32.
func.func @f() {
  // expected-error @below {{'weir.constant' op result #0 must be ranked tensor of 32-bit float values, but got 'tensor<4xi32>'}}
  %r = weir.constant dense<1> : tensor<4xi32>
  return
}
