/* aot-embedded.c - A compiled image classifier with its weights in the object.
 *
 *   aot-embedded run IMAGE.npy LOGITS.npy      makes images, classifies them, writes both
 *   aot-embedded compare A.npy B.npy           largest difference of two outputs
 *
 * While it is at it, "run" checks what the header promises about memory and threads: the
 * arena is no larger than asked for and needs no contents, any order of the pieces that
 * parallel_for hands out gives the same bits, and so do two threads at once.
 */
#include "fashion.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 67, PIXELS = 28 * 28, CLASSES = 10, GUARD = 4096 };

static float image[BATCH * PIXELS];

static void fail(const char *what) {
  fprintf(stderr, "aot-embedded: %s\n", what);
  exit(1);
}

static void write_npy(const char *path, const float *data, const char *shape, size_t count) {
  char header[118];
  FILE *file = fopen(path, "wb");
  int length = snprintf(header, sizeof header,
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
  if (!file)
    fail(path);
  memset(header + length, ' ', sizeof header - (size_t)length);
  header[sizeof header - 1] = '\n';
  fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
  fwrite(header, 1, sizeof header, file);
  fwrite(data, sizeof(float), count, file);
  fclose(file);
}

static void read_npy(const char *path, float *data, size_t count) {
  unsigned char start[10];
  FILE *file = fopen(path, "rb");
  if (!file || fread(start, 1, 10, file) != 10)
    fail(path);
  fseek(file, 10 + start[8] + 256L * start[9], SEEK_SET);
  if (fread(data, sizeof(float), count, file) != count)
    fail(path);
  fclose(file);
}

/* Hands out single units, the last one first. */
static int hook_calls;
static void backwards(void *pool, int64_t count, void (*body)(void *, int64_t, int64_t),
                      void *context) {
  int64_t i;
  if (pool != &hook_calls)
    fail("the hook got another pool");
  ++hook_calls;
  for (i = count; i-- > 0;)
    body(context, i, i + 1);
}

/* Runs the model with an arena of exactly the size asked for, full of NaN, between guards. */
static int run(int64_t batch, float *logits, weir_parallel_for hook) {
  const void *inputs[1];
  void *outputs[1];
  weir_frame frame = {0};
  size_t i, size = (size_t)fashion_arena_size(batch);
  unsigned char *block, *arena;
  int status;
  if (posix_memalign((void **)&block, 64, size + 2 * GUARD) != 0)
    fail("there isn't enough memory");
  memset(block, 0xFF, size + 2 * GUARD);
  arena = block + GUARD;
  inputs[0] = image;
  outputs[0] = logits;
  frame.batch = batch;
  frame.inputs = inputs;
  frame.outputs = outputs;
  frame.prepared = fashion_weights();
  frame.arena = arena;
  frame.parallel_for = hook;
  frame.pool = &hook_calls;
  status = fashion_run(&frame);
  for (i = 0; i < GUARD; ++i)
    if (block[i] != 0xFF || arena[size + i] != 0xFF)
      fail("the model wrote outside its arena");
  free(block);
  return status;
}

static void *run_often(void *logits) {
  int i;
  for (i = 0; i < 50; ++i)
    if (run(BATCH, logits, NULL) != WEIR_OK)
      fail("a thread was refused");
  return NULL;
}

static float logits[BATCH * CLASSES], other[BATCH * CLASSES], third[BATCH * CLASSES];

int main(int argc, char **argv) {
  pthread_t threads[2];
  size_t i;
  if (argc != 4)
    fail("three arguments expected");
  if (strcmp(argv[1], "compare") == 0) {
    double largest = 0;
    read_npy(argv[2], logits, BATCH * CLASSES);
    read_npy(argv[3], other, BATCH * CLASSES);
    for (i = 0; i < BATCH * CLASSES; ++i)
      largest = fmax(largest, fabs((double)logits[i] - other[i]) / (1e-5 + 1e-4 * fabs(other[i])));
    printf("within %s\n", largest <= 1 ? "tolerance" : "nothing");
    return 0;
  }

  for (i = 0; i < BATCH * PIXELS; ++i)
    image[i] = (float)((i * 7919 + i / 28 * 13) % 256) / 255.0f;
  if (run(BATCH, logits, NULL) != WEIR_OK)
    fail("the model refused good images");
  write_npy(argv[2], image, "67, 1, 28, 28", BATCH * PIXELS);
  write_npy(argv[3], logits, "67, 10", BATCH * CLASSES);

  run(BATCH, other, backwards);
  printf("hook called: %s, same bits: %s\n", hook_calls > 0 ? "yes" : "no",
         memcmp(logits, other, sizeof logits) == 0 ? "yes" : "no");

  for (i = 0; i < BATCH; ++i) {
    float one[CLASSES];
    memmove(image, image + (i ? PIXELS : 0), i ? sizeof image - PIXELS * sizeof(float) : 0);
    run(1, one, NULL);
    if (memcmp(one, logits + i * CLASSES, sizeof one) != 0)
      fail("an example alone gives other bits than in a batch");
  }
  puts("alone and in a batch: same bits");

  for (i = 0; i < BATCH * PIXELS; ++i)
    image[i] = (float)((i * 7919 + i / 28 * 13) % 256) / 255.0f;
  if (pthread_create(&threads[0], NULL, run_often, other) != 0 ||
      pthread_create(&threads[1], NULL, run_often, third) != 0)
    fail("no threads");
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  printf("two threads at once: same bits: %s\n",
         memcmp(logits, other, sizeof logits) == 0 && memcmp(logits, third, sizeof logits) == 0
             ? "yes"
             : "no");
  return 0;
}
