/* golden.c - A C program that runs a compiled model and compares it with PyTorch.
 *
 *   golden NAMES WEIGHTS EXPECTED INPUT...
 *
 * NAMES lists the parameters in the header's order, one a line; WEIGHTS is their
 * safetensors file; EXPECTED and the inputs are .npy files of 256 examples. Runs
 * batches of 1, 7, 64 and 256 with one and two threads. It includes the generated
 * header, model.h, and nothing else of Weir's.
 */
#include "model.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 256, MAX_TENSORS = 256 };

static void die(const char *what, const char *why) {
  fprintf(stderr, "golden: %s: %s\n", what, why);
  exit(1);
}

static void *aligned(int64_t bytes) {
  void *memory = aligned_alloc(64, (size_t)(bytes + 64) / 64 * 64);
  if (!memory)
    die("memory", "there isn't enough");
  return memory;
}

static char *read_file(const char *path, long *size) {
  FILE *file = fopen(path, "rb");
  char *bytes;
  if (!file)
    die(path, "can't be opened");
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  bytes = aligned(*size + 1);
  if (fread(bytes, 1, (size_t)*size, file) != (size_t)*size)
    die(path, "can't be read");
  fclose(file);
  bytes[*size] = 0;
  return bytes;
}

/* The elements of a .npy file, 64-byte aligned; *bytes is how many bytes they have. */
static void *read_npy(const char *path, long *bytes) {
  long size, start;
  unsigned char *file = (unsigned char *)read_file(path, &size);
  void *data;
  if (size < 10 || memcmp(file, "\x93NUMPY\x01", 7) != 0)
    die(path, "isn't a .npy file of version 1");
  start = 10 + file[8] + 256L * file[9];
  *bytes = size - start;
  data = aligned(*bytes);
  memcpy(data, file + start, (size_t)*bytes);
  free(file);
  return data;
}

#ifndef EMBEDDED
/* Where the tensor called `name` begins in a safetensors file. */
static const float *find_tensor(const char *file, const char *name) {
  char key[300];
  const char *entry, *offsets;
  uint64_t header;
  memcpy(&header, file, 8);
  snprintf(key, sizeof key, "\"%s\"", name);
  entry = strstr(file + 8, key);
  offsets = entry ? strstr(entry, "\"data_offsets\"") : NULL;
  offsets = offsets ? strchr(offsets, '[') : NULL;
  if (!offsets)
    die(name, "isn't in the weights file");
  return (const float *)(file + 8 + header + strtol(offsets + 1, NULL, 10));
}

static void *pack_parameters(const char *names_path, const char *weights_path) {
  const float *parameters[MODEL_PARAMETERS + 1];
  char name[256];
  int count = 0;
  long size;
  char *weights = read_file(weights_path, &size);
  FILE *names = fopen(names_path, "r");
  void *prepared = aligned(model_prepared_size(0)), *arena = aligned(model_arena_size(0));
  if (!names)
    die(names_path, "can't be opened");
  while (count <= MODEL_PARAMETERS && fscanf(names, "%255s", name) == 1)
    parameters[count++] = find_tensor(weights, name);
  fclose(names);
  if (count != MODEL_PARAMETERS)
    die(names_path, "doesn't list as many parameters as the model has");
  if (model_pack(NULL, prepared, arena) != WEIR_BAD_ARGUMENT)
    die("model_pack", "takes a null pointer");
  if (model_pack(parameters, prepared, arena) != WEIR_OK)
    die("model_pack", "fails");
  free(arena);
  free(weights);
  return prepared;
}
#endif

/* A parallel_for for two threads: the caller and one more. */
struct job {
  void (*body)(void *, int64_t, int64_t);
  void *context;
  int64_t begin, end;
};

static void *run_job(void *pointer) {
  struct job *job = pointer;
  job->body(job->context, job->begin, job->end);
  return NULL;
}

static void two_threads(void *calls, int64_t count, void (*body)(void *, int64_t, int64_t),
                        void *context) {
  struct job second = {body, context, count / 2, count};
  pthread_t thread;
  ++*(int *)calls;
  if (pthread_create(&thread, NULL, run_job, &second) != 0)
    die("pthread_create", "fails");
  body(context, 0, count / 2);
  pthread_join(thread, NULL);
}

/* All examples in pieces of `batch`. */
static void run_all(const void *prepared, int64_t batch, int threads, int inputs, char *const *data,
                    const long *bytes, float *out, long out_bytes) {
  void *arena = aligned(model_arena_size(batch));
  int64_t begin;
  int i, calls = 0;
  for (begin = 0; begin < EXAMPLES; begin += batch) {
    const void *pointers[MAX_TENSORS];
    void *outputs[1];
    weir_frame frame = {0};
    frame.batch = begin + batch > EXAMPLES ? EXAMPLES - begin : batch;
    for (i = 0; i < inputs; ++i)
      pointers[i] = data[i] + bytes[i] / EXAMPLES * begin;
    outputs[0] = (char *)out + out_bytes / EXAMPLES * begin;
    frame.inputs = pointers;
    frame.outputs = outputs;
    frame.prepared = prepared;
    frame.arena = arena;
    frame.parallel_for = threads == 2 ? two_threads : NULL;
    frame.pool = &calls;
    if (model_run(&frame) != WEIR_OK) {
      char message[200];
      model_message(WEIR_INDEX_OUT_OF_RANGE, &frame, message, sizeof message);
      die("model_run", message);
    }
  }
  free(arena);
}

int main(int argc, char **argv) {
  static const int64_t batches[] = {1, 7, 64, 256};
  char *data[MAX_TENSORS];
  long bytes[MAX_TENSORS], expected_bytes, i;
  float *expected, *one, *two;
  const void *prepared;
  int inputs = argc - 4, b;
  if (inputs < 1)
    die("usage", "golden NAMES WEIGHTS EXPECTED INPUT...");
#ifdef EMBEDDED
  prepared = model_weights();
#else
  prepared = pack_parameters(argv[1], argv[2]);
#endif
  expected = read_npy(argv[3], &expected_bytes);
  for (i = 0; i < inputs; ++i)
    data[i] = read_npy(argv[4 + i], &bytes[i]);
  one = aligned(expected_bytes);
  two = aligned(expected_bytes);
  for (b = 0; b < 4; ++b) {
    double worst = 0;
    memset(one, 255, (size_t)expected_bytes);
    memset(two, 255, (size_t)expected_bytes);
    run_all(prepared, batches[b], 1, inputs, data, bytes, one, expected_bytes);
    run_all(prepared, batches[b], 2, inputs, data, bytes, two, expected_bytes);
    if (memcmp(one, two, (size_t)expected_bytes) != 0)
      die("threads", "one and two give different bits");
    for (i = 0; i < expected_bytes / 4; ++i) {
      double error = fabs((double)one[i] - expected[i]);
      if (!(error <= 1e-5 + 1e-4 * fabs(expected[i]))) {
        fprintf(stderr, "golden: batch %d, element %ld is %.9g, not %.9g\n", (int)batches[b], i,
                one[i], expected[i]);
        return 1;
      }
      if (error > worst)
        worst = error;
    }
    printf("batch %d: %ld values, largest error %.3g\n", (int)batches[b], expected_bytes / 4,
           worst);
  }
  return 0;
}
