// RUN: weir-opt --weir-fold-batch-norm %s | FileCheck %s

// A batch norm vanishes in the layer before it: new weight and bias are computed from
// parameters. It stays where that would change another user of the layer.

#one = array<i64: 1, 1>
#zero = array<i64: 0, 0>

// The bias is scaled and shifted, the weight scaled per output.
// CHECK-LABEL: func.func @conv2d
// CHECK-SAME: %[[X:.*]]: tensor<?x3x7x6xf32>, %[[W:.*]]: tensor<4x3x3x2xf32>, %[[B:.*]]: tensor<4xf32>, %[[G:.*]]: tensor<4xf32>, %[[BETA:.*]]: tensor<4xf32>, %[[M:.*]]: tensor<4xf32>
// CHECK-DAG: %[[E:.*]] = weir.constant dense<9.99999974E-6>
// CHECK-DAG: %[[V:.*]] = weir.param "variance"
// CHECK: %[[VE:.*]] = weir.add %[[V]], %[[E]]
// CHECK: %[[R:.*]] = weir.rsqrt %[[VE]]
// CHECK: %[[SCALE:.*]] = weir.mul %[[G]], %[[R]]
// CHECK: %[[MS:.*]] = weir.mul %[[M]], %[[SCALE]]
// CHECK: %[[SHIFT:.*]] = weir.sub %[[BETA]], %[[MS]]
// CHECK: %[[S:.*]] = weir.reshape %[[SCALE]] : (tensor<4xf32>) -> tensor<4x1x1x1xf32>
// CHECK: %[[W1:.*]] = weir.mul %[[W]], %[[S]]
// CHECK: %[[BS:.*]] = weir.mul %[[B]], %[[SCALE]]
// CHECK: %[[B1:.*]] = weir.add %[[BS]], %[[SHIFT]]
// CHECK: %[[Y:.*]] = weir.conv2d %[[X]], %[[W1]] bias %[[B1]] {dilations = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, pad_low = array<i64: 0, 0>, strides = array<i64: 2, 1>}
// CHECK-NOT: weir.batch_norm
// CHECK: return %[[Y]]
func.func @conv2d(%x: tensor<?x3x7x6xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4x3x5xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.conv2d %x, %w bias %b {strides = array<i64: 2, 1>, pad_low = #zero, pad_high = #zero, dilations = #one} : (tensor<?x3x7x6xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>) -> tensor<?x4x3x5xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x3x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x3x5xf32>
  return %1 : tensor<?x4x3x5xf32>
}

// Without a bias, the shift becomes the bias; groups don't matter.
// CHECK-LABEL: func.func @depthwise_channels_last
// CHECK: %[[SHIFT:.*]] = weir.sub
// CHECK: %[[W1:.*]] = weir.mul
// CHECK-NEXT: %[[Y:.*]] = weir.conv2d %{{.*}}, %[[W1]] bias %[[SHIFT]]
// CHECK-SAME: groups = 4
// CHECK-SAME: layout = #weir<layout channels_last>
// CHECK-NEXT: return %[[Y]]
func.func @depthwise_channels_last(%x: tensor<?x7x6x4xf32>, %w: tensor<4x1x3x3xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x5x4x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.conv2d %x, %w {strides = #one, pad_low = #zero, pad_high = #zero, dilations = #one, groups = 4 : i64, layout = #weir<layout channels_last>} : (tensor<?x7x6x4xf32>, tensor<4x1x3x3xf32>) -> tensor<?x5x4x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-03 : f64, axis = 2 : i64} : (tensor<?x5x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x5x4x4xf32>
  return %1 : tensor<?x5x4x4xf32>
}

// CHECK-LABEL: func.func @conv1d
// CHECK: weir.reshape %{{.*}} : (tensor<4xf32>) -> tensor<4x1x1xf32>
// CHECK: %[[Y:.*]] = weir.conv1d %{{.*}}, %{{.*}} bias
// CHECK-NEXT: return %[[Y]]
func.func @conv1d(%x: tensor<?x3x9xf32>, %w: tensor<4x3x3xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4x5xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.conv1d %x, %w {strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = array<i64: 1>, dilations = array<i64: 1>} : (tensor<?x3x9xf32>, tensor<4x3x3xf32>) -> tensor<?x4x5xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x5xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x5xf32>
  return %1 : tensor<?x4x5xf32>
}

// CHECK-LABEL: func.func @linear
// CHECK: weir.reshape %{{.*}} : (tensor<4xf32>) -> tensor<4x1xf32>
// CHECK: %[[Y:.*]] = weir.linear %{{.*}}, %{{.*}} bias
// CHECK-NEXT: return %[[Y]]
func.func @linear(%x: tensor<?x5xf32>, %w: tensor<4x5xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.linear %x, %w bias %b : (tensor<?x5xf32>, tensor<4x5xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @product
// CHECK-SAME: %[[X:.*]]: tensor<?x3x5xf32>, %[[W:.*]]: tensor<5x4xf32>
// CHECK: %[[SHIFT:.*]] = weir.sub
// CHECK: %[[W1:.*]] = weir.mul %[[W]], %{{.*}} : (tensor<5x4xf32>, tensor<4xf32>) -> tensor<5x4xf32>
// CHECK-NEXT: %[[P:.*]] = weir.product %[[X]], %[[W1]]
// CHECK-NEXT: weir.add %[[P]], %[[SHIFT]]
func.func @product(%x: tensor<?x3x5xf32>, %w: tensor<5x4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x3x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.product %x, %w : (tensor<?x3x5xf32>, tensor<5x4xf32>) -> tensor<?x3x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 1 : i64} : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %1 : tensor<?x3x4xf32>
}

// A second user of the layer would see other numbers.
// CHECK-LABEL: func.func @another_use
// CHECK: %[[Y:.*]] = weir.linear
// CHECK: weir.batch_norm %[[Y]]
func.func @another_use(%x: tensor<?x5xf32>, %w: tensor<4x5xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.linear %x, %w : (tensor<?x5xf32>, tensor<4x5xf32>) -> tensor<?x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %2 = weir.add %0, %1 : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// The batch norm's channels are the linear layer's rows, not its outputs.
// CHECK-LABEL: func.func @another_axis
// CHECK: weir.linear
// CHECK: weir.batch_norm
func.func @another_axis(%x: tensor<?x4x5xf32>, %w: tensor<4x5xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.linear %x, %w : (tensor<?x4x5xf32>, tensor<4x5xf32>) -> tensor<?x4x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x4xf32>
  return %1 : tensor<?x4x4xf32>
}

// The sum that the product starts from would have to be scaled, too.
// CHECK-LABEL: func.func @product_with_init
// CHECK: weir.product
// CHECK: weir.batch_norm
func.func @product_with_init(%x: tensor<?x5xf32>, %i: tensor<?x4xf32>, %w: tensor<5x4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.product %x, %w init %i : (tensor<?x5xf32>, tensor<5x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = weir.batch_norm %0, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @after_relu
// CHECK: weir.batch_norm
func.func @after_relu(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>, %g: tensor<4xf32>, %beta: tensor<4xf32>, %m: tensor<4xf32>) -> tensor<?x4xf32> {
  %v = weir.param "variance" {init = "uniform", init_args = array<f64: 0.5, 2.0>, buffer} : tensor<4xf32>
  %0 = weir.linear %x, %w : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = weir.relu %0 : tensor<?x4xf32>
  %2 = weir.batch_norm %1, %g, %beta, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
