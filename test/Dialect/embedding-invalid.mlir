// RUN: weir-opt --split-input-file --verify-diagnostics %s

// Constraint by constraint, what look-ups refuse.

// index: 1. a cardinality of at least 1.
// expected-error @below {{an index needs a cardinality of at least 1, found 0}}
func.func @f(%x: tensor<?x!weir.index<0>>) {
  return
}

// -----

// one_hot: 1. as long as the cardinality.
func.func @f(%x: tensor<?x!weir.index<5>>) {
  // expected-error @below {{'weir.one_hot' op inferred type(s) 'tensor<?x5xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error @below {{'weir.one_hot' op failed to infer returned types}}
  %r = weir.one_hot %x : (tensor<?x!weir.index<5>>) -> tensor<?x4xf32>
  return
}

// -----

// one_hot: numbers are no ids.
func.func @f(%x: tensor<?xf32>) {
  // expected-error @below {{'weir.one_hot' op operand #0 must be ranked tensor of an id in 0..cardinality-1 values, but got 'tensor<?xf32>'}}
  %r = weir.one_hot %x : (tensor<?xf32>) -> tensor<?x4xf32>
  return
}

// -----

// embedding: 1. an unbatched table.
func.func @f(%x: tensor<?x!weir.index<5>>, %t: tensor<?x5x3xf32>) {
  // expected-error @below {{weir.embedding: a table is [rows, columns], found 'tensor<?x5x3xf32>'}}
  // expected-error @below {{'weir.embedding' op failed to infer returned types}}
  %r = weir.embedding %x, %t : (tensor<?x!weir.index<5>>, tensor<?x5x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// embedding: 1. of rank two.
func.func @f(%x: tensor<?x!weir.index<5>>, %t: tensor<5xf32>) {
  // expected-error @below {{weir.embedding: a table is [rows, columns], found 'tensor<5xf32>'}}
  // expected-error @below {{'weir.embedding' op failed to infer returned types}}
  %r = weir.embedding %x, %t : (tensor<?x!weir.index<5>>, tensor<5xf32>) -> tensor<?xf32>
  return
}

// -----

// embedding: 1. as many rows as ids.
func.func @f(%x: tensor<?x!weir.index<5>>, %t: tensor<6x3xf32>) {
  // expected-error @below {{weir.embedding: ids below 5 but a table of 6 rows}}
  // expected-error @below {{'weir.embedding' op failed to infer returned types}}
  %r = weir.embedding %x, %t : (tensor<?x!weir.index<5>>, tensor<6x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// embedding: 2. the row is appended.
func.func @f(%x: tensor<?x2x!weir.index<5>>, %t: tensor<5x3xf32>) {
  // expected-error @below {{'weir.embedding' op inferred type(s) 'tensor<?x2x3xf32>' are incompatible with return type(s) of operation 'tensor<?x3xf32>'}}
  // expected-error @below {{'weir.embedding' op failed to infer returned types}}
  %r = weir.embedding %x, %t : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// embedding_bag: 1. as many rows as ids.
func.func @f(%x: tensor<?x2x!weir.index<5>>, %t: tensor<4x3xf32>) {
  // expected-error @below {{weir.embedding_bag: ids below 5 but a table of 4 rows}}
  // expected-error @below {{'weir.embedding_bag' op failed to infer returned types}}
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode sum>} : (tensor<?x2x!weir.index<5>>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// embedding_bag: 2. several ids.
func.func @f(%x: tensor<?x!weir.index<5>>, %t: tensor<5x3xf32>) {
  // expected-error @below {{weir.embedding_bag: a bag needs several ids per example}}
  // expected-error @below {{'weir.embedding_bag' op failed to infer returned types}}
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode max>} : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// embedding_bag: 3. the last axis is reduced.
func.func @f(%x: tensor<?x2x!weir.index<5>>, %t: tensor<5x3xf32>) {
  // expected-error @below {{'weir.embedding_bag' op inferred type(s) 'tensor<?x3xf32>' are incompatible with return type(s) of operation 'tensor<?x2x3xf32>'}}
  // expected-error @below {{'weir.embedding_bag' op failed to infer returned types}}
  %r = weir.embedding_bag %x, %t {mode = #weir<bag_mode mean>} : (tensor<?x2x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

// embedding_gradient: 1. both or neither have a batch.
func.func @f(%i: tensor<?x!weir.index<5>>, %g: tensor<3xf32>) {
  // expected-error @below {{weir.embedding_gradient: 'tensor<3xf32>' isn't one row for each of 'tensor<?x!weir.index<5>>'}}
  // expected-error @below {{'weir.embedding_gradient' op failed to infer returned types}}
  %r = weir.embedding_gradient %i, %g : (tensor<?x!weir.index<5>>, tensor<3xf32>) -> tensor<5x3xf32>
  return
}

// -----

// embedding_gradient: 2. a row for each id.
func.func @f(%i: tensor<?x2x!weir.index<5>>, %g: tensor<?x4x3xf32>) {
  // expected-error @below {{weir.embedding_gradient: 'tensor<?x4x3xf32>' isn't one row for each of 'tensor<?x2x!weir.index<5>>'}}
  // expected-error @below {{'weir.embedding_gradient' op failed to infer returned types}}
  %r = weir.embedding_gradient %i, %g : (tensor<?x2x!weir.index<5>>, tensor<?x4x3xf32>) -> tensor<5x3xf32>
  return
}

// -----

// embedding_gradient: 3. the table.
func.func @f(%i: tensor<?x!weir.index<5>>, %g: tensor<?x3xf32>) {
  // expected-error @below {{'weir.embedding_gradient' op inferred type(s) 'tensor<5x3xf32>' are incompatible with return type(s) of operation 'tensor<6x3xf32>'}}
  // expected-error @below {{'weir.embedding_gradient' op failed to infer returned types}}
  %r = weir.embedding_gradient %i, %g : (tensor<?x!weir.index<5>>, tensor<?x3xf32>) -> tensor<6x3xf32>
  return
}

// -----

// unique: 1. one id per example.
func.func @f(%i: tensor<?x2x!weir.index<5>>) {
  // expected-error @below {{weir.unique: needs one id per example, found 'tensor<?x2x!weir.index<5>>'}}
  // expected-error @below {{'weir.unique' op failed to infer returned types}}
  %r, %s = weir.unique %i : (tensor<?x2x!weir.index<5>>) -> (tensor<?x2x!weir.index<5>>, tensor<?x2x!weir.index<5>>)
  return
}

// -----

// unique: 2. the types.
func.func @f(%i: tensor<?x!weir.index<5>>) {
  // expected-error @below {{'weir.unique' op inferred type(s) 'tensor<?x!weir.index<5>>', 'tensor<?x!weir.index<5>>' are incompatible with return type(s) of operation 'tensor<?x!weir.index<5>>', 'tensor<?x!weir.index<4>>'}}
  // expected-error @below {{'weir.unique' op failed to infer returned types}}
  %r, %s = weir.unique %i : (tensor<?x!weir.index<5>>) -> (tensor<?x!weir.index<5>>, tensor<?x!weir.index<4>>)
  return
}

// -----

// gather_rows: 1. one position per example.
func.func @f(%i: tensor<4x!weir.index<5>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.gather_rows: needs one id per example, found 'tensor<4x!weir.index<5>>'}}
  // expected-error @below {{'weir.gather_rows' op failed to infer returned types}}
  %r = weir.gather_rows %i, %x : (tensor<4x!weir.index<5>>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// gather_rows: 2. a batch of rows.
func.func @f(%i: tensor<?x!weir.index<5>>, %x: tensor<5x3xf32>) {
  // expected-error @below {{weir.gather_rows: needs one row per example, found 'tensor<5x3xf32>'}}
  // expected-error @below {{'weir.gather_rows' op failed to infer returned types}}
  %r = weir.gather_rows %i, %x : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// segment_sum: 1. one position per example.
func.func @f(%i: tensor<?x1x!weir.index<5>>, %x: tensor<?x3xf32>) {
  // expected-error @below {{weir.segment_sum: needs one id per example, found 'tensor<?x1x!weir.index<5>>'}}
  // expected-error @below {{'weir.segment_sum' op failed to infer returned types}}
  %r = weir.segment_sum %i, %x segments %x : (tensor<?x1x!weir.index<5>>, tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

// segment_sum: 2. a batch of rows.
func.func @f(%i: tensor<?x!weir.index<5>>, %x: tensor<?x2x3xf32>) {
  // expected-error @below {{weir.segment_sum: needs one row per example, found 'tensor<?x2x3xf32>'}}
  // expected-error @below {{'weir.segment_sum' op failed to infer returned types}}
  %r = weir.segment_sum %i, %x segments %i : (tensor<?x!weir.index<5>>, tensor<?x2x3xf32>, tensor<?x!weir.index<5>>) -> tensor<?x2x3xf32>
  return
}

// -----

// segment_sum: 3. as many as a batch.
func.func @f(%i: tensor<?x!weir.index<5>>, %x: tensor<?x3xf32>, %n: tensor<3xf32>) {
  // expected-error @below {{weir.segment_sum: counts the batch of a value without one, 'tensor<3xf32>'}}
  // expected-error @below {{'weir.segment_sum' op failed to infer returned types}}
  %r = weir.segment_sum %i, %x segments %n : (tensor<?x!weir.index<5>>, tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return
}
