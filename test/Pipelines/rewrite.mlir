// RUN: weir-opt --weir-rewrite %s | FileCheck %s
// RUN: weir-opt --weir-rewrite="conv-algorithm=im2col fold-batch-norm=false split-concat=false one-hot-to-embedding=false fold-tables=false fold-pad=false merge-duplicates=false" %s | FileCheck %s --check-prefix=OFF

// The whole rewrite stage on small networks that use it all: what remains between
// the layers, and what each switch leaves in place.

#one = array<i64: 1, 1>
#two = array<i64: 2, 2>
#zero = array<i64: 0, 0>

// A residual block with batch norms, after a padded image, before a flattened product.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: %[[IMAGE:.*]]: tensor<?x3x8x7xf32>
// CHECK: %[[T:.*]] = weir.transpose %[[IMAGE]] {permutation = array<i64: 1, 2, 0>}
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK-NOT: weir.batch_norm
// CHECK-NOT: weir.dropout
// CHECK: %[[P:.*]] = weir.pad %[[T]] {high = array<i64: 1, 1, 0>, low = array<i64: 1, 1, 0>
// CHECK: %[[W:.*]] = weir.windows %[[P]]
// CHECK-NEXT: %[[A:.*]] = weir.product %[[W]]
// CHECK-NEXT: %[[AB:.*]] = weir.add %[[A]]
// CHECK-NEXT: %[[R:.*]] = weir.relu %[[AB]]
// CHECK: %[[C:.*]] = weir.product
// CHECK-NEXT: %[[CB:.*]] = weir.add %[[C]]
// CHECK-NEXT: %[[SUM:.*]] = weir.add %[[CB]], %[[R]]
// CHECK: weir.conv2d %[[SUM]]
// CHECK-SAME: groups = 4
// CHECK-SAME: layout = #weir<layout channels_last>
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: return
// OFF-LABEL: func.func @residual
// OFF: weir.im2col
// OFF: weir.rsqrt
// OFF: weir.mul %{{.*}} : (tensor<?x8x7x4xf32>, tensor<1x1x4xf32>)
func.func @residual(%image: tensor<?x3x8x7xf32>) -> tensor<?x5xf32> {
  %w0 = weir.param "0.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x3x3x3xf32>
  %g0 = weir.param "1.weight" {init = "normal", init_args = array<f64: 1.0, 0.3>} : tensor<4xf32>
  %b0 = weir.param "1.bias" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4xf32>
  %m0 = weir.param "1.running_mean" {init = "normal", init_args = array<f64: 0.0, 0.3>, buffer} : tensor<4xf32>
  %v0 = weir.param "1.running_var" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %w1 = weir.param "3.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x4x3x3xf32>
  %b1 = weir.param "3.bias" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4xf32>
  %w2 = weir.param "4.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x1x3x3xf32>
  %w3 = weir.param "6.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<5x48xf32>
  %pad = weir.pad %image {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, value = 0.0 : f32} : (tensor<?x3x8x7xf32>) -> tensor<?x3x10x9xf32>
  %0 = weir.conv2d %pad, %w0 {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x10x9xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x8x7xf32>
  %1 = weir.batch_norm %0, %g0, %b0, %m0, %v0 {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x8x7xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8x7xf32>
  %2 = weir.relu %1 : tensor<?x4x8x7xf32>
  %3 = weir.conv2d %2, %w1 bias %b1 {strides = #one, pad_low = #one, pad_high = #one, dilations = #one} : (tensor<?x4x8x7xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>) -> tensor<?x4x8x7xf32>
  %4 = weir.dropout %3 {probability = 1.0e-01 : f64} : tensor<?x4x8x7xf32>
  %5 = weir.add %4, %2 : (tensor<?x4x8x7xf32>, tensor<?x4x8x7xf32>) -> tensor<?x4x8x7xf32>
  %6 = weir.conv2d %5, %w2 {strides = #two, pad_low = #one, pad_high = #zero, dilations = #one, groups = 4 : i64} : (tensor<?x4x8x7xf32>, tensor<4x1x3x3xf32>) -> tensor<?x4x4x3xf32>
  %7 = weir.reshape %6 : (tensor<?x4x4x3xf32>) -> tensor<?x48xf32>
  %8 = weir.linear %7, %w3 : (tensor<?x48xf32>, tensor<5x48xf32>) -> tensor<?x5xf32>
  return %8 : tensor<?x5xf32>
}

// Squeeze and excitation: the gate is a product of the means, and scales the image
// where it lies.
// CHECK-LABEL: func.func @excitation
// CHECK: weir.transpose %{{.*}} : (tensor<?x3x6x5xf32>) -> tensor<?x6x5x3xf32>
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: %[[C:.*]] = weir.product
// CHECK: %[[M:.*]] = weir.mean %[[C]] {axes = array<i64: 0, 1>, keep_dims} : (tensor<?x6x5x4xf32>) -> tensor<?x1x1x4xf32>
// CHECK: %[[G:.*]] = weir.product %[[M]], %{{.*}} : (tensor<?x1x1x4xf32>, tensor<4x4xf32>) -> tensor<?x1x1x4xf32>
// CHECK: %[[S:.*]] = weir.sigmoid %[[G]]
// CHECK: weir.mul %[[C]], %[[S]]
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: return
func.func @excitation(%image: tensor<?x3x6x5xf32>) -> tensor<?x4xf32> {
  %w0 = weir.param "0.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x3x1x1xf32>
  %w1 = weir.param "1.weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x4x1x1xf32>
  %0 = weir.conv2d %image, %w0 {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x6x5xf32>, tensor<4x3x1x1xf32>) -> tensor<?x4x6x5xf32>
  %1 = weir.mean %0 {axes = array<i64: 1, 2>, keep_dims} : (tensor<?x4x6x5xf32>) -> tensor<?x4x1x1xf32>
  %2 = weir.conv2d %1, %w1 {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x4x1x1xf32>, tensor<4x4x1x1xf32>) -> tensor<?x4x1x1xf32>
  %3 = weir.sigmoid %2 : tensor<?x4x1x1xf32>
  %4 = weir.mul %0, %3 : (tensor<?x4x6x5xf32>, tensor<?x4x1x1xf32>) -> tensor<?x4x6x5xf32>
  %5 = weir.max %4 {axes = array<i64: 1, 2>} : (tensor<?x4x6x5xf32>) -> tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// A flattened image and one-hot ids, joined twice, meet a linear layer: three products,
// of which one is a look-up; no copy, and the image's part of the weight is reordered.
// CHECK-LABEL: func.func @joined
// CHECK-SAME: %[[IMAGE:.*]]: tensor<?x2x4x3xf32>, %[[IDS:.*]]: tensor<?x!weir.index<5>>, %[[X:.*]]: tensor<?x6xf32>
// CHECK-NOT: weir.concat
// CHECK-NOT: weir.one_hot
// CHECK-DAG: %[[A:.*]] = weir.product %{{.*}}, %{{.*}} : (tensor<?x12xf32>, tensor<12x2xf32>) -> tensor<?x2xf32>
// CHECK-DAG: %[[E:.*]] = weir.embedding %[[IDS]]
// CHECK-DAG: %[[B:.*]] = weir.add %[[A]], %[[E]]
// CHECK: weir.product %[[X]], %{{.*}} init %[[B]]
// OFF-LABEL: func.func @joined
// OFF: weir.one_hot
// OFF: weir.concat
func.func @joined(%image: tensor<?x2x4x3xf32>, %ids: tensor<?x!weir.index<5>>, %x: tensor<?x6xf32>) -> tensor<?x2xf32> {
  %w = weir.param "weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<2x23xf32>
  %0 = weir.avg_pool2d %image {kernel = array<i64: 3, 1>, strides = #one, pad_low = #zero, pad_high = #zero} : (tensor<?x2x4x3xf32>) -> tensor<?x2x2x3xf32>
  %1 = weir.reshape %0 : (tensor<?x2x2x3xf32>) -> tensor<?x12xf32>
  %2 = weir.one_hot %ids : (tensor<?x!weir.index<5>>) -> tensor<?x5xf32>
  %3 = weir.concat %1, %2 {axis = 0 : i64} : (tensor<?x12xf32>, tensor<?x5xf32>) -> tensor<?x17xf32>
  %4 = weir.concat %3, %x {axis = 0 : i64} : (tensor<?x17xf32>, tensor<?x6xf32>) -> tensor<?x23xf32>
  %5 = weir.linear %4, %w : (tensor<?x23xf32>, tensor<2x23xf32>) -> tensor<?x2xf32>
  return %5 : tensor<?x2xf32>
}

// One spatial axis: words by channels, nothing is transposed but weights.
// CHECK-LABEL: func.func @text
// CHECK-NOT: weir.transpose %{{.*}} : (tensor<?x
// CHECK: return
func.func @text(%ids: tensor<?x9x!weir.index<7>>) -> tensor<?x4xf32> {
  %table = weir.param "table" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<7x3xf32>
  %w = weir.param "weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x3x3xf32>
  %0 = weir.embedding %ids, %table : (tensor<?x9x!weir.index<7>>, tensor<7x3xf32>) -> tensor<?x9x3xf32>
  %1 = weir.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<?x9x3xf32>) -> tensor<?x3x9xf32>
  %2 = weir.conv1d %1, %w {strides = array<i64: 1>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, dilations = array<i64: 1>} : (tensor<?x3x9xf32>, tensor<4x3x3xf32>) -> tensor<?x4x9xf32>
  %3 = weir.relu %2 : tensor<?x4x9xf32>
  %4 = weir.max_pool1d %3 {kernel = array<i64: 3>, strides = array<i64: 2>, pad_low = array<i64: 0>, pad_high = array<i64: 0>} : (tensor<?x4x9xf32>) -> tensor<?x4x4xf32>
  %5 = weir.mean %4 {axes = array<i64: 1>} : (tensor<?x4x4xf32>) -> tensor<?x4xf32>
  return %5 : tensor<?x4xf32>
}

// A layer that is written twice with the same parameters is computed once; one that
// nothing reads is not computed at all.
// CHECK-LABEL: func.func @duplicates
// CHECK: %[[P:.*]] = weir.product
// CHECK-NOT: weir.product
// CHECK: weir.mul %[[P]], %[[P]]
// OFF-LABEL: func.func @duplicates
// OFF-COUNT-2: weir.product
// OFF-NOT: weir.product
// OFF: return
func.func @duplicates(%x: tensor<?x5xf32>) -> tensor<?x4xf32> {
  %w = weir.param "weight" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4x5xf32>
  %b = weir.param "bias" {init = "normal", init_args = array<f64: 0.0, 0.3>} : tensor<4xf32>
  %0 = weir.linear %x, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  %1 = weir.linear %x, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  %2 = weir.mul %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %unread = weir.linear %x, %w bias %b : (tensor<?x5xf32>, tensor<4x5xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
