// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Parameters and constants.

// CHECK-LABEL: func.func @param_0(
// CHECK: weir.param "layers.0.constant" {init = "constant", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
func.func @param_0() {
  %r = weir.param "layers.0.constant" {init = "constant", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
  return
}

// CHECK-LABEL: func.func @param_1(
// CHECK: weir.param "layers.0.normal" {init = "normal", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
func.func @param_1() {
  %r = weir.param "layers.0.normal" {init = "normal", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
  return
}

// CHECK-LABEL: func.func @param_2(
// CHECK: weir.param "layers.0.uniform" {init = "uniform", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
func.func @param_2() {
  %r = weir.param "layers.0.uniform" {init = "uniform", init_args = array<f64: -1.000000e+00, 2.500000e-01>} : tensor<3x4xf32>
  return
}

// CHECK-LABEL: func.func @param_3(
// CHECK: weir.param "running_var" {buffer, init = "constant", init_args = array<f64: 1.000000e+00, 0.000000e+00>} : tensor<f32>
func.func @param_3() {
  %r = weir.param "running_var" {buffer, init = "constant", init_args = array<f64: 1.000000e+00, 0.000000e+00>} : tensor<f32>
  return
}

// CHECK-LABEL: func.func @constant_4(
// CHECK: weir.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>
func.func @constant_4() {
  %r = weir.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>
  return
}

// CHECK-LABEL: func.func @constant_5(
// CHECK: weir.constant dense<5.500000e+00> : tensor<f32>
func.func @constant_5() {
  %r = weir.constant dense<5.500000e+00> : tensor<f32>
  return
}
