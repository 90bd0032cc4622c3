// RUN: weir-opt --weir-plan-arena --verify-diagnostics --split-input-file %s

// Segments that are of another function.

// expected-error@+1 {{weir.segments are 3 kernels together, the function has 1}}
func.func @run(%n: index) attributes {weir.segments = [#weir.segment<kernels = 1, examples = 2>, #weir.segment<kernels = 2, examples = 0>]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
  } {weir.kernel = 1 : i64}
  return
}

// -----

// expected-error@+1 {{a segment of 1 or more kernels expected, found 0}}
func.func @run(%n: index) attributes {weir.segments = [#weir.segment<kernels = 0, examples = 2>]} {
  return
}

// -----

// expected-error@+1 {{0 or more examples and bytes expected, found -2 and 0}}
func.func @run(%n: index) attributes {weir.segments = [#weir.segment<kernels = 1, examples = -2>]} {
  return
}
