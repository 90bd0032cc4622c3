// RUN: weir-opt --weir-separate-results %s | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// Two sums that start from one tensor of zeros get one each.
// CHECK-LABEL: func.func @sums
// CHECK-DAG: %[[E0:.*]] = tensor.empty
// CHECK-DAG: %[[E1:.*]] = tensor.empty
// CHECK-DAG: %[[F0:.*]] = linalg.fill {{.*}} outs(%[[E0]]
// CHECK-DAG: %[[F1:.*]] = linalg.fill {{.*}} outs(%[[E1]]
// CHECK: %[[A:.*]] = linalg.generic {{.*}} outs(%[[FA:.*]] :
// CHECK: %[[B:.*]] = linalg.generic {{.*}} outs(%[[FB:.*]] :
// CHECK-NOT: outs(%[[FA]]
func.func @sums(%x: tensor<?x5xf32>, %y: tensor<?x3xf32>, %n: index)
    -> (tensor<?xf32>, tensor<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %a = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x5xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  %b = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%y : tensor<?x3xf32>) outs(%f : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<?xf32>
  return %a, %b : tensor<?xf32>, tensor<?xf32>
}

// What has one use, or holds values, stays as it is.
// CHECK-LABEL: func.func @untouched
// CHECK: tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: %[[R:.*]] = linalg.generic
// CHECK: return %[[R]], %[[R]]
func.func @untouched(%x: tensor<?x5xf32>, %n: index) -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x5xf32>) outs(%e : tensor<?x5xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.negf %in : f32
    linalg.yield %s : f32
  } -> tensor<?x5xf32>
  return %r, %r : tensor<?x5xf32>, tensor<?x5xf32>
}

// A slab of padding is cut out of a tensor and put back into it: one tensor for both, but
// another one for whoever else wants a tensor of this shape.
// CHECK-LABEL: func.func @padding
// CHECK: %[[OWN:.*]] = tensor.empty
// CHECK: %[[OTHER:.*]] = tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: %[[SLAB:.*]] = tensor.extract_slice %[[PADDED:.*]][0, 0]
// CHECK: %[[ZEROS:.*]] = linalg.fill {{.*}} outs(%[[SLAB]]
// CHECK: tensor.insert_slice %[[ZEROS]] into %[[PADDED]][0, 0]
// CHECK-NOT: outs(%[[PADDED]]
// CHECK: return
func.func @padding(%x: tensor<?x4xf32>, %y: tensor<?x5xf32>, %n: index)
    -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %slab = tensor.extract_slice %e[0, 0] [%n, 1] [1, 1] : tensor<?x5xf32> to tensor<?x1xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%slab : tensor<?x1xf32>) -> tensor<?x1xf32>
  %frame = tensor.insert_slice %zeros into %e[0, 0] [%n, 1] [1, 1] : tensor<?x1xf32> into tensor<?x5xf32>
  %padded = tensor.insert_slice %x into %frame[0, 1] [%n, 4] [1, 1] : tensor<?x4xf32> into tensor<?x5xf32>
  %other = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<?x5xf32>) outs(%e : tensor<?x5xf32>) {
  ^bb0(%in: f32, %out: f32):
    %r = arith.negf %in : f32
    linalg.yield %r : f32
  } -> tensor<?x5xf32>
  return %padded, %other : tensor<?x5xf32>, tensor<?x5xf32>
}

// Two joins that begin with the same part: what puts it there is done for each of them, into a
// tensor of its own.
// CHECK-LABEL: func.func @joins
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x3xf32>, %[[Y:[a-z0-9]+]]: tensor<?x2xf32>, %[[Z:[a-z0-9]+]]: tensor<?x2xf32>
// CHECK: %[[E0:.*]] = tensor.empty
// CHECK: %[[E1:.*]] = tensor.empty
// CHECK-NOT: tensor.empty
// CHECK-DAG: %[[A:.*]] = tensor.insert_slice %[[X]] into %[[E0]]
// CHECK-DAG: %[[B:.*]] = tensor.insert_slice %[[X]] into %[[E1]]
// CHECK: tensor.insert_slice %[[Y]] into %[[A]][0, 3]
// CHECK: tensor.insert_slice %[[Z]] into %[[B]][0, 3]
// CHECK-NOT: tensor.insert_slice
// CHECK: return
func.func @joins(%x: tensor<?x3xf32>, %y: tensor<?x2xf32>, %z: tensor<?x2xf32>, %n: index)
    -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %both = tensor.insert_slice %x into %e[0, 0] [%n, 3] [1, 1] : tensor<?x3xf32> into tensor<?x5xf32>
  %a = tensor.insert_slice %y into %both[0, 3] [%n, 2] [1, 1] : tensor<?x2xf32> into tensor<?x5xf32>
  %b = tensor.insert_slice %z into %both[0, 3] [%n, 2] [1, 1] : tensor<?x2xf32> into tensor<?x5xf32>
  return %a, %b : tensor<?x5xf32>, tensor<?x5xf32>
}

// Readers share what was put together.
// CHECK-LABEL: func.func @readers
// CHECK: tensor.insert_slice
// CHECK: %[[WHOLE:.*]] = tensor.insert_slice
// CHECK-NOT: tensor.insert_slice
// CHECK: return %[[WHOLE]], %[[WHOLE]]
func.func @readers(%x: tensor<?x3xf32>, %y: tensor<?x2xf32>, %n: index)
    -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %a = tensor.insert_slice %x into %e[0, 0] [%n, 3] [1, 1] : tensor<?x3xf32> into tensor<?x5xf32>
  %b = tensor.insert_slice %y into %a[0, 3] [%n, 2] [1, 1] : tensor<?x2xf32> into tensor<?x5xf32>
  return %b, %b : tensor<?x5xf32>, tensor<?x5xf32>
}
