/* ids.c - Calls the library of ids.weir as its header says. */
#include "ids.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  float table[10 * 3], x[2 * 3] = {1, 2, 3, 4, 5, 6}, row[2 * 3], total[2];
  const float *parameters[IDS_PARAMETERS];
  int64_t good[2] = {9, 0}, bad[2] = {9, 10};
  void *prepared = aligned_alloc(64, (size_t)(ids_prepared_size(0) + 64) / 64 * 64);
  void *arena = aligned_alloc(64, (size_t)(ids_arena_size(2) + ids_arena_size(0) + 64) / 64 * 64);
  weir_frame frame = {0};
  char message[200];
  int i;
  for (i = 0; i < 30; ++i)
    table[i] = 10.0f * (float)i;
  parameters[0] = table;
  printf("pack %d\n", ids_pack(parameters, prepared, arena));
  printf("call %d\n", ids_call(2, good, x, row, total, prepared, arena, &frame.error));
  printf("row %g %g %g, %g %g %g\n", row[0], row[1], row[2], row[3], row[4], row[5]);
  printf("total %g, %g\n", total[0], total[1]);
  i = ids_call(2, bad, x, row, total, prepared, arena, &frame.error);
  ids_message(i, &frame, message, sizeof message);
  printf("call %d: %s\n", i, message);
  i = ids_call(2, NULL, x, row, total, prepared, arena, &frame.error);
  ids_message(i, &frame, message, sizeof message);
  printf("call %d: %s\n", i, message);
  printf("empty %d\n", ids_call(0, good, x, row, total, prepared, arena, NULL));
  free(arena);
  free(prepared);
  return 0;
}
