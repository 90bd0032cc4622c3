// RUN: weir-opt --weir-channels-last %s | FileCheck %s

// Image layers get their channels last, and the transposes around them vanish between
// the layers. Ops that transposes sink through are in sink-transposes.mlir.

#one = array<i64: 1, 1>
#two = array<i64: 2, 2>
#zero = array<i64: 0, 0>

// CHECK-LABEL: func.func @chain
// CHECK-SAME: %[[X:.*]]: tensor<?x3x9x8xf32>
// CHECK: %[[T:.*]] = weir.transpose %[[X]] {permutation = array<i64: 1, 2, 0>} : (tensor<?x3x9x8xf32>) -> tensor<?x9x8x3xf32>
// CHECK-NEXT: %[[C:.*]] = weir.conv2d %[[T]], %{{.*}} bias %{{.*}} {dilations = array<i64: 1, 1>, layout = #weir<layout channels_last>, pad_high = array<i64: 1, 0>, pad_low = array<i64: 0, 1>, strides = array<i64: 1, 1>} : (tensor<?x9x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<?x8x7x4xf32>
// CHECK-NEXT: %[[R:.*]] = weir.relu %[[C]] : tensor<?x8x7x4xf32>
// CHECK-NEXT: %[[M:.*]] = weir.max_pool2d %[[R]] {kernel = array<i64: 2, 3>, layout = #weir<layout channels_last>
// CHECK-NEXT: %[[A:.*]] = weir.avg_pool2d %[[M]] {kernel = array<i64: 2, 2>, layout = #weir<layout channels_last>
// CHECK-NEXT: %[[Y:.*]] = weir.transpose %[[A]] {permutation = array<i64: 2, 0, 1>} : (tensor<?x3x2x4xf32>) -> tensor<?x4x3x2xf32>
// CHECK-NEXT: return %[[Y]]
func.func @chain(%x: tensor<?x3x9x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<?x4x3x2xf32> {
  %0 = weir.conv2d %x, %w bias %b {strides = #one, pad_low = array<i64: 0, 1>, pad_high = array<i64: 1, 0>, dilations = #one} : (tensor<?x3x9x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<?x4x8x7xf32>
  %1 = weir.relu %0 : tensor<?x4x8x7xf32>
  %2 = weir.max_pool2d %1 {kernel = array<i64: 2, 3>, strides = array<i64: 2, 2>, pad_low = #zero, pad_high = #zero} : (tensor<?x4x8x7xf32>) -> tensor<?x4x4x3xf32>
  %3 = weir.avg_pool2d %2 {kernel = #two, strides = #one, pad_low = #zero, pad_high = #zero} : (tensor<?x4x4x3xf32>) -> tensor<?x4x3x2xf32>
  return %3 : tensor<?x4x3x2xf32>
}

// A residual block: both branches are channels last, so their sum is.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: %[[X:.*]]: tensor<?x4x6x5xf32>
// CHECK: %[[T:.*]] = weir.transpose %[[X]] {permutation = array<i64: 1, 2, 0>}
// CHECK: %[[A:.*]] = weir.conv2d %[[T]]
// CHECK: %[[B:.*]] = weir.conv2d %[[A]]
// CHECK: %[[S:.*]] = weir.add %[[B]], %[[A]] : (tensor<?x6x5x4xf32>, tensor<?x6x5x4xf32>) -> tensor<?x6x5x4xf32>
// CHECK: %[[R:.*]] = weir.relu %[[S]]
// CHECK: %[[Y:.*]] = weir.transpose %[[R]] {permutation = array<i64: 2, 0, 1>}
// CHECK-NEXT: return %[[Y]]
func.func @residual(%x: tensor<?x4x6x5xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<?x4x6x5xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one} : (tensor<?x4x6x5xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x6x5xf32>
  %1 = weir.conv2d %0, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one} : (tensor<?x4x6x5xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x6x5xf32>
  %2 = weir.add %1, %0 : (tensor<?x4x6x5xf32>, tensor<?x4x6x5xf32>) -> tensor<?x4x6x5xf32>
  %3 = weir.relu %2 : tensor<?x4x6x5xf32>
  return %3 : tensor<?x4x6x5xf32>
}

// The image is read by a layer and added to its result: its transpose exists already.
// CHECK-LABEL: func.func @residual_with_the_input
// CHECK-COUNT-2: weir.transpose %{{.*}} {permutation = array<i64: 1, 2, 0>}
// CHECK: %[[S:.*]] = weir.add %{{.*}} : (tensor<?x6x5x4xf32>, tensor<?x6x5x4xf32>) -> tensor<?x6x5x4xf32>
// CHECK-NEXT: %[[Y:.*]] = weir.transpose %[[S]]
// CHECK-NEXT: return %[[Y]]
func.func @residual_with_the_input(%x: tensor<?x4x6x5xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<?x4x6x5xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #one, pad_high = #one, dilations = #one} : (tensor<?x4x6x5xf32>, tensor<4x4x3x3xf32>) -> tensor<?x4x6x5xf32>
  %1 = weir.add %0, %x : (tensor<?x4x6x5xf32>, tensor<?x4x6x5xf32>) -> tensor<?x4x6x5xf32>
  return %1 : tensor<?x4x6x5xf32>
}

// Flattened before a linear layer: the weight's columns are put in order instead.
// CHECK-LABEL: func.func @flatten_linear
// CHECK-SAME: %{{.*}}: tensor<?x3x6x5xf32>, %{{.*}}: tensor<4x3x3x3xf32>, %[[W:.*]]: tensor<2x48xf32>
// CHECK: %[[C:.*]] = weir.conv2d
// CHECK: %[[R:.*]] = weir.relu %[[C]] : tensor<?x4x3x4xf32>
// CHECK-DAG: %[[F:.*]] = weir.reshape %[[R]] : (tensor<?x4x3x4xf32>) -> tensor<?x48xf32>
// CHECK-DAG: %[[A:.*]] = weir.reshape %[[W]] : (tensor<2x48xf32>) -> tensor<2x4x4x3xf32>
// CHECK-DAG: %[[T:.*]] = weir.transpose %[[A]] {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-DAG: %[[M:.*]] = weir.reshape %[[T]] : (tensor<2x4x3x4xf32>) -> tensor<2x48xf32>
// CHECK: %[[Y:.*]] = weir.linear %[[F]], %[[M]]
// CHECK-NEXT: return %[[Y]]
func.func @flatten_linear(%x: tensor<?x3x6x5xf32>, %w: tensor<4x3x3x3xf32>, %v: tensor<2x48xf32>) -> tensor<?x2xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x6x5xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x4x3xf32>
  %1 = weir.reshape %0 : (tensor<?x4x4x3xf32>) -> tensor<?x48xf32>
  %2 = weir.relu %1 : tensor<?x48xf32>
  %3 = weir.linear %2, %v : (tensor<?x48xf32>, tensor<2x48xf32>) -> tensor<?x2xf32>
  return %3 : tensor<?x2xf32>
}

// The same for products, with a scale and a shift of each feature in between.
// CHECK-LABEL: func.func @flatten_affine_product
// CHECK: weir.conv2d
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: weir.mul %{{.*}} : (tensor<?x4x3x4xf32>, tensor<4x3x4xf32>) -> tensor<?x4x3x4xf32>
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: weir.sub %{{.*}} : (tensor<f32>, tensor<?x4x3x4xf32>) -> tensor<?x4x3x4xf32>
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: weir.product %{{.*}} : (tensor<?x48xf32>, tensor<48x2xf32>) -> tensor<?x2xf32>
func.func @flatten_affine_product(%x: tensor<?x3x6x5xf32>, %w: tensor<4x3x3x3xf32>, %s: tensor<48xf32>, %t: tensor<f32>, %m: tensor<48x2xf32>) -> tensor<?x2xf32> {
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x6x5xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x4x3xf32>
  %1 = weir.reshape %0 : (tensor<?x4x4x3xf32>) -> tensor<?x48xf32>
  %2 = weir.mul %1, %s : (tensor<?x48xf32>, tensor<48xf32>) -> tensor<?x48xf32>
  %3 = weir.sub %t, %2 : (tensor<f32>, tensor<?x48xf32>) -> tensor<?x48xf32>
  %4 = weir.product %3, %m : (tensor<?x48xf32>, tensor<48x2xf32>) -> tensor<?x2xf32>
  return %4 : tensor<?x2xf32>
}

// A text classifier: words by channels, then convolutions over one axis. Nothing is
// transposed but the weights.
// CHECK-LABEL: func.func @text
// CHECK-NOT: weir.transpose
// CHECK: return
func.func @text(%x: tensor<?x7x3xf32>, %w: tensor<4x3x1x3xf32>) -> tensor<?x4xf32> {
  %0 = weir.transpose %x {permutation = array<i64: 1, 0>} : (tensor<?x7x3xf32>) -> tensor<?x3x7xf32>
  %1 = weir.reshape %0 : (tensor<?x3x7xf32>) -> tensor<?x3x1x7xf32>
  %2 = weir.conv2d %1, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x1x7xf32>, tensor<4x3x1x3xf32>) -> tensor<?x4x1x5xf32>
  %3 = weir.reshape %2 : (tensor<?x4x1x5xf32>) -> tensor<?x4x5xf32>
  %4 = weir.tanh %3 : tensor<?x4x5xf32>
  %5 = weir.max %4 {axes = array<i64: 1>} : (tensor<?x4x5xf32>) -> tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// What is channels last already stays as it is.
// CHECK-LABEL: func.func @already
// CHECK-NOT: weir.transpose
// CHECK: return
func.func @already(%x: tensor<?x6x5x4xf32>) -> tensor<?x3x2x4xf32> {
  %0 = weir.max_pool2d %x {kernel = #two, strides = #two, pad_low = #zero, pad_high = #zero, layout = #weir<layout channels_last>} : (tensor<?x6x5x4xf32>) -> tensor<?x3x2x4xf32>
  return %0 : tensor<?x3x2x4xf32>
}
