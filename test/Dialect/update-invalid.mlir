// RUN: weir-opt --split-input-file --verify-diagnostics %s

func.func @gradient(%p: tensor<3x2xf32>, %g: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @below {{'tensor<2x3xf32>' is no gradient of 'tensor<3x2xf32>'}}
  %r = weir.update @optimizer values(%p) gradient(%g) hypers() : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// -----

func.func @rows(%p: tensor<3x2xf32>, %g: tensor<?x3xf32>, %ids: tensor<?x!weir.index<3>>) -> tensor<3x2xf32> {
  // expected-error @below {{isn't one row of 'tensor<3x2xf32>' for each of 'tensor<?x!weir.index<3>>'}}
  %r = weir.update @optimizer values(%p) gradient(%g) ids(%ids) hypers() : (tensor<3x2xf32>, tensor<?x3xf32>, tensor<?x!weir.index<3>>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// -----

func.func @hyper(%p: tensor<3xf32>, %lr: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{hyperparameters have rank 0, found 'tensor<3xf32>'}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers(%lr) : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

func.func @results(%p: tensor<3xf32>) -> tensor<2xf32> {
  // expected-error @below {{needs one result of its type for each value}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers() : (tensor<3xf32>, tensor<3xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

func.func @states(%p: tensor<3xf32>, %m: tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>) {
  // expected-error @below {{the state 'tensor<2xf32>' isn't of the parameter's type 'tensor<3xf32>'}}
  %r:2 = weir.update @optimizer values(%p, %m) gradient(%p) hypers() : (tensor<3xf32>, tensor<2xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<2xf32>)
  return %r#0, %r#1 : tensor<3xf32>, tensor<2xf32>
}

// -----

func.func @ids(%p: tensor<3x2xf32>, %g: tensor<?x2xf32>, %ids: tensor<?xf32>) -> tensor<3x2xf32> {
  // expected-error @below {{rows are named by ids, found 'tensor<?xf32>'}}
  %r = weir.update @optimizer values(%p) gradient(%g) ids(%ids) hypers() : (tensor<3x2xf32>, tensor<?x2xf32>, tensor<?xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// -----

func.func @missing(%p: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{there is no function @optimizer}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers() : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

func.func private @optimizer(tensor<f32>, tensor<f32>, tensor<f32> {weir.hyper}) -> tensor<f32>
func.func @signature(%p: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{@optimizer doesn't take a parameter, its gradient, 0 states and 0 hyperparameters}}
  %r = weir.update @optimizer values(%p) gradient(%p) hypers() : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

func.func @all_shape(%p: memref<3xf32>, %g: memref<2xf32>, %lr: memref<f32>) {
  // expected-error @below {{'memref<2xf32>' is no gradient of 'memref<3xf32>'}}
  weir.update_all values(%p) gradient(%g) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    weir.yield %x : f32
  } : (memref<3xf32>), memref<2xf32>, (memref<f32>)
  return
}

// -----

func.func @all_arguments(%p: memref<3xf32>, %lr: memref<f32>) {
  // expected-error @below {{the body takes parameter, gradient, states and hyperparameters, 3 numbers, found 2}}
  weir.update_all values(%p) gradient(%p) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32):
    weir.yield %x : f32
  } : (memref<3xf32>), memref<3xf32>, (memref<f32>)
  return
}

// -----

func.func @all_yield(%p: memref<3xf32>, %lr: memref<f32>) {
  // expected-error @below {{the body yields 1 numbers, one for each value}}
  weir.update_all values(%p) gradient(%p) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    weir.yield %x, %x : f32, f32
  } : (memref<3xf32>), memref<3xf32>, (memref<f32>)
  return
}

// -----

func.func @all_hyper(%p: memref<3xf32>) {
  // expected-error @below {{hyperparameters are f32 of rank 0, found 'memref<3xf32>'}}
  weir.update_all values(%p) gradient(%p) hypers(%p) {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  } : (memref<3xf32>), memref<3xf32>, (memref<3xf32>)
  return
}

// -----

func.func @group(%ids: memref<?xi64>, %slots: memref<9xi32>, %h: memref<?x2xi32>) {
  // expected-error @below {{needs one dense i32 for each id of 'memref<?xi64>', found 'memref<?x2xi32>'}}
  weir.group_ids %ids, %slots, %h, %h, %h : memref<?xi64>, memref<9xi32>, memref<?x2xi32>, memref<?x2xi32>, memref<?x2xi32>
  return
}

// -----

func.func @group_slots(%ids: memref<?xi64>, %slots: memref<9xi64>, %h: memref<?xi32>) {
  // expected-error @below {{slots are i32 of rank 1, found 'memref<9xi64>'}}
  weir.group_ids %ids, %slots, %h, %h, %h : memref<?xi64>, memref<9xi64>, memref<?xi32>, memref<?xi32>, memref<?xi32>
  return
}

// -----

func.func @heads(%t: memref<9x3xf32>, %last: memref<9xi32>, %now: memref<1xi32>, %hist: memref<8x1xf32>, %heads: memref<?xi32>) {
  // expected-error @below {{heads are given with ids}}
  "weir.catch_up_rows"(%t, %last, %now, %hist, %heads) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1>}> ({
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  }) : (memref<9x3xf32>, memref<9xi32>, memref<1xi32>, memref<8x1xf32>, memref<?xi32>) -> ()
  return
}

// -----

func.func @chains(%t: memref<9x3xf32>, %g: memref<?x3xf32>, %ids: memref<?xi64>, %heads: memref<?xi32>) {
  // expected-error @below {{heads and next are given together}}
  "weir.update_rows"(%t, %g, %ids, %heads) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>}> ({
  ^bb0(%x: f32, %dx: f32):
    weir.yield %x : f32
  }) : (memref<9x3xf32>, memref<?x3xf32>, memref<?xi64>, memref<?xi32>) -> ()
  return
}

// -----

func.func @unique_slots(%ids: memref<?xi64>, %slots: memref<9xi64>, %n: memref<1xi32>) {
  // expected-error @below {{slots are i32 of rank 1, found 'memref<9xi64>'}}
  weir.unique_ids %ids, %slots, %ids, %ids, %n : memref<?xi64>, memref<9xi64>, memref<?xi64>, memref<?xi64>, memref<1xi32>
  return
}

// -----

func.func @unique_count(%ids: memref<?xi64>, %slots: memref<9xi32>, %n: memref<2xi32>) {
  // expected-error @below {{count is one i32, found 'memref<2xi32>'}}
  weir.unique_ids %ids, %slots, %ids, %ids, %n : memref<?xi64>, memref<9xi32>, memref<?xi64>, memref<?xi64>, memref<2xi32>
  return
}

// -----

func.func @unique_inverse(%ids: memref<?xi64>, %slots: memref<9xi32>, %inverse: memref<?x2xi64>, %n: memref<1xi32>) {
  // expected-error @below {{needs one integer for each id of 'memref<?xi64>', found 'memref<?x2xi64>'}}
  weir.unique_ids %ids, %slots, %ids, %inverse, %n : memref<?xi64>, memref<9xi32>, memref<?xi64>, memref<?x2xi64>, memref<1xi32>
  return
}

// -----

func.func @unique_floats(%ids: memref<?xi64>, %slots: memref<9xi32>, %unique: memref<?xf32>, %n: memref<1xi32>) {
  // expected-error @below {{ids are dense integers, found 'memref<?xf32>'}}
  weir.unique_ids %ids, %slots, %unique, %ids, %n : memref<?xi64>, memref<9xi32>, memref<?xf32>, memref<?xi64>, memref<1xi32>
  return
}

// -----

func.func @rank(%t: memref<9xf32>, %last: memref<9xi32>, %now: memref<1xi32>, %hist: memref<8x1xf32>) {
  // expected-error @below {{only a table of rank 2 has rows, found 'memref<9xf32>'}}
  weir.catch_up_rows values(%t) last(%last) now(%now) history(%hist) {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  } : (memref<9xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>
  return
}

// -----

func.func @last(%t: memref<9x3xf32>, %last: memref<8xi32>, %now: memref<1xi32>, %hist: memref<8x1xf32>) {
  // expected-error @below {{needs what was done last of 9 rows, found 'memref<8xi32>'}}
  weir.catch_up_rows values(%t) last(%last) now(%now) history(%hist) {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  } : (memref<9x3xf32>), memref<8xi32>, memref<1xi32>, memref<8x1xf32>
  return
}

// -----

func.func @history(%t: memref<9x3xf32>, %last: memref<9xi32>, %now: memref<1xi32>, %hist: memref<8x2xf32>) {
  // expected-error @below {{the history has a column for each of 1 hyperparameters, found 'memref<8x2xf32>'}}
  weir.catch_up_rows values(%t) last(%last) now(%now) history(%hist) {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  } : (memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x2xf32>
  return
}

// -----

func.func @initial(%t: memref<9x3xf32>, %last: memref<9xi32>, %now: memref<1xi32>, %hist: memref<8x1xf32>) {
  // expected-error @below {{needs 0 initial numbers, one for each state, found 1}}
  weir.catch_up_rows values(%t) last(%last) now(%now) history(%hist) initial [0.0] {
  ^bb0(%x: f32, %dx: f32, %r: f32):
    weir.yield %x : f32
  } : (memref<9x3xf32>), memref<9xi32>, memref<1xi32>, memref<8x1xf32>
  return
}

// -----

func.func @update_rows(%t: memref<9x3xf32>, %g: memref<?x2xf32>, %ids: memref<?xi64>, %h: memref<?xi32>, %lr: memref<f32>) {
  // expected-error @below {{'memref<?x2xf32>' isn't one row of 'memref<9x3xf32>' for each of 'memref<?xi64>'}}
  weir.update_rows values(%t) gradient(%g) ids(%ids, %h, %h) hypers(%lr) {
  ^bb0(%x: f32, %dx: f32, %rate: f32):
    weir.yield %x : f32
  } : (memref<9x3xf32>), memref<?x2xf32>, memref<?xi64>, (memref<f32>), memref<?xi32>, memref<?xi32>
  return
}
