// MaxSim over float rows, NEON.
//
// Formula   product(q, d) = one chain of fused multiply-adds over coordinates in order; maximum over d.
// Layout    A strip of 4 x 4 document rows, transposed: a step is one coordinate of each row.
// Registers 24 accumulators (4 vectors of rows x 6 query rows), 4 rows vectors, 1 broadcast: 29 of 32.
#include <arm_neon.h>

#define STRIP_FLOAT
#define STRIP_ROWS 16
#define STRIP_STEP 64
#define LANES 4
#define QUERY_BLOCK 6
#include "../max-sim/strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_float_neon(const max_sim_float_job *job, uint8_t *workspace) {
  run_strips(job, workspace);
}

static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  float *out = (float *)steps;
  for (int quarter = 0; quarter < 4; quarter++) {
    const uint8_t *const *rows = source->rows + 4 * quarter;
    for (size_t j = 0; j < job->dim; j += 4) {
      float32x4_t x[4];
      for (int i = 0; i < 4; i++) x[i] = vld1q_f32((const float *)rows[i] + j);
      const float64x2_t ab_low = vreinterpretq_f64_f32(vzip1q_f32(x[0], x[1]));
      const float64x2_t ab_high = vreinterpretq_f64_f32(vzip2q_f32(x[0], x[1]));
      const float64x2_t cd_low = vreinterpretq_f64_f32(vzip1q_f32(x[2], x[3]));
      const float64x2_t cd_high = vreinterpretq_f64_f32(vzip2q_f32(x[2], x[3]));
      float *at = out + j * STRIP_ROWS + 4 * quarter;
      vst1q_f32(at, vreinterpretq_f32_f64(vzip1q_f64(ab_low, cd_low)));
      vst1q_f32(at + STRIP_ROWS, vreinterpretq_f32_f64(vzip2q_f64(ab_low, cd_low)));
      vst1q_f32(at + 2 * STRIP_ROWS, vreinterpretq_f32_f64(vzip1q_f64(ab_high, cd_high)));
      vst1q_f32(at + 3 * STRIP_ROWS, vreinterpretq_f32_f64(vzip2q_f64(ab_high, cd_high)));
    }
  }
}

// The second operand is kept when the comparison fails, as the reference does.
INLINE float32x4_t larger(float32x4_t x, float32x4_t kept) {
  return vbslq_f32(vcgtq_f32(x, kept), x, kept);
}

INLINE void multiply_rows(const uint8_t *steps, uint32_t step_count, const float *query,
                          const int count, sums_to to, float *sums, float *best,
                          prefetch_run ahead) {
  float32x4_t sum[QUERY_BLOCK][4];
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) sum[r][v] = vdupq_n_f32(0);
  }
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) __builtin_prefetch(ahead.start + step * 64);
    float32x4_t rows[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++)
      rows[v] = vld1q_f32((const float *)steps + step * STRIP_ROWS + 4 * v);
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) {
      const float32x4_t one = vld1q_dup_f32(query + r);
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) sum[r][v] = vfmaq_f32(sum[r][v], rows[v], one);
    }
    query += count;
  }
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) {
    if (to == store_sums) {
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) vst1q_f32(sums + r * STRIP_ROWS + 4 * v, sum[r][v]);
      continue;
    }
    float32x4_t largest = larger(larger(sum[r][0], sum[r][1]), larger(sum[r][2], sum[r][3]));
    if (to == fold_maxima) largest = larger(largest, vld1q_f32(best + r * LANES));
    vst1q_f32(best + r * LANES, largest);
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

static void keep_maxima(const float *sums, uint32_t query_rows, const segment *part, float *best) {
  for (uint32_t r = 0; r < query_rows; r++) {
    float largest = part->first ? lowest_sum() : best[r * LANES];
    for (int i = 1; i < LANES && !part->first; i++) {
      if (best[r * LANES + i] > largest) largest = best[r * LANES + i];
    }
    for (uint32_t i = part->from; i < part->to; i++) {
      if (sums[r * STRIP_ROWS + i] > largest) largest = sums[r * STRIP_ROWS + i];
    }
    vst1q_f32(best + r * LANES, vdupq_n_f32(largest));
  }
}

static void reduce_maxima(const float *best, uint32_t query_rows, float *out) {
  for (uint32_t r = 0; r < query_rows; r++) out[r] = vmaxvq_f32(vld1q_f32(best + r * LANES));
}
