// RUN: weir-opt --weir-build-train-step="deferred-elements=0" --split-input-file %s | FileCheck %s
// RUN: weir-opt --weir-build-train-step="tables=dense" --split-input-file %s | FileCheck %s --check-prefix=DENSE
// RUN: weir-opt --weir-build-train-step="tables=lazy" --split-input-file %s | FileCheck %s --check-prefix=LAZY
// RUN: weir-opt --weir-build-train-step --split-input-file %s | FileCheck %s --check-prefix=SMALL
// RUN: weir-opt --weir-build-train-step="deferred-elements=0 clip-norm=1" --split-input-file %s | FileCheck %s --check-prefix=CLIP

// A table that one look-up reads is updated by the rows of the look-up's gradient. The
// optimizer's states are parameters of their own.

// CHECK-LABEL: func.func @train_step
// CHECK-SAME: %[[IDS:[a-z0-9]+]]: tensor<?x!weir.index<40>>, %[[DY:[a-z0-9]+]]: tensor<?x20xf32>, %[[LR:[a-z0-9]+]]: tensor<f32>
// CHECK-SAME: weir.update_of = "t.weight"
// CHECK-SAME: weir.update_of = "t.weight.m"
// CHECK: %[[TABLE:.*]] = weir.param "t.weight"
// CHECK-NOT: weir.embedding_gradient
// CHECK: %[[M:.*]] = weir.param "t.weight.m" {buffer, init = "constant", init_args = array<f64: 5.000000e-01, 0.000000e+00>}
// CHECK: %[[NEW:.*]]:2 = weir.update @optimizer values(%[[TABLE]], %[[M]]) gradient(%[[DY]]) ids(%[[IDS]]) hypers(%[[LR]]) :
// CHECK: return %{{.*}}, %[[NEW]]#0, %[[NEW]]#1

// DENSE: %[[G:.*]] = weir.embedding_gradient
// DENSE: weir.update @optimizer values(%{{.*}}, %{{.*}}) gradient(%[[G]]) hypers(

// LAZY-LABEL: func.func @train_step
// LAZY: weir.update {{.*}} ids(%{{.*}}) hypers(%{{.*}}) lazy :

// A small table is updated as a whole.
// SMALL: weir.embedding_gradient
// SMALL: weir.update {{.*}} gradient(%{{.*}}) hypers(

// Clipping needs all gradients at once.
// CLIP: %[[G:.*]] = weir.embedding_gradient
// CLIP: %[[SHORT:.*]] = weir.mul %[[G]], %{{.*}} : (tensor<40x20xf32>, tensor<f32>)
// CLIP: weir.update {{.*}} gradient(%[[SHORT]]) hypers(
func.func @train(%ids: tensor<?x!weir.index<40>>, %dy: tensor<?x20xf32>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x20xf32> {weir.gradient_of = "t.weight"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x20xf32>
  %y = weir.embedding %ids, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %l = weir.sum %y {axes = array<i64: 0>} : (tensor<?x20xf32>) -> tensor<?xf32>
  %g = weir.embedding_gradient %ids, %dy : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<40x20xf32>
  return %l, %g : tensor<?xf32>, tensor<40x20xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>, %m: tensor<f32> {weir.name = "m", weir.state = 0.5 : f64},
                     %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> (tensor<f32>, tensor<f32>) {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1, %m : tensor<f32>, tensor<f32>
}

// -----

// Whatever else reads the table needs all of it in every step.

// CHECK-LABEL: func.func @train_step
// CHECK: weir.embedding_gradient
// CHECK: weir.update {{.*}} gradient(%{{.*}}) hypers(
// LAZY-LABEL: func.func @train_step
// LAZY: weir.embedding_gradient
// LAZY-NOT: ids(
func.func @train(%ids: tensor<?x!weir.index<40>>, %dy: tensor<?x20xf32>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x20xf32> {weir.gradient_of = "t.weight"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x20xf32>
  %all = weir.sum %t {axes = array<i64: 0>} : (tensor<40x20xf32>) -> tensor<20xf32>
  %y = weir.embedding %ids, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %z = weir.add %y, %all : (tensor<?x20xf32>, tensor<20xf32>) -> tensor<?x20xf32>
  %l = weir.sum %z {axes = array<i64: 0>} : (tensor<?x20xf32>) -> tensor<?xf32>
  %g = weir.embedding_gradient %ids, %dy : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<40x20xf32>
  return %l, %g : tensor<?xf32>, tensor<40x20xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>, %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> tensor<f32> {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// Rows that are shorter than a few vectors are not worth it.

// LAZY-LABEL: func.func @train_step
// CHECK-LABEL: func.func @train_step
// CHECK: weir.embedding_gradient
// CHECK: weir.update {{.*}} gradient(%{{.*}}) hypers(
func.func @train(%ids: tensor<?x!weir.index<40>>, %dy: tensor<?x1xf32>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x1xf32> {weir.gradient_of = "t.weight"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x1xf32>
  %y = weir.embedding %ids, %t : (tensor<?x!weir.index<40>>, tensor<40x1xf32>) -> tensor<?x1xf32>
  %l = weir.reshape %y : (tensor<?x1xf32>) -> tensor<?xf32>
  %g = weir.embedding_gradient %ids, %dy : (tensor<?x!weir.index<40>>, tensor<?x1xf32>) -> tensor<40x1xf32>
  return %l, %g : tensor<?xf32>, tensor<40x1xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>, %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> tensor<f32> {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// -----

// Rows that another look-up reads, though no gradient comes from it, must be up to date as well.

// LAZY-LABEL: func.func @train_step
// LAZY-NOT: ids(
// CHECK-LABEL: func.func @train_step
// CHECK: weir.embedding_gradient
// CHECK: weir.update {{.*}} gradient(%{{.*}}) hypers(
func.func @train(%ids: tensor<?x!weir.index<40>>, %others: tensor<?x!weir.index<40>>, %dy: tensor<?x20xf32>)
    -> (tensor<?xf32> {weir.name = "loss"}, tensor<40x20xf32> {weir.gradient_of = "t.weight"}) {
  %t = weir.param "t.weight" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<40x20xf32>
  %y = weir.embedding %ids, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %o = weir.embedding %others, %t : (tensor<?x!weir.index<40>>, tensor<40x20xf32>) -> tensor<?x20xf32>
  %z = weir.greater %y, %o : (tensor<?x20xf32>, tensor<?x20xf32>) -> tensor<?x20xf32>
  %l = weir.sum %z {axes = array<i64: 0>} : (tensor<?x20xf32>) -> tensor<?xf32>
  %g = weir.embedding_gradient %ids, %dy : (tensor<?x!weir.index<40>>, tensor<?x20xf32>) -> tensor<40x20xf32>
  return %l, %g : tensor<?xf32>, tensor<40x20xf32>
}
func.func @optimizer(%p: tensor<f32>, %g: tensor<f32>, %lr: tensor<f32> {weir.name = "lr", weir.hyper}) -> tensor<f32> {
  %0 = weir.mul %lr, %g : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = weir.sub %p, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}
