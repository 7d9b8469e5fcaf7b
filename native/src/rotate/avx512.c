// Rotation and quantisation, AVX-512: 16 rows at a time.
//
// Formula   rounds of factor multiply and Walsh-Hadamard butterflies (rounds.h), then
//           code = clamp(floor(z * inverse step), -half, half - 1) + half, packed.
// Layout    16 rows transposed: a coordinate is one vector. dim x 64 bytes, 24 KiB at dim 384.
// Registers 16 columns of a radix-16 pass and two temporaries; 64 additions on 16 loads, 16 stores.
// Quantise  multiply, max, min, convert with rounding down, shift, add: 6 operations a column.
#include <immintrin.h>
#include <stdint.h>

#define LANES 16
#define RADIX_LOG 4
#define LOADS_FIRST_PASS
typedef float floats __attribute__((vector_size(64)));
typedef int32_t ints __attribute__((vector_size(64)));
typedef uint32_t uints __attribute__((vector_size(64)));

static inline floats splat(float x) { return (floats)_mm512_set1_ps(x); }
static inline floats larger(floats x, floats low) { return (floats)_mm512_max_ps(x, low); }
static inline floats smaller(floats x, floats high) { return (floats)_mm512_min_ps(x, high); }
static inline ints floor_to_int(floats x) {
  return (ints)_mm512_cvt_roundps_epi32(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

#include "rounds.h"

void rotate_avx512(const rotate_job *job, uint8_t *workspace) { run_rotation(job, workspace); }

// Transposes 4 x 4 dwords inside each 128-bit lane.
INLINE void transpose(const __m512i in[4], __m512i out[4]) {
  const __m512i ab_low = _mm512_unpacklo_epi32(in[0], in[1]);
  const __m512i ab_high = _mm512_unpackhi_epi32(in[0], in[1]);
  const __m512i cd_low = _mm512_unpacklo_epi32(in[2], in[3]);
  const __m512i cd_high = _mm512_unpackhi_epi32(in[2], in[3]);
  out[0] = _mm512_unpacklo_epi64(ab_low, cd_low);
  out[1] = _mm512_unpackhi_epi64(ab_low, cd_low);
  out[2] = _mm512_unpacklo_epi64(ab_high, cd_high);
  out[3] = _mm512_unpackhi_epi64(ab_high, cd_high);
}

// 16 x 16 values: 4 x 4 dwords within 128-bit lanes, then 4 x 4 lanes. Whole-vector loads and 4
// shuffles a column; gathering 16-byte pieces would cost 4 loads and 5 shuffles.
INLINE void transpose_16(const float *const *rows, uint32_t j, floats columns[16]) {
  __m512i fours[4][4];
#pragma GCC unroll 4
  for (int group = 0; group < 4; group++) {
    __m512i in[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) in[i] = _mm512_loadu_si512(rows[4 * group + i] + j);
    transpose(in, fours[group]);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    const __m512i a = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0x44);
    const __m512i b = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0x44);
    const __m512i c = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0xee);
    const __m512i d = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0xee);
    columns[k] = (floats)_mm512_shuffle_i32x4(a, b, 0x88);
    columns[k + 4] = (floats)_mm512_shuffle_i32x4(a, b, 0xdd);
    columns[k + 8] = (floats)_mm512_shuffle_i32x4(c, d, 0x88);
    columns[k + 12] = (floats)_mm512_shuffle_i32x4(c, d, 0xdd);
  }
}

static void load_columns(const float *const *rows, uint32_t dim, floats *columns) {
  for (uint32_t j = 0; j < dim; j += 16) transpose_16(rows, j, columns + j);
}

// The transposed columns are multiplied and added while they are in registers.
static void load_first_pass(const float *const *rows, uint32_t dim, uint32_t window,
                            const float *factors, floats *columns) {
  for (uint32_t j = 0; j < dim; j += 16) {
    floats x[16];
    transpose_16(rows, j, x);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) x[i] = x[i] * splat(factors[j + i]);
    if (j < window) add_and_subtract(x, RADIX_LOG);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) columns[j + i] = x[i];
  }
}

// The 16 bytes of 128-bit lane `lane`.
INLINE __m128i lane_of(__m512i x, int lane) {
  switch (lane) {
    case 0:
      return _mm512_castsi512_si128(x);
    case 1:
      return _mm512_extracti32x4_epi32(x, 1);
    case 2:
      return _mm512_extracti32x4_epi32(x, 2);
    default:
      return _mm512_extracti32x4_epi32(x, 3);
  }
}

// Four vectors of dwords, lane = row -> 16 bytes of each of `count` rows, row_size bytes apart.
INLINE void store_four(const __m512i in[4], uint32_t count, size_t row_size, uint8_t *rows) {
  __m512i out[4];
  transpose(in, out);
#pragma GCC unroll 4
  for (int lane = 0; lane < 4; lane++) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      const uint32_t row = (uint32_t)(lane * 4 + i);
      if (row < count) _mm_storeu_si128((__m128i *)(rows + row * row_size), lane_of(out[i], lane));
    }
  }
}

static void store_rows(const floats *columns, uint32_t dim, uint32_t count, float *rows) {
  for (uint32_t j = 0; j < dim; j += 4) {
    store_four((const __m512i *)(columns + j), count, dim * sizeof(float), (uint8_t *)(rows + j));
  }
}

static void store_words(const ints *words, uint32_t word_count, uint32_t count, uint32_t row_size,
                        uint8_t *rows) {
  uint32_t word = 0;
  for (; word * 4 + 16 <= row_size; word += 4) {
    store_four((const __m512i *)(words + word), count, row_size, rows + word * 4);
  }
  // What is left of a row is shorter than 16 bytes, and the next row must not be overwritten.
  for (; word < word_count; word++) {
    const uint32_t left = row_size - word * 4 < 4 ? row_size - word * 4 : 4;
    for (uint32_t row = 0; row < count; row++) {
      const uint32_t value = (uint32_t)words[word][row];
      copy_bytes(rows + row * row_size + word * 4, &value, left);
    }
  }
}
