// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// The parts of Winograd's convolution.

// CHECK-LABEL: func.func @convolution(
func.func @convolution(%x: tensor<?x10x14x5xf32>, %w: tensor<3x5x3x3xf32>) {
  // CHECK: weir.winograd_input %{{.*}} {tile = 4 : i64} : (tensor<?x10x14x5xf32>) -> tensor<?x2x3x36x5xf32>
  %t = weir.winograd_input %x {tile = 4 : i64} : (tensor<?x10x14x5xf32>) -> tensor<?x2x3x36x5xf32>
  // CHECK: weir.winograd_weight %{{.*}} {tile = 4 : i64} : (tensor<3x5x3x3xf32>) -> tensor<36x5x3xf32>
  %u = weir.winograd_weight %w {tile = 4 : i64} : (tensor<3x5x3x3xf32>) -> tensor<36x5x3xf32>
  // CHECK: weir.grouped_product %{{.*}}, %{{.*}} : (tensor<?x2x3x36x5xf32>, tensor<36x5x3xf32>) -> tensor<?x2x3x36x3xf32>
  %m = weir.grouped_product %t, %u : (tensor<?x2x3x36x5xf32>, tensor<36x5x3xf32>) -> tensor<?x2x3x36x3xf32>
  // CHECK: weir.winograd_output %{{.*}} {height = 7 : i64, tile = 4 : i64, width = 12 : i64} : (tensor<?x2x3x36x3xf32>) -> tensor<?x7x12x3xf32>
  %y = weir.winograd_output %m {tile = 4 : i64, height = 7 : i64, width = 12 : i64} : (tensor<?x2x3x36x3xf32>) -> tensor<?x7x12x3xf32>
  return
}

// CHECK-LABEL: func.func @tile_of_two(
func.func @tile_of_two(%x: tensor<6x4x5xf32>) {
  // CHECK: weir.winograd_input %{{.*}} {tile = 2 : i64} : (tensor<6x4x5xf32>) -> tensor<2x1x16x5xf32>
  %t = weir.winograd_input %x {tile = 2 : i64} : (tensor<6x4x5xf32>) -> tensor<2x1x16x5xf32>
  return
}
