// RUN: weir-opt %s | weir-opt | FileCheck %s
// RUN: weir-opt --mlir-print-op-generic %s | weir-opt | FileCheck %s

// Elementwise ops, with and without a batch, with broadcasting.

// CHECK-LABEL: func.func @add_0(
// CHECK: weir.add %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @add_0(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.add %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @sub_1(
// CHECK: weir.sub %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @sub_1(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.sub %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @mul_2(
// CHECK: weir.mul %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @mul_2(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.mul %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @div_3(
// CHECK: weir.div %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @div_3(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.div %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @maximum_4(
// CHECK: weir.maximum %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @maximum_4(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.maximum %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @minimum_5(
// CHECK: weir.minimum %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @minimum_5(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.minimum %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @pow_6(
// CHECK: weir.pow %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @pow_6(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.pow %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @sub_7(
// CHECK: weir.sub %{{.*}}, %{{.*}} : (tensor<2x1x4xf32>, tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
func.func @sub_7(%x: tensor<?x3x1xf32>, %b: tensor<2x1x4xf32>) {
  %r = weir.sub %b, %x : (tensor<2x1x4xf32>, tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @div_8(
// CHECK: weir.div %{{.*}}, %{{.*}} : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
func.func @div_8(%x: tensor<3xf32>, %b: tensor<f32>) {
  %r = weir.div %b, %x : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// CHECK-LABEL: func.func @neg_9(
// CHECK: weir.neg %{{.*}} : tensor<?x3x4xf32>
func.func @neg_9(%x: tensor<?x3x4xf32>) {
  %r = weir.neg %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @abs_10(
// CHECK: weir.abs %{{.*}} : tensor<?x3x4xf32>
func.func @abs_10(%x: tensor<?x3x4xf32>) {
  %r = weir.abs %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @exp_11(
// CHECK: weir.exp %{{.*}} : tensor<?x3x4xf32>
func.func @exp_11(%x: tensor<?x3x4xf32>) {
  %r = weir.exp %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @log_12(
// CHECK: weir.log %{{.*}} : tensor<?x3x4xf32>
func.func @log_12(%x: tensor<?x3x4xf32>) {
  %r = weir.log %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @log1p_13(
// CHECK: weir.log1p %{{.*}} : tensor<?x3x4xf32>
func.func @log1p_13(%x: tensor<?x3x4xf32>) {
  %r = weir.log1p %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @sqrt_14(
// CHECK: weir.sqrt %{{.*}} : tensor<?x3x4xf32>
func.func @sqrt_14(%x: tensor<?x3x4xf32>) {
  %r = weir.sqrt %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @rsqrt_15(
// CHECK: weir.rsqrt %{{.*}} : tensor<?x3x4xf32>
func.func @rsqrt_15(%x: tensor<?x3x4xf32>) {
  %r = weir.rsqrt %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @erf_16(
// CHECK: weir.erf %{{.*}} : tensor<?x3x4xf32>
func.func @erf_16(%x: tensor<?x3x4xf32>) {
  %r = weir.erf %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @tanh_17(
// CHECK: weir.tanh %{{.*}} : tensor<?x3x4xf32>
func.func @tanh_17(%x: tensor<?x3x4xf32>) {
  %r = weir.tanh %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @sigmoid_18(
// CHECK: weir.sigmoid %{{.*}} : tensor<?x3x4xf32>
func.func @sigmoid_18(%x: tensor<?x3x4xf32>) {
  %r = weir.sigmoid %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @relu_19(
// CHECK: weir.relu %{{.*}} : tensor<?x3x4xf32>
func.func @relu_19(%x: tensor<?x3x4xf32>) {
  %r = weir.relu %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @softplus_20(
// CHECK: weir.softplus %{{.*}} : tensor<?x3x4xf32>
func.func @softplus_20(%x: tensor<?x3x4xf32>) {
  %r = weir.softplus %x : tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @neg_21(
// CHECK: weir.neg %{{.*}} : tensor<f32>
func.func @neg_21(%x: tensor<f32>) {
  %r = weir.neg %x : tensor<f32>
  return
}

// CHECK-LABEL: func.func @greater_22(
// CHECK: weir.greater %{{.*}}, %{{.*}} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
func.func @greater_22(%x: tensor<?x3x4xf32>, %b: tensor<4xf32>) {
  %r = weir.greater %x, %b : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return
}

// CHECK-LABEL: func.func @select_23(
// CHECK: weir.select %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x3x1xf32>, tensor<4xf32>, tensor<f32>) -> tensor<?x3x4xf32>
func.func @select_23(%c: tensor<?x3x1xf32>, %x: tensor<4xf32>, %z: tensor<f32>) {
  %r = weir.select %c, %x, %z : (tensor<?x3x1xf32>, tensor<4xf32>, tensor<f32>) -> tensor<?x3x4xf32>
  return
}
