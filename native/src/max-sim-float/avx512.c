// MaxSim over float rows, AVX-512.
//
// Formula   product(q, d) = one chain of fused multiply-adds over coordinates in order; maximum over d.
// Layout    As for codes (../max-sim/strips.h): a strip of 2 x 16 document rows, transposed so that a
//           step is one coordinate of each row; the query block is packed step by step.
// Registers 24 accumulators (2 vectors of rows x 12 query rows), 2 rows vectors, 1 broadcast: 27.
//           Each accumulator is one chain, so 24 chains hide the latency of the FMA.
#include <immintrin.h>

#define STRIP_FLOAT
#define STRIP_ROWS 32
#define STRIP_STEP 128
#define LANES 16
#define QUERY_BLOCK 12
#include "../max-sim/strips.h"

#define INLINE static inline __attribute__((always_inline))

// The second operand is kept when the comparison fails, as the reference does.
INLINE __m512i larger(__m512i x, __m512i kept) {
  return _mm512_castps_si512(_mm512_max_ps(_mm512_castsi512_ps(x), _mm512_castsi512_ps(kept)));
}

#define DIRECT_MULTIPLY_ADD "vfmadd231ps %2, %1, %0"
#define DIRECT_MAX larger
#include "../max-sim/direct-avx512.h"

void max_sim_float_avx512(const max_sim_float_job *job, uint8_t *workspace) {
  if (fills_lanes(job->query_row_count)) {
    run_direct(job, job->query, (const uint8_t *)job->rows, workspace);
  } else {
    run_strips(job, workspace);
  }
}

// Transposes 4 x 4 values inside each 128-bit lane.
INLINE void transpose_lanes(const __m512 in[4], __m512 out[4]) {
  const __m512d ab_low = _mm512_castps_pd(_mm512_unpacklo_ps(in[0], in[1]));
  const __m512d ab_high = _mm512_castps_pd(_mm512_unpackhi_ps(in[0], in[1]));
  const __m512d cd_low = _mm512_castps_pd(_mm512_unpacklo_ps(in[2], in[3]));
  const __m512d cd_high = _mm512_castps_pd(_mm512_unpackhi_ps(in[2], in[3]));
  out[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_low, cd_low));
  out[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_low, cd_low));
  out[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab_high, cd_high));
  out[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab_high, cd_high));
}

// 16 coordinates of 16 rows at a time: 4 x 4 within lanes, then 4 x 4 lanes. dim is a multiple of 16.
static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  for (int half = 0; half < 2; half++) {
    const uint8_t *const *rows = source->rows + 16 * half;
    for (size_t j = 0; j < job->dim; j += 16) {
      float *out = (float *)(steps + j * STRIP_STEP) + 16 * half;
      const size_t step = STRIP_STEP / sizeof(float);
      __m512 fours[4][4];
#pragma GCC unroll 4
      for (int group = 0; group < 4; group++) {
        __m512 in[4];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) in[i] = _mm512_loadu_ps((const float *)rows[4 * group + i] + j);
        transpose_lanes(in, fours[group]);
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) {
        const __m512 a = _mm512_shuffle_f32x4(fours[0][k], fours[1][k], 0x44);
        const __m512 b = _mm512_shuffle_f32x4(fours[2][k], fours[3][k], 0x44);
        const __m512 c = _mm512_shuffle_f32x4(fours[0][k], fours[1][k], 0xee);
        const __m512 d = _mm512_shuffle_f32x4(fours[2][k], fours[3][k], 0xee);
        _mm512_store_ps(out + k * step, _mm512_shuffle_f32x4(a, b, 0x88));
        _mm512_store_ps(out + (k + 4) * step, _mm512_shuffle_f32x4(a, b, 0xdd));
        _mm512_store_ps(out + (k + 8) * step, _mm512_shuffle_f32x4(c, d, 0x88));
        _mm512_store_ps(out + (k + 12) * step, _mm512_shuffle_f32x4(c, d, 0xdd));
      }
    }
  }
}

INLINE __m512 multiply_add(__m512 sum, __m512 rows, __m512 query) {
  __asm__("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(rows), "v"(query));
  return sum;
}

INLINE void multiply_rows(const uint8_t *steps, uint32_t step_count, const float *query,
                          const int count, sums_to to, float *sums, float *best,
                          prefetch_run ahead) {
  __m512 sum[QUERY_BLOCK][2];
#pragma GCC unroll 12
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m512 low = _mm512_load_ps(steps + step * STRIP_STEP);
    const __m512 high = _mm512_load_ps(steps + step * STRIP_STEP + 64);
#pragma GCC unroll 12
    for (int r = 0; r < count; r++) {
      const __m512 one = _mm512_set1_ps(query[r]);
      sum[r][0] = multiply_add(sum[r][0], low, one);
      sum[r][1] = multiply_add(sum[r][1], high, one);
    }
    query += count;
  }
#pragma GCC unroll 12
  for (int r = 0; to == store_sums && r < count; r++) {
    _mm512_store_ps(sums + r * STRIP_ROWS, sum[r][0]);
    _mm512_store_ps(sums + r * STRIP_ROWS + 16, sum[r][1]);
  }
#pragma GCC unroll 12
  for (int r = 0; to != store_sums && r < count; r++) {
    __m512 largest = _mm512_max_ps(sum[r][0], sum[r][1]);
    if (to == fold_maxima) largest = _mm512_max_ps(largest, _mm512_load_ps(best + r * LANES));
    _mm512_store_ps(best + r * LANES, largest);
  }
}

static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const block *part, sums_to to, prefetch_run ahead) {
  (void)job;
  // clang-format off
  switch (part->count) {
#define CASE(n) \
  case n: multiply_rows(steps, step_count, part->packed, n, to, part->sums, part->best, ahead); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
  }
  // clang-format on
}

static void keep_maxima(const float *sums, uint32_t query_rows, const segment *part, float *best) {
  const uint32_t rows = (uint32_t)(((uint64_t)1 << part->to) - ((uint64_t)1 << part->from));
  const __mmask16 low = (__mmask16)rows, high = (__mmask16)(rows >> 16);
  const __m512 lowest = _mm512_set1_ps(lowest_sum());
  for (uint32_t r = 0; r < query_rows; r++) {
    __m512 largest_sum = part->first ? lowest : _mm512_load_ps(best + r * LANES);
    const float *sum = sums + r * STRIP_ROWS;
    // The second operand is kept when the comparison fails, as the reference does.
    largest_sum = _mm512_mask_max_ps(largest_sum, low, _mm512_load_ps(sum), largest_sum);
    largest_sum = _mm512_mask_max_ps(largest_sum, high, _mm512_load_ps(sum + 16), largest_sum);
    _mm512_store_ps(best + r * LANES, largest_sum);
  }
}

INLINE __m512 larger_32(__m512 a, __m512 b) {
  return _mm512_max_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}
INLINE __m512 larger_64(__m512 a, __m512 b) {
  const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
  return _mm512_max_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)),
                       _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}
INLINE __m512 larger_lanes(__m512 a, __m512 b) {
  return _mm512_max_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
}

// 16 query rows at a time, by a tree of 15 shuffled maxima; rows past the end are not used.
static void reduce_maxima(const float *best, uint32_t query_rows, float *out) {
  for (uint32_t r = 0; r < query_rows; r += 16) {
    __m512 fours[4];
#pragma GCC unroll 4
    for (uint32_t i = 0; i < 4; i++) {
      __m512 x[4];
      for (uint32_t j = 0; j < 4; j++) {
        const uint32_t row = r + 4 * i + j < query_rows ? r + 4 * i + j : r;
        x[j] = _mm512_load_ps(best + row * LANES);
      }
      fours[i] = larger_64(larger_32(x[0], x[1]), larger_32(x[2], x[3]));
    }
    _mm512_storeu_ps(
        out + r, larger_lanes(larger_lanes(fours[0], fours[1]), larger_lanes(fours[2], fours[3])));
  }
}
