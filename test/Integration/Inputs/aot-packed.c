/* aot-packed.c - A compiled recommender whose parameters the program packs itself. What it
 * computes is said here again in plain C: 5.5 * sigmoid(user . movie + both biases).
 */
#include "collab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USERS = 23, MOVIES = 31, FACTORS = 19, LARGEST = 300 };

static float users[USERS * FACTORS], movies[MOVIES * FACTORS], user_bias[USERS], movie_bias[MOVIES];
static int64_t user[LARGEST], movie[LARGEST];
static float rating[LARGEST];

static float spread(size_t i) { return (float)((i * 2654435761u) % 1000) / 500.0f - 1.0f; }

static void *aligned(int64_t bytes) {
  void *memory;
  if (posix_memalign(&memory, 64, bytes > 0 ? (size_t)bytes : 1) != 0)
    exit(1);
  return memory;
}

static double expected(int64_t i) {
  double sum = user_bias[user[i]] + movie_bias[movie[i]];
  int k;
  for (k = 0; k < FACTORS; ++k)
    sum += (double)users[user[i] * FACTORS + k] * movies[movie[i] * FACTORS + k];
  return 5.5 / (1.0 + exp(-sum));
}

static void explain(int status, const weir_frame *frame) {
  char message[200], narrow[9];
  int length = collab_message(status, frame, message, sizeof message);
  collab_message(status, frame, narrow, sizeof narrow);
  printf("%d: %s (%s, %s)\n", status, message, narrow,
         length == (int)strlen(message) ? "whole" : "cut");
}

int main(void) {
  static const int64_t batches[] = {0, 1, 2, 7, 8, 300};
  const float *parameters[COLLAB_PARAMETERS];
  const void *inputs[2];
  void *outputs[1], *prepared, *arena;
  weir_frame frame = {0};
  size_t i, b;
  for (i = 0; i < USERS * FACTORS; ++i)
    users[i] = spread(i) / 2;
  for (i = 0; i < MOVIES * FACTORS; ++i)
    movies[i] = spread(i + 7777) / 2;
  for (i = 0; i < USERS; ++i)
    user_bias[i] = spread(i + 99);
  for (i = 0; i < MOVIES; ++i)
    movie_bias[i] = spread(i + 999);
  for (i = 0; i < LARGEST; ++i) {
    user[i] = (int64_t)(i * i) % USERS;
    movie[i] = (int64_t)(i * 17) % MOVIES;
  }
  /* In the header's order. */
  parameters[0] = users;
  parameters[1] = movies;
  parameters[2] = user_bias;
  parameters[3] = movie_bias;
  prepared = aligned(collab_prepared_size(0));
  arena = aligned(collab_arena_size(0));
  printf("packed: %d\n", collab_pack(parameters, prepared, arena));
  free(arena);

  for (b = 0; b < sizeof batches / sizeof *batches; ++b) {
    double largest = 0;
    int status;
    int64_t n;
    arena = aligned(collab_arena_size(batches[b]));
    memset(rating, 0xFF, sizeof rating);
    status = collab_call(batches[b], user, movie, rating, prepared, arena, NULL);
    for (n = 0; n < batches[b]; ++n)
      largest = fmax(largest, fabs(rating[n] - expected(n)));
    printf("batch %d: %d, %s, %s\n", (int)batches[b], status, largest < 1e-5 ? "right" : "wrong",
           batches[b] == LARGEST || isnan(rating[batches[b]]) ? "no more written"
                                                              : "too much written");
    free(arena);
  }

  arena = aligned(collab_arena_size(LARGEST));
  inputs[0] = user;
  inputs[1] = movie;
  outputs[0] = rating;
  frame.batch = LARGEST;
  frame.inputs = inputs;
  frame.outputs = outputs;
  frame.prepared = prepared;
  frame.arena = arena;
  explain(collab_run(&frame), &frame);
  movie[211] = MOVIES;
  movie[212] = -4;
  explain(collab_run(&frame), &frame);
  movie[211] = 0;
  explain(collab_run(&frame), &frame);
  movie[212] = 0;

  /* Every pointer that the header asks for. */
  explain(collab_run(NULL), &frame);
#define WITHOUT(field)                                                                             \
  {                                                                                                \
    weir_frame bad = frame;                                                                        \
    bad.field = 0;                                                                                 \
    printf("no " #field ": %d\n", collab_run(&bad));                                               \
  }
  WITHOUT(inputs)
  WITHOUT(outputs)
  WITHOUT(prepared)
  WITHOUT(arena)
  WITHOUT(parallel_for)
  WITHOUT(batch)
  inputs[1] = NULL;
  printf("no movie: %d\n", collab_run(&frame));
  inputs[1] = movie;
  outputs[0] = NULL;
  printf("no rating: %d\n", collab_run(&frame));
  outputs[0] = rating;
  frame.batch = -1;
  printf("fewer than none: %d\n", collab_run(&frame));
  frame.batch = LARGEST;
  printf("nothing missing: %d\n", collab_run(&frame));
  parameters[2] = NULL;
  printf("no user_bias.weight: %d\n", collab_pack(parameters, prepared, arena));
  printf("no parameters: %d\n", collab_pack(NULL, prepared, arena));
  printf("no block: %d\n", collab_pack(parameters, NULL, arena));
  free(prepared);
  free(arena);
  return 0;
}
