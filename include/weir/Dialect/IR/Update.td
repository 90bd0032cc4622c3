//===- Update.td - what an optimizer does to parameters ----------*- tablegen -*-===//
//
// First as a function of tensors, then, when a training step has its memory, in place.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_DIALECT_IR_UPDATE_TD
#define WEIR_DIALECT_IR_UPDATE_TD

include "weir/Dialect/IR/WeirDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Weir_UpdateOp : Weir_Op<"update", [AttrSizedOperandSegments,
                                     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a step of an optimizer for one parameter";
  let description = [{
    Applies `optimizer`, a function of scalars, to each element of a parameter, its
    gradient and its states (`values`: the parameter, then the states), with the
    hyperparameters of this step.

    With `ids`, the parameter is a table, `gradient` has one row for each id, and the
    gradient of the table is what weir.embedding_gradient makes of it. `lazy` leaves the
    rows that no id names as they are, instead of giving them a gradient of 0.

    1. `values` are of one type, with elements f32, and `updated` has the same types.
    2. Without `ids`, `gradient` is of this type too; with them, which are ids, the
       parameter has rank 2 and `gradient` has a row of it for each id.
    3. `hypers` are of rank 0.
    4. `optimizer` is a function of this module that takes the parameter, the gradient,
       the states (`weir.state`) and the hyperparameters (`weir.hyper`), the last two in
       any order, and returns the new parameter and states; all are f32 of rank 0.

    Example:
    ```mlir
    %p1, %m1 = weir.update @optimizer values(%p, %m) gradient(%g) hypers(%lr)
        : (tensor<8x3xf32>, tensor<8x3xf32>, tensor<8x3xf32>, tensor<f32>)
       -> (tensor<8x3xf32>, tensor<8x3xf32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$optimizer, Variadic<AnyRankedTensor>:$values,
                       AnyRankedTensor:$gradient, Optional<AnyRankedTensor>:$ids,
                       Variadic<AnyRankedTensor>:$hypers, UnitAttr:$lazy);
  let results = (outs Variadic<AnyRankedTensor>:$updated);
  let assemblyFormat = [{
    $optimizer `values` `(` $values `)` `gradient` `(` $gradient `)` (`ids` `(` $ids^ `)`)?
    `hypers` `(` $hypers `)` (`lazy` $lazy^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

class Weir_MemoryOp<string mnemonic, list<Trait> traits = []>
    : Op<Weir_Dialect, mnemonic, traits>;

def Weir_YieldOp : Weir_Op<"yield", [Terminator, ReturnLike]> {
  let summary = "what the body of an update on memory computes";
  let arguments = (ins Variadic<F32>:$results);
  let assemblyFormat = "$results attr-dict `:` type($results)";
}

def Weir_UpdateAllOp : Weir_MemoryOp<"update_all", [AttrSizedOperandSegments]> {
  let summary = "a step of an optimizer for a whole parameter, in place";
  let description = [{
    Replaces the elements of `values` by what the body computes from them. The body's
    arguments are the parameter's element, the gradient's, those of the states, and the
    hyperparameters; it yields the new ones of parameter and states.

    1. All buffers but `hypers` are dense, of elements f32 and of one static shape.
    2. `hypers` are f32 of rank 0.
    3. The body has one argument for each value, for the gradient and for each
       hyperparameter, all f32, and yields one number for each value.

    Example:
    ```mlir
    weir.update_all values(%p) gradient(%g) hypers(%lr) {
    ^bb0(%x: f32, %dx: f32, %rate: f32):
      %0 = arith.mulf %rate, %dx : f32
      %1 = arith.subf %x, %0 : f32
      weir.yield %1 : f32
    } : (memref<8x3xf32>), memref<8x3xf32>, (memref<f32>)
    ```
  }];
  let arguments = (ins Arg<Variadic<AnyMemRef>, "", [MemRead, MemWrite]>:$values,
                       Arg<AnyMemRef, "", [MemRead]>:$gradient,
                       Arg<Variadic<AnyMemRef>, "", [MemRead]>:$hypers);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `values` `(` $values `)` `gradient` `(` $gradient `)` `hypers` `(` $hypers `)` $body
    attr-dict `:` `(` type($values) `)` `,` type($gradient) `,` `(` type($hypers) `)`
  }];
  let hasVerifier = 1;
}

def Weir_GroupIdsOp : Weir_MemoryOp<"group_ids"> {
  let summary = "finds the positions that have the same id";
  let description = [{
    Numbers the positions of `ids` through all axes. `heads` becomes the first position
    with the same id; `next` the next one, or -1; `tails`, at a first position, the last
    one. `slots` has one place for each id; what it holds before doesn't matter.

    1. `ids` are dense integers; `slots` is i32 of rank 1.
    2. `heads`, `next` and `tails` are dense i32 and have as many elements as `ids`.

    Example:
    ```mlir
    weir.group_ids %ids, %slots, %heads, %next, %tails
        : memref<?xi64>, memref<672xi32>, memref<?x1xi32>, memref<?x1xi32>, memref<?x1xi32>
    ```
  }];
  let arguments = (ins Arg<AnyMemRef, "", [MemRead]>:$ids,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$slots,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$heads,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$next,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$tails);
  let assemblyFormat = [{
    $ids `,` $slots `,` $heads `,` $next `,` $tails attr-dict `:` type($ids) `,` type($slots) `,`
    type($heads) `,` type($next) `,` type($tails)
  }];
  let hasVerifier = 1;
}

def Weir_UniqueIdsOp : Weir_MemoryOp<"unique_ids"> {
  let summary = "the ids of a batch, each once, in memory";
  let description = [{
    What weir.unique computes: `unique` becomes the ids without repetitions, in the order in
    which they first come up, `inverse` the position of each id in it, and `count` how many
    different ones there are; what `unique` holds behind them doesn't matter. `slots` has one
    place for each id; what it holds before doesn't matter.

    1. `ids`, `unique` and `inverse` are dense integers and have as many elements.
    2. `slots` is i32 of rank 1; `count` is one i32.

    Example:
    ```mlir
    weir.unique_ids %ids, %slots, %unique, %inverse, %count
        : memref<?xi64>, memref<672xi32>, memref<?xi64>, memref<?xi64>, memref<1xi32>
    ```
  }];
  let arguments = (ins Arg<AnyMemRef, "", [MemRead]>:$ids,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$slots,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$unique,
                       Arg<AnyMemRef, "", [MemWrite]>:$inverse,
                       Arg<AnyMemRef, "", [MemWrite]>:$count);
  let assemblyFormat = [{
    $ids `,` $slots `,` $unique `,` $inverse `,` $count attr-dict `:` type($ids) `,` type($slots)
    `,` type($unique) `,` type($inverse) `,` type($count)
  }];
  let hasVerifier = 1;
}

def Weir_CatchUpRowsOp : Weir_MemoryOp<"catch_up_rows", [AttrSizedOperandSegments]> {
  let summary = "the steps that rows of a table have missed, with a gradient of 0";
  let description = [{
    `last` is, for each row, the number of steps that it has seen, `now` the number of
    steps done, and `history` the hyperparameters of each of them. The body (see
    weir.update_all) is applied to the rows that `ids` name, for the steps that they
    miss, and `last` becomes `now + 1`: the step that this op is part of updates those
    rows (see weir.update_rows). Without `ids`, all rows are brought to `now`.

    `initial` is what the states were before any step. It changes nothing, but rows whose
    states are that still can be brought up to date faster.

    1. `heads` are what weir.group_ids makes of `ids`; without them, no id comes up twice.
    2. `values` are dense f32 of rank 2 and of one static shape.
    3. `last` is i32 with one number for each row; `now` is one i32.
    4. The body has one argument for each value, for the gradient and for each
       hyperparameter, all f32, and yields one number for each value.
    5. `history` is f32 of rank 2 with a column for each hyperparameter, or one if there
       are none.
    6. `initial` has one number for each state.

    Example:
    ```mlir
    weir.catch_up_rows values(%table, %m) last(%last) now(%now) history(%history)
        ids(%ids, %heads) initial [0.0] {
    ^bb0(%x: f32, %dx: f32, %y: f32, %rate: f32):
      ...
    } : (memref<672x50xf32>, memref<672x50xf32>), memref<672xi32>, memref<1xi32>,
        memref<4096x1xf32>, memref<?xi64>, memref<?x1xi32>
    ```
  }];
  let arguments = (ins Arg<Variadic<AnyMemRef>, "", [MemRead, MemWrite]>:$values,
                       Arg<AnyMemRef, "", [MemRead, MemWrite]>:$last,
                       Arg<AnyMemRef, "", [MemRead]>:$now, Arg<AnyMemRef, "", [MemRead]>:$history,
                       Arg<Optional<AnyMemRef>, "", [MemRead]>:$ids,
                       Arg<Optional<AnyMemRef>, "", [MemRead]>:$heads,
                       OptionalAttr<DenseF32ArrayAttr>:$initial);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `values` `(` $values `)` `last` `(` $last `)` `now` `(` $now `)` `history` `(` $history `)`
    (`ids` `(` $ids^ (`,` $heads^)? `)`)? (`initial` $initial^)? $body attr-dict `:`
    `(` type($values) `)` `,` type($last) `,` type($now) `,` type($history)
    (`,` type($ids)^ (`,` type($heads)^)?)?
  }];
  let hasVerifier = 1;
}

def Weir_UpdateRowsOp : Weir_MemoryOp<"update_rows", [AttrSizedOperandSegments]> {
  let summary = "a step of an optimizer for the rows of a table that ids name";
  let description = [{
    For each row that `ids` name: the sum of its rows in `gradient`, in the order of
    their positions and starting from 0, then the body (see weir.update_all) in place.

    1. `heads` and `next` are what weir.group_ids makes of `ids`: dense i32, as many. They are
       both given or both not; without them, no id comes up twice.
    2. `values` are dense f32 of rank 2 and of one static shape; `gradient` is dense f32
       and has a row of theirs for each id.
    3. `hypers` are f32 of rank 0.
    4. The body has one argument for each value, for the gradient and for each
       hyperparameter, all f32, and yields one number for each value.

    Example:
    ```mlir
    weir.update_rows values(%table) gradient(%g) ids(%ids, %heads, %next) hypers(%lr) {
    ^bb0(%x: f32, %dx: f32, %rate: f32):
      ...
    } : (memref<672x50xf32>), memref<?x50xf32>, memref<?xi64>, (memref<f32>),
        memref<?x1xi32>, memref<?x1xi32>
    ```
  }];
  let arguments = (ins Arg<Variadic<AnyMemRef>, "", [MemRead, MemWrite]>:$values,
                       Arg<AnyMemRef, "", [MemRead]>:$gradient, Arg<AnyMemRef, "", [MemRead]>:$ids,
                       Arg<Optional<AnyMemRef>, "", [MemRead]>:$heads,
                       Arg<Optional<AnyMemRef>, "", [MemRead]>:$next,
                       Arg<Variadic<AnyMemRef>, "", [MemRead]>:$hypers);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `values` `(` $values `)` `gradient` `(` $gradient `)`
    `ids` `(` $ids (`,` $heads^ `,` $next)? `)` `hypers` `(` $hypers `)` $body attr-dict `:`
    `(` type($values) `)` `,` type($gradient) `,` type($ids) `,` `(` type($hypers) `)`
    (`,` type($heads)^ `,` type($next))?
  }];
  let hasVerifier = 1;
}

#endif // WEIR_DIALECT_IR_UPDATE_TD
