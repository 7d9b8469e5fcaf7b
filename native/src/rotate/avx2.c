// Rotation and quantisation, AVX2: 8 rows at a time.
//
// Formula   rounds of factor multiply and Walsh-Hadamard butterflies (rounds.h), then
//           code = clamp(floor(z * inverse step), -half, half - 1) + half, packed.
// Layout    8 rows transposed: a coordinate is one vector. dim x 32 bytes, 12 KiB at dim 384.
// Registers 8 columns of a radix-8 pass and temporaries: 16 registers do not hold radix 16.
#include <immintrin.h>
#include <stdint.h>

#define LANES 8
#define RADIX_LOG 3
typedef float floats __attribute__((vector_size(32)));
typedef int32_t ints __attribute__((vector_size(32)));
typedef uint32_t uints __attribute__((vector_size(32)));

static inline floats splat(float x) { return (floats)_mm256_set1_ps(x); }
static inline floats larger(floats x, floats low) { return (floats)_mm256_max_ps(x, low); }
static inline floats smaller(floats x, floats high) { return (floats)_mm256_min_ps(x, high); }
static inline ints floor_to_int(floats x) { return (ints)_mm256_cvtps_epi32(_mm256_floor_ps(x)); }

#include "rounds.h"

void rotate_avx2(const rotate_job *job, uint8_t *workspace) { run_rotation(job, workspace); }

// Transposes 4 x 4 dwords inside each 128-bit lane.
INLINE void transpose(const __m256i in[4], __m256i out[4]) {
  const __m256i ab_low = _mm256_unpacklo_epi32(in[0], in[1]);
  const __m256i ab_high = _mm256_unpackhi_epi32(in[0], in[1]);
  const __m256i cd_low = _mm256_unpacklo_epi32(in[2], in[3]);
  const __m256i cd_high = _mm256_unpackhi_epi32(in[2], in[3]);
  out[0] = _mm256_unpacklo_epi64(ab_low, cd_low);
  out[1] = _mm256_unpackhi_epi64(ab_low, cd_low);
  out[2] = _mm256_unpacklo_epi64(ab_high, cd_high);
  out[3] = _mm256_unpackhi_epi64(ab_high, cd_high);
}

static void load_columns(const float *const *rows, uint32_t dim, floats *columns) {
  for (uint32_t j = 0; j < dim; j += 4) {
    __m256i in[4];
    for (int i = 0; i < 4; i++) {
      const __m128i low = _mm_loadu_si128((const __m128i *)(rows[i] + j));
      const __m128i high = _mm_loadu_si128((const __m128i *)(rows[i + 4] + j));
      in[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    }
    transpose(in, (__m256i *)(columns + j));
  }
}

// Four vectors of dwords, lane = row -> 16 bytes of each of `count` rows, row_size bytes apart.
INLINE void store_four(const __m256i in[4], uint32_t count, size_t row_size, uint8_t *rows) {
  __m256i out[4];
  transpose(in, out);
#pragma GCC unroll 4
  for (uint32_t i = 0; i < 4; i++) {
    __m128i *low = (__m128i *)(rows + i * row_size), *high = (__m128i *)(rows + (i + 4) * row_size);
    if (i < count) _mm_storeu_si128(low, _mm256_castsi256_si128(out[i]));
    if (i + 4 < count) _mm_storeu_si128(high, _mm256_extracti128_si256(out[i], 1));
  }
}

static void store_rows(const floats *columns, uint32_t dim, uint32_t count, float *rows) {
  for (uint32_t j = 0; j < dim; j += 4) {
    store_four((const __m256i *)(columns + j), count, dim * sizeof(float), (uint8_t *)(rows + j));
  }
}

static void store_words(const ints *words, uint32_t word_count, uint32_t count, uint32_t row_size,
                        uint8_t *rows) {
  uint32_t word = 0;
  for (; word * 4 + 16 <= row_size; word += 4) {
    store_four((const __m256i *)(words + word), count, row_size, rows + word * 4);
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
