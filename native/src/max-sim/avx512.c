// MaxSim of int8 queries over packed codes, AVX-512 VNNI.
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j], c unsigned, q signed; maximum over rows d;
//           the rest (2S - top * sum q, scale, sum over r) once a passage, in strips.h.
// Layout    A strip is 2 x 16 document rows. A step is 128 bytes: two vectors of 16 dwords, one dword
//           a row, four coordinates in its bytes (strips.h says which). The query block is packed as
//           one dword a row and step.
// Registers 24 accumulators (2 vectors of rows x 12 query rows), 2 decoded vectors, 1 broadcast query
//           dword: 27 of 32. A step is 24 VPDPBUSD on 14 loads, so loads never limit, and every lane
//           of every multiply is a real (query row, document row) pair for any number of query rows.
// Decode    16 bytes of each row are transposed as dwords (12 inserts, 8 unpacks for 4 vectors), then
//           shift and mask: 3 operations for 64 codes at 2 bits, used by every query row.
#include <immintrin.h>

#define STRIP_ROWS 32
#define STRIP_STEP 128
#define LANES 16
#define QUERY_BLOCK 12
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

void max_sim_avx512(const max_sim_job *job, uint8_t *workspace) { run_strips(job, workspace); }

// 16 bytes at `offset` of rows i, i + 4, i + 8, i + 12.
static inline __m512i four_rows(const uint8_t *const *rows, size_t offset) {
  const __m128i *at[4];
  for (int i = 0; i < 4; i++) at[i] = (const __m128i *)(rows[4 * i] + offset);
  // Broadcasts merged under a mask: inserts would all queue for the shuffle unit.
  __m512i x = _mm512_broadcast_i32x4(_mm_loadu_si128(at[0]));
  x = _mm512_mask_broadcast_i32x4(x, 0x00f0, _mm_loadu_si128(at[1]));
  x = _mm512_mask_broadcast_i32x4(x, 0x0f00, _mm_loadu_si128(at[2]));
  return _mm512_mask_broadcast_i32x4(x, 0xf000, _mm_loadu_si128(at[3]));
}

// Transposes 4 x 4 dwords inside each 128-bit lane.
INLINE void transpose_lanes(const __m512i in[4], __m512i out[4]) {
  const __m512i ab_low = _mm512_unpacklo_epi32(in[0], in[1]);
  const __m512i ab_high = _mm512_unpackhi_epi32(in[0], in[1]);
  const __m512i cd_low = _mm512_unpacklo_epi32(in[2], in[3]);
  const __m512i cd_high = _mm512_unpackhi_epi32(in[2], in[3]);
  out[0] = _mm512_unpacklo_epi64(ab_low, cd_low);
  out[1] = _mm512_unpackhi_epi64(ab_low, cd_low);
  out[2] = _mm512_unpacklo_epi64(ab_high, cd_high);
  out[3] = _mm512_unpackhi_epi64(ab_high, cd_high);
}

// Dwords 0 to 3 of 16 bytes of 16 rows: out[k] lane r is dword k of row r.
INLINE void transpose_4(const uint8_t *const *rows, size_t offset, __m512i out[4]) {
  __m512i in[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) in[i] = four_rows(rows + i, offset);
  transpose_lanes(in, out);
}

// Dwords 0 to 15 of 64 bytes of 16 rows: 4 x 4 dwords within lanes, then 4 x 4 lanes.
INLINE void transpose_16(const uint8_t *const *rows, size_t offset, __m512i out[16]) {
  __m512i fours[4][4];
#pragma GCC unroll 4
  for (int group = 0; group < 4; group++) {
    __m512i in[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) in[i] = _mm512_loadu_si512(rows[4 * group + i] + offset);
    transpose_lanes(in, fours[group]);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; k++) {
    const __m512i a = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0x44);
    const __m512i b = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0x44);
    const __m512i c = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0xee);
    const __m512i d = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0xee);
    out[k] = _mm512_shuffle_i32x4(a, b, 0x88);
    out[k + 4] = _mm512_shuffle_i32x4(a, b, 0xdd);
    out[k + 8] = _mm512_shuffle_i32x4(c, d, 0x88);
    out[k + 12] = _mm512_shuffle_i32x4(c, d, 0xdd);
  }
}

// Splits a column of dwords into its steps.
INLINE void store_steps(__m512i column, const int bits, uint8_t *out) {
  const __m512i mask = _mm512_set1_epi8((char)((1 << bits) - 1));
#pragma GCC unroll 8
  for (int k = 0; k < 8 / bits; k++) {
    __m512i codes = k == 0 ? column : _mm512_srli_epi32(column, (unsigned)(k * bits));
    if (bits < 8) codes = _mm512_and_si512(codes, mask);
    _mm512_store_si512(out + k * STRIP_STEP, codes);
  }
}

// `bits` is a constant where this is inlined.
INLINE void decode_bits(const strip *source, size_t dwords, const int bits, uint8_t *steps) {
  const size_t column_size = (size_t)(8 / bits) * STRIP_STEP;
  for (int half = 0; half < 2; half++) {
    const uint8_t *const *rows = source->rows + 16 * half;
    uint8_t *out = steps + 64 * half;
    size_t dword = 0;
    for (; dword + 16 <= dwords; dword += 16) {
      __m512i columns[16];
      transpose_16(rows, dword * 4, columns);
#pragma GCC unroll 16
      for (int i = 0; i < 16; i++) store_steps(columns[i], bits, out + (dword + i) * column_size);
    }
    for (; dword < dwords; dword += 4) {
      __m512i columns[4];
      transpose_4(rows, dword * 4, columns);
      const size_t count = dwords - dword < 4 ? dwords - dword : 4;
      for (size_t i = 0; i < count; i++) {
        store_steps(columns[i], bits, out + (dword + i) * column_size);
      }
    }
  }
}

static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  const size_t dwords = (job->dim * job->bits + 31) / 32;
  switch (job->bits) {
    case 1: decode_bits(source, dwords, 1, steps); break;
    case 2: decode_bits(source, dwords, 2, steps); break;
    case 4: decode_bits(source, dwords, 4, steps); break;
    default: decode_bits(source, dwords, 8, steps); break;
  }
}

// As inline assembly, because g++ 12 spills the accumulators of the intrinsic.
INLINE __m512i multiply_add(__m512i sum, __m512i codes,
                                                                  __m512i query) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(query));
  return sum;
}

INLINE void multiply_rows(const uint8_t *steps, uint32_t step_count, const int32_t *query,
                          const int count, sums_to to, int32_t *sums, int32_t *best,
                          prefetch_run ahead) {
  __m512i sum[QUERY_BLOCK][2];
#pragma GCC unroll 12
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm512_setzero_si512();
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m512i low = _mm512_load_si512(steps + step * STRIP_STEP);
    const __m512i high = _mm512_load_si512(steps + step * STRIP_STEP + 64);
#pragma GCC unroll 12
    for (int r = 0; r < count; r++) {
      const __m512i four = _mm512_set1_epi32(query[r]);
      sum[r][0] = multiply_add(sum[r][0], low, four);
      sum[r][1] = multiply_add(sum[r][1], high, four);
    }
    query += count;
  }
#pragma GCC unroll 12
  for (int r = 0; to == store_sums && r < count; r++) {
    _mm512_store_si512(sums + r * STRIP_ROWS, sum[r][0]);
    _mm512_store_si512(sums + r * STRIP_ROWS + 16, sum[r][1]);
  }
#pragma GCC unroll 12
  for (int r = 0; to != store_sums && r < count; r++) {
    __m512i largest = _mm512_max_epi32(sum[r][0], sum[r][1]);
    if (to == fold_maxima) largest = _mm512_max_epi32(largest, _mm512_load_si512(best + r * LANES));
    _mm512_store_si512(best + r * LANES, largest);
  }
}

static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const void *packed, uint32_t count, sums_to to, int32_t *sums,
                           int32_t *best, prefetch_run ahead) {
  (void)job;
  switch (count) {
#define CASE(n) \
  case n: multiply_rows(steps, step_count, packed, n, to, sums, best, ahead); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
  }
}

static void keep_maxima(const int32_t *sums, uint32_t query_rows, const segment *part,
                        int32_t *best) {
  const uint32_t rows = (uint32_t)(((uint64_t)1 << part->to) - ((uint64_t)1 << part->from));
  const __mmask16 low = (__mmask16)rows, high = (__mmask16)(rows >> 16);
  const __m512i lowest = _mm512_set1_epi32(INT32_MIN);
  for (uint32_t r = 0; r < query_rows; r++) {
    __m512i largest_sum = part->first ? lowest : _mm512_load_si512(best + r * LANES);
    const __m512i *sum = (const __m512i *)(sums + r * STRIP_ROWS);
    largest_sum = _mm512_mask_max_epi32(largest_sum, low, largest_sum, _mm512_load_si512(sum));
    largest_sum = _mm512_mask_max_epi32(largest_sum, high, largest_sum, _mm512_load_si512(sum + 1));
    _mm512_store_si512(best + r * LANES, largest_sum);
  }
}

INLINE __m512i larger_32(__m512i a, __m512i b) {
  return _mm512_max_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}
INLINE __m512i larger_64(__m512i a, __m512i b) {
  return _mm512_max_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}
INLINE __m512i larger_lanes(__m512i a, __m512i b) {
  return _mm512_max_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd));
}

// 16 query rows at a time, by a tree of 15 shuffled maxima; rows past the end are not used.
static void reduce_maxima(const int32_t *best, uint32_t query_rows, int32_t *out) {
  for (uint32_t r = 0; r < query_rows; r += 16) {
    __m512i fours[4];
#pragma GCC unroll 4
    for (uint32_t i = 0; i < 4; i++) {
      __m512i x[4];
      for (uint32_t j = 0; j < 4; j++) {
        const uint32_t row = r + 4 * i + j < query_rows ? r + 4 * i + j : r;
        x[j] = _mm512_load_si512(best + row * LANES);
      }
      fours[i] = larger_64(larger_32(x[0], x[1]), larger_32(x[2], x[3]));
    }
    _mm512_storeu_si512(out + r, larger_lanes(larger_lanes(fours[0], fours[1]),
                                              larger_lanes(fours[2], fours[3])));
  }
}
