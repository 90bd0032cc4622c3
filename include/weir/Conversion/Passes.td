//===- Passes.td - from the weir dialect to linalg ------------------*- tablegen -*-===//

#ifndef WEIR_CONVERSION_PASSES_TD
#define WEIR_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def WeirToLinalgPass : Pass<"weir-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "lowers rewritten weir ops to linalg on tensors";
  let description = [{
    Every op becomes one or a few `linalg.generic` ops on tensors; parameters stay
    `weir.param`. A `weir.product` becomes one contraction, tagged `weir.product`; if its
    rows are `weir.windows`, the contraction reads the image itself through an affine
    map and no patch is ever copied. One of a small table, whose sizes are all known and
    which takes few steps, has no tag and becomes a plain loop. Ids become `i64`. How long the
    results of a `weir.unique` are is known when it has run, so it becomes a
    `weir.unique_ids` on memory.

    ```mlir
    %p = weir.product %x, %w : (tensor<?x4xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
    ```
    becomes
    ```mlir
    %e = tensor.empty(%batch) : tensor<?x3xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
    %p = linalg.generic {indexing_maps = [(b, n, k) -> (b, k), (b, n, k) -> (k, n), (b, n, k) -> (b, n)],
                         iterator_types = ["parallel", "parallel", "reduction"]}
           ins(%x, %w) outs(%z) attrs = {weir.product} { mul, add }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::bufferization::BufferizationDialect", "::weir::WeirDialect"];
}

#endif // WEIR_CONVERSION_PASSES_TD
