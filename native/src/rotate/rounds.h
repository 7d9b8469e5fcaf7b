// The structured rotation for all SIMD forms: LANES rows at a time, transposed, so that a coordinate
// is one vector (a column), no butterfly needs a shuffle, and windows may start and wrap anywhere.
//
// A round multiplies each column by its factor, then runs Walsh-Hadamard butterflies with strides
// 1, 2, 4, ... over its window. Butterflies run in registers RADIX_LOG strides at a time; the order
// of strides is the same for any radix, and so are the bits.
//
// The including file defines LANES, RADIX_LOG, the vector types `floats`, `ints`, `uints` (vector
// extensions: + - * work on them) and the static functions
//   floats splat(float), floats larger(floats x, floats low) (low when x is NaN),
//   floats smaller(floats, floats), ints floor_to_int(floats) (for values that fit),
//   load_columns, store_rows, store_words (see below).
#ifndef SLUICE_ROUNDS_H
#define SLUICE_ROUNDS_H

#include "kernels.h"
#include "workspace.h"

#define INLINE static inline __attribute__((always_inline))

// Rows of LANES pointers, `dim` values each -> dim columns.
static void load_columns(const float *const *rows, uint32_t dim, floats *columns);
#ifdef LOADS_FIRST_PASS
// The same, and the first pass of round 0, whose window begins at 0.
static void load_first_pass(const float *const *rows, uint32_t dim, uint32_t window,
                            const float *factors, floats *columns);
#endif
// dim columns -> `count` rows, `dim` values each.
static void store_rows(const floats *columns, uint32_t dim, uint32_t count, float *rows);
// word_count vectors of dwords, lane = row -> `count` rows of row_size bytes.
static void store_words(const ints *words, uint32_t word_count, uint32_t count, uint32_t row_size,
                        uint8_t *rows);

static uint32_t window_of(uint32_t dim) {
  uint32_t window = 16;
  while (window * 2 <= dim) window *= 2;
  return window;
}

// Column numbers of a round's window, in window order; see rotation-shape.ts.
static void list_window(uint32_t dim, uint32_t window, uint32_t round, uint32_t *at) {
  const uint32_t quarters[4] = {0, 2, 1, 3};
  const uint32_t start = window == dim ? 0 : dim / 4 * quarters[round];
  for (uint32_t i = 0; i < window; i++) at[i] = start + i < dim ? start + i : start + i - dim;
}

// Butterflies of 2^log columns with strides 1, 2, 4, ... among them.
INLINE void add_and_subtract(floats *x, const int log) {
#pragma GCC unroll 4
  for (int step = 1; step < 1 << log; step *= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < 1 << log; i++) {
      if (i & step) continue;
      const floats a = x[i], b = x[i + step];
      x[i] = a + b;
      x[i + step] = a - b;
    }
  }
}

// Multiplies 2^RADIX_LOG columns, numbered by `at`, by their factors and runs their butterflies.
INLINE void first_butterflies(floats *columns, const float *factors, const uint32_t *at) {
  floats x[1 << RADIX_LOG];
#pragma GCC unroll 16
  for (int i = 0; i < 1 << RADIX_LOG; i++) {
    const uint32_t column = at ? at[i] : (uint32_t)i;
    x[i] = columns[column] * splat(factors[column]);
  }
  add_and_subtract(x, RADIX_LOG);
#pragma GCC unroll 16
  for (int i = 0; i < 1 << RADIX_LOG; i++) columns[at ? at[i] : (uint32_t)i] = x[i];
}

// The first pass of a round. Columns are neighbours but where the window wraps around the end.
INLINE void first_pass(floats *columns, const uint32_t *at, uint32_t dim, uint32_t window,
                       const float *factors) {
  for (uint32_t group = 0; group < window; group += 1 << RADIX_LOG) {
    const uint32_t column = at[group];
    if (column + (1 << RADIX_LOG) <= dim) {
      first_butterflies(columns + column, factors + column, NULL);
    } else {
      first_butterflies(columns, factors, at + group);
    }
  }
}

// A later pass: butterflies of 2^log columns that lie `stride` apart in the window.
INLINE void pass(floats *columns, const uint32_t *at, uint32_t window, uint32_t stride,
                 const int log) {
  for (uint32_t group = 0; group < window; group += stride << log) {
    for (uint32_t first = group; first < group + stride; first++) {
      floats x[1 << RADIX_LOG];
#pragma GCC unroll 16
      for (int i = 0; i < 1 << log; i++) x[i] = columns[at[first + i * stride]];
      add_and_subtract(x, log);
#pragma GCC unroll 16
      for (int i = 0; i < 1 << log; i++) columns[at[first + i * stride]] = x[i];
    }
  }
}

static void multiply_columns(floats *columns, const float *factors, uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) columns[i] = columns[i] * splat(factors[i]);
}

// What is left of a round after its first pass.
static void later_passes(floats *columns, const uint32_t *at, uint32_t window) {
  uint32_t stride = 1 << RADIX_LOG;
  for (; stride << RADIX_LOG <= window; stride <<= RADIX_LOG) {
    pass(columns, at, window, stride, RADIX_LOG);
  }
#if RADIX_LOG > 3
  if (stride * 8 == window) pass(columns, at, window, stride, 3);
#endif
  if (stride * 4 == window) pass(columns, at, window, stride, 2);
  if (stride * 2 == window) pass(columns, at, window, stride, 1);
}

static void run_round(floats *columns, const uint32_t *at, uint32_t dim, uint32_t window,
                      const float *factors) {
  // Outside the window, which begins at at[0]: behind it, and before it where it does not wrap.
  const uint32_t start = at[0], end = start + window;
  if (end <= dim) multiply_columns(columns, factors, end, dim);
  multiply_columns(columns, factors, end <= dim ? 0 : end - dim, start);
  first_pass(columns, at, dim, window, factors);
  later_passes(columns, at, window);
}

// Codes of all columns, 32 / bits columns a dword. `bits` is a constant where this is inlined.
INLINE void quantize(const floats *columns, uint32_t dim, float inverse_step, const int bits,
                     ints *words) {
  const int per_word = 32 / bits;
  const float half = (float)(1 << (bits - 1));
  // Adding half to every level at once: as shifted sums wrap modulo 2^32, so does this constant.
  uint32_t halves = 0;
  for (int k = 0; k < per_word; k++) halves += (1u << (bits - 1)) << (k * bits);
  for (uint32_t first = 0; first < dim; first += per_word) {
    uints word = (uints){0} + halves;
    const int count = dim - first < (uint32_t)per_word ? (int)(dim - first) : per_word;
    for (int k = 0; k < count; k++) {
      const floats scaled = columns[first + k] * splat(inverse_step);
      const floats level = smaller(larger(scaled, splat(-half)), splat(half - 1));
      word += ((uints)floor_to_int(level) << (k * bits));
    }
    *words++ = (ints)word;
  }
}

static void store_codes(const rotate_job *job, const floats *columns, size_t row, uint32_t count,
                        ints *words) {
  const uint32_t dim = job->dim, row_size = dim * job->bits / 8;
  switch (job->bits) {
    case 1:
      quantize(columns, dim, job->inverse_step, 1, words);
      break;
    case 2:
      quantize(columns, dim, job->inverse_step, 2, words);
      break;
    case 4:
      quantize(columns, dim, job->inverse_step, 4, words);
      break;
    default:
      quantize(columns, dim, job->inverse_step, 8, words);
      break;
  }
  store_words(words, (row_size + 3) / 4, count, row_size, job->codes + row * row_size);
}

static void run_rotation(const rotate_job *job, uint8_t *workspace) {
  const uint32_t dim = job->dim, window = window_of(dim);
  floats *columns = take(&workspace, dim * sizeof(floats));
  ints *words = take(&workspace, dim / 4 * sizeof(ints));
  uint32_t *at = take(&workspace, 4 * window * sizeof(uint32_t));
  for (uint32_t round = 0; round < 4; round++) list_window(dim, window, round, at + round * window);
  for (size_t row = 0; row < job->row_count; row += LANES) {
    const size_t left = job->row_count - row;
    const uint32_t count = left < LANES ? (uint32_t)left : LANES;
    const float *rows[LANES];
    for (uint32_t i = 0; i < LANES; i++) rows[i] = job->rows + (row + (i < count ? i : 0)) * dim;
    size_t round = 0;
#ifdef LOADS_FIRST_PASS
    if (job->round_count > 0) {
      load_first_pass(rows, dim, window, job->factors, columns);
      later_passes(columns, at, window);
      round = 1;
    } else {
      load_columns(rows, dim, columns);
    }
#else
    load_columns(rows, dim, columns);
#endif
    for (; round < job->round_count; round++) {
      run_round(columns, at + (round & 3) * window, dim, window, job->factors + round * dim);
    }
    if (job->codes == NULL)
      store_rows(columns, dim, count, job->rotated + row * dim);
    else
      store_codes(job, columns, row, count, words);
  }
}

#endif
