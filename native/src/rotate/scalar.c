// Rotation and quantisation, portable C: one row at a time through the shared rounds.
#include <stdint.h>

#define LANES 1
#define RADIX_LOG 3
typedef float floats;
typedef int32_t ints;
typedef uint32_t uints;

static inline float splat(float x) { return x; }
static inline float larger(float x, float low) { return x > low ? x : low; }
static inline float smaller(float x, float high) { return x < high ? x : high; }
static inline int32_t floor_to_int(float x) {
  const int32_t whole = (int32_t)x;
  return whole - ((float)whole > x);
}

#include "rounds.h"

void rotate_scalar(const rotate_job *job, uint8_t *workspace) { run_rotation(job, workspace); }

static void load_columns(const float *const *rows, uint32_t dim, float *columns) {
  copy_bytes(columns, rows[0], dim * sizeof(float));
}

static void store_rows(const float *columns, uint32_t dim, uint32_t count, float *rows) {
  (void)count;
  copy_bytes(rows, columns, dim * sizeof(float));
}

static void store_words(const int32_t *words, uint32_t word_count, uint32_t count,
                        uint32_t row_size, uint8_t *rows) {
  (void)word_count, (void)count;
  copy_bytes(rows, words, row_size);
}
