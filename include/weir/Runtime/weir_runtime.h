/* The C interface between a compiled model and whoever calls it: the driver's
 * JIT, or a program that links an ahead-of-time object. Generated headers repeat
 * these declarations, so that a shipped model needs no file of Weir's. */
#ifndef WEIR_RUNTIME_H
#define WEIR_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls body(context, begin, end) for disjoint ranges that cover 0..count-1, on
 * any threads and in any order, and returns when all calls have returned. */
typedef void (*weir_parallel_for)(void *pool, int64_t count,
                                  void (*body)(void *context, int64_t begin, int64_t end),
                                  void *context);

/* Why a call was refused. */
typedef enum weir_status {
  WEIR_OK = 0,
  WEIR_INDEX_OUT_OF_RANGE = 1, /* an id outside its table */
  WEIR_BAD_ARGUMENT = 2        /* a null pointer or a negative batch */
} weir_status;

/* Where an id was refused: input number, flat position in that input, value. */
typedef struct weir_error {
  int64_t input;
  int64_t position;
  int64_t value;
} weir_error;

/* One call of a compiled model. The caller owns everything that it points to;
 * the model keeps nothing between calls. Tensors are dense, row-major, axis 0 is
 * the batch; ids are int64_t, everything else float. Outputs overlap neither inputs
 * nor each other: they are written while inputs are still read. */
typedef struct weir_frame {
  int64_t batch;                  /* examples in this call, 0 or more */
  const void *const *inputs;      /* in the model's order of inputs */
  void *const *outputs;           /* in the model's order of outputs */
  const void *prepared;           /* what prepare() filled, 64-byte aligned */
  void *arena;                    /* arena_size(batch) bytes, 64-byte aligned */
  weir_parallel_for parallel_for; /* may be null: everything runs on the caller */
  void *pool;                     /* handed to parallel_for */
  weir_error error;               /* filled when the call is refused */
} weir_frame;

#ifdef __cplusplus
}
#endif
#endif
