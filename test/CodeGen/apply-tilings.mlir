// RUN: weir-opt --weir-to-linalg --weir-apply-tilings --weir-select-strategy %s | FileCheck %s
// RUN: weir-opt --weir-to-linalg --weir-apply-tilings --weir-select-strategy=weights=bf16 %s | FileCheck %s --check-prefix=HALVED

// Products get the strategies that the function's choices name for their types, and
// weir-select-strategy leaves them as they are.

// CHECK-LABEL: func.func @chosen
// CHECK: weir.product, weir.strategy = #weir.product_strategy<rows = 4, columns = 24, lanes = 8, rowBlock = 20, panelBlock = 2>
func.func @chosen(%x: tensor<?x72xf32>, %w: tensor<72x40xf32>) -> tensor<?x40xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>, strategy = <rows = 4, columns = 24, lanes = 8, rowBlock = 20, panelBlock = 2>>]} {
  %r = weir.product %x, %w : (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>
  return %r : tensor<?x40xf32>
}

// Another matrix, other rows; a form_choice is for others.
// CHECK-LABEL: func.func @other_types
// CHECK: rows = 6, columns = 16, lanes = 8,
// CHECK: rows = 6, columns = 16, lanes = 8,
func.func @other_types(%x: tensor<?x72xf32>, %w: tensor<72x41xf32>, %y: tensor<?x3x72xf32>, %v: tensor<72x40xf32>) -> (tensor<?x41xf32>, tensor<?x3x40xf32>) attributes {weir.choices = [#weir.product_choice<type = (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>, strategy = <rows = 4, columns = 24, lanes = 8, rowBlock = 20, panelBlock = 2>>, #weir.form_choice<channels = 5, outputs = 3, height = 7, width = 12, kernelHeight = 3, kernelWidth = 3, dense = true, form = winograd2>]} {
  %r = weir.product %x, %w : (tensor<?x72xf32>, tensor<72x41xf32>) -> tensor<?x41xf32>
  %s = weir.product %y, %v : (tensor<?x3x72xf32>, tensor<72x40xf32>) -> tensor<?x3x40xf32>
  return %r, %s : tensor<?x41xf32>, tensor<?x3x40xf32>
}

// Windows are read from the image: its type counts.
// CHECK-LABEL: func.func @windows
// CHECK: rows = 5, columns = 8, lanes = 8, rowBlock = 10, panelBlock = 1>
func.func @windows(%x: tensor<?x9x9x3xf32>, %m: tensor<3x3x3x8xf32>) -> tensor<?x7x7x8xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<?x9x9x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x7x7x8xf32>, strategy = <rows = 5, columns = 8, lanes = 8, rowBlock = 10, panelBlock = 1>>]} {
  %w = weir.windows %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>} : (tensor<?x9x9x3xf32>) -> tensor<?x7x7x3x3x3xf32>
  %r = weir.product %w, %m : (tensor<?x7x7x3x3x3xf32>, tensor<3x3x3x8xf32>) -> tensor<?x7x7x8xf32>
  return %r : tensor<?x7x7x8xf32>
}

// Two computed matrices.
// CHECK-LABEL: func.func @computed
// CHECK: weir.contraction, weir.strategy = #weir.product_strategy<rows = 2, columns = 24, lanes = 8,
func.func @computed(%x: tensor<?x4x72xf32>, %y: tensor<?x72x40xf32>) -> tensor<?x4x40xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<?x4x72xf32>, tensor<?x72x40xf32>) -> tensor<?x4x40xf32>, strategy = <rows = 2, columns = 24, lanes = 8, rowBlock = 4, panelBlock = 1>>]} {
  %r = weir.matmul %x, %y : (tensor<?x4x72xf32>, tensor<?x72x40xf32>) -> tensor<?x4x40xf32>
  return %r : tensor<?x4x40xf32>
}

// What is computed once, at load, was never measured.
// CHECK-LABEL: func.func @once
// CHECK: <rows = 1, columns = 16, lanes = 8, rowBlock = 1,
func.func @once(%t: tensor<842x13xf32>, %w: tensor<13x40xf32>) -> tensor<842x40xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<842x13xf32>, tensor<13x40xf32>) -> tensor<842x40xf32>, strategy = <rows = 4, columns = 24, lanes = 8, rowBlock = 20, panelBlock = 2>>]} {
  %r = weir.product %t, %w : (tensor<842x13xf32>, tensor<13x40xf32>) -> tensor<842x40xf32>
  return %r : tensor<842x40xf32>
}

// Weights in bf16 lie in pairs of vectors: not in panels of three.
// HALVED-LABEL: func.func @pairs
// HALVED: rows = 4, columns = 16, {{.*}}, weir.weights = bf16
func.func @pairs(%x: tensor<?x256xf32>, %w: tensor<256x100xf32>) -> tensor<?x100xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<?x256xf32>, tensor<256x100xf32>) -> tensor<?x100xf32>, strategy = <rows = 4, columns = 16, lanes = 8, rowBlock = 20, panelBlock = 2>>]} {
  %r = weir.product %x, %w : (tensor<?x256xf32>, tensor<256x100xf32>) -> tensor<?x100xf32>
  return %r : tensor<?x100xf32>
}

// HALVED-LABEL: func.func @threes
// HALVED: rows = 4, columns = 24
// HALVED-NOT: weir.weights
// HALVED: return
func.func @threes(%x: tensor<?x256xf32>, %w: tensor<256x100xf32>) -> tensor<?x100xf32> attributes {weir.choices = [#weir.product_choice<type = (tensor<?x256xf32>, tensor<256x100xf32>) -> tensor<?x100xf32>, strategy = <rows = 4, columns = 24, lanes = 8, rowBlock = 20, panelBlock = 2>>]} {
  %r = weir.product %x, %w : (tensor<?x256xf32>, tensor<256x100xf32>) -> tensor<?x100xf32>
  return %r : tensor<?x100xf32>
}
