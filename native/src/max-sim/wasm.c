// MaxSim of int8 queries over packed codes, WASM SIMD128.
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j]; maximum over rows d; the rest in strips.h.
// Layout    WASM has no byte dot product, but i32x4.dot_i16x8: a step holds two int16 coordinates a
//           row, and 8 document rows are two vectors of four. The query is packed as int16 pairs.
//           Masking 16-bit lanes of a dword splits its even and odd bytes, which widens for free.
// Registers 8 sums (2 vectors of rows x 4 query rows), 2 decoded vectors, 1 splat query pair, 1 product:
//           12 of the 16 that an x86 host has.
#include <wasm_simd128.h>

#define STRIP_INT16
#define STRIP_ROWS 8
#define STRIP_STEP 32
#define LANES 4
#define QUERY_BLOCK 4
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_wasm(const max_sim_job *job, uint8_t *workspace) { run_strips(job, workspace); }

// Dwords 0 to 3 of 16 bytes of 4 rows: out[k] lane r is dword k of row r.
INLINE void transpose(const uint8_t *const *rows, size_t offset, v128_t out[4]) {
  v128_t x[4];
  for (int i = 0; i < 4; i++) x[i] = wasm_v128_load(rows[i] + offset);
  const v128_t ab_low = wasm_i32x4_shuffle(x[0], x[1], 0, 4, 1, 5);
  const v128_t ab_high = wasm_i32x4_shuffle(x[0], x[1], 2, 6, 3, 7);
  const v128_t cd_low = wasm_i32x4_shuffle(x[2], x[3], 0, 4, 1, 5);
  const v128_t cd_high = wasm_i32x4_shuffle(x[2], x[3], 2, 6, 3, 7);
  out[0] = wasm_i64x2_shuffle(ab_low, cd_low, 0, 2);
  out[1] = wasm_i64x2_shuffle(ab_low, cd_low, 1, 3);
  out[2] = wasm_i64x2_shuffle(ab_high, cd_high, 0, 2);
  out[3] = wasm_i64x2_shuffle(ab_high, cd_high, 1, 3);
}

// `bits` is a constant where this is inlined.
INLINE void decode_bits(const strip *source, size_t dwords, const int bits, uint8_t *steps) {
  const int shifts = 8 / bits;
  const v128_t mask = wasm_i16x8_splat((int16_t)((1 << bits) - 1));
  for (int half = 0; half < 2; half++) {
    for (size_t dword = 0; dword < dwords; dword += 4) {
      v128_t columns[4];
      transpose(source->rows + 4 * half, dword * 4, columns);
      const size_t count = dwords - dword < 4 ? dwords - dword : 4;
      for (size_t i = 0; i < count; i++) {
        uint8_t *out = steps + (dword + i) * shifts * 2 * STRIP_STEP + 16 * half;
        for (int k = 0; k < shifts; k++) {
          const v128_t even = wasm_u16x8_shr(columns[i], (uint32_t)(k * bits));
          const v128_t odd = wasm_u16x8_shr(columns[i], (uint32_t)(8 + k * bits));
          wasm_v128_store(out + 2 * k * STRIP_STEP, wasm_v128_and(even, mask));
          wasm_v128_store(out + (2 * k + 1) * STRIP_STEP, wasm_v128_and(odd, mask));
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
                          const int count, sums_to to, int32_t *sums, int32_t *best) {
  v128_t sum[QUERY_BLOCK][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = wasm_i32x4_splat(0);
  for (uint32_t step = 0; step < step_count; step++) {
    const v128_t low = wasm_v128_load(steps + step * STRIP_STEP);
    const v128_t high = wasm_v128_load(steps + step * STRIP_STEP + 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++) {
      const v128_t pair = wasm_v128_load32_splat(query + r);
      sum[r][0] = wasm_i32x4_add(sum[r][0], wasm_i32x4_dot_i16x8(low, pair));
      sum[r][1] = wasm_i32x4_add(sum[r][1], wasm_i32x4_dot_i16x8(high, pair));
    }
    query += count;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < count; r++) {
    if (to == store_sums) {
      wasm_v128_store(sums + r * STRIP_ROWS, sum[r][0]);
      wasm_v128_store(sums + r * STRIP_ROWS + 4, sum[r][1]);
      continue;
    }
    v128_t largest = wasm_i32x4_max(sum[r][0], sum[r][1]);
    if (to == fold_maxima) largest = wasm_i32x4_max(largest, wasm_v128_load(best + r * LANES));
    wasm_v128_store(best + r * LANES, largest);
  }
}

static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const block *part, sums_to to, prefetch_run ahead) {
  (void)job, (void)ahead;  // WASM has no prefetch
  // clang-format off
  switch (part->count) {
#define CASE(n) \
  case n: multiply_rows(steps, step_count, part->packed, n, to, part->sums, part->best); break;
    CASE(1) CASE(2) CASE(3) CASE(4)
#undef CASE
  }
  // clang-format on
}

static void keep_maxima(const int32_t *sums, uint32_t query_rows, const segment *part,
                        int32_t *best) {
  const v128_t lowest = wasm_i32x4_splat(INT32_MIN);
  const v128_t from = wasm_i32x4_splat((int32_t)part->from),
               to = wasm_i32x4_splat((int32_t)part->to);
  v128_t inside[2];
  for (int v = 0; v < 2; v++) {
    const v128_t lane = wasm_i32x4_make(4 * v, 4 * v + 1, 4 * v + 2, 4 * v + 3);
    inside[v] = wasm_v128_and(wasm_i32x4_ge(lane, from), wasm_i32x4_lt(lane, to));
  }
  for (uint32_t r = 0; r < query_rows; r++) {
    v128_t largest = part->first ? lowest : wasm_v128_load(best + r * LANES);
    for (int v = 0; v < 2; v++) {
      const v128_t sum = wasm_v128_load(sums + r * STRIP_ROWS + 4 * v);
      largest = wasm_i32x4_max(largest, wasm_v128_bitselect(sum, lowest, inside[v]));
    }
    wasm_v128_store(best + r * LANES, largest);
  }
}

static void reduce_maxima(const int32_t *best, uint32_t query_rows, int32_t *out) {
  for (uint32_t r = 0; r < query_rows; r++) {
    const v128_t x = wasm_v128_load(best + r * LANES);
    const v128_t y = wasm_i32x4_max(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
    const v128_t z = wasm_i32x4_max(y, wasm_i32x4_shuffle(y, y, 1, 0, 3, 2));
    out[r] = wasm_i32x4_extract_lane(z, 0);
  }
}
