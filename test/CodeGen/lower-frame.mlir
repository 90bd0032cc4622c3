// RUN: weir-opt --weir-lower-kernels --cse %s | FileCheck %s

// The slabs around a padded image are filled by one kernel, example by example.
// CHECK-LABEL: func.func @frame
// CHECK: scf.for %[[EXAMPLE:.*]] = %c0
// CHECK: vector.store %{{.*}}, %[[TOP:.*]][%[[EXAMPLE]],
// CHECK: vector.store %{{.*}}, %[[BOTTOM:.*]][%[[EXAMPLE]],
// CHECK: } {weir.kernel = 32 : i64}
// CHECK-NOT: weir.kernel
// CHECK: return
func.func @frame(%out: memref<?x6x16xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %top = memref.subview %out[0, 0, 0] [%n, 1, 16] [1, 1, 1] : memref<?x6x16xf32> to memref<?x1x16xf32, strided<[96, 16, 1]>>
  linalg.fill ins(%zero : f32) outs(%top : memref<?x1x16xf32, strided<[96, 16, 1]>>)
  %bottom = memref.subview %out[0, 5, 0] [%n, 1, 16] [1, 1, 1] : memref<?x6x16xf32> to memref<?x1x16xf32, strided<[96, 16, 1], offset: 80>>
  linalg.fill ins(%zero : f32) outs(%bottom : memref<?x1x16xf32, strided<[96, 16, 1], offset: 80>>)
  return
}

// Two buffers are two kernels.
// CHECK-LABEL: func.func @two_buffers
// CHECK-COUNT-2: weir.kernel
// CHECK: return
func.func @two_buffers(%a: memref<?x6x16xf32>, %b: memref<?x6x16xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%a : memref<?x6x16xf32>)
  linalg.fill ins(%zero : f32) outs(%b : memref<?x6x16xf32>)
  return
}

// And so are two slabs with something between them that may read the first.
// CHECK-LABEL: func.func @reader_between
// CHECK-COUNT-3: weir.kernel
// CHECK: return
func.func @reader_between(%out: memref<?x6x16xf32>, %copy: memref<?x1x16xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %top = memref.subview %out[0, 0, 0] [%n, 1, 16] [1, 1, 1] : memref<?x6x16xf32> to memref<?x1x16xf32, strided<[96, 16, 1]>>
  linalg.fill ins(%zero : f32) outs(%top : memref<?x1x16xf32, strided<[96, 16, 1]>>)
  memref.copy %top, %copy : memref<?x1x16xf32, strided<[96, 16, 1]>> to memref<?x1x16xf32>
  %bottom = memref.subview %out[0, 5, 0] [%n, 1, 16] [1, 1, 1] : memref<?x6x16xf32> to memref<?x1x16xf32, strided<[96, 16, 1], offset: 80>>
  linalg.fill ins(%zero : f32) outs(%bottom : memref<?x1x16xf32, strided<[96, 16, 1], offset: 80>>)
  return
}
