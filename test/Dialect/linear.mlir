// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Linear layers and products.

// CHECK-LABEL: func.func @linear_0(
// CHECK: weir.linear %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x3xf32>
func.func @linear_0(%x: tensor<?x4xf32>, %w: tensor<3x4xf32>) {
  %r = weir.linear %x, %w : (tensor<?x4xf32>, tensor<3x4xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @linear_1(
// CHECK: weir.linear %{{.*}}, %{{.*}} bias %{{.*}} : (tensor<?x2x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x2x3xf32>
func.func @linear_1(%x: tensor<?x2x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) {
  %r = weir.linear %x, %w bias %b : (tensor<?x2x4xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<?x2x3xf32>
  return
}

// CHECK-LABEL: func.func @matmul_2(
// CHECK: weir.matmul %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
func.func @matmul_2(%x: tensor<?x4xf32>, %y: tensor<4x3xf32>) {
  %r = weir.matmul %x, %y : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @matmul_3(
// CHECK: weir.matmul %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<?x4x3xf32>) -> tensor<?x3xf32>
func.func @matmul_3(%x: tensor<?x4xf32>, %y: tensor<?x4x3xf32>) {
  %r = weir.matmul %x, %y : (tensor<?x4xf32>, tensor<?x4x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @matmul_4(
// CHECK: weir.matmul %{{.*}}, %{{.*}} : (tensor<5x4xf32>, tensor<?x2x4x3xf32>) -> tensor<?x2x5x3xf32>
func.func @matmul_4(%x: tensor<5x4xf32>, %y: tensor<?x2x4x3xf32>) {
  %r = weir.matmul %x, %y : (tensor<5x4xf32>, tensor<?x2x4x3xf32>) -> tensor<?x2x5x3xf32>
  return
}

// CHECK-LABEL: func.func @product_5(
// CHECK: weir.product %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
func.func @product_5(%x: tensor<?x4xf32>, %m: tensor<4x3xf32>) {
  %r = weir.product %x, %m : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return
}

// CHECK-LABEL: func.func @product_6(
// CHECK: weir.product %{{.*}}, %{{.*}} init %{{.*}} : (tensor<?x2x4x5xf32>, tensor<4x5x3xf32>, tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
func.func @product_6(%x: tensor<?x2x4x5xf32>, %m: tensor<4x5x3xf32>, %i: tensor<?x2x3xf32>) {
  %r = weir.product %x, %m init %i : (tensor<?x2x4x5xf32>, tensor<4x5x3xf32>, tensor<?x2x3xf32>) -> tensor<?x2x3xf32>
  return
}

// CHECK-LABEL: func.func @product_weight_gradient_7(
// CHECK: weir.product_weight_gradient %{{.*}}, %{{.*}} : (tensor<?x4x2x3xf32>, tensor<?x4x5xf32>) -> tensor<2x3x5xf32>
func.func @product_weight_gradient_7(%x: tensor<?x4x2x3xf32>, %g: tensor<?x4x5xf32>) {
  %r = weir.product_weight_gradient %x, %g : (tensor<?x4x2x3xf32>, tensor<?x4x5xf32>) -> tensor<2x3x5xf32>
  return
}

// CHECK-LABEL: func.func @product_weight_gradient_8(
// CHECK: weir.product_weight_gradient %{{.*}}, %{{.*}} : (tensor<4x3xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
func.func @product_weight_gradient_8(%x: tensor<4x3xf32>, %g: tensor<4x5xf32>) {
  %r = weir.product_weight_gradient %x, %g : (tensor<4x3xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  return
}
