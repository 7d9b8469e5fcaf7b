// MaxSim of int8 queries over packed codes, NEON with the dot-product instructions (ARMv8.2).
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j]; maximum over rows d; the rest in strips.h.
//           SDOT takes signed bytes: codes of 8 bits are used less 128, which is undone once a
//           passage with the row sum of the query.
// Layout    A strip is 4 x 4 document rows; a step is 64 bytes: four vectors of 4 dwords, one a row.
// Registers 24 sums (4 vectors of rows x 6 query rows), 4 decoded vectors, 1 broadcast query dword:
//           29 of 32. A step is 24 SDOT on 10 loads.
#include <arm_neon.h>

#define STRIP_ROWS 16
#define STRIP_STEP 64
#define LANES 4
#define QUERY_BLOCK 6
#define CODE_BIAS(bits) ((bits) == 8 ? 128 : 0)
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_neon(const max_sim_job *job, uint8_t *workspace) { run_strips(job, workspace); }

// Dwords 0 to 3 of 16 bytes of 4 rows: out[k] lane r is dword k of row r.
INLINE void transpose(const uint8_t *const *rows, size_t offset, uint32x4_t out[4]) {
  uint32x4_t x[4];
  for (int i = 0; i < 4; i++) x[i] = vreinterpretq_u32_u8(vld1q_u8(rows[i] + offset));
  const uint64x2_t ab_low = vreinterpretq_u64_u32(vzip1q_u32(x[0], x[1]));
  const uint64x2_t ab_high = vreinterpretq_u64_u32(vzip2q_u32(x[0], x[1]));
  const uint64x2_t cd_low = vreinterpretq_u64_u32(vzip1q_u32(x[2], x[3]));
  const uint64x2_t cd_high = vreinterpretq_u64_u32(vzip2q_u32(x[2], x[3]));
  out[0] = vreinterpretq_u32_u64(vzip1q_u64(ab_low, cd_low));
  out[1] = vreinterpretq_u32_u64(vzip2q_u64(ab_low, cd_low));
  out[2] = vreinterpretq_u32_u64(vzip1q_u64(ab_high, cd_high));
  out[3] = vreinterpretq_u32_u64(vzip2q_u64(ab_high, cd_high));
}

// `bits` is a constant where this is inlined.
INLINE void decode_bits(const strip *source, size_t dwords, const int bits, uint8_t *steps) {
  const int shifts = 8 / bits;
  const uint32x4_t mask = vdupq_n_u32(0x01010101u * ((1u << bits) - 1));
  const uint32x4_t sign = vdupq_n_u32(0x80808080u);
  for (int quarter = 0; quarter < 4; quarter++) {
    for (size_t dword = 0; dword < dwords; dword += 4) {
      uint32x4_t columns[4];
      transpose(source->rows + 4 * quarter, dword * 4, columns);
      const size_t count = dwords - dword < 4 ? dwords - dword : 4;
      for (size_t i = 0; i < count; i++) {
        uint8_t *out = steps + (dword + i) * shifts * STRIP_STEP + 16 * quarter;
        for (int k = 0; k < shifts; k++) {
          uint32x4_t codes = vshlq_u32(columns[i], vdupq_n_s32(-k * bits));
          codes = bits == 8 ? veorq_u32(codes, sign) : vandq_u32(codes, mask);
          vst1q_u8(out + k * STRIP_STEP, vreinterpretq_u8_u32(codes));
        }
      }
    }
  }
}

static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  const size_t dwords = (job->dim * job->bits + 31) / 32;
  switch (job->bits) {
    case 1:
      decode_bits(source, dwords, 1, steps);
      break;
    case 2:
      decode_bits(source, dwords, 2, steps);
      break;
    case 4:
      decode_bits(source, dwords, 4, steps);
      break;
    default:
      decode_bits(source, dwords, 8, steps);
      break;
  }
}

INLINE void multiply_rows(const uint8_t *steps, uint32_t step_count, const int32_t *query,
                          const int count, sums_to to, int32_t *sums, int32_t *best,
                          prefetch_run ahead) {
  int32x4_t sum[QUERY_BLOCK][4];
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) sum[r][v] = vdupq_n_s32(0);
  }
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) __builtin_prefetch(ahead.start + step * 64);
    int8x16_t codes[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++)
      codes[v] = vld1q_s8((const int8_t *)steps + step * STRIP_STEP + 16 * v);
#pragma GCC unroll 6
    for (int r = 0; r < count; r++) {
      const int8x16_t four = vreinterpretq_s8_s32(vld1q_dup_s32(query + r));
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) sum[r][v] = vdotq_s32(sum[r][v], codes[v], four);
    }
    query += count;
  }
#pragma GCC unroll 6
  for (int r = 0; r < count; r++) {
    if (to == store_sums) {
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) vst1q_s32(sums + r * STRIP_ROWS + 4 * v, sum[r][v]);
      continue;
    }
    int32x4_t largest = vmaxq_s32(vmaxq_s32(sum[r][0], sum[r][1]), vmaxq_s32(sum[r][2], sum[r][3]));
    if (to == fold_maxima) largest = vmaxq_s32(largest, vld1q_s32(best + r * LANES));
    vst1q_s32(best + r * LANES, largest);
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

static void keep_maxima(const int32_t *sums, uint32_t query_rows, const segment *part,
                        int32_t *best) {
  const int32_t first_lanes[4] = {0, 1, 2, 3};
  const int32x4_t from = vdupq_n_s32((int32_t)part->from), to = vdupq_n_s32((int32_t)part->to);
  const int32x4_t lowest = vdupq_n_s32(INT32_MIN);
  uint32x4_t inside[4];
  for (int v = 0; v < 4; v++) {
    const int32x4_t lane = vaddq_s32(vld1q_s32(first_lanes), vdupq_n_s32(4 * v));
    inside[v] = vandq_u32(vcgeq_s32(lane, from), vcltq_s32(lane, to));
  }
  for (uint32_t r = 0; r < query_rows; r++) {
    int32x4_t largest = part->first ? lowest : vld1q_s32(best + r * LANES);
    for (int v = 0; v < 4; v++) {
      const int32x4_t sum = vld1q_s32(sums + r * STRIP_ROWS + 4 * v);
      largest = vmaxq_s32(largest, vbslq_s32(inside[v], sum, lowest));
    }
    vst1q_s32(best + r * LANES, largest);
  }
}

static void reduce_maxima(const int32_t *best, uint32_t query_rows, int32_t *out) {
  for (uint32_t r = 0; r < query_rows; r++) out[r] = vmaxvq_s32(vld1q_s32(best + r * LANES));
}
