//===- Passes.td - from linalg to vector loops -----------------------*- tablegen -*-===//

#ifndef WEIR_CODEGEN_PASSES_TD
#define WEIR_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

class Weir_TargetOptions {
  list<Option> options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256", "width of a vector register">,
    Option<"vectorRegisters", "vector-registers", "int64_t", "16", "how many there are">,
    Option<"cacheBytes", "cache-bytes", "int64_t", "524288", "size of the second-level cache">
  ];
}

def ApplyTilingsPass : Pass<"weir-apply-tilings", "::mlir::func::FuncOp"> {
  let summary = "gives products the strategies that the function's choices name";
  let description = [{
    A function may say how it is to be computed, in `weir.choices`; what was measured is
    written there. A product of a call whose operands and result have the type of a
    `product_choice` gets its strategy, and `weir-select-strategy` leaves it as it is.

    ```mlir
    func.func @f(...) attributes {weir.choices = [#weir.product_choice<type = (tensor<?x72xf32>, tensor<72x40xf32>) -> tensor<?x40xf32>, strategy = <rows = 4, ...>>]} {
      linalg.generic {...} ins(%x, %w : ...) attrs = {weir.product}
    ```
    becomes
    ```mlir
      linalg.generic {...} ins(%x, %w : ...) attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 4, ...>}
    ```
  }];
  let dependentDialects = ["::weir::WeirDialect"];
}

def SelectStrategyPass : Pass<"weir-select-strategy", "::mlir::func::FuncOp"> {
  let summary = "decides how each product is tiled and blocked";
  let description = [{
    Writes a `weir.strategy` attribute on every contraction tagged `weir.product` (its
    matrix is a parameter's, to be packed) or `weir.contraction` (its matrix is computed
    and read where it is); later passes obey it and decide nothing. The block of results fits the vector registers
    with room for one row of the matrix; the rows of a block fit half of the
    second-level cache, or twice that cache where the matrix is much larger.

    ```mlir
    linalg.generic {...} attrs = {weir.product}
    ```
    becomes
    ```mlir
    linalg.generic {...} attrs = {weir.product, weir.strategy = #weir.product_strategy<rows = 6, columns = 16, ...>}
    ```

    A product that has a strategy keeps it.

    A product whose packed matrices don't stay in half of that cache also gets
    `weir.fetch_panels`: while one panel is read, the next one is fetched.

    A product whose matrix is computed, and read where it is, gets `weir.fetch_steps` where its sum
    is so long that what the matrix has for a group of rows doesn't stay in the first-level cache: in
    each step that of so many steps later is fetched. It gets `weir.fetch_results` where the results
    of an example are more than the second-level cache holds: their lines are fetched before the
    sums.

    A product of windows whose first and last image lines are padding (`weir.zero_lines = [first,
    last]`, how many there are) gets `weir.skip_zero_lines` where leaving out what is multiplied
    with them takes less time than multiplying; `weir.zero_columns` and `weir.skip_zero_columns`
    are the same of image columns.

    With `weights=bf16` those products whose time goes into reading their matrix, as far
    as `halvedWeightsPay` can tell (CostModel.h), also get `weir.weights = bf16`.
  }];
  let options = Weir_TargetOptions<>.options # [
    Option<"weights", "weights", "::weir::WeightFormat", "::weir::WeightFormat::F32",
           "what packed matrices hold",
           [{::llvm::cl::values(
               clEnumValN(::weir::WeightFormat::F32, "f32", "f32"),
               clEnumValN(::weir::WeightFormat::BF16, "bf16", "bf16, where that is faster"))}]>
  ];
  let dependentDialects = ["::weir::WeirDialect"];
}

def PackProductsPass : Pass<"weir-pack-products", "::mlir::func::FuncOp"> {
  let summary = "packs the matrix of each product into panels";
  let description = [{
    Obeys `weir.strategy`: a matrix `[k..., n]` becomes `[panels, k..., columns]`, padded
    with zeros, so that the inner loop reads it from front to back. The contraction
    reads it through `n floordiv columns` and `n mod columns`. The packing depends on
    parameters only and is done when the model is prepared.

    ```mlir
    %r = linalg.generic {maps = [..., (m, n, k) -> (k, n), ...]} ins(%a, %w : ..., tensor<72x20xf32>)
    ```
    becomes
    ```mlir
    %p = linalg.generic ... -> tensor<2x72x16xf32>
    %r = linalg.generic {maps = [..., (m, n, k) -> (n floordiv 16, k, n mod 16), ...]} ins(%a, %p)
    ```

    A product with `weir.weights = bf16` gets its matrix rounded to that, and widens in its
    body what it reads. A panel of two vectors has the two halves of a row in turns:
    element 0 of the first vector, element 0 of the second, element 1 of the first, ...
    Each pair is 32 bits, so that a shift of all of them makes f32 of the first vector and
    a mask of the second.

    ```mlir
    %p = linalg.generic ... -> tensor<2x72x8x2xbf16>
    %r = linalg.generic {maps = [..., (m, n, k) -> (n floordiv 16, k, n mod 8, (n mod 16) floordiv 8), ...]} ins(%a, %p)
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
}

def SplitPreparePass : Pass<"weir-split-prepare", "::mlir::ModuleOp"> {
  let summary = "separates what depends on parameters only";
  let description = [{
    Replaces the model's function by two that work on memory:

    - `prepare` takes the parameters and computes everything that doesn't depend on an
      input (folded norms, permuted and packed weights) into one block of memory;
    - `run` takes the inputs, the prepared values, the outputs and the batch size.

    A parameter's number is its place in the module's `weir.parameters`, if there is one.
    Arguments carry `weir.buffer = [kind, number, byte offset]`, where the kind is
    `"input"`, `"output"` or `"prepared"`. The module gets `weir.prepared_bytes`. A result that is
    a reshape is written without it, through an output whose axes are joined or cut the other way.

    An op without results, which works on memory, is refused: rows are counted
    (weir.unique_ids) in training's steps only.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def FuseElementwisePass : Pass<"weir-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "merges element-wise ops with their only consumer";
  let description = [{
    Upstream's element-wise fusion, kept to where it saves memory traffic and repeats no
    work: the producer has one user, the consumer reads each element once, and no
    product is touched (an element-wise consumer of a product becomes its epilogue
    later).
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def SeparateResultsPass : Pass<"weir-separate-results", "::mlir::func::FuncOp"> {
  let summary = "gives each op a tensor of its own to write to";
  let description = [{
    Undoes for empty and filled tensors, and for those into which something was put, what
    common-subexpression elimination did. Two
    ops that start from one tensor would get one buffer, hence a copy; and where both
    results leave the function, upstream's elimination of empty tensors would put both
    into the first one's memory, the second to be overwritten before it is read.

    ```mlir
    %f = linalg.fill ins(%zero) outs(%e)
    %a = linalg.generic ins(%x) outs(%f)
    %b = linalg.generic ins(%y) outs(%f)
    ```
    becomes
    ```mlir
    %f0 = linalg.fill ins(%zero) outs(%e0)
    %f1 = linalg.fill ins(%zero) outs(%e1)
    %a = linalg.generic ins(%x) outs(%f0)
    %b = linalg.generic ins(%y) outs(%f1)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def SliceBatchPass : Pass<"weir-slice-batch", "::mlir::func::FuncOp"> {
  let summary = "decides how many examples go through which kernels together";
  let description = [{
    Divides the kernels of `run` into segments, `weir.segments`, and says how many examples
    go through each at a time: so few that what one kernel writes is still in a cache when
    the next one reads it, so many that reading the weights for each slice again costs
    little. Nothing is added if a batch of any size had better go through at once.
  }];
  let options = [
    Option<"cacheBytes", "cache-bytes", "int64_t", "512 * 1024",
           "size of the second-level cache; with 0 nothing is divided">
  ];
  let dependentDialects = ["::weir::WeirDialect"];
}

def PlanArenaPass : Pass<"weir-plan-arena", "::mlir::func::FuncOp"> {
  let summary = "gives every buffer its place in one arena";
  let description = [{
    Computes the lifetime of each `memref.alloc` and writes its place as
    `weir.arena = [fixed bytes, bytes per example]`: buffers whose lifetimes don't
    overlap share memory. The function gets `weir.arena_bytes` in the same form. A buffer
    that goes from one of `weir.segments` to another gets `weir.carried = [number, bytes per
    example]` instead, counted from where the segments' own buffers end.
  }];
}

def LowerKernelsPass : Pass<"weir-lower-kernels", "::mlir::func::FuncOp"> {
  let summary = "turns linalg on buffers into loops over vectors";
  let description = [{
    Groups each op with the fill before it and the element-wise op after it into one
    kernel, and writes the kernel as an outer loop over independent units of work,
    tagged `weir.kernel`, around vector code:

    - products with `weir.strategy`: blocks of rows and panels, whose sums stay in
      registers through the reduction, then the element-wise op, then one store;
    - everything else: vectors along the axis that is contiguous in most operands.

    A reduction always runs in the same order, however many units there are and
    whoever runs them.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256", "width of a vector register">,
    Option<"fusedMultiplyAdd", "fused-multiply-add", "bool", "true",
           "whether the target multiplies and adds in one instruction">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def MoveUpdatesPass : Pass<"weir-move-updates", "::mlir::func::FuncOp"> {
  let summary = "moves updates of whole parameters up to where their gradients are done";
  let description = [{
    Moves each `weir.update_all` up to right behind the last op that writes what it reads
    or touches what it writes: what it needs is still in cache there, and the gradient's
    memory is free for others sooner. Comes after weir-lower-kernels, since between an op
    and its epilogue nothing may stand.

    ```mlir
    linalg.generic ... outs(%g1)
    linalg.generic ... outs(%g2)
    weir.update_all values(%p1) gradient(%g1) hypers(%lr)
    weir.update_all values(%p2) gradient(%g2) hypers(%lr)
    ```
    becomes
    ```mlir
    linalg.generic ... outs(%g1)
    weir.update_all values(%p1) gradient(%g1) hypers(%lr)
    linalg.generic ... outs(%g2)
    weir.update_all values(%p2) gradient(%g2) hypers(%lr)
    ```
  }];
}

def LowerUpdatesPass : Pass<"weir-lower-updates", "::mlir::func::FuncOp"> {
  let summary = "turns an optimizer's steps on memory into loops over vectors";
  let description = [{
    Writes `weir.update_all`, `weir.group_ids`, `weir.unique_ids`, `weir.catch_up_rows` and
    `weir.update_rows` as kernels (see weir-lower-kernels). All apply an optimizer's body
    by the same code, so a parameter that is updated as a whole, or by its rows, now or
    later, gets the same bits.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256", "width of a vector register">,
    Option<"fusedMultiplyAdd", "fused-multiply-add", "bool", "true",
           "whether the target multiplies and adds in one instruction">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def EstimateRootsPass : Pass<"weir-estimate-roots", "::mlir::func::FuncOp"> {
  let summary = "computes every third of several square roots without the divider";
  let description = [{
    A processor has one unit for roots and divisions, which takes ten cycles for the roots
    of a vector, while its multipliers wait. Of several roots of 16 numbers in one block the
    second and every third after it start from the estimate that AVX-512 has an instruction for:

    ```mlir
    %y = math.sqrt %x : vector<16xf32>
    ```

    becomes

    ```mlir
    %served = ... // each element is zero, or from 2^-100 on and finite
    %y = scf.if %served -> (vector<16xf32>) {
      %r = llvm.call_intrinsic "llvm.x86.avx512.rsqrt14.ps.512"(%x, ...)
      ... // two products, five multiply-adds
    } else {
      %root = math.sqrt %x : vector<16xf32>
    }
    ```

    The bits are those of math.sqrt: the steps are Markstein's (IBM J. of Research and
    Development, 1990), and rounded correctly for any estimate good to 2^-14.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def FuseKernelsPass : Pass<"weir-fuse-kernels", "::mlir::func::FuncOp"> {
  let summary = "makes one kernel of those that follow each other unit by unit";
  let description = [{
    Kernels of the same number of units become one loop with their bodies one after the
    other, if one reads what another wrote, and if each buffer that one writes and another
    touches is touched by all of them in the unit's own part only. A row then stays in the
    nearest cache from the first body to the last. A number that a unit stores for itself
    alone stays in a register.

    ```mlir
    scf.for %i = %c0 to %n step %c1 {
      %m = ... // the maximum of row %i of %x
      memref.store %m, %max[%i]
    } {weir.kernel = 2048}
    scf.for %i = %c0 to %n step %c1 {
      scf.for %j = ... { ... memref.load %max[%i] ... vector.store %e, %out[%i, %j] }
    } {weir.kernel = 3072}
    ```
    becomes
    ```mlir
    scf.for %i = %c0 to %n step %c1 {
      %m = ...
      scf.for %j = ... { ... vector.store %e, %out[%i, %j] }
    } {weir.kernel = 5120}
    ```

    Only units of the batch are looked at, and kernels with nothing that touches memory in
    between. What isn't loads and stores at a place that is linear in the unit, as in
    products, whose units are blocks, counts as touching everything. Where units have little
    in common, `rowByRowPays` (CostModel.h) keeps kernels apart.
  }];
  let options = [
    Option<"always", "always", "bool", "false", "Fuse small units as well">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def OutlineKernelsPass : Pass<"weir-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "makes functions of kernels and the exported functions of a model";
  let description = [{
    Each loop tagged `weir.kernel` becomes a function `(frame, begin, end)`; `prepare` and
    `run` take a frame (see weir_runtime.h) and call the kernels, through the caller's
    `parallel_for` where a kernel has enough work (`examplesToDivide` in CostModel.h). Buffers become views of the frame's
    memory. Both first check the frame's pointers, and `run` every id against its table.
    A batch goes through `weir.segments` in slices (see weir-slice-batch), each with a frame
    of its own. The size functions are added.
  }];
  let options = [
    Option<"prefix", "prefix", "std::string", "\"weir\"", "what exported names start with">,
    Option<"parallelWork", "parallel-work", "int64_t", "200000",
           "a kernel of fewer operations runs on the calling thread; with 0 all go through parallel_for">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
                           "::mlir::scf::SCFDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def LowerToLLVMPass : Pass<"weir-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "vector loops to the LLVM dialect, in one conversion";
  let description = [{
    Writes mathematical functions as arithmetic (MLIR's polynomial approximations; what
    has none, such as pow, calls libm) and converts everything that is left of affine,
    scf, cf, arith, math, vector, memref and func with upstream's patterns.
  }];
  let options = [
    Option<"fusedMultiplyAdd", "fused-multiply-add", "bool", "true",
           "whether the target multiplies and adds in one instruction">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::vector::VectorDialect",
                           "::mlir::cf::ControlFlowDialect", "::mlir::affine::AffineDialect"];
}

#endif // WEIR_CODEGEN_PASSES_TD
