// MaxSim of int8 queries over packed codes, AVX-512 VNNI.
//
// Formula   S(q, d) = sum over j of c[d][j] * q[r][j], c unsigned, q signed; maximum over rows d;
//           the rest (2S - top * sum q, scale, sum over r) once a passage, in strips.h.
// Layout    A strip is 2 x 16 document rows, transposed to columns: a column is 128 bytes, two vectors
//           of one dword a row. A step is a column shifted and masked to four codes, one a byte
//           (strips.h says which). The query block is packed as one dword a row and step.
// Registers 24 accumulators (2 vectors of rows x 12 query rows), 2 columns, 2 vectors of codes, 1
//           broadcast query dword, 1 mask: 30 of 32. A step is 24 VPDPBUSD on 14 loads, so loads never
//           limit, and every lane of every multiply is a real (query row, document row) pair for any
//           number of query rows.
// Decode    64 bytes of 16 rows are transposed as dwords by 64 shuffles; shifts and masks run inside
//           the multiply loop, on ports that the multiplies leave free. 8-bit codes for a query that
//           fills the lanes are not transposed at all: direct-avx512.h.
#include <immintrin.h>

#define STRIP_ROWS 32
#define STRIP_STEP 128
#define LANES 16
#define QUERY_BLOCK 12
#define DECODED_SIZE(steps) ((steps)*2 * STRIP_STEP)  // steps, then columns
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

#define DIRECT_MULTIPLY_ADD "vpdpbusd %2, %1, %0"
#define DIRECT_MAX _mm512_max_epi32
#include "direct-avx512.h"

void max_sim_avx512(const max_sim_job *job, uint8_t *workspace) {
  if (job->bits == 8 && fills_lanes(job->query_row_count)) {
    run_direct(job, job->query_rows, job->codes, workspace);
  } else {
    run_strips(job, workspace);
  }
}

// Where the dword columns of a strip lie.
INLINE uint8_t *columns_of(const uint8_t *steps, size_t dwords, uint32_t bits) {
  return (uint8_t *)steps + (bits < 8 ? dwords * (8 / bits) * STRIP_STEP : 0);
}

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

// Writes the dword columns of a strip behind its steps: columns are steps of 8-bit codes already.
static void decode_strip(const strip *source, const strip_job *job, uint8_t *steps) {
  const size_t dwords = (job->dim * job->bits + 31) / 32;
  uint8_t *columns = columns_of(steps, dwords, job->bits);
  for (int half = 0; half < 2; half++) {
    const uint8_t *const *rows = source->rows + 16 * half;
    uint8_t *out = columns + 64 * half;
    size_t dword = 0;
    for (; dword + 16 <= dwords; dword += 16) {
      __m512i column[16];
      transpose_16(rows, dword * 4, column);
#pragma GCC unroll 16
      for (int i = 0; i < 16; i++) _mm512_store_si512(out + (dword + i) * STRIP_STEP, column[i]);
    }
    for (; dword < dwords; dword += 4) {
      __m512i column[4];
      transpose_4(rows, dword * 4, column);
      const size_t count = dwords - dword < 4 ? dwords - dword : 4;
      for (size_t i = 0; i < count; i++) {
        _mm512_store_si512(out + (dword + i) * STRIP_STEP, column[i]);
      }
    }
  }
}

// As inline assembly, because g++ 12 spills the accumulators of the intrinsic.
INLINE __m512i multiply_add(__m512i sum, __m512i codes, __m512i query) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(query));
  return sum;
}

typedef struct {
  __m512i of[QUERY_BLOCK][2];
} accumulators;

// One step: `low` and `high` against `count` query rows, a constant.
INLINE void multiply_step(accumulators *sum, __m512i low, __m512i high, const int32_t *query,
                          const int count) {
#pragma GCC unroll 12
  for (int r = 0; r < count; r++) {
    const __m512i four = _mm512_set1_epi32(query[r]);
    sum->of[r][0] = multiply_add(sum->of[r][0], low, four);
    sum->of[r][1] = multiply_add(sum->of[r][1], high, four);
  }
}

INLINE __m512i codes_of(__m512i column, int k, const int bits) {
  const __m512i mask = _mm512_set1_epi8((char)((1 << bits) - 1));
  return _mm512_and_si512(k == 0 ? column : _mm512_srli_epi32(column, (unsigned)(k * bits)), mask);
}

// Takes columns apart as it goes, so that shifts and masks run beside the multiplies. With keep_steps
// it leaves the steps for the other blocks. `bits` (below 8) is a constant.
INLINE void multiply_columns(accumulators *sum, uint8_t *steps, uint32_t step_count,
                             const int32_t *query, const int count, const int bits, int keep_steps,
                             prefetch_run ahead) {
  const uint32_t dwords = step_count / (8 / bits);
  const uint8_t *columns = columns_of(steps, dwords, bits);
  for (uint32_t dword = 0; dword < dwords; dword++) {
    const __m512i low = _mm512_load_si512(columns + dword * STRIP_STEP);
    const __m512i high = _mm512_load_si512(columns + dword * STRIP_STEP + 64);
    // Fewer lines than steps: the prefetches of a dword together.
    for (uint32_t i = dword; i < ahead.count; i += dwords) {
      _mm_prefetch((const char *)ahead.start + i * 64, _MM_HINT_T0);
    }
#pragma GCC unroll 8
    for (int k = 0; k < 8 / bits; k++) {
      const __m512i low_codes = codes_of(low, k, bits), high_codes = codes_of(high, k, bits);
      if (keep_steps) {
        _mm512_store_si512(steps + k * STRIP_STEP, low_codes);
        _mm512_store_si512(steps + k * STRIP_STEP + 64, high_codes);
      }
      multiply_step(sum, low_codes, high_codes, query, count);
      query += count;
    }
    steps += 8 / bits * STRIP_STEP;
  }
}

INLINE void multiply_steps(accumulators *sum, const uint8_t *steps, uint32_t step_count,
                           const int32_t *query, const int count, prefetch_run ahead) {
  for (uint32_t step = 0; step < step_count; step++) {
    if (step < ahead.count) _mm_prefetch((const char *)ahead.start + step * 64, _MM_HINT_T0);
    const __m512i low = _mm512_load_si512(steps + step * STRIP_STEP);
    const __m512i high = _mm512_load_si512(steps + step * STRIP_STEP + 64);
    multiply_step(sum, low, high, query, count);
    query += count;
  }
}

// `count` is a constant where this is inlined.
INLINE void multiply_rows(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                          const block *part, const int count, sums_to to, prefetch_run ahead) {
  accumulators sum;
#pragma GCC unroll 12
  for (int r = 0; r < count; r++) sum.of[r][0] = sum.of[r][1] = _mm512_setzero_si512();
  uint8_t *out = (uint8_t *)steps;
  // Where shifts share the multiplies' ports (Intel: 0 and 5) only the first block takes columns
  // apart. Zen 4 and 5 have two more ports for them, while 512-bit stores cost a cycle each: there
  // every block does, which the bench shows to be free (97 to 100 % of the multiplies' rate).
  const int keep = !part->only && __builtin_cpu_is("intel");
  switch (part->first || !keep ? job->bits : 8) {
    case 1:
      multiply_columns(&sum, out, step_count, part->packed, count, 1, keep, ahead);
      break;
    case 2:
      multiply_columns(&sum, out, step_count, part->packed, count, 2, keep, ahead);
      break;
    case 4:
      multiply_columns(&sum, out, step_count, part->packed, count, 4, keep, ahead);
      break;
    default:
      multiply_steps(&sum, steps, step_count, part->packed, count, ahead);
  }
#pragma GCC unroll 12
  for (int r = 0; to == store_sums && r < count; r++) {
    _mm512_store_si512(part->sums + r * STRIP_ROWS, sum.of[r][0]);
    _mm512_store_si512(part->sums + r * STRIP_ROWS + 16, sum.of[r][1]);
  }
#pragma GCC unroll 12
  for (int r = 0; to != store_sums && r < count; r++) {
    __m512i largest = _mm512_max_epi32(sum.of[r][0], sum.of[r][1]);
    int32_t *best = part->best + r * LANES;
    if (to == fold_maxima) largest = _mm512_max_epi32(largest, _mm512_load_si512(best));
    _mm512_store_si512(best, largest);
  }
}

static void multiply_block(const strip_job *job, const uint8_t *steps, uint32_t step_count,
                           const block *part, sums_to to, prefetch_run ahead) {
  // clang-format off
  switch (part->count) {
#define CASE(n) \
  case n: multiply_rows(job, steps, step_count, part, n, to, ahead); break;
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
  }
  // clang-format on
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
    _mm512_storeu_si512(
        out + r, larger_lanes(larger_lanes(fours[0], fours[1]), larger_lanes(fours[2], fours[3])));
  }
}
