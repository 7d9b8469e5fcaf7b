// MaxSim over float rows, AVX2 with FMA.
//
// Formula   product(q, d) = one chain of fused multiply-adds over coordinates in order; maximum over d.
// Layout    A strip of 2 x 8 document rows, transposed: a step is one coordinate of each row.
// Registers 12 accumulators (2 vectors of rows x 6 query rows), 2 rows vectors, 1 broadcast: 15 of 16.
#include <immintrin.h>

#define STRIP_FLOAT
#define STRIP_ROWS 16
#define STRIP_STEP 64
#define LANES 8
#define QUERY_BLOCK 6
#include "../max-sim/strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_float_avx2(const max_sim_float_job *job, uint8_t *workspace) {
  run_strips(job, workspace);
}

// 16 bytes at `offset` of rows i and i + 4.
INLINE __m256 two_rows(const uint8_t *const *rows, size_t offset) {
  const __m128 low = _mm_loadu_ps((const float *)(rows[0] + offset));
  return _mm256_insertf128_ps(_mm256_castps128_ps256(low),
                              _mm_loadu_ps((const float *)(rows[4] + offset)), 1);
}

static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  for (int half = 0; half < 2; half++) {
    const uint8_t *const *rows = source->rows + 8 * half;
    for (size_t j = 0; j < job->dim; j += 4) {
      const __m256 a = two_rows(rows, j * 4), b = two_rows(rows + 1, j * 4);
      const __m256 c = two_rows(rows + 2, j * 4), d = two_rows(rows + 3, j * 4);
      const __m256d ab_low = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
      const __m256d ab_high = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
      const __m256d cd_low = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
      const __m256d cd_high = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
      double *out = (double *)(steps + j * STRIP_STEP + 32 * half);
      _mm256_store_pd(out, _mm256_unpacklo_pd(ab_low, cd_low));
      _mm256_store_pd(out + STRIP_STEP / 8, _mm256_unpackhi_pd(ab_low, cd_low));
      _mm256_store_pd(out + STRIP_STEP / 4, _mm256_unpacklo_pd(ab_high, cd_high));
      _mm256_store_pd(out + STRIP_STEP / 8 * 3, _mm256_unpackhi_pd(ab_high, cd_high));
    }
  }
}

// As inline assembly, so that the compiler keeps to the register plan.
INLINE __m256 multiply_add(__m256 sum, __m256 rows, __m256 query) {
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(rows), "x"(query));
  return sum;
}

INLINE void multiply_rows(const uint8_t *steps, uint32_t step_count, const float *query,
                          const int count, sums_to to, float *sums, float *best,
                          prefetch_run ahead) {
  __m256 sum[QUERY_BLOCK][2];
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm256_setzero_ps();
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m256 low = _mm256_load_ps((const float *)(steps + step * STRIP_STEP));
    const __m256 high = _mm256_load_ps((const float *)(steps + step * STRIP_STEP + 32));
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) {
      const __m256 one = _mm256_set1_ps(query[r]);
      sum[r][0] = multiply_add(sum[r][0], low, one);
      sum[r][1] = multiply_add(sum[r][1], high, one);
    }
    query += count;
  }
#pragma GCC unroll 6
  for (int r = 0; to == store_sums && r < count; r++) {
    _mm256_store_ps(sums + r * STRIP_ROWS, sum[r][0]);
    _mm256_store_ps(sums + r * STRIP_ROWS + 8, sum[r][1]);
  }
#pragma GCC unroll 6
  for (int r = 0; to != store_sums && r < count; r++) {
    __m256 largest = _mm256_max_ps(sum[r][0], sum[r][1]);
    if (to == fold_maxima) largest = _mm256_max_ps(largest, _mm256_load_ps(best + r * LANES));
    _mm256_store_ps(best + r * LANES, largest);
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
#undef CASE
  }
  // clang-format on
}

// Lanes from..to - 1 of 8, as a mask of dwords.
INLINE __m256 lanes(int from, int to) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_castsi256_ps(_mm256_and_si256(_mm256_cmpgt_epi32(lane, _mm256_set1_epi32(from - 1)),
                                              _mm256_cmpgt_epi32(_mm256_set1_epi32(to), lane)));
}

static void keep_maxima(const float *sums, uint32_t query_rows, const segment *part, float *best) {
  const __m256 lowest = _mm256_set1_ps(lowest_sum());
  const __m256 low = lanes((int)part->from, (int)part->to);
  const __m256 high = lanes((int)part->from - 8, (int)part->to - 8);
  for (uint32_t r = 0; r < query_rows; r++) {
    const float *sum = sums + r * STRIP_ROWS;
    __m256 x = part->first ? lowest : _mm256_load_ps(best + r * LANES);
    // The second operand is kept when the comparison fails, as the reference does.
    x = _mm256_max_ps(_mm256_blendv_ps(lowest, _mm256_load_ps(sum), low), x);
    x = _mm256_max_ps(_mm256_blendv_ps(lowest, _mm256_load_ps(sum + 8), high), x);
    _mm256_store_ps(best + r * LANES, x);
  }
}

static void reduce_maxima(const float *best, uint32_t query_rows, float *out) {
  for (uint32_t r = 0; r < query_rows; r++) {
    const __m256 x = _mm256_load_ps(best + r * LANES);
    __m128 y = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_max_ps(y, _mm_movehl_ps(y, y));
    out[r] = _mm_cvtss_f32(_mm_max_ss(y, _mm_shuffle_ps(y, y, 1)));
  }
}
