/* aot-halved.c - A linear layer whose packed weights are bf16, against plain C on weights
 * that are rounded here. With an argument it writes the weights to that file, for objects
 * that shall hold them; these are compiled with EMBEDDED defined.
 */
#include "halved.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 450, OUTPUTS = 300, LARGEST = 26 };

static float weight[OUTPUTS * INPUTS], bias[OUTPUTS];
static float x[LARGEST * INPUTS], y[(LARGEST + 1) * OUTPUTS];

static float spread(size_t i) { return (float)((i * 2654435761u) % 1009) / 504.5f - 1.0f; }

/* The nearest number of 8 bits, in the middle between two the even one. */
static float rounded(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u;
  memcpy(&value, &bits, sizeof bits);
  return value;
}

static double expected(int64_t example, int output) {
  double sum = bias[output];
  int k;
  for (k = 0; k < INPUTS; ++k)
    sum += (double)x[example * INPUTS + k] * rounded(weight[output * INPUTS + k]);
  return sum;
}

#ifndef EMBEDDED
static int write_weights(const char *path) {
  static const char format[] = "{\"y.weight\":{\"dtype\":\"F32\",\"shape\":[300,450],"
                               "\"data_offsets\":[0,540000]},\"y.bias\":{\"dtype\":\"F32\","
                               "\"shape\":[300],\"data_offsets\":[540000,541200]}}";
  uint64_t length = sizeof format - 1;
  FILE *file = fopen(path, "wb");
  if (!file)
    return 1;
  fwrite(&length, sizeof length, 1, file);
  fwrite(format, 1, length, file);
  fwrite(weight, sizeof weight, 1, file);
  fwrite(bias, sizeof bias, 1, file);
  return fclose(file);
}

#endif

static void *aligned(int64_t bytes) {
  void *memory;
  if (posix_memalign(&memory, 64, bytes > 0 ? (size_t)bytes : 1) != 0)
    exit(1);
  return memory;
}

int main(int argc, char **argv) {
  static const int64_t batches[] = {0, 1, 2, 5, 12, 13, 26};
  void *arena;
  size_t i, b;
#ifndef EMBEDDED
  void *prepared;
  const float *parameters[2] = {weight, bias};
#endif
  for (i = 0; i < OUTPUTS * INPUTS; ++i)
    weight[i] = spread(i) / 9;
  for (i = 0; i < OUTPUTS; ++i)
    bias[i] = spread(i + 99);
  for (i = 0; i < LARGEST * INPUTS; ++i)
    x[i] = spread(i * 7 + 5);
#ifdef EMBEDDED
  (void)argc, (void)argv;
#else
  if (argc == 2)
    return write_weights(argv[1]);
  prepared = aligned(halved_prepared_size(0));
  arena = aligned(halved_arena_size(0));
  printf("packed: %d, %s\n", halved_pack(parameters, prepared, arena),
         halved_prepared_size(0) < 300 * 1024 ? "half" : "whole");
  free(arena);
#endif
  for (b = 0; b < sizeof batches / sizeof *batches; ++b) {
    double largest = 0;
    int64_t n;
    int j, status;
    arena = aligned(halved_arena_size(batches[b]));
    memset(y, 0xFF, sizeof y);
#ifdef EMBEDDED
    status = halved_call(batches[b], x, y, arena, NULL);
#else
    status = halved_call(batches[b], x, y, prepared, arena, NULL);
#endif
    for (n = 0; n < batches[b]; ++n)
      for (j = 0; j < OUTPUTS; ++j)
        largest = fmax(largest, fabs(y[n * OUTPUTS + j] - expected(n, j)));
    printf("batch %d: %d, %s, %s\n", (int)batches[b], status, largest < 1e-5 ? "right" : "wrong",
           isnan(y[batches[b] * OUTPUTS]) ? "no more written" : "too much written");
    free(arena);
  }
  return 0;
}
